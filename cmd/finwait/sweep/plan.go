package sweep

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/finwait/finwait/cmd/finwait/vary"
)

// Strategies of choosing cells.
const (
	Everything = "grid"     // every combination
	Pairs      = "pairwise" // every two values meet
	Triples    = "3-wise"   // every three values meet
	Star       = "one-at-a-time"
	// Bisection judges a few values of the last axis, and then those around the
	// changes of verdicts; all of them where verdicts change more than once.
	Bisection = "bisect"
)

// The axes of these keys choose scenarios and profiles; all others are keys of a
// scenario file, as for --set.
const (
	scenarioKey = "scenario"
	profileKey  = "profile"
)

// MaxCells is how many cells a sweep may have.
const MaxCells = 1_000_000

// Plan says what to judge.
type Plan struct {
	Name     string      `json:"name"` // of a built-in sweep, or empty
	About    string      `json:"about"`
	Axes     []vary.Axis `json:"axes"`
	Strategy string      `json:"strategy"` // empty: Everything
	// Assume are CEL expressions that a cell must meet.
	Assume []string `json:"assume"`
	// Properties are names and patterns; empty: those that the scenarios select.
	Properties []string `json:"properties"`
	// Columns are what the table shows, see column; empty: what differs.
	Columns []string `json:"columns"`
	// Options of the searches that change what they find.
	Time      string `json:"time"`
	MaxStates int    `json:"max_states"`
	MaxDepth  int    `json:"max_depth"`
	AnyStates int    `json:"any_states"`
	// Fingerprints stand for states where durations are any, and one may be missed.
	Fingerprints bool `json:"fingerprints"`
}

// Hash names a plan: results of one plan can be merged.
func (p Plan) Hash() string {
	text, err := json.Marshal(p)
	if err != nil {
		panic(fmt.Sprintf("sweep: a plan that is no JSON: %v", err))
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// Replace gives a key its values: in place of those that it had, else before the last
// axis of a bisection or at the end; scenarios come first and profiles behind them.
func (p *Plan) Replace(a vary.Axis) {
	axes := slices.Clone(p.Axes)
	if i := slices.IndexFunc(axes, func(o vary.Axis) bool { return o.Key == a.Key }); i >= 0 {
		axes[i] = a
		p.Axes = axes
		return
	}
	at := len(axes)
	switch {
	case a.Key == scenarioKey:
		at = 0
	case a.Key == profileKey:
		at = min(1, len(axes))
	case p.Strategy == Bisection:
		at--
	}
	p.Axes = slices.Insert(axes, at, a)
}

// Bisect makes the plan one that looks for the thresholds along an axis.
func (p *Plan) Bisect(a vary.Axis) {
	p.Strategy = Bisection
	p.Axes = append(slices.DeleteFunc(slices.Clone(p.Axes), func(o vary.Axis) bool { return o.Key == a.Key }), a)
}

// values are those of a cell by key; a line of a bisection has none of the last key.
func (p Plan) values(cell []int) map[string]string {
	all := map[string]string{}
	for i, at := range cell {
		all[p.Axes[i].Key] = p.Axes[i].Values[at]
	}
	return all
}

// cells lists what is to be judged, in its order. excluded counts what the assumptions
// leave out. With Bisection a cell stands for a whole line of the last axis.
func (p Plan) cells() (cells [][]int, excluded int, err error) {
	assume, err := newAssumptions(p.Assume, p.Axes)
	if err != nil {
		return nil, 0, err
	}
	var broken error
	keep := func(cell []int) bool {
		if len(p.Assume) == 0 {
			return true
		}
		ok, err := assume.hold(p.values(cell))
		if err != nil && broken == nil {
			broken = err
		}
		return ok
	}
	axes := p.Axes
	if p.Strategy == Bisection {
		axes = axes[:len(axes)-1]
	}
	if p.Strategy != Pairs && p.Strategy != Triples && p.Strategy != Star && vary.Size(axes, MaxCells) > MaxCells {
		return nil, 0, fmt.Errorf("more than %d cells; take larger steps, or --pairwise", MaxCells)
	}
	switch p.Strategy {
	case "", Everything, Bisection:
		cells = vary.Grid(axes)
	case Star:
		cells = star(axes)
	case Pairs:
		cells = vary.Cover(axes, 2, keep)
	case Triples:
		cells = vary.Cover(axes, 3, keep)
	default:
		return nil, 0, fmt.Errorf("unknown strategy %q", p.Strategy)
	}
	all := len(cells)
	cells = slices.DeleteFunc(cells, func(c []int) bool { return !keep(c) })
	if broken == nil && len(cells) == 0 {
		broken = fmt.Errorf("no combination meets every --assume, and there is nothing to judge")
	}
	return cells, all - len(cells), broken
}

// star is the first value of every axis, and every other value of one axis with the
// first of all others; scenarios and profiles are combined with each.
func star(axes []vary.Axis) (cells [][]int) {
	var fixed, varied []int
	for i, a := range axes {
		if a.Key == scenarioKey || a.Key == profileKey {
			fixed = append(fixed, i)
		} else {
			varied = append(varied, i)
		}
	}
	var frame []vary.Axis
	for _, i := range fixed {
		frame = append(frame, axes[i])
	}
	for _, f := range vary.Grid(frame) {
		base := make([]int, len(axes))
		for k, i := range fixed {
			base[i] = f[k]
		}
		cells = append(cells, base)
		for _, i := range varied {
			for v := 1; v < len(axes[i].Values); v++ {
				c := slices.Clone(base)
				c[i] = v
				cells = append(cells, c)
			}
		}
	}
	return cells
}

// index numbers a combination among all of the grid: it names the cell in every
// strategy and on every machine.
func (p Plan) index(cell []int) int {
	n := 0
	for i, a := range p.Axes {
		n = n*len(a.Values) + cell[i]
	}
	return n
}

// settings are what --set would be given for a cell.
func settings(values map[string]string, axes []vary.Axis) []string {
	var all []string
	for _, a := range axes {
		if a.Key != scenarioKey && a.Key != profileKey {
			all = append(all, a.Key+"="+values[a.Key])
		}
	}
	return all
}

// Validate tells what is wrong with a plan, apart from its scenarios, and what depends on
// them: keys, properties and columns.
func (p Plan) Validate() error {
	if len(p.Axes) == 0 {
		return fmt.Errorf("nothing is varied; --vary KEY=VALUES is wanted, such as --vary client.sysctl.net.ipv4.tcp_orphan_retries=0..8")
	}
	if !slices.ContainsFunc(p.Axes, func(a vary.Axis) bool { return a.Key == scenarioKey }) {
		return fmt.Errorf("no scenario; name one, or --vary scenario=A,B")
	}
	if last := p.Axes[len(p.Axes)-1]; p.Strategy == Bisection && !ordered(last) {
		return fmt.Errorf("--bisect %s: two or more numbers or durations in ascending order are wanted, such as 0..100 or 1s..60s/1s", last.Key)
	}
	return nil
}
