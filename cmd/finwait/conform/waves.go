package conform

import (
	"strings"

	"github.com/finwait/finwait/spec"
)

// Waves names the part that each segment of a run plays in the teardown, in the
// order in which they were sent: the FIN of the side that closes first is the
// first wave, the acknowledgment of it the second, the other side's FIN the third
// and its acknowledgment the fourth. One segment can be two of them, and one that
// is none is "".
func (r *Result) Waves() []string {
	if r.Trace == nil {
		return nil
	}
	var names []string
	var end [2]spec.Seq // behind the FIN of a host, once it was sent
	first, known := spec.Client, false
	for _, step := range r.Trace.Steps {
		for _, sent := range spec.SentIn(step.Label) {
			g := sent.Segment
			if g.Has(spec.FIN) {
				end[sent.From] = g.End()
				if !known {
					first, known = sent.From, true
				}
			}
			var parts []string
			peers := end[sent.From.Peer()]
			acks := !g.Has(spec.RST) && g.Has(spec.ACK) && peers != 0 && !g.Ack.Before(peers)
			if sent.From == first {
				parts = add(parts, g.Has(spec.FIN), "1")
				parts = add(parts, acks, "4")
			} else {
				parts = add(parts, acks, "2")
				parts = add(parts, g.Has(spec.FIN), "3")
			}
			name := ""
			if len(parts) > 0 {
				name = "wave " + strings.Join(parts, "+")
			}
			names = append(names, name)
		}
	}
	return names
}

func add(list []string, yes bool, word string) []string {
	if yes {
		return append(list, word)
	}
	return list
}
