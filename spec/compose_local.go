package spec

import "math/bits"

// localEnd is an endpoint as one worker knows it: with what its host does at each event.
type localEnd struct {
	label
	hears  bool // all that arrives, and nothing is sure to close the connection
	asked  bool // calls is worked out
	traits traits
	minded traits // of the peer: with them more may be forgotten
	// calls are the outcomes of calls and timers, in the order of Events; worked out when
	// they are first asked for, as arrivals are, by number of the segment that arrives.
	calls    []reaction
	arrivals [][]reaction

	// What forgetNetwork does to states of this endpoint, see compose_forget.go.
	hearing               *hearing
	looked                kinds     // of the segments on the way to it: those that one of the following has, or none
	heard, resets, ignore kinds     // what makes it send; what closes it and what it ignores, of which both together do
	unacked               *localEnd // the same without AckedFinAlone
	quiet                 *localEnd // what is left of it where neither host sends any more
	Endpoint
}

// gone is the number of no segment.
const gone = maxKinds

// label is what a part adds to a word: its number in its place, and its digest.
type label struct {
	number uint32
	digest uint64
	bits   uint64
}

// reaction is one of the things that a host may do at an event, and what it sends then.
type reaction struct {
	end  *localEnd
	sent [maxSent]uint8 // numbers of segments
	n    uint8
}

// localBag is a bag as one worker knows it: with what becomes of it when a segment is taken
// out. What becomes of it when one is put in is in the row of its number of [walker].with.
type localBag struct {
	flight []flight // in the order of Events: one for each ID
	kinds  kinds
	size   int
	ref    bagRef
	Bag
}

// bagRef is all that a word needs of a bag: its number plus 1, and the digest in the low
// byte. 0 refers to none.
type bagRef uint32

func (r bagRef) number() uint32 { return uint32(r>>8) - 1 }

// maxBags is the number of bags of one host that can be referred to.
const maxBags = 1<<24 - 1

// grown is what becomes of bags when a segment is put in, by number of the bag and of the
// segment; 0: not worked out, or no room. All of a bag stand side by side.
type grown struct {
	to    []bagRef
	shift uint // a bag has 1<<shift of them
}

func (g *grown) at(bag bagRef, kind uint8) *bagRef {
	return &g.to[uint(bag.number())<<g.shift|uint(kind)]
}

// enter makes room for bags up to a number, widen for so many segments.
func (g *grown) enter(number uint32) {
	if more := (int(number)+1)<<g.shift - len(g.to); more > 0 {
		g.to = append(g.to, make([]bagRef, more)...)
	}
}

func (g *grown) widen(kinds int) {
	for 1<<g.shift < kinds {
		old := g.to
		g.to = make([]bagRef, 2*len(old))
		for i, to := range old {
			g.to[i>>g.shift<<(g.shift+1)|i&(1<<g.shift-1)] = to
		}
		g.shift++
	}
}

// flight is a segment in a bag that may be delivered next.
type flight struct {
	kind uint8
	many bool
	rest bagRef // without one of it; 0: not worked out
}

// kinds is a set of numbers of segments.
type kinds [maxKinds / 64]uint64

// maxKinds is how many different segments of one host a composed model can number. With
// more of them it is outgrown.
const maxKinds = 128

func (k *kinds) add(i uint8)      { k[i/64] |= 1 << (i % 64) }
func (k *kinds) has(i uint8) bool { return k[i/64]>>(i%64)&1 == 1 }

func (k *kinds) meets(o *kinds) bool { return k[0]&o[0]|k[1]&o[1] != 0 }
func (k *kinds) within(o *kinds) bool {
	return k[0]&^o[0]|k[1]&^o[1] == 0
}

func (k *kinds) each(do func(uint8)) {
	for i, set := range k {
		for ; set != 0; set &= set - 1 {
			do(uint8(64*i + bits.TrailingZeros64(set)))
		}
	}
}

// known finds parts that a worker has met by their numbers.
type known[L any] []*L

func (k known[L]) numbered(number uint32) *L {
	if int(number) < len(k) {
		return k[number]
	}
	return nil
}

func (k *known[L]) enter(number uint32, l *L) {
	for len(*k) <= int(number) {
		*k = append(*k, nil)
	}
	(*k)[number] = l
}

func newWalker(c *Composed) *walker {
	w := &walker{c: c, kinds: [2]map[Segment]uint8{{}, {}}, hearing: [2]map[Endpoint]*hearing{{}, {}}}
	w.replace()
	for h := Client; h <= Server; h++ {
		w.empty[h] = w.knownBag(h, Bag{}).ref
	}
	return w
}

// digestOf spreads words of a part.
func digestOf(part int, words ...uint64) (d uint64) {
	for _, w := range words {
		d = (d ^ w + uint64(part)) * 0x9e3779b97f4a7c15
		d ^= d >> 29
	}
	return d >> 32
}

// knownEnd is what the worker knows of an endpoint.
func (w *walker) knownEnd(h Host, e Endpoint) *localEnd {
	number := w.c.ends[h].of(e)
	if l := w.ends[h].numbered(number); l != nil {
		return l
	}
	a, b := e.pack()
	l := &localEnd{Endpoint: e, label: label{number: number, digest: digestOf(endPart+int(h), a, b, bit(e.SoftError))}}
	l.traits, l.minded = w.c.m.traitsOf(h, &e)
	l.hearing, l.hears = w.hearingOf(h, e)
	w.c.place(endPart+int(h), &l.label)
	w.ends[h].enter(number, l)
	return l
}

// knownBag is what the worker knows of a bag.
func (w *walker) knownBag(h Host, b Bag) *localBag {
	number := w.c.bags[h].of(b)
	if number >= maxBags {
		w.c.tooMany.Store(true)
		number = 0 // no matter: what is outgrown is thrown away
	}
	if l := w.bags[h].numbered(number); l != nil {
		return l
	}
	l := &localBag{Bag: b, size: b.Len()}
	l.flight = make([]flight, 0, l.size)
	words := make([]uint64, 0, MaxCapacity)
	for i, g := range b[:l.size] {
		several := g.Has(many)
		words = append(words, uint64(g.order())|bit(several)<<32)
		g.Flags &^= many
		kind := w.kind(h, g)
		l.kinds.add(kind)
		if i == 0 || !w.c.m.p.Net.Queue {
			l.flight = append(l.flight, flight{kind: kind, many: several})
		}
	}
	l.ref = bagRef(number+1)<<8 | bagRef(digestOf(bagPart+int(h), words...)&0xff)
	w.bags[h].enter(number, l)
	w.with[h].enter(number)
	return l
}

// kind is the number of a segment that h sends.
func (w *walker) kind(h Host, g Segment) uint8 {
	k, ok := w.kinds[h][g]
	if !ok {
		if len(w.segs[h]) == maxKinds {
			w.c.tooMany.Store(true)
			return 0 // no matter: what is outgrown is thrown away
		}
		k = uint8(len(w.segs[h]))
		w.kinds[h][g] = k
		w.segs[h], w.lost[h] = append(w.segs[h], g), append(w.lost[h], w.c.m.scriptedLoss(h, g.Kind(), 0))
		if !w.lost[h][k] && !g.Has(RST) {
			w.plain[h].add(k)
		}
		w.with[h].widen(len(w.segs[h]))
	}
	return k
}

// take works out a bag without one of a segment.
func (w *walker) take(h Host, from *localBag, f *flight) {
	b := from.Bag
	w.c.m.remove(&b, w.segs[h][f.kind])
	f.rest = w.knownBag(h, b).ref
}

// arrivals are what comes of the arrival of a segment.
func (w *walker) arrivals(h Host, e *localEnd, kind uint8) []reaction {
	if int(kind) < len(e.arrivals) && e.arrivals[kind] != nil {
		return e.arrivals[kind]
	}
	for len(e.arrivals) <= int(kind) {
		e.arrivals = append(e.arrivals, nil)
	}
	g := w.segs[h.Peer()][kind]
	i := EventInfo{Kind: Deliver, Host: h, Segment: g}
	if w.c.m.p.Net.Queue {
		i.Segment = Segment{}
	}
	e.arrivals[kind] = w.alone(e, i, g, nil)
	return e.arrivals[kind]
}

// calls are what comes of the calls and timers of a host.
func (w *walker) calls(h Host, e *localEnd) []reaction {
	if !e.asked {
		s := before(h, &e.Endpoint)
		for set := w.c.m.pendingAt(&s, h); set != 0; set &= set - 1 {
			e.calls = w.alone(e, EventInfo{Kind: EventKind(bits.TrailingZeros16(set)), Host: h}, Segment{}, e.calls)
		}
		e.asked = true
	}
	return e.calls
}

// alone appends what comes of an event of a host whose peer is not there.
func (w *walker) alone(e *localEnd, i EventInfo, g Segment, all []reaction) []reaction {
	m, h := w.c.m, i.Host
	from := before(h, &e.Endpoint)
	from.Net[h.Peer()][0] = g
	t := step{m: m, rules: &profileRules[m.p.Profile], fired: i, prev: &from, s: from}
	t.alone = func(t *step) {
		r := reaction{end: w.knownEnd(h, t.s.Host[h]), n: uint8(t.sentCount)}
		for k, sent := range t.sent[:t.sentCount] {
			if sent.From != h {
				panic("spec: an event of the " + h.String() + " made its peer send")
			}
			r.sent[k] = w.kind(h, sent.Segment)
		}
		all = append(all, r)
	}
	t.fire(nil)
	return all
}
