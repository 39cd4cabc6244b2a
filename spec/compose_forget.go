package spec

// What forgetNetwork does, for parts: the same, but for what is rare, of which it is asked
// itself.

// meeting is what a host is after an event, and what is known by that alone of what
// forgetNetwork leaves of the successors, whatever is sent and comes of it.
type meeting struct {
	end   [2]*localEnd
	in    bagRef // on its way to the host of the event
	asks  bool   // forgetNetwork is to be asked
	apart bool   // as it is where anything is on its way to the peer, for what is pointless depends on both
	still bool   // neither host sends any more, unless something is on its way to the peer that makes it
	over  bool   // both connections are gone
}

// minds tells whether more may be forgotten of two endpoints than left and put see to.
func (e *localEnd) minds(o *localEnd) bool {
	return e.minded&o.traits|o.minded&e.traits != 0
}

// meet works out what is forgotten of endpoints that mind each other. It tells whether that
// is all, whatever is sent.
func (w *walker) meet(e *localEnd, in bagRef) (all bool) {
	h, peer, o := w.at, w.at.Peer(), &w.met
	*o = meeting{in: in}
	o.end[h], o.end[peer] = e, w.end[peer]
	p := o.end[peer]
	switch either, both := e.traits|p.traits, e.traits&p.traits; {
	case either&mayForgetMore != 0,
		e.traits&holdsText != 0 && p.traits&isClosed != 0, p.traits&holdsText != 0 && e.traits&isClosed != 0,
		e.traits&isClosed != 0 && p.traits&isTimeWait != 0 && in != w.empty[peer]: // what is pointless depends on both
		o.asks = true
		return false
	case both&isClosed != 0:
		o.over, o.in = true, w.empty[peer]
	}
	for i, e := range o.end {
		if e.traits&ackedAlone != 0 && o.end[1-i].State != FinWait1 {
			o.end[i] = e.without(&e.unacked, w, Host(i), func(e *Endpoint) { e.AckedFinAlone = false })
		}
	}
	o.apart = e.traits&isTimeWait != 0 && p.traits&isClosed != 0
	o.still = o.end[h].traits&o.end[peer].traits&isStill != 0 && w.silent(h, o.end[h], o.in)
	return !o.over && !o.apart && !o.still
}

// forget is the word of what is left of a successor.
func (w *walker) forget(out bagRef, b budget) uint64 {
	o, h := &w.met, w.at
	end, peer := o.end, h.Peer()
	var bag [2]bagRef
	bag[h], bag[peer] = out, o.in
	if o.asks || o.apart && out != w.empty[h] {
		return w.recall(end, bag, b)
	}
	if o.over {
		bag[h] = w.empty[h]
	}
	if o.still && w.silent(peer, end[peer], bag[h]) {
		b = budget{}
		for i, e := range end {
			end[i] = e.without(&e.quiet, w, Host(i), (*Endpoint).forgetArrivals)
		}
	}
	return w.word(&end, &bag, b)
}

// recallBits is the size of what a worker remembers of what is rare.
const recallBits = 12

// forgotten is what forgetNetwork made of a word.
type forgotten struct {
	from, to uint64
	known    bool
}

// recall asks forgetNetwork of a successor, or remembers what it said.
func (w *walker) recall(end [2]*localEnd, bag [2]bagRef, b budget) uint64 {
	from := w.word(&end, &bag, b)
	f := &w.forgot[from*0x9e3779b97f4a7c15>>(64-recallBits)]
	if !f.known || f.from != from {
		s := w.join(end, bag, b)
		w.c.m.forgetNetwork(&s)
		end, bag, b = w.split(s)
		*f = forgotten{from, w.word(&end, &bag, b), true}
	}
	return f.to
}

// traits of an endpoint are what forgetNetwork asks about.
type traits uint8

const (
	isAny         traits = 1 << iota
	mayForgetMore        // it may forget more than is done here
	holdsText            // it holds text beyond a hole
	ackedAlone           // AckedFinAlone
	isClosed             // CLOSED
	isTimeWait           // TIME_WAIT
	isStill              // nothing leaves unless something arrives
	notFinWait1          // any state but FIN_WAIT_1
)

// traitsOf are the traits of an endpoint, and those of a peer that it minds.
func (m *Model) traitsOf(h Host, e *Endpoint) (all, minded traits) {
	all = isAny
	note := func(has bool, is, minds traits) {
		if has {
			all, minded = all|is, minded|minds
		}
	}
	note(e.SndWl1 != 0 || e.AckLimited && e.State == TimeWait, mayForgetMore, isAny)
	note(e.Held != 0 || e.HeldFin != 0, holdsText, isClosed)
	note(e.AckedFinAlone, ackedAlone, notFinWait1)
	note(e.State == Closed, isClosed, isClosed|isTimeWait)
	note(e.State == TimeWait, isTimeWait, isClosed)
	note(m.stillAt(h, e), isStill, isStill)
	note(e.State != FinWait1, notFinWait1, 0)
	return all, minded
}

// hearing is what endpoints have in common that leave the same of what is on its way to
// them: all of an endpoint that [Model.left] reads.
type hearing struct {
	known, changed kinds    // segments that were asked for, and those not left as they are
	becomes        []uint8  // by number of a changed segment: what is left of it, or gone
	left           []bagRef // by number of a bag: what is left of it; 0: not worked out
	Endpoint
}

// hearingOf is how an endpoint hears, and whether it hears all that arrives and nothing
// is sure to close the connection.
func (w *walker) hearingOf(h Host, e Endpoint) (*hearing, bool) {
	some := Endpoint{State: e.State, PeerFin: e.PeerFin, RcvNxt: e.RcvNxt, Offline: e.Offline, Mini: e.Mini && e.State == TimeWait}
	switch {
	case e.State == Closed:
		some = Endpoint{State: Closed, Offline: e.Offline, Down: e.Down && !w.c.m.reboots(h, &e), PC: e.PC}
	case e.State != TimeWait && e.State != FinWait1:
		some.State = Established
	}
	l := w.hearing[h][some]
	if l == nil {
		l = &hearing{Endpoint: some}
		w.hearing[h][some] = l
	}
	return l, e.State != Closed && !e.PeerFin && !e.Offline
}

// left is what is left of a bag on its way to an endpoint.
func (w *walker) left(h Host, e *hearing, in bagRef) bagRef {
	number := int(in.number())
	if number < len(e.left) && e.left[number] != 0 {
		return e.left[number]
	}
	if more := len(w.bags[h.Peer()]) - len(e.left); more > 0 {
		e.left = append(e.left, make([]bagRef, more)...)
	}
	s := before(h, &e.Endpoint)
	s.Net[h.Peer()] = w.bags[h.Peer()][number].Bag
	w.c.m.forgetUnheard(&s, h)
	e.left[number] = w.knownBag(h.Peer(), s.Net[h.Peer()]).ref
	return e.left[number]
}

// listen learns what is left of a segment on its way to an endpoint.
func (w *walker) listen(h Host, e *hearing, kind uint8) {
	m, s := w.c.m, before(h, &e.Endpoint)
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

// without is an endpoint of which something is forgotten.
func (e *localEnd) without(known **localEnd, w *walker, h Host, forget func(*Endpoint)) *localEnd {
	if *known == nil {
		left := e.Endpoint
		forget(&left)
		*known = w.knownEnd(h, left)
	}
	return *known
}

// silent is [Model.unanswered] or a host that hears nothing.
func (w *walker) silent(h Host, e *localEnd, in bagRef) bool {
	bag := w.bags[h.Peer()][in.number()]
	if !bag.kinds.within(&e.looked) {
		bag.kinds.each(func(kind uint8) {
			if !e.looked.has(kind) {
				w.look(h, e, kind)
			}
		})
	}
	return !bag.kinds.meets(&e.heard) && !(bag.kinds.meets(&e.resets) && bag.kinds.meets(&e.ignore))
}

// look learns whether a segment on its way to an endpoint makes its host send.
func (w *walker) look(h Host, e *localEnd, kind uint8) {
	m, s := w.c.m, before(h, &e.Endpoint)
	g := w.segs[h.Peer()][kind]
	e.looked.add(kind)
	switch s.Net[h.Peer()][0] = g; {
	case e.Offline || e.Down && !m.reboots(h, &e.Endpoint):
	case !m.unanswered(&s, h):
		e.heard.add(kind)
	case m.unheard(&s, h, g):
	case g.Has(RST):
		e.resets.add(kind)
	default:
		e.ignore.add(kind)
	}
}

// before is a state of which only one host is there.
func before(h Host, e *Endpoint) (s State) {
	s.Host[h], s.Host[h.Peer()].State = *e, Closed
	return s
}
