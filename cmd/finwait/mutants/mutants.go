// Package mutants holds the catalogue of properties against hosts that deviate from
// the rules, and tells which property catches which deviation.
//
//	r, err := mutants.Run(ctx, spec.Mutants(), mutants.Options{Jobs: 2})
//	err = r.WriteText(os.Stdout)
//
// A mutant is judged on either host, in small scenarios that reach the rules of every
// state. A property catches it where it holds of the correct model in the same scenario
// and is violated of the mutant; goals catch nothing. Everything is judged in exact time.
//
// What a mutant does beyond these scenarios is not looked at: one that survives may be
// seen in others, and one whose graph is the same in all of them is called equivalent
// for them, not for ever.
package mutants

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/spec"
)

// Conform is the property that compares each step with a second table. What only it
// catches is told apart, for it knows no reasons.
const Conform = "transitions-conform"

// Options say how to work. The zero value uses one processor, and tells nothing.
type Options struct {
	Jobs int
	// Thorough judges a mutant in every scenario and on both hosts. Otherwise it is
	// left once a property other than Conform has caught it.
	Thorough bool
	// Progress, when not nil, is told of every mutant that is done, one at a time.
	Progress func(done, of int, m Mutant)
}

// Kill is how a property catches a mutant: where, and in how many steps at least.
type Kill struct {
	Property string `json:"property"`
	Scenario string `json:"scenario"`
	Profile  string `json:"profile"`
	Host     string `json:"host"`
	Steps    int    `json:"steps"`
}

// Mutant is what became of one.
type Mutant struct {
	Name     string `json:"name"`
	About    string `json:"about"`
	Evidence string `json:"evidence"`
	// Wanted are the properties that must catch it, any of them.
	Wanted []string `json:"wanted"`

	Killed bool `json:"killed"`
	// By names the properties that catch it, the one with the fewest steps first, and
	// Steps is the least number.
	By    []string `json:"by"`
	Steps *int     `json:"steps"`
	Kills []Kill   `json:"kills"`
	// Equivalent: in every scenario the graph of states is that of the correct model.
	Equivalent bool `json:"equivalent"`
	// Unfinished: not everything was judged, so that nothing is known but what caught it.
	Unfinished bool `json:"unfinished"`
	// Broken tells what the model says of a deviation that leads out of its range.
	Broken string `json:"broken,omitempty"`
}

// KilledWithout tells whether something but Conform catches it.
func (m Mutant) KilledWithout() bool {
	return slices.ContainsFunc(m.By, func(p string) bool { return p != Conform })
}

// AsWanted tells whether one of the properties that must catch it does.
func (m Mutant) AsWanted() bool {
	return m.Killed && (len(m.Wanted) == 0 || slices.ContainsFunc(m.By, func(p string) bool { return slices.Contains(m.Wanted, p) }))
}

// Run judges mutants.
func Run(ctx context.Context, all []spec.Mutant, opt Options) (Result, error) {
	stages, err := prepare(ctx)
	if err != nil {
		return Result{}, err
	}
	r := Result{Schema: Schema, Mutants: make([]Mutant, len(all))}
	for i, x := range all {
		r.Mutants[i] = Mutant{Name: x.Name, About: x.About, Evidence: x.Evidence, Wanted: append([]string{}, x.KilledBy...), By: []string{}, Kills: []Kill{}, Unfinished: true}
	}
	next := make(chan int)
	var wait sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for range max(opt.Jobs, 1) {
		wait.Go(func() {
			for i := range next {
				m := try(ctx, all[i], stages, opt.Thorough)
				mu.Lock()
				r.Mutants[i] = m
				if done++; opt.Progress != nil {
					opt.Progress(done, len(all), m)
				}
				mu.Unlock()
			}
		})
	}
	for i := range all {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wait.Wait()
	return r, ctx.Err()
}

// try judges one mutant until it is caught, or everywhere. Large stages are for those
// that nothing else has caught.
func try(ctx context.Context, x spec.Mutant, stages []*stage, thorough bool) (m Mutant) {
	m = Mutant{Name: x.Name, About: x.About, Evidence: x.Evidence, Wanted: append([]string{}, x.KilledBy...), By: []string{}, Kills: []Kill{}, Equivalent: true}
	defer m.sum()
	for _, st := range stages {
		for h := spec.Client; h <= spec.Server; h++ {
			if m.KilledWithout() && (!thorough || st.large()) {
				return m
			}
			err := m.judge(ctx, st, x.Name, h)
			if ctx.Err() != nil { // what was found until then counts, that nothing was does not
				m.Unfinished = true
				return m
			}
			if err != nil {
				m.Broken = err.Error()
			}
		}
	}
	return m
}

// judge judges the mutant at one host of a stage. An error is what the model says of a
// deviation that leads out of its range.
func (m *Mutant) judge(ctx context.Context, st *stage, name string, h spec.Host) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			m.Equivalent, err = false, fmt.Errorf("%v", cause)
		}
	}()
	p := st.params
	p.Host[h].Mutant = name
	deviating, err := judge.Model(p)
	if err != nil {
		return err
	}
	if st.graph.same(deviating) {
		return nil // nothing is done wrong here
	}
	m.Equivalent = false
	holds, err := st.correct(ctx)
	if err != nil {
		return err
	}
	found, err := st.judge(ctx, p, holds)
	var internal *judge.InternalError
	if errors.As(err, &internal) {
		return fmt.Errorf("%v", internal.Cause)
	}
	for _, o := range found.Outcomes {
		if o.Verdict == checker.Violated.String() && holds[o.Property] {
			k := Kill{Property: o.Property, Scenario: st.name, Profile: st.profile, Host: h.String()}
			if o.Steps != nil {
				k.Steps = *o.Steps
			}
			m.Kills = append(m.Kills, k)
			if !slices.Contains(m.By, k.Property) {
				m.By = append(m.By, k.Property)
			}
		}
	}
	return err
}

// sum draws together what the kills say.
func (m *Mutant) sum() {
	slices.SortStableFunc(m.Kills, func(a, b Kill) int { return a.Steps - b.Steps })
	m.By = []string{}
	for _, k := range m.Kills {
		if !slices.Contains(m.By, k.Property) {
			m.By = append(m.By, k.Property)
		}
	}
	if m.Killed = len(m.Kills) > 0; m.Killed {
		m.Steps = &m.Kills[0].Steps
		m.Equivalent = false
	}
	m.Equivalent = m.Equivalent && !m.Unfinished
}
