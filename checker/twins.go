package checker

// twinKey is what arcs of one state that are twins have in common.
type twinKey struct {
	to, label int32
	event     uint8
}

// twinTable finds twins among the arcs of a state while they are recorded. Of a few arcs
// all are looked at; where there are many, as the outcomes of one event can be, their keys
// are kept until the arcs of another such state are recorded.
type twinTable[S comparable] struct {
	keys map[twinKey]bool
	of   int32 // the state, if there are keys
}

// fewArcs is the number of arcs up to which all are looked at.
var fewArcs = int32(64) // others in tests

// has tells whether one of the arcs of a state so far has this key. The next arc, if any,
// is taken to be the one with this key.
func (t *twinTable[S]) has(r *relation[S], state int32, n *node, key twinKey) (found bool) {
	if n.count < fewArcs {
		for i := n.arcs; i < n.arcs+n.count && !found; i++ {
			found = r.twinKey(i) == key
		}
		return found
	}
	if t.keys == nil || t.of != state {
		t.keys, t.of = map[twinKey]bool{}, state
		for i := n.arcs; i < n.arcs+n.count; i++ {
			t.keys[r.twinKey(i)] = true
		}
	}
	found = t.keys[key]
	t.keys[key] = true
	return found
}

// twinKey is the key of an arc.
func (r *relation[S]) twinKey(i int32) twinKey {
	a := r.arcs.at(i)
	m := r.manner(a)
	return twinKey{a.to, m.label, m.event}
}
