package spec_test

import (
	"fmt"

	"github.com/finwait/finwait/spec"
)

// Every FIN of the client is lost; under the article's rule it is retransmitted
// tcp_orphan_retries times, and one RTO later the client is gone.
func Example() {
	p := spec.Params{Profile: spec.Article, Net: spec.DefaultNet()}
	p.Host = [2]spec.HostParams{spec.DefaultHost(), spec.DefaultHost()}
	p.Host[spec.Client].TCPOrphanRetries = 1
	p.Host[spec.Client].Script = []spec.Call{{Do: spec.Close}}
	p.Net.Lose = []spec.LossRule{{From: spec.Client, Kind: spec.KindFIN}}
	m, err := spec.New(p)
	if err != nil {
		fmt.Println(err)
		return
	}
	s := m.Init()[0]
	for events := m.Events(s, nil); len(events) > 0; events = m.Events(s, nil) {
		e := events[0]
		fmt.Printf("%v %s:", spec.EventOf(e.ID).Host, m.Describe(s, e))
		m.Fire(s, e, func(next spec.State, how spec.Effect) {
			for _, sent := range spec.SentIn(how.Label) {
				fmt.Printf(" %v, %d copies,", sent.Segment, sent.Copies)
			}
			s = next
		})
		fmt.Println(" client", s.Host[spec.Client].State)
	}
	// Output:
	// client close(): FIN+ACK seq=1 ack=1, 0 copies, client FIN_WAIT_1
	// client RTO: FIN+ACK seq=1 ack=1, 0 copies, client FIN_WAIT_1
	// client RTO: client CLOSED
}
