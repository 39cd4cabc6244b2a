package spec

// walker is one worker that puts successors together.
type walker struct {
	c     *Composed
	ends  [2]known[Endpoint, localEnd]
	bags  [2]known[Bag, localBag]
	kinds [2]map[Segment]uint8
	segs  [2][]Segment // by number, of those that a host sends
	lost  [2][]bool    // by number: the scenario loses it

	// The successor that is being put together, of an event at one host.
	at     Host
	was    *localEnd // what the host was before
	end    [2]*localEnd
	bag    [2]bagRef
	budget budget
	forgot int // how many of the segments it sends take room until put's changes of them are made

	words []uint64 // what successors gives
	full  bool
}

// successors appends the words of what the state of a word leads to, and tells whether
// that is all.
func (w *walker) successors(word uint64, buf []uint64) ([]uint64, bool) {
	w.words, w.full = buf, false
	w.parts(word)
	ends := w.end
	for h := Client; h <= Server; h++ {
		w.at, w.was = h, ends[h]
		peer := h.Peer()
		ref := w.bag[peer]
		from := w.bags[peer].numbered[ref.number()]
		for i := range from.flight {
			f := &from.flight[i]
			if f.rest == 0 {
				w.take(peer, from, f)
			}
			reactions := w.arrivals(h, ends[h], f.kind)
			for k := range reactions {
				r := &reactions[k]
				w.end[h] = r.end
				switch { // many may be left
				case f.many && r.n == 0 && r.end == ends[h]:
					w.words = append(w.words, word)
				case f.many:
					w.send(r, 0)
				}
				w.bag[peer] = f.rest
				w.send(r, 0)
				w.bag[peer] = ref
			}
		}
		reactions := w.calls(h, ends[h])
		for k := range reactions {
			w.end[h] = reactions[k].end
			w.send(&reactions[k], 0)
		}
		w.end[h] = ends[h]
	}
	return w.words, !w.full
}

// send lets the network decide about what is sent from the ith segment on, as fates does.
func (w *walker) send(r *reaction, i int) {
	if i == r.n {
		w.finish()
		return
	}
	h, kind, m := w.at, r.sent[i], w.c.m
	old, b, forgot := w.bag[h], w.budget, w.forgot
	scripted := w.lost[h][kind]
	if scripted || m.p.Net.Losses == Unlimited || b.losses > 0 {
		if !scripted && m.p.Net.Losses != Unlimited {
			w.budget.losses--
		}
		w.send(r, i+1)
		w.budget = b
	}
	if scripted {
		return
	}
	to := w.end[h.Peer()]
	once := !m.p.Net.Queue && w.segs[h][kind].Has(RST) && m.closesAt(h.Peer(), &to.Endpoint, w.segs[h][kind])
	for extra := uint8(0); extra <= min(b.duplicates, maxCopies-1); extra++ {
		if bag := w.bags[h].numbered[w.bag[h].number()]; !once || !bag.kinds.has(kind) {
			w.bag[h] = w.put(h, bag, kind, to)
		}
		if w.bag[h] == 0 {
			w.full = true
			break
		}
		w.budget.duplicates = b.duplicates - extra
		w.send(r, i+1)
	}
	w.bag[h], w.budget, w.forgot = old, b, forgot
}

// put is a bag with one more segment on its way to an endpoint, as far as that hears of it;
// 0 where there may be no room.
func (w *walker) put(h Host, bag *localBag, kind uint8, to *localEnd) bagRef {
	if !to.hears {
		if !to.known.has(kind) {
			w.look(h.Peer(), to, kind)
		}
		if to.changed.has(kind) {
			if bag.size+w.forgot >= w.c.m.room() {
				return 0 // there may have been room
			}
			w.forgot++
			if kind = to.becomes[kind]; kind == gone {
				return bag.ref
			}
		}
	}
	if w.forgot > 0 && bag.size+w.forgot >= w.c.m.room() {
		return 0
	}
	if int(kind) < len(bag.with) && bag.with[kind] != 0 {
		return bag.with[kind]
	}
	b := bag.Bag
	if !w.c.m.insert(&b, w.segs[h][kind]) {
		return 0
	}
	for len(bag.with) <= int(kind) {
		bag.with = append(bag.with, 0)
	}
	bag.with[kind] = w.knownBag(h, b).ref
	return bag.with[kind]
}

// finish forgets what nobody reads of the successor, and appends its word.
func (w *walker) finish() {
	end, bag, b := w.end, w.bag, w.budget
	if !w.forget(&end, &bag, &b) {
		s := w.join(end, bag, b)
		w.c.m.forgetNetwork(&s)
		end, bag, b = w.split(s)
	}
	w.words = append(w.words, w.word(&end, &bag, b))
}

// parts takes a word apart.
func (w *walker) parts(word uint64) {
	var number [composedParts]uint32
	for i, n := range w.c.width {
		number[i] = uint32(word & (1<<n - 1))
		word >>= n
	}
	for h := Client; h <= Server; h++ {
		if w.end[h] = w.ends[h].numberedBy(number[h]); w.end[h] == nil {
			w.end[h] = w.knownEnd(h, w.c.ends[h].at(number[h]))
		}
		bag := w.bags[h].numberedBy(number[bagPart+h])
		if bag == nil {
			bag = w.knownBag(h, w.c.bags[h].at(number[bagPart+h]))
		}
		w.bag[h] = bag.ref
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
	c := w.c
	return ends[0].bits ^ ends[1].bits ^ c.labelBudget(b) ^ uint64(bags[0]^bags[1])<<digestBit ^
		uint64(bags[0].number())<<c.bagAt[0] ^ uint64(bags[1].number())<<c.bagAt[1]
}

// join puts a state together.
func (w *walker) join(ends [2]*localEnd, bags [2]bagRef, b budget) State {
	net := func(h Host) Bag { return w.bags[h].numbered[bags[h].number()].Bag }
	return State{
		Host: [2]Endpoint{ends[Client].Endpoint, ends[Server].Endpoint}, Net: [2]Bag{net(Client), net(Server)},
		Losses: b.losses, Duplicates: b.duplicates,
	}
}
