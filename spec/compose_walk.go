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
	bag    [2]*localBag
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
		from := w.bag[peer]
		for i := range from.flight {
			f := &from.flight[i]
			if f.rest == nil {
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
				w.bag[peer] = from
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
		if !once || !w.bag[h].kinds.has(kind) {
			w.bag[h] = w.put(h, w.bag[h], kind, to)
		}
		if w.bag[h] == nil {
			w.full = true
			break
		}
		w.budget.duplicates = b.duplicates - extra
		w.send(r, i+1)
	}
	w.bag[h], w.budget, w.forgot = old, b, forgot
}

// put is a bag with one more segment on its way to an endpoint, as far as that hears of it;
// nil where there may be no room.
func (w *walker) put(h Host, bag *localBag, kind uint8, to *localEnd) *localBag {
	if !to.hears {
		if !to.known.has(kind) {
			w.look(h.Peer(), to, kind)
		}
		if to.changed.has(kind) {
			if bag.size+w.forgot >= w.c.m.room() {
				return nil // there may have been room
			}
			w.forgot++
			if kind = to.becomes[kind]; kind == gone {
				return bag
			}
		}
	}
	if w.forgot > 0 && bag.size+w.forgot >= w.c.m.room() {
		return nil
	}
	if int(kind) < len(bag.with) && bag.with[kind] != nil {
		return bag.with[kind]
	}
	b := bag.Bag
	if !w.c.m.insert(&b, w.segs[h][kind]) {
		return nil
	}
	for len(bag.with) <= int(kind) {
		bag.with = append(bag.with, nil)
	}
	bag.with[kind] = w.knownBag(h, b)
	return bag.with[kind]
}

// finish forgets what nobody reads of the successor, and appends its word.
func (w *walker) finish() {
	end, bag, b := w.end, w.bag, w.budget
	if !w.forget(&end, &bag, &b) {
		s := join(end, bag, b)
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
		if w.bag[h] = w.bags[h].numberedBy(number[bagPart+h]); w.bag[h] == nil {
			w.bag[h] = w.knownBag(h, w.c.bags[h].at(number[bagPart+h]))
		}
	}
	w.budget = w.c.unpackBudget(uint64(number[budgetPart]))
}

// split takes a state apart.
func (w *walker) split(s State) (ends [2]*localEnd, bags [2]*localBag, b budget) {
	for h := Client; h <= Server; h++ {
		ends[h], bags[h] = w.knownEnd(h, s.Host[h]), w.knownBag(h, s.Net[h])
	}
	return ends, bags, budget{s.Losses, s.Duplicates}
}

// word is the word of parts.
func (w *walker) word(ends *[2]*localEnd, bags *[2]*localBag, b budget) uint64 {
	return ends[0].bits ^ ends[1].bits ^ bags[0].bits ^ bags[1].bits ^ w.c.labelBudget(b)
}
