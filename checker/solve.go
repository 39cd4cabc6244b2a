package checker

import (
	"fmt"
	"slices"
)

// atLeast says that t(to) >= t(from) + by.
type atLeast struct {
	from, to int32
	by       int64
}

// solve gives each step of a path the earliest instant that it can happen at,
// and the earliest end of the run. The instants of a path are bound by
// differences alone: with t(0) = 0 the start and t(k) the instant of step k,
//
//	t(k) >= t(k-1);
//	lo <= t(k) - t(c) <= hi for an event made pending by step c and fired by k;
//	t(k) - t(c) <= hi       for one that step k cancelled or made anew;
//	end - t(c) <= hi        for one that is still pending after the last step;
//	end >= t(last).
//
// With since >= 0 the run also stays in its last state until more than bound
// has passed since step since. More rules may be given. The least solution is found by relaxation
// (Bellman and Ford); it is whole because every bound is. A path that an
// inclusion search found is solvable too: its classes were computed along it.
func (r *relation[S]) solve(start int32, arcs []int32, since int, bound int64, rules ...atLeast) (at []int64, end int64) {
	last := int32(len(arcs)) + 1 // the end
	notAfter := func(k, c int32, hi int64) {
		if hi != Forever {
			rules = append(rules, atLeast{k, c, -hi})
		}
	}
	ids := r.along(start, arcs)
	made := make([]int32, len(r.pending(start))) // by which step
	for i, id := range arcs {
		k, how := int32(i)+1, r.manner(r.arcs.at(id))
		before := r.pending(ids[i])
		rules = append(rules, atLeast{k - 1, k, 0})
		fired := before[how.event]
		rules = append(rules, atLeast{made[how.event], k, fired.Earliest})
		// A kept event has its deadline checked by the step that ends it, or by
		// the end; that is enough, since instants ascend.
		next := make([]int32, len(how.keep))
		kept := make([]bool, len(before))
		for j := range next {
			if was := how.keep[j]; was == 0 {
				next[j] = k
			} else {
				next[j] = made[was-1]
				kept[was-1] = true
			}
		}
		for j, e := range before {
			if !kept[j] {
				notAfter(k, made[j], e.Latest)
			}
		}
		made = next
	}
	rules = append(rules, atLeast{last - 1, last, 0})
	for j, e := range r.pending(ids[len(arcs)]) {
		notAfter(last, made[j], e.Latest)
	}
	if since >= 0 {
		rules = append(rules, atLeast{int32(since), last, bound + 1})
	}

	t := make([]int64, last+1)
	for round, settled := 0, false; !settled; round++ {
		if round > len(t) {
			panic(fmt.Sprintf("checker: a path of %d steps from %+v has no solution in time; this is a bug of checker", len(arcs), r.states.at(start)))
		}
		settled = true
		relax := func(c atLeast) {
			if v := t[c.from] + c.by; v > t[c.to] {
				t[c.to], settled = v, false
			}
		}
		// Deadlines push backwards, so every other sweep does too.
		for _, c := range rules {
			relax(c)
		}
		for _, c := range slices.Backward(rules) {
			relax(c)
		}
		if t[last] > Forever/2 {
			panic(fmt.Sprintf("checker: a path of %d steps from %+v is too long to tell its time in 64 bits", len(arcs), r.states.at(start)))
		}
	}
	return t[1:last], t[last]
}

// trace is the run along arcs from a discrete state, with its instants.
func (r *relation[S]) trace(start int32, arcs []int32, loop, since int, bound int64, rules ...atLeast) *Trace[S] {
	at, end := r.solve(start, arcs, since, bound, rules...)
	t := &Trace[S]{Mode: Exact, Init: r.states.at(start), Loop: loop, End: end}
	ids := r.along(start, arcs)
	for i, id := range arcs {
		a := r.arcs.at(id)
		how := r.manner(a)
		t.Steps = append(t.Steps, Step[S]{
			At: at[i], Event: r.pending(ids[i])[how.event], Label: r.labels[how.label], State: r.states.at(a.to),
		})
	}
	return t
}
