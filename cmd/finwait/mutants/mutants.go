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
	"embed"
	"errors"
	"fmt"
	"hash/maphash"
	"path"
	"slices"
	"sync"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

//go:embed scenarios/*.yaml
var files embed.FS

// Conform is the property that compares each step with a second table. What only it
// catches is told apart, for it knows no reasons.
const Conform = "transitions-conform"

// These bound a search: a mutant may do without end what the rules bound.
const (
	stageStates = 60_000
	stageDepth  = 200
)

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

// stage is a scenario in a profile, with what the correct model does there.
type stage struct {
	name, profile string
	params        spec.Params
	holds         map[string]bool
	graph         uint64
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

// Scenarios are those that mutants are judged in: the built-in ones but the largest,
// and some that are there for this.
func Scenarios() ([]*scenario.Scenario, error) {
	entries, err := files.ReadDir("scenarios")
	if err != nil {
		return nil, err
	}
	var all []*scenario.Scenario
	for _, e := range entries {
		text, err := files.ReadFile(path.Join("scenarios", e.Name()))
		if err != nil {
			return nil, err
		}
		s, err := scenario.Parse("mutants/"+e.Name(), text)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	builtin, err := scenario.Builtin()
	for _, s := range builtin {
		if s.Name != "lossy-network" {
			all = append(all, s)
		}
	}
	return all, err
}

// prepare judges the correct model.
func prepare(ctx context.Context) ([]stage, error) {
	all, err := Scenarios()
	if err != nil {
		return nil, err
	}
	var stages []stage
	for _, s := range all {
		for _, profile := range s.Profiles() {
			if profile == spec.Article {
				continue // the retry rules of an article are nobody's stack
			}
			i, err := s.Instantiate(profile, scenario.Overrides{})
			if err != nil {
				return nil, err
			}
			if i.Params.Incarnations > 1 {
				continue // many more states, for what one connection shows
			}
			st := stage{name: s.Name, profile: profile.String(), params: i.Params, holds: map[string]bool{}}
			found, err := st.judge(ctx, nil)
			if err != nil {
				return nil, err
			}
			for _, o := range found.Outcomes {
				st.holds[o.Property] = o.Verdict == checker.Holds.String()
			}
			if st.graph, err = st.explore(ctx); err != nil {
				return nil, fmt.Errorf("%s (%s): %w", st.name, st.profile, err)
			}
			stages = append(stages, st)
		}
	}
	return stages, nil
}

// asked are the properties of the catalogue but goals; with these, those of them.
func asked(these map[string]bool) (all []properties.Property) {
	for _, p := range properties.Catalogue() {
		if p.Kind != checker.Reachable && (these == nil || these[p.Name]) {
			all = append(all, p)
		}
	}
	return all
}

func (st stage) judge(ctx context.Context, these map[string]bool) (judge.Scenario, error) {
	return judge.Judge(ctx, judge.Case{Name: st.name, Profile: st.profile, Params: st.params, Properties: asked(these), Overridden: true},
		checker.Options{Time: checker.Exact, Workers: 1, MaxStates: stageStates, MaxDepth: stageDepth})
}

var errTooLarge = errors.New("the graph is too large to compare")

var seed = maphash.MakeSeed()

// explore is a hash of the steps between states, in any order.
func (st stage) explore(ctx context.Context) (sum uint64, err error) {
	m, err := judge.Model(st.params)
	if err != nil {
		return 0, err
	}
	run, err := checker.Explore(ctx, m, checker.Exact, checker.Options{Workers: 1, MaxStates: stageStates, MaxDepth: stageDepth}, checker.Visitor[spec.State]{
		State: func(s spec.State) { sum += maphash.Comparable(seed, s) },
		Step: func(from spec.State, e checker.Event, how checker.Label, to spec.State) {
			sum += maphash.Comparable(seed, step{from, e, how, to})
		},
	})
	if err == nil && !run.Complete && run.Stopped != "full" {
		err = errTooLarge
	}
	return sum, err
}

type step struct {
	from spec.State
	e    checker.Event
	how  checker.Label
	to   spec.State
}

// try judges one mutant until it is caught, or everywhere.
func try(ctx context.Context, x spec.Mutant, stages []stage, thorough bool) (m Mutant) {
	m = Mutant{Name: x.Name, About: x.About, Evidence: x.Evidence, Wanted: append([]string{}, x.KilledBy...), By: []string{}, Kills: []Kill{}, Equivalent: true}
	for _, st := range stages {
		for h := spec.Client; h <= spec.Server; h++ {
			if !thorough && m.KilledWithout() {
				m.sum()
				return m
			}
			on := st
			on.params.Host[h].Mutant = x.Name
			m.judge(ctx, on, h)
			if ctx.Err() != nil { // what was found until then counts, that nothing was does not
				m.Unfinished = true
				m.sum()
				return m
			}
		}
	}
	m.sum()
	return m
}

func (m *Mutant) judge(ctx context.Context, st stage, h spec.Host) {
	defer func() {
		if cause := recover(); cause != nil {
			m.Equivalent, m.Broken = false, fmt.Sprint(cause)
		}
	}()
	graph, err := st.explore(ctx)
	if err == nil && graph == st.graph {
		return // nothing is done wrong here
	}
	m.Equivalent = false
	found, err := st.judge(ctx, st.holds)
	var internal *judge.InternalError
	if errors.As(err, &internal) {
		m.Broken = fmt.Sprint(internal.Cause)
		return
	}
	for _, o := range found.Outcomes {
		if o.Verdict == checker.Violated.String() && st.holds[o.Property] {
			k := Kill{Property: o.Property, Scenario: st.name, Profile: st.profile, Host: h.String()}
			if o.Steps != nil {
				k.Steps = *o.Steps
			}
			m.Kills = append(m.Kills, k)
		}
	}
}

// sum draws together what the kills say.
func (m *Mutant) sum() {
	slices.SortStableFunc(m.Kills, func(a, b Kill) int { return a.Steps - b.Steps })
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
