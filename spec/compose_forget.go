package spec

// What forgetNetwork does, for parts: the same, but for what is rare, of which it is asked
// itself.

// forget leaves of a successor what forgetNetwork would, or says that it is to be asked.
// The state that it comes of has nothing to forget, and put has seen to what was sent.
func (w *walker) forget(ends *[2]*localEnd, bags *[2]*localBag, b *budget) bool {
	c, s := ends[Client], ends[Server]
	if c.hears && s.hears && !c.acked && !s.acked && !c.rare && !s.rare && !(c.still && s.still) {
		return true
	}
	for h, e := range ends {
		peer, in := ends[1-h], &bags[1-h]
		switch {
		case e.rare, e.held && peer.State == Closed:
			return false
		case e.State == Closed && peer.State == TimeWait && (*in).size > 0:
			return false // what is pointless depends on both
		case !e.hears && Host(h) == w.at && e != w.was:
			*in = w.left(Host(h), e, *in)
		}
		if e.acked && peer.State != FinWait1 {
			ends[h] = e.without(&e.unacked, w, Host(h), func(e *Endpoint) { e.AckedFinAlone = false })
		}
	}
	if c.State == Closed && s.State == Closed {
		for h := range bags {
			bags[h] = w.knownBag(Host(h), Bag{})
		}
	}
	if c.still && s.still && w.silent(Client, c, bags[Server]) && w.silent(Server, s, bags[Client]) {
		*b = budget{}
		for h, e := range ends {
			ends[h] = e.without(&e.quiet, w, Host(h), (*Endpoint).forgetArrivals)
		}
	}
	return true
}

// left is what is left of a bag on its way to an endpoint.
func (w *walker) left(h Host, e *localEnd, in *localBag) *localBag {
	of := e.meets(in)
	if of.left != nil {
		return of.left
	}
	if !in.kinds.within(&e.known) {
		in.kinds.each(func(kind uint8) {
			if !e.known.has(kind) {
				w.look(h, e, kind)
			}
		})
	}
	of.left = in
	if in.kinds.meets(&e.changed) {
		s := w.before(h, e)
		s.Net[h.Peer()] = in.Bag
		w.c.m.forgetUnheard(&s, h)
		of.left = w.knownBag(h.Peer(), s.Net[h.Peer()])
	}
	return of.left
}

// without is an endpoint of which something is forgotten.
func (e *localEnd) without(known **localEnd, w *walker, h Host, forget func(*Endpoint)) *localEnd {
	if *known == nil {
		left := e.Endpoint
		forget(&left)
		*known = w.knownEnd(h, left)
	}
	return *known
}

// look learns what is left of a segment on its way to an endpoint.
func (w *walker) look(h Host, e *localEnd, kind uint8) {
	m, s := w.c.m, w.before(h, e)
	g := w.segs[h.Peer()][kind]
	several := g
	several.Flags |= many
	one := m.left(&s, h, g)
	e.known.add(kind)
	if one == g && m.left(&s, h, several) == several {
		return
	}
	e.changed.add(kind)
	for len(e.becomes) <= int(kind) {
		e.becomes = append(e.becomes, gone)
	}
	if one != (Segment{}) {
		to := w.kind(h.Peer(), one) // may be kind: of one that closes, one is left
		e.becomes[kind] = to
	}
}

// silent is [Model.unanswered] or a host that hears nothing.
func (w *walker) silent(h Host, e *localEnd, in *localBag) bool {
	of := e.meets(in)
	if !of.worked {
		s := w.before(h, e)
		s.Net[h.Peer()] = in.Bag
		of.silent, of.worked = e.Offline || w.c.m.unanswered(&s, h), true
	}
	return of.silent
}

// before is a state of which only one host is there.
func (w *walker) before(h Host, e *localEnd) (s State) {
	s.Host[h], s.Host[h.Peer()].State = e.Endpoint, Closed
	return s
}
