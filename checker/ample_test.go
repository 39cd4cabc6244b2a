package checker

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// threads are some processes with a program counter each and a few shared variables:
// small enough to draw at random, and with everything in them that reduction has to
// mind.
type threads struct {
	program [3][]instructions // by process and program counter
}

// instructions are those that a process chooses from at one place of its program.
type instructions []instruction

// instruction waits until a variable has a value, sets one, and goes on; with
// chance it may also leave the variable as it is.
type instruction struct {
	when, is int // variable and its value; is < 0: at once
	set, to  int // to < 0: nothing is set
	chance   bool
	next     uint8
}

type threadsState struct {
	pc  [3]uint8
	val [3]int8
}

const variables = 8 // the bit of the first variable; those of the processes come first

func (m *threads) Init() []threadsState { return []threadsState{{}} }

func (m *threads) at(s threadsState, p int) instructions {
	if int(s.pc[p]) >= len(m.program[p]) {
		return nil
	}
	return m.program[p][s.pc[p]]
}

func (m *threads) Events(s threadsState, buf []Event) []Event {
	for p := range m.program {
		for n, i := range m.at(s, p) {
			if i.is < 0 || s.val[i.when] == int8(i.is) {
				buf = append(buf, Event{ID: uint64(p<<8 | n), Latest: Forever})
			}
		}
	}
	return buf
}

func (m *threads) instruction(s threadsState, e Event) instruction {
	return m.at(s, m.Process(e))[e.ID&0xff]
}

func (m *threads) Fire(s threadsState, e Event, emit func(threadsState, Effect)) {
	i, before := m.instruction(s, e), m.Events(s, nil)
	goOn := func() {
		how := Effect{Label: Label{uint64(i.next)}}
		for _, f := range m.Events(s, nil) {
			if m.Process(f) == m.Process(e) || first(before, f.ID) < 0 {
				how.Fresh[how.FreshCount] = f.ID
				how.FreshCount++
			}
		}
		emit(s, how)
	}
	s.pc[m.Process(e)] = i.next
	if i.chance {
		goOn()
	}
	if i.to >= 0 {
		s.val[i.set] = int8(i.to)
	}
	goOn()
}

func (m *threads) Process(e Event) int { return int(e.ID >> 8) }

func (m *threads) Footprint(s threadsState, e Event) (reads, writes uint64) {
	i := m.instruction(s, e)
	own := uint64(1) << m.Process(e)
	r, w := i.parts()
	return own | r, own | w
}

func (i instruction) parts() (reads, writes uint64) {
	if i.is >= 0 {
		reads = 1 << (variables + i.when)
	}
	if i.to >= 0 {
		writes = 1 << (variables + i.set)
	}
	return reads, writes
}

func (m *threads) Around(s threadsState, p int) (awaits, reads, writes uint64) {
	for _, i := range m.at(s, p) {
		r, _ := i.parts()
		awaits |= r
	}
	for q := range m.program {
		if q == p {
			continue
		}
		reads, writes = reads|1<<q, writes|1<<q
		reached := map[uint8]bool{}
		for todo := []uint8{s.pc[q]}; len(todo) > 0; {
			pc := todo[len(todo)-1]
			todo = todo[:len(todo)-1]
			if reached[pc] || int(pc) >= len(m.program[q]) {
				continue
			}
			reached[pc] = true
			for _, i := range m.program[q][pc] {
				r, w := i.parts()
				reads, writes, todo = reads|r, writes|w, append(todo, i.next)
			}
		}
	}
	return awaits, reads, writes
}

// ranked are threads with a rank that is right as far as programs run forward.
type ranked struct{ *threads }

func (m ranked) Rank(s threadsState) (rank uint64) {
	for _, pc := range s.pc {
		rank += uint64(pc)
	}
	return rank
}

func drawThreads(t *rapid.T) *threads {
	m := &threads{}
	for p := range m.program {
		length := rapid.IntRange(0, 4).Draw(t, "length")
		for pc := range length {
			var some instructions
			for range rapid.IntRange(1, 2).Draw(t, "choices") {
				next := pc + 1
				if rapid.IntRange(0, 3).Draw(t, "jumps") == 0 {
					next = rapid.IntRange(0, length).Draw(t, "next")
				}
				some = append(some, instruction{
					when: rapid.IntRange(0, 2).Draw(t, "when"), is: rapid.IntRange(-3, 1).Draw(t, "is"),
					set: rapid.IntRange(0, 2).Draw(t, "set"), to: rapid.IntRange(-2, 1).Draw(t, "to"),
					chance: rapid.IntRange(0, 3).Draw(t, "chance") == 0, next: uint8(next),
				})
			}
			m.program[p] = append(m.program[p], some)
		}
	}
	return m
}

// drawTerm draws a condition on a process or a variable.
func drawTerm(t *rapid.T) Term[threadsState] {
	x, set := rapid.IntRange(0, 2).Draw(t, "of"), rapid.IntRange(1, 30).Draw(t, "values")
	if rapid.Bool().Draw(t, "of a process") {
		return Term[threadsState]{Observes: 1 << x, Holds: func(s threadsState) bool { return set>>s.pc[x]&1 == 1 }}
	}
	return Term[threadsState]{Observes: 1 << (variables + x), Holds: func(s threadsState) bool { return set>>s.val[x]&1 == 1 }}
}

func drawRegion(t *rapid.T) (region Region[threadsState], holds func(threadsState) bool, observes uint64) {
	for range rapid.IntRange(1, 2).Draw(t, "cases") {
		var terms []Term[threadsState]
		for range rapid.IntRange(1, 3).Draw(t, "terms") {
			terms = append(terms, drawTerm(t))
			observes |= terms[len(terms)-1].Observes
		}
		region = append(region, terms)
	}
	return region, func(s threadsState) bool {
		for _, terms := range region {
			if holdAll(terms, s) {
				return true
			}
		}
		return false
	}, observes
}

// drawReducible draws a property of each kind that a reduced search may judge.
func drawReducible(t *rapid.T) []Property[threadsState] {
	finds, bad, all := drawRegion(t)
	begins, from, more := drawRegion(t)
	p := rapid.IntRange(0, 2).Draw(t, "of process")
	next := uint64(rapid.IntRange(0, 4).Draw(t, "goes to"))
	return []Property[threadsState]{
		{Name: "goal", Kind: Reachable, Goal: bad, Finds: finds},
		{Name: "plain-goal", Kind: Reachable, Goal: bad, Observes: all},
		{Name: "always", Kind: Always, From: from, Begins: begins, Goal: func(s threadsState) bool { return !bad(s) }, Observes: all | more},
		{Name: "step", Kind: StepAlways, Local: true,
			Guard: func(_ threadsState, e Event, _ Label, _ threadsState) bool { return int(e.ID>>8) == p },
			Step: func(from threadsState, _ Event, how Label, to threadsState) bool {
				return how[0] != next || to.pc[p] == from.pc[p]
			}},
	}
}

// findings are what one search finds of a property, and whether it meets its guard.
func findings[S comparable](m Model[S], p Property[S], reduce bool, weak weakening) (yes, guarded bool, run Run) {
	j := newJudge([]Property[S]{p})
	x := newAnySearch(m, newMeter(context.Background(), Options{}, time.Now(), Any, ""), j, nil)
	x.chunk = 3 // so that a level has many rounds
	if reduce {
		x.reduce([]Property[S]{p}, false)
		for _, e := range x.workers {
			e.ample.weak = weak
		}
	}
	run = x.explore()
	return j.found[0].yes, j.guarded[0], run
}

// TestReducedFindsTheSame compares reduced and full searches of random systems, with
// a rank and without.
func TestReducedFindsTheSame(t *testing.T) {
	reduced, all := 0, 0
	for seed := range 1500 {
		m, props := drawnThreads(seed)
		for _, model := range []Model[threadsState]{m, ranked{m}} {
			for _, p := range props {
				yes, guarded, full := findings(model, p, false, sound)
				alsoYes, alsoGuarded, less := findings(model, p, true, sound)
				require.Equal(t, yes, alsoYes, "%s of system %d: %+v", p.Name, seed, m)
				require.Equal(t, guarded, alsoGuarded, "guard of %s of system %d", p.Name, seed)
				require.LessOrEqual(t, less.States, full.States)
				require.Equal(t, less.States, less.Blocked.Total()+less.Reduced)
				reduced, all = reduced+less.States, all+full.States
			}
		}
	}
	require.Less(t, float64(reduced), 0.9*float64(all), "reduction does something")
}

func drawnThreads(seed int) (*threads, []Property[threadsState]) {
	type system struct {
		m     *threads
		props []Property[threadsState]
	}
	s := rapid.Custom(func(t *rapid.T) system { return system{drawThreads(t), drawReducible(t)} }).Example(seed)
	return s.m, s.props
}

// TestEachConditionIsNeeded leaves out one condition at a time: some systems are
// then judged wrongly.
func TestEachConditionIsNeeded(t *testing.T) {
	for name, weak := range map[string]weakening{"C1": withoutC1, "C2": withoutC2, "C3": withoutC3} {
		t.Run(name, func(t *testing.T) {
			wrong := 0
			for seed := range 1500 {
				m, props := drawnThreads(seed)
				for _, p := range props {
					yes, _, _ := findings[threadsState](m, p, false, sound)
					if also, _, _ := findings[threadsState](m, p, true, weak); also != yes {
						wrong++
					}
				}
			}
			require.Positive(t, wrong)
			t.Logf("%d of %d verdicts are wrong without %s", wrong, 1500*4, name)
		})
	}
}

// TestWhatBlocks: each condition blocks some states, and none
// does that is left out.
func TestWhatBlocks(t *testing.T) {
	for condition, weak := range map[Condition]weakening{C0: sound, C1: withoutC1, C2: withoutC2, C3: withoutC3} {
		var all, without Blocked
		for seed := range 300 {
			m, props := drawnThreads(seed)
			for _, p := range props {
				_, _, run := findings[threadsState](m, p, true, sound)
				_, _, less := findings[threadsState](m, p, true, weak)
				for c := range all {
					all[c], without[c] = all[c]+run.Blocked[c], without[c]+less.Blocked[c]
				}
			}
		}
		require.Positive(t, all[condition])
		require.Zero(t, all[GivenUp])
		if weak != sound {
			require.Zero(t, without[condition], "%v is not asked for", condition)
		}
	}
}

// TestCheckReduces asks for all kinds of properties: what reduction is not sound for
// is judged in a run of its own, and every verdict is that of the full search.
func TestCheckReduces(t *testing.T) {
	for seed := range 300 {
		m, props := drawnThreads(seed)
		goal := props[0].Goal
		props = append(props,
			Property[threadsState]{Name: "eventually", Kind: Eventually, Goal: goal},
			Property[threadsState]{Name: "leads-to", Kind: LeadsTo, From: props[2].From, Goal: goal},
			Property[threadsState]{Name: "within", Kind: Within, From: props[2].From, Goal: goal, Bound: 5},
			Property[threadsState]{Name: "opaque", Kind: Reachable, Goal: goal})
		check := func(r Reduction) Result[threadsState] {
			res, err := Check(context.Background(), System[threadsState]{Exact: m}, props, Options{Time: Any, Reduction: r})
			require.NoError(t, err)
			return res
		}
		full, auto, ample := check(ReduceNone), check(ReduceAuto), check(ReduceAmple)
		require.Equal(t, []string{"none"}, reductions(full))
		require.Equal(t, []string{"none"}, reductions(auto), "liveness needs the full run anyway")
		require.Equal(t, []string{"ample", "none"}, reductions(ample))
		for i, o := range full.Outcomes {
			for _, other := range []Outcome[threadsState]{auto.Outcomes[i], ample.Outcomes[i]} {
				require.Equal(t, o.Verdict, other.Verdict, o.Property)
				require.Equal(t, o.Reason, other.Reason, o.Property)
				require.Equal(t, o.Vacuous, other.Vacuous, o.Property)
				require.Equal(t, o.Trace != nil, other.Trace != nil)
				if other.Trace != nil {
					require.NoError(t, Replay[threadsState](m, *other.Trace))
				}
			}
			if found := ample.Outcomes[i].Trace; found != nil && o.Kind == Reachable {
				require.True(t, goal(found.Last()), "a trace under reduction is a real run")
			}
		}
		props = props[:4]
		require.Equal(t, []string{"ample"}, reductions(check(ReduceAuto)))
	}
}

func reductions[S comparable](res Result[S]) (all []string) {
	for _, r := range res.Runs {
		all = append(all, r.Reduction)
	}
	return all
}

func TestReductionNeedsFootprints(t *testing.T) {
	_, err := Check(context.Background(), System[string]{Exact: race()}, nil, Options{Reduction: ReduceAmple})
	require.EqualError(t, err, "checker: reduction requested, but *checker.toy has no Footprint method; give it one (see Footprinter) or ask for ReduceNone")
	_, err = Check(context.Background(), System[string]{Exact: race()}, nil, Options{Reduction: 7})
	require.ErrorContains(t, err, fmt.Sprint(7))
}

// TestReductionGivesUp has two processes that never wait for each other, and a model
// that says of every step that it touches all: the trial ends, and only for auto.
func TestReductionGivesUp(t *testing.T) {
	goal := Property[cell]{Name: "g", Kind: Reachable, Observes: 1, Goal: func(cell) bool { return false }}
	run := func(r Reduction) Run {
		res, err := Check(context.Background(), System[cell]{Exact: tangled{grid{side: 60}}}, []Property[cell]{goal}, Options{Time: Any, Reduction: r})
		require.NoError(t, err)
		return res.Runs[0]
	}
	full, auto, ample := run(ReduceNone), run(ReduceAuto), run(ReduceAmple)
	require.Equal(t, full.States, auto.Full)
	require.Equal(t, full.States, ample.Full)
	require.Equal(t, Blocked{C1: full.States}, ample.Blocked)
	require.Greater(t, auto.Blocked[C1], trialStates/2)
	require.Positive(t, auto.Blocked[GivenUp])
	require.Equal(t, full.States, auto.Blocked.Total())
	a := &chooser{trial: true}
	a.nextLevel(trialStates, trialStates/20)
	require.True(t, a.off)
	a = &chooser{}
	a.nextLevel(trialStates, 0)
	require.False(t, a.off, "whoever asks for it gets it")
	a = &chooser{trial: true}
	a.nextLevel(trialStates, trialStates)
	require.False(t, a.off)
}

type chooser = ample[cell]

// tangled is a grid whose directions are processes that touch everything.
type tangled struct{ grid }

func (tangled) Process(e Event) int                          { return int(e.ID) }
func (tangled) Footprint(cell, Event) (reads, writes uint64) { return 1, 1 }
func (tangled) Around(cell, int) (awaits, reads, writes uint64) {
	return 0, 1, 1
}
