package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/cmd/finwait/wire"
)

// The script of every built-in scenario is read by our own reader, for either host, or
// it is said why there is none; what is read is written again as it was.
func TestPacketdrillScripts(t *testing.T) {
	all, err := scenario.Builtin()
	require.NoError(t, err)
	scripts := 0
	for _, s := range all {
		for _, side := range []string{"client", "server"} {
			r := finwait(t, "graph", "trace", s.Name, "--profile", "linux", "--format", "packetdrill", "--side", side)
			if r.code != 0 {
				require.Equal(t, 2, r.code, r.stderr)
				require.Contains(t, r.stderr, side)
				if s.Name != "lingering-close" { // packetdrill can wait for a call; we do not write that
					require.Contains(t, r.stderr, "script")
				}
				continue
			}
			script, err := wire.ReadScript(strings.NewReader(r.stdout))
			require.NoError(t, err, s.Name)
			var again bytes.Buffer
			require.NoError(t, script.Write(&again))
			require.Equal(t, r.stdout, again.String())
			scripts++
		}
	}
	require.Greater(t, scripts, len(all))
	r := finwait(t, "graph", "trace", "peer-crash", "--profile", "linux", "--format", "packetdrill", "--side", "server")
	require.Contains(t, r.stderr, "crash, which no script can say; choose the other one with --side")
}
