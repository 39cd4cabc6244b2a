package spec

// walker is one worker that puts successors together.
type walker struct {
	c     *Composed
	ends  [2]known[localEnd]
	bags  [2]known[localBag]
	with  [2]grown
	kinds [2]map[Segment]uint8
	segs  [2][]Segment // by number, of those that a host sends
	lost  [2][]bool    // by number: the scenario loses it
	plain [2]kinds     // the network may lose and double them as any
	// budgets are what budgets add to a word, by number.
	budgets []uint64
	bagAt   [2]uint   // the places of bags in a word
	empty   [2]bagRef // without segments
	hearing [2]map[Endpoint]*hearing
	forgot  [1 << recallBits]forgotten

	// The state of which successors are put together.
	end    [2]*localEnd
	bag    [2]bagRef
	size   [2]int // of the bags
	budget budget
	at     Host    // of the event
	met    meeting // where endpoints mind each other

	words []uint64 // what successors gives
	full  bool
}

// replace works out anew what depends on the places of parts in a word.
func (w *walker) replace() {
	for h := range 2 {
		for _, l := range w.ends[h] {
			if l != nil {
				w.c.place(endPart+h, &l.label)
			}
		}
	}
	net := &w.c.m.p.Net
	w.bagAt = w.c.bagAt
	w.budgets = w.budgets[:0]
	for losses := range max(net.Losses, 0) + 1 {
		for duplicates := range net.Duplicates + 1 {
			w.budgets = append(w.budgets, w.c.labelBudget(budget{uint8(losses), uint8(duplicates)}))
		}
	}
	w.forgot = [len(w.forgot)]forgotten{}
}

// successors appends the words of what the state of a word leads to, and tells whether
// that is all.
func (w *walker) successors(word uint64, buf []uint64) ([]uint64, bool) {
	w.words, w.full = buf, false
	w.parts(word)
	for h := Client; h <= Server; h++ {
		e, peer := w.end[h], h.Peer()
		in := w.bags[peer][w.bag[peer].number()]
		w.at = h
		for i := range in.flight {
			f := &in.flight[i]
			if f.rest == 0 {
				w.take(peer, in, f)
			}
			reactions := w.arrivals(h, e, f.kind)
			for k := range reactions {
				r := &reactions[k]
				switch { // many may be left
				case f.many && r.n == 0 && r.end == e:
					w.words = append(w.words, word)
				case f.many:
					w.react(r, in.ref)
				}
				w.react(r, f.rest)
			}
		}
		reactions := w.calls(h, e)
		for k := range reactions {
			w.react(&reactions[k], in.ref)
		}
	}
	return w.words, !w.full
}

// react appends the words of the states to which a reaction may lead, with a bag on its way
// to the host then. The state that they come of has nothing to forget.
func (w *walker) react(r *reaction, in bagRef) {
	h, e := w.at, r.end
	peer := h.Peer()
	o, out := w.end[peer], w.bag[h]
	if !e.hears && e != w.end[h] {
		in = w.left(h, e.hearing, in)
	}
	minds := e.minds(o)
	if minds {
		if !w.meet(e, in) {
			w.send(r, 0, out, w.budget, 0)
			return
		}
		e, o = w.met.end[h], w.met.end[peer]
	}
	word := e.bits ^ o.bits ^ w.bagBits(peer, in)
	switch {
	case r.n == 0:
		w.words = append(w.words, word^w.bagBits(h, out)^w.budgetBits(w.budget))
	case r.n == 1 && w.plain[h].has(r.sent[0]) && (o.hears || w.roomFor(o.hearing, r.sent[0])):
		w.sendOne(r.sent[0], o, word)
	default:
		if !minds {
			w.meet(e, in)
		}
		w.send(r, 0, out, w.budget, 0)
	}
}

// roomFor tells whether all copies of a segment have room on their way to an endpoint, as
// they are and as what is left of them.
func (w *walker) roomFor(e *hearing, kind uint8) bool {
	return e.known.has(kind) && (!e.changed.has(kind) || !w.c.m.p.Net.Queue && w.size[w.at]+maxCopies+1 < w.c.m.room())
}

// sendOne is send of one segment that put has room for, where nothing else is forgotten: a
// word lacks what was sent and budgets.
func (w *walker) sendOne(kind uint8, to *localEnd, word uint64) {
	h, net := w.at, &w.c.m.p.Net
	out, b := w.bag[h], w.budget
	if !to.hears && to.hearing.changed.has(kind) {
		kind = to.hearing.becomes[kind]
	}
	switch {
	case net.Losses == Unlimited:
		w.words = append(w.words, word^w.bagBits(h, out)^w.budgetBits(b))
	case b.losses > 0:
		w.words = append(w.words, word^w.bagBits(h, out)^w.budgetBits(budget{b.losses - 1, b.duplicates}))
	}
	for extra := range min(b.duplicates, maxCopies-1) + 1 {
		if kind != gone {
			out = w.grow(h, out, kind)
		}
		if out == 0 {
			w.full = true
			return
		}
		w.words = append(w.words, word^w.bagBits(h, out)^w.budgetBits(budget{b.losses, b.duplicates - extra}))
	}
}

// send lets the network decide about what is sent from the ith segment on, as fates does.
// forgot is how many of the segments that were sent take room until put's changes of
// them are made.
func (w *walker) send(r *reaction, i uint8, out bagRef, b budget, forgot int) {
	if i == r.n {
		w.words = append(w.words, w.forget(out, b))
		return
	}
	h, kind, net := w.at, r.sent[i], &w.c.m.p.Net
	if w.lost[h][kind] {
		w.send(r, i+1, out, b, forgot)
		return
	}
	switch {
	case net.Losses == Unlimited:
		w.send(r, i+1, out, b, forgot)
	case b.losses > 0:
		w.send(r, i+1, out, budget{b.losses - 1, b.duplicates}, forgot)
	}
	to := w.end[h.Peer()]
	once := !net.Queue && w.segs[h][kind].Has(RST) && w.c.m.closesAt(h.Peer(), &to.Endpoint, w.segs[h][kind])
	for extra := uint8(0); extra <= min(b.duplicates, maxCopies-1); extra++ {
		if !once || !w.bags[h][out.number()].kinds.has(kind) {
			out = w.put(h, out, kind, to, &forgot)
		}
		if out == 0 {
			w.full = true
			return
		}
		w.send(r, i+1, out, budget{b.losses, b.duplicates - extra}, forgot)
	}
}

// put is a bag with one more segment on its way to an endpoint, as far as that hears of it;
// 0 where there may be no room.
func (w *walker) put(h Host, bag bagRef, kind uint8, to *localEnd, forgot *int) bagRef {
	if !to.hears {
		to := to.hearing
		if !to.known.has(kind) {
			w.listen(h.Peer(), to, kind)
		}
		if to.changed.has(kind) {
			if w.bags[h][bag.number()].size+*forgot >= w.c.m.room() {
				return 0 // there may have been room
			}
			*forgot++
			if kind = to.becomes[kind]; kind == gone {
				return bag
			}
		}
	}
	if *forgot > 0 && w.bags[h][bag.number()].size+*forgot >= w.c.m.room() {
		return 0
	}
	return w.grow(h, bag, kind)
}

// grow is a bag with one more segment; 0 where there is no room.
func (w *walker) grow(h Host, bag bagRef, kind uint8) bagRef {
	if with := *w.with[h].at(bag, kind); with != 0 {
		return with
	}
	return w.insert(h, bag, kind)
}

func (w *walker) insert(h Host, bag bagRef, kind uint8) bagRef {
	b := w.bags[h][bag.number()].Bag
	if !w.c.m.insert(&b, w.segs[h][kind]) {
		return 0
	}
	with := w.knownBag(h, b).ref
	*w.with[h].at(bag, kind) = with
	return with
}

// parts takes a word apart.
func (w *walker) parts(word uint64) {
	var number [composedParts]uint32
	for i, n := range &w.c.width {
		number[i] = uint32(word & (1<<n - 1))
		word >>= n
	}
	for h := Client; h <= Server; h++ {
		if w.end[h] = w.ends[h].numbered(number[h]); w.end[h] == nil {
			w.end[h] = w.knownEnd(h, w.c.ends[h].at(number[h]))
		}
		bag := w.bags[h].numbered(number[bagPart+h])
		if bag == nil {
			bag = w.knownBag(h, w.c.bags[h].at(number[bagPart+h]))
		}
		w.bag[h], w.size[h] = bag.ref, bag.size
	}
	w.budget = w.c.unpackBudget(uint64(number[budgetPart]))
}

// split takes a state apart.
func (w *walker) split(s State) (ends [2]*localEnd, bags [2]bagRef, b budget) {
	for h := Client; h <= Server; h++ {
		ends[h], bags[h] = w.knownEnd(h, s.Host[h]), w.knownBag(h, s.Net[h]).ref
	}
	return ends, bags, budget{s.Losses, s.Duplicates}
}

// word is the word of parts.
func (w *walker) word(ends *[2]*localEnd, bags *[2]bagRef, b budget) uint64 {
	return ends[0].bits ^ ends[1].bits ^ w.bagBits(Client, bags[Client]) ^ w.bagBits(Server, bags[Server]) ^ w.budgetBits(b)
}

func (w *walker) bagBits(h Host, bag bagRef) uint64 {
	return uint64(bag)<<digestBit ^ uint64(bag.number())<<w.bagAt[h]
}

func (w *walker) budgetBits(b budget) uint64 {
	return w.budgets[uint64(b.losses)*w.c.perLoss+uint64(b.duplicates)]
}

// join puts a state together.
func (w *walker) join(ends [2]*localEnd, bags [2]bagRef, b budget) State {
	net := func(h Host) Bag { return w.bags[h][bags[h].number()].Bag }
	return State{
		Host: [2]Endpoint{ends[Client].Endpoint, ends[Server].Endpoint}, Net: [2]Bag{net(Client), net(Server)},
		Losses: b.losses, Duplicates: b.duplicates,
	}
}
