package checker

// relation is the untimed step relation of a model over the discrete states met
// so far. Time only chooses among these steps, so each is computed once, however
// many state classes and runs pass through it.
type relation[S comparable] struct {
	model  Model[S]
	states stateSet[S]
	nodes  []node
	arcs   []arc
	events []Event // of all nodes
	keep   []uint8 // of all arcs, see keptColumns
}

// node is the discrete half of a state class.
type node struct {
	events   int // first of its pending events
	pending  int // their number
	arcs     int // first of its arcs, -1 before it is expanded
	arcCount int
	calm     bool // nothing pending has to happen
}

// arc is a step between discrete states.
type arc struct {
	from, to int32 // to is -1 where the model was full
	keep     int
	event    uint8 // index of the event that fires, 0-based
	twin     bool  // an earlier arc has the same event, label and end
	label    Label
}

func newRelation[S comparable](m Model[S]) *relation[S] {
	return &relation[S]{model: m, states: newStateSet(m)}
}

func (r *relation[S]) add(s S) int32 {
	id, fresh := r.states.add(s)
	if fresh {
		at := len(r.events)
		r.events = pending(r.model, s, r.events)
		own := r.events[at:]
		r.nodes = append(r.nodes, node{events: at, pending: len(own), arcs: -1, calm: calm(own)})
	}
	return id
}

func (r *relation[S]) init() (ids []int32) {
	for _, s := range r.model.Init() {
		ids = append(ids, r.add(s))
	}
	return ids
}

func (r *relation[S]) pending(id int32) []Event {
	n := &r.nodes[id]
	return r.events[n.events : n.events+n.pending : n.events+n.pending]
}

// arcsOf numbers the arcs that leave a state: first, and how many, in the order
// of the events.
func (r *relation[S]) arcsOf(id int32) (first, n int) {
	if r.nodes[id].arcs < 0 {
		r.expand(id)
	}
	return r.nodes[id].arcs, r.nodes[id].arcCount
}

func (r *relation[S]) expand(id int32) {
	s, begin := r.states.at(id), len(r.arcs)
	before := r.pending(id)
	for i, e := range before {
		if first(before, e.ID) != i {
			continue // the oldest stands for all of its ID
		}
		r.model.Fire(s, e, func(next S, how Effect) {
			if how.Full {
				r.arcs = append(r.arcs, arc{from: id, to: -1, event: uint8(i)})
				return
			}
			a := arc{from: id, to: r.add(next), event: uint8(i), label: how.Label, keep: len(r.keep)}
			for _, b := range r.arcs[begin:] {
				if a.event == b.event && a.to == b.to && a.label == b.label {
					a.twin = true
				}
			}
			r.keep = keptColumns(s, before, i, &how, next, r.pending(a.to), r.keep)
			r.arcs = append(r.arcs, a)
		})
	}
	r.nodes[id].arcs, r.nodes[id].arcCount = begin, len(r.arcs)-begin
}

// kept is what keptColumns found for an arc.
func (r *relation[S]) kept(a *arc) []uint8 {
	return r.keep[a.keep : a.keep+r.nodes[a.to].pending]
}

// discharges lists what an arc does to events that were waiting: those of one ID
// are a queue that the oldest leaves first, so an ID that is fired, cancelled or
// made anew again and again lets none of them wait for ever.
func (r *relation[S]) discharges(a *arc, ids []uint64) []uint64 {
	before, after := r.pending(a.from), r.pending(a.to)
	ids = append(ids, before[a.event].ID)
	gone := make([]bool, len(before))
	for i := range gone {
		gone[i] = true
	}
	for i, k := range r.kept(a) {
		if k == 0 {
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
