#!/bin/sh
# Fetches the build of Graphviz for browsers that the report embeds:
#   go generate ./cmd/finwait/document
set -eu
version=3.31.0
cd "$(dirname "$0")"
npm pack --silent "@viz-js/viz@$version" >/dev/null
tar -xzf "viz-js-viz-$version.tgz" --strip-components=2 package/dist/viz-global.js
rm "viz-js-viz-$version.tgz"
