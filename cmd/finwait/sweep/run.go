package sweep

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/cmd/finwait/shard"
	"github.com/finwait/finwait/cmd/finwait/vary"
	"github.com/finwait/finwait/properties"
)

// Options say how to work. The zero value works with one job, without a cache.
type Options struct {
	Shard  shard.Shard
	Jobs   int    // cells at a time; 0: one
	Memory uint64 // bytes for the whole program; 0: no bound
	// Search bounds each cell; its mode of time and bounds are those of the plan.
	Search checker.Options
	Cache  *Cache // nil: none
	// Version and Binary name the program in results.
	Version, Binary string
	// Progress, when not nil, is told of every cell that is done, one at a time.
	Progress func(done, planned int, c Cell)
}

// Run judges the cells of a plan, or of a share of them. An error is about the plan;
// what goes wrong in a cell is told there. When ctx ends, the result holds what is known.
func Run(ctx context.Context, p Plan, opt Options) (Result, error) {
	if err := p.Validate(); err != nil {
		return Result{}, err
	}
	cells, excluded, err := p.cells()
	if err != nil {
		return Result{}, err
	}
	s, err := newSweep(p, opt)
	if err != nil {
		return Result{}, err
	}
	r := Result{
		Schema: Schema, Version: opt.Version, Binary: opt.Binary, Hash: p.Hash(), Plan: p, Shard: opt.Shard,
		Scenarios: s.hashes(), Missing: []string{}, Planned: len(cells), Excluded: excluded, Cells: []Cell{},
	}
	var mine [][]int
	for i, c := range cells {
		if opt.Shard.Has(i) {
			mine = append(mine, c)
		}
	}
	s.planned = len(mine)
	if err := s.known(mine); err != nil {
		return Result{}, err
	}
	r.Interrupted = s.share(ctx, mine)
	r.Cells, r.Cached, r.Uncached = s.found, s.cached, s.uncached
	slices.SortFunc(r.Cells, func(a, b Cell) int { return a.Index - b.Index })
	r.Thresholds = thresholds(p, r.Cells)
	return r, nil
}

// sweeper is one run of a plan.
type sweeper struct {
	plan      Plan
	opt       Options
	columns   []column
	scenarios map[string]*scenario.Scenario

	search func(context.Context, judge.Case, *Cell) error // judge; tests replace it
	alone  sync.RWMutex                                   // held for writing by a search that has all the memory

	mu      sync.Mutex
	planned int
	found   []Cell
	cached  int
	// uncached is why the last cell that could not be kept was not.
	uncached error
}

func newSweep(p Plan, opt Options) (*sweeper, error) {
	s := &sweeper{plan: p, opt: opt, scenarios: map[string]*scenario.Scenario{}}
	s.search = s.judge
	for _, a := range p.Axes {
		if a.Key != scenarioKey {
			continue
		}
		for _, name := range a.Values {
			found, err := scenario.Find(name)
			if err != nil {
				return nil, err
			}
			if len(found) != 1 {
				return nil, fmt.Errorf("%s has %d scenarios; name one of them", name, len(found))
			}
			s.scenarios[name] = found[0]
		}
	}
	user, err := s.userProperties()
	if err != nil {
		return nil, err
	}
	if err := judge.CheckPatterns(p.Properties, user); err != nil {
		return nil, fmt.Errorf("--property: %w", err)
	}
	var names []string
	for _, u := range user {
		names = append(names, u.Name)
	}
	if s.columns, err = parseColumns(p.Columns, names); err != nil {
		return nil, err
	}
	s.opt.Search.Workers = 1
	s.opt.Search.Memory = opt.Memory // that of the whole program is measured
	s.opt.Search.MaxStates, s.opt.Search.MaxDepth, s.opt.Search.AnyStates = p.MaxStates, p.MaxDepth, p.AnyStates
	s.opt.Search.Fingerprints = p.Fingerprints
	for _, m := range []checker.Mode{checker.Auto, checker.Exact, checker.Any} {
		if m.String() == p.Time {
			s.opt.Search.Time = m
		}
	}
	return s, nil
}

// userProperties are those that the files bring with them.
func (s *sweeper) userProperties() (all []properties.Property, err error) {
	for _, file := range s.scenarios {
		i, err := file.Instantiate(file.Profiles()[0], scenario.Overrides{})
		if err != nil {
			return nil, err
		}
		all = append(all, i.UserProperties()...)
	}
	return all, nil
}

// hashes name the texts of the scenarios.
func (s *sweeper) hashes() map[string]string {
	all := map[string]string{}
	for name, file := range s.scenarios {
		sum := sha256.Sum256([]byte(file.Text()))
		all[name] = hex.EncodeToString(sum[:16])
	}
	return all
}

// known refuses a plan none of whose cells makes a scenario, with the reason of the
// first: a key is mistyped, most likely.
func (s *sweeper) known(cells [][]int) error {
	var first error
	for _, c := range cells {
		if s.plan.Strategy == Bisection {
			c = append(slices.Clone(c), 0)
		}
		_, err := s.instance(s.plan.values(c))
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// share works through cells, some at a time, and tells whether it was interrupted.
func (s *sweeper) share(ctx context.Context, cells [][]int) (interrupted bool) {
	next := make(chan []int)
	var wait sync.WaitGroup
	for range max(s.opt.Jobs, 1) {
		wait.Go(func() {
			for c := range next {
				s.do(ctx, c)
			}
		})
	}
	for _, c := range cells {
		if ctx.Err() != nil {
			break
		}
		select {
		case next <- c:
		case <-ctx.Done():
		}
	}
	close(next)
	wait.Wait()
	return ctx.Err() != nil
}

func (s *sweeper) do(ctx context.Context, c []int) {
	if s.plan.Strategy == Bisection {
		s.bisect(ctx, c)
		return
	}
	if cell, ok := s.cell(ctx, c); ok {
		s.take(cell)
	}
}

func (s *sweeper) take(cells ...Cell) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.found = append(s.found, cells...)
	if s.opt.Progress != nil && len(cells) > 0 {
		s.opt.Progress(len(s.found), max(s.planned, len(s.found)), cells[len(cells)-1])
	}
}

// instance makes the scenario of some values.
func (s *sweeper) instance(values map[string]string) (scenario.Instance, error) {
	file := s.scenarios[values[scenarioKey]]
	profile := file.Profiles()[len(file.Profiles())-1]
	if name, ok := values[profileKey]; ok {
		found, err := profileNamed(name)
		if err != nil {
			return scenario.Instance{}, err
		}
		profile = found
	}
	i, err := file.Instantiate(profile, scenario.Overrides{Set: settings(values, s.plan.Axes)})
	var wrong *scenario.Error
	if errors.As(err, &wrong) && slices.ContainsFunc(s.plan.Axes, func(a vary.Axis) bool {
		return len(a.Values) > 1 && strings.HasPrefix(wrong.File, a.Key+"=")
	}) {
		wrong.Source = "--vary"
	}
	return i, err
}

// cell judges one combination, or takes it from the cache; ok is false when it was
// interrupted.
func (s *sweeper) cell(ctx context.Context, at []int) (c Cell, ok bool) {
	c = Cell{Index: s.plan.index(at), Values: s.plan.values(at), Outcomes: []Outcome{}}
	i, err := s.instance(c.Values)
	if err != nil {
		c.Invalid = err.Error()
		return c, true
	}
	k, err := judge.Of(i, s.plan.Properties)
	if err != nil {
		c.Invalid = err.Error()
		return c, true
	}
	name := s.key(i, k.Names())
	if s.opt.Cache.load(name, &c) {
		s.mu.Lock()
		s.cached++
		s.mu.Unlock()
		return c, true
	}
	if err := s.within(ctx, k, &c); err != nil {
		if ctx.Err() != nil {
			return c, false
		}
		c.Failed = err.Error()
		return c, true
	}
	if ctx.Err() != nil {
		return c, false
	}
	if c.Stopped == "" || c.Stopped == "states" || c.Stopped == "depth" { // no matter of the machine
		if err := s.opt.Cache.save(name, c); err != nil {
			s.mu.Lock()
			s.uncached = err // the answer is good all the same
			s.mu.Unlock()
		}
	}
	return c, true
}

// within judges a cell beside others, and by itself when their common memory did not do:
// what is found does not depend on who else was at work.
func (s *sweeper) within(ctx context.Context, k judge.Case, c *Cell) error {
	s.alone.RLock()
	err := s.search(ctx, k, c)
	s.alone.RUnlock()
	if err != nil || c.Stopped != "memory" || s.opt.Jobs < 2 {
		return err
	}
	s.alone.Lock()
	defer s.alone.Unlock()
	*c = Cell{Index: c.Index, Values: c.Values, Outcomes: []Outcome{}}
	return s.search(ctx, k, c)
}

// ordered tells whether the values of an axis are numbers or durations in ascending
// order, so that there are thresholds along it.
func ordered(a vary.Axis) bool {
	last := 0.0
	for i, v := range a.Values {
		n, ok := quantity(v)
		if !ok || i > 0 && n <= last {
			return false
		}
		last = n
	}
	return len(a.Values) > 1
}
