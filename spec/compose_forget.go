package spec

// What forgetNetwork does, for parts: the same, but for what is rare, of which it is asked
// itself.

// forget leaves of a successor what forgetNetwork would, or says that it is to be asked.
// The state that it comes of has nothing to forget, and put has seen to what was sent.
func (w *walker) forget(ends *[2]*localEnd, bags *[2]bagRef, b *budget) bool {
	h := w.at
	if e := ends[h]; e != w.was && !e.hears {
		in := &bags[h.Peer()]
		*in = w.left(h, e, *in)
	}
	c, s := ends[Client], ends[Server]
	traits := c.traits | s.traits
	if traits&(mayForgetMore|holdsText|ackedAlone) == 0 && traits&(isClosed|isTimeWait) != isClosed|isTimeWait && c.traits&s.traits&isStill == 0 {
		return true
	}
	return w.forgetMore(ends, bags, b)
}

// traits of an endpoint are what forgetNetwork asks about.
type traits uint8

const (
	mayForgetMore traits = 1 << iota // it may forget more than is done here
	holdsText                        // it holds text beyond a hole
	ackedAlone                       // AckedFinAlone
	isClosed                         // CLOSED
	isTimeWait                       // TIME_WAIT
	isStill                          // nothing leaves unless something arrives
)

func (m *Model) traitsOf(h Host, e *Endpoint) traits {
	var all traits
	note := func(has bool, t traits) {
		if has {
			all |= t
		}
	}
	note(e.SndWl1 != 0 || e.AckLimited && e.State == TimeWait, mayForgetMore)
	note(e.Held != 0 || e.HeldFin != 0, holdsText)
	note(e.AckedFinAlone, ackedAlone)
	note(e.State == Closed, isClosed)
	note(e.State == TimeWait, isTimeWait)
	note(m.stillAt(h, e), isStill)
	return all
}

func (w *walker) forgetMore(ends *[2]*localEnd, bags *[2]bagRef, b *budget) bool {
	for h, e := range ends {
		peer, in := ends[1-h], bags[1-h]
		switch {
		case e.traits&mayForgetMore != 0, e.traits&holdsText != 0 && peer.State == Closed:
			return false
		case e.State == Closed && peer.State == TimeWait && in != w.empty(Host(1-h)):
			return false // what is pointless depends on both
		case e.traits&ackedAlone != 0 && peer.State != FinWait1:
			ends[h] = e.without(&e.unacked, w, Host(h), func(e *Endpoint) { e.AckedFinAlone = false })
		}
	}
	c, s := ends[Client], ends[Server]
	if c.State == Closed && s.State == Closed {
		bags[Client], bags[Server] = w.empty(Client), w.empty(Server)
	}
	if c.traits&s.traits&isStill != 0 && w.silent(Client, c, bags[Server]) && w.silent(Server, s, bags[Client]) {
		*b = budget{}
		for h, e := range ends {
			ends[h] = e.without(&e.quiet, w, Host(h), (*Endpoint).forgetArrivals)
		}
	}
	return true
}

// empty refers to the bag without segments.
func (w *walker) empty(h Host) bagRef { return w.knownBag(h, Bag{}).ref }

// left is what is left of a bag on its way to an endpoint.
func (w *walker) left(h Host, e *localEnd, ref bagRef) bagRef {
	of := e.meets(ref)
	if of.left != 0 {
		return of.left
	}
	in := w.bags[h.Peer()].numbered[ref.number()]
	if !in.kinds.within(&e.known) {
		in.kinds.each(func(kind uint8) {
			if !e.known.has(kind) {
				w.look(h, e, kind)
			}
		})
	}
	of.left = ref
	if in.kinds.meets(&e.changed) {
		s := w.before(h, e)
		s.Net[h.Peer()] = in.Bag
		w.c.m.forgetUnheard(&s, h)
		of.left = w.knownBag(h.Peer(), s.Net[h.Peer()]).ref
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
func (w *walker) silent(h Host, e *localEnd, in bagRef) bool {
	of := e.meets(in)
	if !of.worked {
		s := w.before(h, e)
		s.Net[h.Peer()] = w.bags[h.Peer()].numbered[in.number()].Bag
		of.silent, of.worked = e.Offline || w.c.m.unanswered(&s, h), true
	}
	return of.silent
}

// before is a state of which only one host is there.
func (w *walker) before(h Host, e *localEnd) (s State) {
	s.Host[h], s.Host[h.Peer()].State = e.Endpoint, Closed
	return s
}
