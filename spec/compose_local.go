package spec

import "math/bits"

// localEnd is an endpoint as one worker knows it: with what its host does at each event.
type localEnd struct {
	Endpoint
	label
	// calls are the outcomes of calls and timers, in the order of Events; worked out when
	// they are first asked for, as arrivals are, by number of the segment that arrives.
	calls    []reaction
	asked    bool
	arrivals [][]reaction

	// What forgetNetwork does to states of this endpoint, see compose_forget.go.
	hears          bool // all that arrives, and nothing is sure to close the connection
	traits         traits
	quiet          *localEnd            // what is left of it where neither host sends any more
	known, changed kinds                // of the segments on the way to it: those looked at, and those not left as they are
	becomes        []uint8              // by number of a changed segment: what is left of it, or gone
	unacked        *localEnd            // the same without AckedFinAlone
	met            []*[meetings]meeting // by number of a bag on its way to it
}

// meeting is what comes of a bag on its way to an endpoint.
type meeting struct {
	left           bagRef // 0: not worked out
	silent, worked bool   // whether nothing in it makes the host send; whether that is worked out
}

// meetings are so many at a time.
const meetings = 128

func (e *localEnd) meets(in bagRef) *meeting {
	number := in.number()
	page := int(number / meetings)
	for len(e.met) <= page {
		e.met = append(e.met, nil)
	}
	if e.met[page] == nil {
		e.met[page] = new([meetings]meeting)
	}
	return &e.met[page][number%meetings]
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
	n    int
}

// localBag is a bag as one worker knows it: with what becomes of it when a segment is taken
// out or put in.
type localBag struct {
	flight []flight // in the order of Events: one for each ID
	with   []bagRef // by number of the segment; 0: not worked out, or no room
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

// known finds parts that a worker has met, by number and by content.
type known[T comparable, L any] struct {
	numbered []*L
	is       map[T]*L
}

func (k *known[T, L]) numberedBy(number uint32) *L {
	if int(number) < len(k.numbered) {
		return k.numbered[number]
	}
	return nil
}

func (k *known[T, L]) enter(number uint32, x T, l *L) {
	for len(k.numbered) <= int(number) {
		k.numbered = append(k.numbered, nil)
	}
	k.numbered[number], k.is[x] = l, l
}

func newWalker(c *Composed) *walker {
	w := &walker{c: c}
	for h := range 2 {
		w.ends[h].is, w.bags[h].is, w.kinds[h] = map[Endpoint]*localEnd{}, map[Bag]*localBag{}, map[Segment]uint8{}
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
	if l := w.ends[h].is[e]; l != nil {
		return l
	}
	a, b := e.pack()
	l := &localEnd{
		Endpoint: e, label: label{number: w.c.ends[h].of(e), digest: digestOf(endPart+int(h), a, b, bit(e.SoftError))},
		hears:  e.State != Closed && !e.PeerFin && !e.Offline,
		traits: w.c.m.traitsOf(h, &e),
	}
	w.c.place(endPart+int(h), &l.label)
	w.ends[h].enter(l.number, e, l)
	return l
}

// knownBag is what the worker knows of a bag.
func (w *walker) knownBag(h Host, b Bag) *localBag {
	if l := w.bags[h].is[b]; l != nil {
		return l
	}
	l := &localBag{Bag: b, size: b.Len()}
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
	number := w.c.bags[h].of(b)
	if number >= maxBags {
		w.c.tooMany.Store(true)
		number = 0 // no matter: what is outgrown is thrown away
	}
	l.ref = bagRef(number+1)<<8 | bagRef(digestOf(bagPart+int(h), words...)&0xff)
	w.bags[h].enter(number, b, l)
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
		s := w.before(h, e)
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
	from := w.before(h, e)
	from.Net[h.Peer()][0] = g
	t := step{m: m, rules: &profileRules[m.p.Profile], fired: i, prev: &from, s: from}
	t.alone = func(t *step) {
		r := reaction{end: w.knownEnd(h, t.s.Host[h]), n: t.sentCount}
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
