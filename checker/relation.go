package checker

import "fmt"

// relation is the untimed step relation of a model over the discrete states met
// so far. Time only chooses among these steps, so each is computed once, however
// many state classes and runs pass through it. What many states or steps have in
// common is kept once.
type relation[S comparable] struct {
	model  Model[S]
	states *stateTable[S]
	nodes  paged[node]
	arcs   paged[arc]

	manners  []manner
	mannerOf map[string]int32
	labels   []Label
	labelOf  map[Label]int32
	key      []byte // scratch

	// glance, when not nil, tells whether a step is worth the attention of the
	// hooks of a search. It is called while the step is at hand, from several
	// goroutines; what it says no to need not be unpacked later.
	glance func(from S, e Event, how Label, to S) bool
	parts  []*firings[S] // scratch
	at     scratch       // of what one goroutine looks at
	twins  twinTable[S]
}

// node is the discrete half of a state class.
type node struct {
	arcs  int32 // first of its arcs, -1 before it is expanded
	count int32 // of its arcs
}

// arc is a step between discrete states, from the one that it is listed at.
type arc struct {
	to     int32  // -1 where the model was full
	manner uint32 // with the bits below
}

const (
	arcTwin  = 1 << 31 // an earlier arc has the same event, label and end
	arcQuiet = 1 << 30 // glance said no
)

// manner is what a step does besides leading somewhere.
type manner struct {
	event uint8 // index of the event that fires, 0-based
	calm  bool  // nothing that is pending then has to happen
	label int32
	keep  string  // see keptColumns
	fresh []Event // those that become pending, in their order
}

func newRelation[S comparable](m Model[S]) *relation[S] {
	return &relation[S]{
		model: m, states: &stateTable[S]{codec: newCodec(m, 1)},
		mannerOf: map[string]int32{}, labelOf: map[Label]int32{},
	}
}

func (r *relation[S]) init() (ids []int32) {
	var f firings[S]
	for _, s := range r.model.Init() {
		hash := f.encode(r.states.codec, s)
		ids = append(ids, r.add(f.records, hash))
		f.records = f.records[:0]
	}
	return ids
}

func (r *relation[S]) add(record []uint64, hash uint64) int32 {
	id, fresh := r.states.add(record, hash)
	if fresh {
		r.nodes.add(node{arcs: -1})
	}
	return id
}

func appendWord(b []byte, w uint64) []byte {
	return append(b, byte(w), byte(w>>8), byte(w>>16), byte(w>>24), byte(w>>32), byte(w>>40), byte(w>>48), byte(w>>56))
}

// mannerKey appends what the manner of a step is told apart by, and tells whether its
// label is known. What differs is the windows of the fresh events, not their IDs, for
// firing reads no others.
func (r *relation[S]) mannerKey(event uint8, how Label, keep []uint8, after []Event, key []byte) ([]byte, bool) {
	label, ok := r.labelOf[how]
	key = mannerHead(event, label, calm(after), keep, key)
	for i, k := range keep {
		if k == 0 {
			key = appendWord(appendWord(key, uint64(after[i].Earliest)), uint64(after[i].Latest))
		}
	}
	return key, ok
}

func mannerHead[K string | []byte](event uint8, label int32, calm bool, keep K, key []byte) []byte {
	bits := uint64(event) | uint64(label)<<8
	if calm {
		bits |= 1 << 63
	}
	return append(appendWord(key, bits), keep...)
}

// key is what mannerKey appends of a known manner.
func (m *manner) key(key []byte) []byte {
	key = mannerHead(m.event, m.label, m.calm, m.keep, key)
	for _, e := range m.fresh {
		key = appendWord(appendWord(key, uint64(e.Earliest)), uint64(e.Latest))
	}
	return key
}

// internManner numbers the manner of a step.
func (r *relation[S]) internManner(event uint8, how Label, keep []uint8, after []Event) int32 {
	label, ok := r.labelOf[how]
	if !ok {
		label = number(len(r.labels))
		r.labelOf[how] = label
		r.labels = append(r.labels, how)
	}
	r.key, _ = r.mannerKey(event, how, keep, after, r.key[:0])
	i, ok := r.mannerOf[string(r.key)]
	if !ok {
		if i = number(len(r.manners)); uint32(i) >= arcQuiet {
			panic("checker: more than 2^30 different kinds of steps in one run; bound it with MaxStates")
		}
		r.mannerOf[string(r.key)] = i
		m := manner{event: event, calm: calm(after), label: label, keep: string(keep)}
		for i, k := range keep {
			if k == 0 {
				m.fresh = append(m.fresh, after[i])
			}
		}
		r.manners = append(r.manners, m)
	}
	return i
}

// pending asks the model again what is pending in a state: only traces and hooks
// want to know.
func (r *relation[S]) pending(id int32) []Event { return pending(r.model, r.states.at(id), nil) }

func (r *relation[S]) manner(a *arc) *manner { return &r.manners[a.manner&(arcQuiet-1)] }

// firings are the steps out of some states, as a worker found them.
type firings[S comparable] struct {
	steps   []firing
	records []uint64 // of the states that they lead to, see codec
	events  []Event
	keep    []uint8

	id     int32
	from   S // whose event fired (of before) happens; from here on scratch
	fired  int
	before []Event
	emit   func(next S, how Effect)
	key    []byte
	at     scratch
	next   [1]S
	hash   [1]uint64
}

type firing struct {
	from   int32
	known  int32 // the number of the state that it leads to, -1 if it was not known yet
	manner int32 // -1 if it was not known yet
	event  uint8
	full   bool
	quiet  bool
	// Where the parts of this step end in firings; those of each begin after the last.
	records, events, keep int32
	hash                  uint64
	label                 Label
}

// encode appends the record of a state, and gives its hash.
func (f *firings[S]) encode(c codec[S], s S) uint64 {
	begin := len(f.records)
	for range c.words() {
		f.records = append(f.records, 0)
	}
	f.next[0] = s
	c.encode(f.next[:], &f.at, f.records[begin:], f.hash[:])
	return f.hash[0]
}

// firedTogether is the number of states that a worker expands at a time.
const firedTogether = 8

// expand computes the steps out of states that have not been expanded. They are
// fired in parallel, and numbered in the order of the states.
func (r *relation[S]) expand(ids []int32, workers int) {
	for len(ids) > 0 {
		n := min(len(ids), 64*firedTogether)
		r.expandSome(ids[:n], workers)
		ids = ids[n:]
	}
}

func (r *relation[S]) expandSome(ids []int32, workers int) {
	parts := (len(ids) + firedTogether - 1) / firedTogether
	for len(r.parts) < parts {
		r.parts = append(r.parts, &firings[S]{})
	}
	share(workers, parts, func(_, i int) {
		f := r.parts[i]
		f.steps, f.records, f.events, f.keep = f.steps[:0], f.records[:0], f.events[:0], f.keep[:0]
		for _, id := range ids[i*firedTogether : min(len(ids), (i+1)*firedTogether)] {
			r.fire(id, f)
		}
	})
	next := 0
	open := func(id int32) {
		for ; next < len(ids); next++ {
			n := r.nodes.at(ids[next])
			n.arcs = number(r.arcs.size)
			if ids[next] == id {
				next++
				return
			}
		}
	}
	for i := range parts {
		f := r.parts[i]
		last, records, events, keep := int32(-1), int32(0), int32(0), int32(0)
		for k := range f.steps {
			s := &f.steps[k]
			if s.from != last {
				open(s.from)
				last = s.from
			}
			r.record(s, f.records[records:s.records], f.events[events:s.events], f.keep[keep:s.keep])
			records, events, keep = s.records, s.events, s.keep
		}
	}
	open(-1)
}

// record adds the arc of a step.
func (r *relation[S]) record(s *firing, record []uint64, events []Event, keep []uint8) {
	a := arc{to: -1}
	if !s.full {
		if a.to = s.known; a.to < 0 {
			a.to = r.add(record, s.hash)
		}
	}
	if s.manner < 0 {
		s.manner = r.internManner(s.event, s.label, keep, events)
	}
	a.manner = uint32(s.manner)
	m := &r.manners[a.manner]
	n := r.nodes.at(s.from)
	if !s.full && r.twins.has(r, s.from, n, twinKey{a.to, m.label, m.event}) {
		a.manner |= arcTwin
	}
	if s.quiet {
		a.manner |= arcQuiet
	}
	r.arcs.add(a)
	n.count++
}

// fire computes the steps out of a state. It only reads what the relation has.
func (r *relation[S]) fire(id int32, f *firings[S]) {
	if f.emit == nil { // made once: a function for each event would be garbage
		f.emit = func(next S, how Effect) { r.emitted(f, next, &how) }
	}
	f.id, f.from = id, r.states.load(id, &f.at)
	f.before = pending(r.model, f.from, f.before[:0])
	for i, e := range f.before {
		if first(f.before, e.ID) == i { // the oldest stands for all of its ID
			f.fired = i
			r.model.Fire(f.from, e, f.emit)
		}
	}
}

// emitted takes down a step.
func (r *relation[S]) emitted(f *firings[S], next S, how *Effect) {
	step := firing{from: f.id, event: uint8(f.fired), full: how.Full, known: -1, manner: -1}
	if !how.Full {
		events, keep, record := len(f.events), len(f.keep), len(f.records)
		f.events = pending(r.model, next, f.events)
		f.keep = keptColumns(f.from, f.before, f.fired, how, next, f.events[events:], f.keep)
		step.hash, step.label = f.encode(r.states.codec, next), how.Label
		step.known = r.states.find(f.records[record:], step.hash)
		var ok bool
		if f.key, ok = r.mannerKey(step.event, how.Label, f.keep[keep:], f.events[events:], f.key[:0]); ok {
			if m, ok := r.mannerOf[string(f.key)]; ok {
				step.manner = m
			}
		}
		step.quiet = r.glance != nil && !r.glance(f.from, f.before[f.fired], how.Label, next)
	}
	step.records, step.events, step.keep = int32(len(f.records)), int32(len(f.events)), int32(len(f.keep))
	f.steps = append(f.steps, step)
}

// discharges lists what a step out of a state does to events that were waiting:
// those of one ID are a queue that the oldest leaves first, so an ID that is fired,
// cancelled or made anew again and again lets none of them wait for ever.
func (r *relation[S]) discharges(from int32, a *arc, ids []uint64) []uint64 {
	before, after := r.pending(from), r.pending(a.to)
	m := r.manner(a)
	ids = append(ids, before[m.event].ID)
	gone := make([]bool, len(before))
	for i := range gone {
		gone[i] = true
	}
	for i := range len(m.keep) {
		if k := m.keep[i]; k == 0 {
			ids = append(ids, after[i].ID)
		} else {
			gone[k-1] = false
		}
	}
	for i, g := range gone {
		if g {
			ids = append(ids, before[i].ID)
		}
	}
	return ids
}

// along follows a path of arcs, and gives the state before each step and the last.
func (r *relation[S]) along(start int32, arcs []int32) (ids []int32) {
	ids = append(ids, start)
	for _, a := range arcs {
		to := r.arcs.at(a).to
		if to < 0 {
			panic(fmt.Sprintf("checker: a path of %d steps goes where the model was full; this is a bug of checker", len(arcs)))
		}
		ids = append(ids, to)
	}
	return ids
}
