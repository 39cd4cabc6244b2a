module github.com/finwait/finwait

go 1.26.0

require (
	// the nearest name, for what was mistyped
	github.com/agnivade/levenshtein v1.2.2
	// sizes on the command line and counts with separators, as people write them
	github.com/dustin/go-humanize v1.1.0
	// writes the Graphviz files
	github.com/emicklei/dot v1.6.2
	// parses scenario files, with the positions that error messages need
	github.com/goccy/go-yaml v1.19.2
	// the live lab: the router's rules that drop chosen segments
	github.com/google/nftables v0.3.0
	// reads captures: pcap, pcapng, and the headers in them
	github.com/gopacket/gopacket v1.7.7
	// JUnit results
	github.com/jstemmer/go-junit-report/v2 v2.1.0
	// SARIF results, and their schema for the tests
	github.com/owenrumney/go-sarif/v3 v3.3.1
	// commands, help and shell completion
	github.com/spf13/cobra v1.10.2
	// cobra's flags, for those with types of their own
	github.com/spf13/pflag v1.0.9
	// assertions of the tests
	github.com/stretchr/testify v1.12.1
	// the live lab: links, addresses and routes of its namespaces, states of sockets
	github.com/vishvananda/netlink v1.3.1
	// the live lab: namespaces, TUN devices, raw sockets
	golang.org/x/sys v0.49.0
	// tells a terminal and its width, for the progress line
	golang.org/x/term v0.47.0
	// random tests with shrinking
	pgregory.net/rapid v1.3.0
)

require (
	github.com/BurntSushi/toml v1.4.1-0.20240526193622-a339e1f7089c // indirect
	github.com/google/go-cmp v0.7.0 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/mdlayher/netlink v1.7.3-0.20250113171957-fbb4dce95f42 // indirect
	github.com/mdlayher/socket v0.5.0 // indirect
	github.com/vishvananda/netns v0.0.5 // indirect
	github.com/xeipuuv/gojsonpointer v0.0.0-20180127040702-4e3ac2762d5f // indirect
	github.com/xeipuuv/gojsonreference v0.0.0-20180127040603-bd5ef7bd5415 // indirect
	github.com/xeipuuv/gojsonschema v1.2.0 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/exp/typeparams v0.0.0-20231108232855-2478ac86f678 // indirect
	golang.org/x/mod v0.41.0 // indirect
	golang.org/x/net v0.59.0 // indirect
	golang.org/x/sync v0.23.0 // indirect
	golang.org/x/tools v0.51.0 // indirect
	honnef.co/go/tools v0.8.2 // indirect
)

// staticcheck, run by .ci/run
tool honnef.co/go/tools/cmd/staticcheck
