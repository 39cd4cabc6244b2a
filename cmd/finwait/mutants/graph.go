package mutants

import (
	"context"
	"fmt"
	"hash/maphash"
	"slices"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/spec"
)

// graph is all that the correct model does in a scenario: its states in breadth-first
// order, each with the events that some choice of instants lets happen there.
type graph struct {
	model *spec.Model
	nodes []node
}

type node struct {
	state spec.State
	fires []checker.Event
	print uint64 // of what is pending and of what the events do
}

func explore(ctx context.Context, p spec.Params) (*graph, error) {
	g, stopped, err := exploreWithin(ctx, p, checker.Options{Workers: 1})
	if err == nil && stopped != "" {
		err = fmt.Errorf("the graph of the correct model is not complete: %s", stopped)
	}
	return g, err
}

// Shows tells whether a search within these bounds meets a step, a window or a state that
// is not as the rules have it. Where it meets none, no property that holds of correct hosts
// is found violated within them.
func Shows(ctx context.Context, p spec.Params, opt checker.Options) (shows bool, err error) {
	mutated, err := judge.Model(p)
	if err != nil {
		return false, err
	}
	g, _, err := exploreWithin(ctx, p, opt)
	if err != nil {
		return false, err
	}
	defer func() {
		if recover() != nil {
			shows = true // the deviation leads out of what the model can count
		}
	}()
	return !g.same(mutated), nil
}

// exploreWithin says, too, what stopped it, "" for nothing.
func exploreWithin(ctx context.Context, p spec.Params, opt checker.Options) (*graph, string, error) {
	p.Host[spec.Client].Mutant, p.Host[spec.Server].Mutant = spec.Faithful, spec.Faithful
	m, err := judge.Model(p)
	if err != nil {
		return nil, "", err
	}
	g := &graph{model: m}
	at := map[spec.State]int{}
	run, err := checker.Explore(ctx, m, checker.Exact, opt, checker.Visitor[spec.State]{
		State: func(s spec.State) {
			at[s] = len(g.nodes)
			g.nodes = append(g.nodes, node{state: s})
		},
		Step: func(from spec.State, e checker.Event, _ checker.Label, _ spec.State) {
			n := &g.nodes[at[from]]
			for _, known := range n.fires {
				if known.ID == e.ID {
					return
				}
			}
			n.fires = append(n.fires, e)
		},
	})
	if err != nil {
		return nil, "", err
	}
	for i := range g.nodes {
		g.nodes[i].print = g.nodes[i].printOf(m)
	}
	return g, run.Stopped, nil
}

// same tells whether a model has the same graph, up to what its states are called:
// the windows of what is pending and which of it is fresh are part of the graph, so is
// what is sent, and of a state what ss and the application see of it. It follows the
// steps of the correct model, and gives up at the first that differs. By induction the
// two then have the same runs, with the same times.
func (g *graph) same(m *spec.Model) bool {
	identical := true
	for i := range g.nodes {
		if identical = g.nodes[i].printOf(m) == g.nodes[i].print; !identical {
			break
		}
	}
	return identical || g.renamed(m)
}

var seed = maphash.MakeSeed()

func (n *node) printOf(m *spec.Model) uint64 {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, e := range m.Events(n.state, make([]checker.Event, 0, 16)) {
		maphash.WriteComparable(&h, e)
	}
	for _, e := range n.fires {
		m.Fire(n.state, e, func(next spec.State, how spec.Effect) {
			maphash.WriteComparable(&h, next)
			maphash.WriteComparable(&h, how)
		})
	}
	return h.Sum64()
}

// renamed looks for the one-to-one map between the states of two models that makes
// their graphs the same.
func (g *graph) renamed(m *spec.Model) bool {
	to, from := map[spec.State]spec.State{}, map[spec.State]spec.State{}
	pair := func(a, b spec.State) bool {
		known, met := to[a]
		if met {
			return known == b
		}
		if _, taken := from[b]; taken || seen(&a) != seen(&b) {
			return false
		}
		to[a], from[b] = b, a
		return true
	}
	for i, s := range g.model.Init() {
		if !pair(s, m.Init()[i]) {
			return false
		}
	}
	type outcome struct {
		next spec.State
		how  spec.Effect
	}
	fire := func(m *spec.Model, s spec.State, e checker.Event) (all []outcome) {
		m.Fire(s, e, func(next spec.State, how spec.Effect) { all = append(all, outcome{next, how}) })
		return all
	}
	var here, there []checker.Event
	for _, n := range g.nodes {
		image := to[n.state]
		here, there = g.model.Events(n.state, here[:0]), m.Events(image, there[:0])
		if !slices.Equal(here, there) {
			return false
		}
		for _, e := range n.fires {
			a, b := fire(g.model, n.state, e), fire(m, image, e)
			if len(a) != len(b) {
				return false
			}
			for i := range a {
				if a[i].how != b[i].how || !pair(a[i].next, b[i].next) {
					return false
				}
			}
		}
	}
	return true
}

// visible is what an application and the administrator see of a host.
type visible struct {
	state                           spec.ConnState
	open, eof, lingering            bool
	unread, read, written, progress uint8
	err, told                       spec.Errno
	down, offline                   bool
}

func seen(s *spec.State) (v [2]visible) {
	for h := range v {
		e := &s.Host[h]
		v[h] = visible{
			state: e.State, open: e.Open, eof: e.SawEOF, told: e.SawErr, lingering: e.Lingering,
			unread: e.Unread, read: e.Read, written: e.Written, progress: e.PC, err: e.Error, down: e.Down, offline: e.Offline,
		}
	}
	return v
}
