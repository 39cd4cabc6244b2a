package mutants

import (
	"cmp"
	"context"
	"embed"
	"fmt"
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

// A mutant may do without end what the rules bound: its search goes this deep, and to
// twice as many states as the correct model has, and some.
const (
	stageDepth = 200
	stageRoom  = 2000
)

// largeStage is the number of states from which on a stage is left to mutants that
// nothing smaller has caught.
const largeStage = 2000

// stage is a scenario in a profile, with what the correct model does there.
type stage struct {
	name, profile string
	params        spec.Params
	graph         *graph

	once  sync.Once
	holds map[string]bool // by property
	err   error
}

func (st *stage) large() bool { return len(st.graph.nodes) >= largeStage }

// Scenarios are those that mutants are judged in: all built-in ones of one connection
// after the other, and some that are there for this.
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
	return append(all, builtin...), err
}

// prepare explores the correct model, and puts what is cheap first.
func prepare(ctx context.Context) ([]*stage, error) {
	all, err := Scenarios()
	if err != nil {
		return nil, err
	}
	var stages []*stage
	for _, s := range all {
		for _, profile := range s.Profiles() {
			i, err := s.Instantiate(profile, scenario.Overrides{})
			if err != nil {
				return nil, err
			}
			if i.Population != nil {
				continue // it counts connections, and knows no tables
			}
			st := &stage{name: s.Name, profile: profile.String(), params: i.Params}
			if st.graph, err = explore(ctx, st.params); err != nil {
				return nil, fmt.Errorf("%s (%s): %w", st.name, st.profile, err)
			}
			stages = append(stages, st)
		}
	}
	slices.SortStableFunc(stages, func(a, b *stage) int { return cmp.Compare(len(a.graph.nodes), len(b.graph.nodes)) })
	return stages, nil
}

// correct is what holds of the correct model.
func (st *stage) correct(ctx context.Context) (map[string]bool, error) {
	st.once.Do(func() {
		var found judge.Scenario
		found, st.err = st.judge(ctx, st.params, nil)
		st.holds = map[string]bool{}
		for _, o := range found.Outcomes {
			st.holds[o.Property] = o.Verdict == checker.Holds.String()
		}
	})
	return st.holds, st.err
}

// judge asks the properties of the catalogue but goals; with these, those of them.
func (st *stage) judge(ctx context.Context, p spec.Params, these map[string]bool) (judge.Scenario, error) {
	var asked []properties.Property
	for _, p := range properties.Catalogue() {
		if p.Kind != checker.Reachable && (these == nil || these[p.Name]) {
			asked = append(asked, p)
		}
	}
	return judge.Judge(ctx, judge.Case{Name: st.name, Profile: st.profile, Params: p, Properties: asked, Overridden: true},
		checker.Options{Time: checker.Exact, Workers: 1, MaxStates: 2*len(st.graph.nodes) + stageRoom, MaxDepth: stageDepth})
}
