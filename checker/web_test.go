package checker

import "pgregory.net/rapid"

// web is a random graph whose nodes are packed into some words. Its steps are
// chosen by a hash of the node, so that it needs no table.
type web struct {
	nodes, degree, seed uint64
	width               int
}

type knot struct{ n, m uint64 }

func (g web) knot(n uint64) knot { return knot{n, n * 0x9e3779b97f4a7c15} }

func (g web) Init() []knot { return []knot{g.knot(0), g.knot(g.nodes / 2), g.knot(0)} }

func (g web) Events(s knot, buf []Event) []Event {
	for i := range g.degree {
		if hashWords(0, []uint64{s.n, i, g.seed})%3 != 0 {
			buf = append(buf, Event{ID: i + 1, Latest: Forever})
		}
	}
	return buf
}

func (g web) Fire(s knot, e Event, emit func(knot, Effect)) {
	h := hashWords(0, []uint64{g.seed, e.ID, s.n})
	far := g.nodes
	if h&1 == 0 {
		far = 8 // steps are short, so that the graph is deep
	}
	emit(g.knot((s.n+h>>1%far)%g.nodes), Effect{Label: Label{h}})
}

// packedWeb spreads a node over several words.
type packedWeb struct{ web }

func (g packedWeb) Words() int { return g.width }
func (g packedWeb) Pack(s knot, words []uint64) {
	words[0], words[g.width-1] = s.n&0xff, s.n>>8
	if g.width == 1 {
		words[0] = s.n
	}
}
func (g packedWeb) Unpack(words []uint64) knot {
	if g.width == 1 {
		return g.knot(words[0])
	}
	return g.knot(words[0] | words[g.width-1]<<8)
}

// partedWeb keeps the two ends of the words apart.
type partedWeb struct{ packedWeb }

func (g partedWeb) Parts() []int { return []int{1, g.width - 1} }

// listedWeb lists successors, of every fourth node only.
type listedWeb struct{ partedWeb }

func (g listedWeb) Successors(s knot, buf []knot) []knot {
	if s.n%4 == 3 {
		return nil
	}
	for _, e := range g.Events(s, nil) {
		g.Fire(s, e, func(to knot, _ Effect) { buf = append(buf, to) })
	}
	return buf
}

func genWeb(t *rapid.T) (web, Model[knot]) {
	g := web{
		nodes:  rapid.Uint64Range(1, 3000).Draw(t, "nodes"),
		degree: rapid.Uint64Range(0, 4).Draw(t, "degree"),
		seed:   rapid.Uint64().Draw(t, "seed"),
		width:  rapid.IntRange(1, 5).Draw(t, "words"),
	}
	p := packedWeb{g}
	all := []Model[knot]{p, listedWeb{partedWeb{p}}}
	if g.width > 1 {
		all = append(all, partedWeb{p})
	} else {
		all = all[:1]
	}
	return g, rapid.SampledFrom(all).Draw(t, "packing")
}
