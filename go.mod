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
	github.com/spf13/pflag v1.0.10
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
	// conditions in the words of a scenario: assumptions of a sweep, properties of the user
	github.com/google/cel-go v0.31.0
	// charts of sweeps
	gonum.org/v1/plot v0.17.0
	// tests: the Job that is shipped, decoded into its type
	k8s.io/api v0.37.2
	// tests: decodes it strictly
	sigs.k8s.io/yaml v1.6.0
)

require (
	// tests: the messages of a browser, for chromedp
	github.com/chromedp/cdproto v0.0.0-20250724212937-08a3db8b4327
	// tests: drives the browser that opens a report
	github.com/chromedp/chromedp v0.14.2
)

require (
	cel.dev/expr v0.25.1 // indirect
	codeberg.org/go-fonts/liberation v0.5.0 // indirect
	codeberg.org/go-latex/latex v0.2.0 // indirect
	codeberg.org/go-pdf/fpdf v0.11.1 // indirect
	git.sr.ht/~sbinet/gg v0.7.0 // indirect
	github.com/BurntSushi/toml v1.4.1-0.20240526193622-a339e1f7089c // indirect
	github.com/ajstarks/svgo v0.0.0-20211024235047-1546f124cd8b // indirect
	github.com/antlr4-go/antlr/v4 v4.13.1 // indirect
	github.com/chromedp/sysutil v1.1.0 // indirect
	github.com/fxamacker/cbor/v2 v2.9.1 // indirect
	github.com/go-json-experiment/json v0.0.0-20250725192818-e39067aee2d2 // indirect
	github.com/go-logr/logr v1.4.3 // indirect
	github.com/gobwas/httphead v0.1.0 // indirect
	github.com/gobwas/pool v0.2.1 // indirect
	github.com/gobwas/ws v1.4.0 // indirect
	github.com/golang/freetype v0.0.0-20170609003504-e2365dfdc4a0 // indirect
	github.com/google/go-cmp v0.7.0 // indirect
	github.com/inconshreveable/mousetrap v1.1.0 // indirect
	github.com/json-iterator/go v1.1.12 // indirect
	github.com/mdlayher/netlink v1.7.3-0.20250113171957-fbb4dce95f42 // indirect
	github.com/mdlayher/socket v0.5.0 // indirect
	github.com/modern-go/concurrent v0.0.0-20180306012644-bacd9c7ef1dd // indirect
	github.com/modern-go/reflect2 v1.0.3-0.20250322232337-35a7c28c31ee // indirect
	github.com/vishvananda/netns v0.0.5 // indirect
	github.com/x448/float16 v0.8.4 // indirect
	github.com/xeipuuv/gojsonpointer v0.0.0-20180127040702-4e3ac2762d5f // indirect
	github.com/xeipuuv/gojsonreference v0.0.0-20180127040603-bd5ef7bd5415 // indirect
	github.com/xeipuuv/gojsonschema v1.2.0 // indirect
	go.yaml.in/yaml/v2 v2.4.4 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/exp v0.0.0-20240823005443-9b4947da3948 // indirect
	golang.org/x/exp/typeparams v0.0.0-20231108232855-2478ac86f678 // indirect
	golang.org/x/image v0.30.0 // indirect
	golang.org/x/mod v0.41.0 // indirect
	golang.org/x/net v0.59.0 // indirect
	golang.org/x/sync v0.23.0 // indirect
	golang.org/x/text v0.42.0 // indirect
	golang.org/x/tools v0.51.0 // indirect
	google.golang.org/genproto/googleapis/api v0.0.0-20240826202546-f6391c0de4c7 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20240826202546-f6391c0de4c7 // indirect
	google.golang.org/protobuf v1.36.12-0.20260120151049-f2248ac996af // indirect
	gopkg.in/inf.v0 v0.9.1 // indirect
	honnef.co/go/tools v0.8.2 // indirect
	k8s.io/apimachinery v0.37.2 // indirect
	k8s.io/klog/v2 v2.140.0 // indirect
	k8s.io/kube-openapi v0.0.0-20260721132016-d427ff9ee9ad // indirect
	k8s.io/utils v0.0.0-20260626114624-be93311217bd // indirect
	sigs.k8s.io/json v0.0.0-20250730193827-2d320260d730 // indirect
	sigs.k8s.io/randfill v1.0.0 // indirect
	sigs.k8s.io/structured-merge-diff/v6 v6.4.2 // indirect
)

// staticcheck, run by .ci/run
tool honnef.co/go/tools/cmd/staticcheck
