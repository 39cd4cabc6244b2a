package spec

import (
	"testing"
)

// benchStates are reachable states of a lossy close with data, durations ignored,
// breadth first.
func benchStates(b *testing.B, most int) (*Model, []State) {
	p := pair(Linux, func(p *Params) {
		for h := range p.Host {
			p.Host[h].Script = []Call{{Do: Send, N: 1, When: Anytime, Within: Never}, {Do: Close, When: Anytime, Within: Never}}
		}
		p.Net.Losses, p.Net.Duplicates, p.Net.Capacity = Unlimited, 1, MaxCapacity
	})
	m, err := New(p)
	if err != nil {
		b.Fatal(err)
	}
	m = m.Any()
	states := m.Init()
	seen := map[State]bool{states[0]: true}
	var next []State
	for i := 0; len(states) < most; i++ {
		next = m.Successors(states[i], next[:0])
		for _, s := range next {
			if !seen[s] {
				seen[s] = true
				states = append(states, s)
			}
		}
	}
	return m, states
}

// BenchmarkSuccessors lists the next states of a state, and packs them; the
// time is that of one of them.
func BenchmarkSuccessors(b *testing.B) {
	m, states := benchStates(b, 20_000)
	words := make([]uint64, m.Words())
	for name, packs := range map[string]bool{"alone": false, "with Pack": true} {
		b.Run(name, func(b *testing.B) {
			var next []State
			count := 0
			b.ReportAllocs()
			for i := 0; b.Loop(); i = (i + 1) % len(states) {
				next = m.Successors(states[i], next[:0])
				count += len(next)
				if packs {
					for j := range next {
						m.Pack(next[j], words)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(count), "ns/successor")
		})
	}
}

// BenchmarkPack packs a state, and unpacks it.
func BenchmarkPack(b *testing.B) {
	m, states := benchStates(b, 20_000)
	records := make([]uint64, m.Words()*len(states))
	for i, s := range states {
		m.Pack(s, records[i*m.Words():])
	}
	b.Run("pack", func(b *testing.B) {
		words := make([]uint64, m.Words())
		for i := 0; b.Loop(); i = (i + 1) % len(states) {
			m.Pack(states[i], words)
		}
	})
	b.Run("unpack", func(b *testing.B) {
		var s State
		for i := 0; b.Loop(); i = (i + 1) % len(states) {
			s = m.Unpack(records[i*m.Words():])
		}
		_ = s
	})
}
