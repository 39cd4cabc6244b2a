package scenario_test

import (
	"fmt"

	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/spec"
)

func ExampleScenario_Instantiate() {
	all, _ := scenario.Find("first-wave-lost")
	i, _ := all[0].Instantiate(spec.Article, scenario.Overrides{})
	client := i.Params.Host[spec.Client]
	fmt.Println(client.TCPOrphanRetries, client.RTO/spec.Millisecond, "ms,", i.Expect["both-closed"])

	i, _ = all[0].Instantiate(spec.Linux, scenario.Overrides{Set: []string{"client.sysctl.net.ipv4.tcp_orphan_retries=5"}})
	client = i.Params.Host[spec.Client]
	fmt.Println(client.TCPOrphanRetries, client.RTO/spec.Millisecond, "ms,", i.Overridden, i.Expect == nil)
	// Output:
	// 3 200 ms, violated
	// 5 204 ms, true true
}

func ExampleParse() {
	_, err := scenario.Parse("my.yaml", []byte("client:\n  rto: 204\n"))
	fmt.Println(err)
	// Output:
	// scenario my.yaml:2: client.rto: found 204 (a number without unit), want a duration such as 204ms
	//     2 |   rto: 204
	//                ^
}
