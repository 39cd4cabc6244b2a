package spec_test

import (
	"cmp"
	"context"
	"fmt"
	"hash/maphash"
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// A futures is the whole graph of a model with its states put into classes that
// nothing can tell apart: neither what the properties, pictures and verdicts read of
// a state, nor any run from it. (Strong bisimulation, by refining a partition until
// it is stable: Kanellakis and Smolka, 1990.)
type futures struct {
	states []spec.State
	class  []uint64 // of each state
}

// seenBesides is what pictures show of an endpoint, and what its application can still
// find, besides what properties read.
func seenBesides(e *spec.Endpoint) any {
	return [...]any{e.State, e.Mini, e.Ending, e.Error, e.SawErr, e.SawEOF, e.Unread, e.Down, e.Offline}
}

// explore makes the futures of states of a model, nil if there are more than most or
// a bag was full.
func explore(m *spec.Model, from []spec.State, durations bool, most int) *futures {
	type edge struct{ what, to uint64 }
	var (
		f     = &futures{}
		index = map[spec.State]int{}
		seed  = maphash.MakeSeed()
		edges [][]edge
		props []checker.Property[spec.State]
	)
	for _, c := range properties.Catalogue() {
		props = append(props, c.Make(m.Params()))
	}
	add := func(s spec.State) uint64 {
		at, known := index[s]
		if !known {
			at = len(f.states)
			index[s] = at
			f.states = append(f.states, s)
		}
		return uint64(at)
	}
	for _, s := range from {
		add(s)
	}
	for i := 0; i < len(f.states); i++ {
		s := f.states[i]
		var out []edge
		for _, e := range m.Events(s, nil) {
			seen := e
			if !durations { // a search without durations reads only whether an event must happen
				seen.Earliest, seen.Latest = 0, min(e.Latest, spec.Never-1)
			}
			m.Fire(s, e, func(next spec.State, how spec.Effect) {

				out = append(out, edge{maphash.Comparable(seed, [...]any{seen, how, stepVerdicts(props, s, e, how, next)}), add(next)})
			})
		}
		if len(f.states) > most {
			return nil
		}
		edges = append(edges, out)
	}
	class := make([]uint64, len(f.states))
	for i, s := range f.states {
		class[i] = maphash.Comparable(seed, [...]any{stateVerdicts(props, s), seenBesides(&s.Host[0]), seenBesides(&s.Host[1])})
	}
	for classes := 0; ; {
		next, count := make([]uint64, len(class)), map[uint64]bool{}
		for i, out := range edges {
			var to []edge
			for _, e := range out {
				to = append(to, edge{e.what, class[e.to]})
			}
			slices.SortFunc(to, func(a, b edge) int {
				return cmp.Or(cmp.Compare(a.what, b.what), cmp.Compare(a.to, b.to))
			})
			var h maphash.Hash
			h.SetSeed(seed)
			maphash.WriteComparable(&h, class[i])
			for _, e := range slices.Compact(to) {
				maphash.WriteComparable(&h, e)
			}
			next[i] = h.Sum64()
			count[next[i]] = true
		}
		class = next
		if len(count) == classes {
			f.class = class
			return f
		}
		classes = len(count)
	}
}

// answers are what properties say, two bits for each.
type answers [4]uint64

func (a *answers) set(property int, question uint, yes bool) {
	if yes {
		a[property/32] |= 1 << (2*uint(property%32) + question)
	}
}

// stateVerdicts and stepVerdicts are all that properties say of a state and of a
// step.
func stateVerdicts(props []checker.Property[spec.State], s spec.State) (said answers) {
	for i, p := range props {
		said.set(i, 0, p.From != nil && p.From(s))
		said.set(i, 1, p.Goal != nil && p.Goal(s))
	}
	return said
}

func stepVerdicts(props []checker.Property[spec.State], s spec.State, e spec.Event, how spec.Effect, to spec.State) (said answers) {
	for i, p := range props {
		said.set(i, 0, p.Guard != nil && p.Guard(s, e, how.Label, to))
		said.set(i, 1, p.Step != nil && p.Step(s, e, how.Label, to))
	}
	return said
}

// differ lists the fields in which two states differ.
func differ(a, b spec.State) (fields []string) {
	for h := range a.Host {
		x, y := reflect.ValueOf(a.Host[h]), reflect.ValueOf(b.Host[h])
		for i := range x.NumField() {
			if x.Field(i).Interface() != y.Field(i).Interface() {
				fields = append(fields, x.Type().Field(i).Name)
			}
		}
		if a.Net[h] != b.Net[h] {
			fields = append(fields, "Net")
		}
		if a.Sent[h] != b.Sent[h] {
			fields = append(fields, "Sent")
		}
	}
	if a.Losses != b.Losses {
		fields = append(fields, "Losses")
	}
	if a.Duplicates != b.Duplicates {
		fields = append(fields, "Duplicates")
	}
	return fields
}

// overlooked shows the pairs of states in one class that differ in one field alone:
// nothing reads it there, and it should have been cleared.
func (f *futures) overlooked(show func(field string, a, b spec.State)) {
	alike := map[uint64][]spec.State{}
	for i, c := range f.class {
		for _, s := range alike[c] {
			if fields := differ(s, f.states[i]); len(fields) == 1 {
				show(fields[0], s, f.states[i])
			}
		}
		if len(alike[c]) < 8 {
			alike[c] = append(alike[c], f.states[i])
		}
	}
}

// excused are fields that tell apart, in some states, only segments that will not come:
// nothing short of all that lies behind says so.
var excused = map[string]string{
	"Net":        "a segment that does nothing now may do something later",
	"Losses":     "all that can still be sent does nothing, or is sent again without end",
	"Duplicates": "all that can still be sent does nothing, or is sent again without end",
	"Sent":       "the rule loses only what does nothing",
	"SndUna":     "what is sent again is read by nobody, or the retry budget is spent",
	"SndWl1":     "no segment comes that is older than it",
}

// TestStatesAreCanonical explores models of random parameters and looks for fields that
// should have been cleared. Some others than those excused make no difference, in one model
// or another, for reasons that its whole future gives: fewer than 1 state in 500,
// where a heap of them in one model counts as a few.
func TestStatesAreCanonical(t *testing.T) {
	explored, overlooked, example := 0, 0, ""
	rapid.Check(t, func(t *rapid.T) {
		p := spec.GenParams().Draw(t, "params")
		p.CountFins = properties.CountFins(p)
		m, err := spec.New(p)
		require.NoError(t, err)
		durations := rapid.IntRange(0, 3).Draw(t, "durations") == 0
		if !durations {
			m = m.Any()
		}
		f := explore(m, m.Init(), durations, 500)
		if f == nil {
			return
		}
		explored += len(f.states)
		here := 0
		f.overlooked(func(field string, a, b spec.State) {
			if excused[field] == "" {
				here++
				example = fmt.Sprintf("nothing tells apart, although they differ in %s alone:\n%+v\n%+v", field, a, b)
			}
		})
		overlooked += min(here, 4)
	})
	require.Greater(t, explored, 500)
	require.Less(t, overlooked, explored/500+8, "the last pair: %s", example)
}

// TestBuiltinStatesAreCanonical does so for the parameters of the built-in scenarios that are
// small without durations. There nothing has to be excused but segments.
func TestBuiltinStatesAreCanonical(t *testing.T) {
	builtin, err := scenario.Builtin()
	require.NoError(t, err)
	models, explored := 0, 0
	for _, b := range builtin {
		for _, profile := range b.Profiles() {
			i, err := b.Instantiate(profile, scenario.Overrides{})
			require.NoError(t, err)
			p := i.Params
			p.CountFins = properties.CountFins(p)
			m, err := spec.New(p)
			require.NoError(t, err)
			f := explore(m.Any(), m.Any().Init(), false, 2500)
			if f == nil {
				continue
			}
			models, explored = models+1, explored+len(f.states)
			here, example := map[string]int{}, ""
			f.overlooked(func(field string, a, b spec.State) {
				if field != "Net" {
					here[field]++
					example = fmt.Sprintf("%+v\n%+v", a, b)
				}
			})
			require.Empty(t, here, "%s (%v): nothing tells apart, although they differ in one field:\n%s", b.Name, profile, example)
		}
	}
	require.Greater(t, models, 20)
	require.Greater(t, explored, 2000)
}

// few is a model of few states.
type few struct {
	name string
	spec.Params
}

// fewest are models in which, together, all is cleared that can be.
func fewest() []few {
	free := func(do spec.Do) spec.Call { return spec.Call{Do: do, N: 1, When: spec.Anytime, Within: spec.Never} }
	text, fin, crash, down := free(spec.Send), free(spec.Close), free(spec.Crash), free(spec.LinkDown)
	params := func(profile spec.Profile, client, server []spec.Call, more ...func(p *spec.Params)) spec.Params {
		p := spec.Params{Profile: profile, Host: [2]spec.HostParams{spec.DefaultHost(), spec.DefaultHost()}, Net: spec.DefaultNet()}
		p.Host[spec.Client].Script, p.Host[spec.Server].Script = client, server
		for h := range p.Host {
			p.Host[h].TCPOrphanRetries, p.Host[h].TCPRetries2 = 1, 1
		}
		for _, f := range more {
			f(&p)
		}
		p.CountFins = properties.CountFins(p)
		return p
	}
	queue := func(p *spec.Params) { p.Net.Queue, p.Net.Capacity = true, 3 }
	lossy := func(p *spec.Params) { p.Net.Losses = spec.Unlimited }
	prompt := func(p *spec.Params) {
		for h := range p.Host {
			p.Host[h].DelayedAck, p.Host[h].TCPEarlyRetrans = [2]int64{}, false
		}
	}
	firstLost := func(p *spec.Params) {
		p.Net.Lose = []spec.LossRule{{From: spec.Client, Kind: spec.KindDATA, Nth: []uint8{1}}}
	}
	keepalive := func(p *spec.Params) {
		p.Host[spec.Client].SoKeepalive, p.Host[spec.Client].KeepaliveProbes = true, 2
	}
	firstFIN := func(p *spec.Params) {
		p.Net.Lose, p.Net.Losses = []spec.LossRule{{From: spec.Client, Kind: spec.KindFIN, Nth: []uint8{1}}}, 1
	}
	closes, follows := []spec.Call{{Do: spec.Close}}, []spec.Call{{Do: spec.Close, When: spec.AfterEOF}}
	all := []few{
		{"the first FIN", params(spec.Article, closes, follows, queue, firstFIN)},
		{"keepalive", params(spec.Article, []spec.Call{text}, nil, queue, lossy, prompt, keepalive)},
		{"unprobed text", params(spec.Linux, []spec.Call{text, text}, nil, queue, prompt)},
		{"text", params(spec.Linux, []spec.Call{text, text}, nil, queue)},
		{"text, then a crash", params(spec.Article, []spec.Call{{Do: spec.Send, N: 1}, text, crash}, []spec.Call{fin}, queue, prompt, firstLost, lossy)},
		{"a link goes down", params(spec.Article, []spec.Call{text, text}, []spec.Call{down})},
		{"a bag", params(spec.Linux, closes, follows, prompt)},
		{"lost text", params(spec.RFC9293, []spec.Call{text, text}, nil, queue, lossy)},
		{"a crash", params(spec.Article, []spec.Call{fin, crash}, []spec.Call{fin}, queue, lossy)},
		{"lost text and FIN", params(spec.Article, []spec.Call{text, fin}, nil, lossy)},
	}
	for _, seed := range []int{23, 34, 93, 345} { // windows that close, and counted losses
		p := spec.GenParams().Example(seed)
		p.CountFins = properties.CountFins(p)
		all = append(all, few{fmt.Sprint("random ", seed), p})
	}
	return all
}

// withoutPairs are clearings that nothing but the number of states shows: they take a
// pending event away with what they clear, or the segments too, which events tell apart.
var withoutPairs = []string{"quota", "over"}

// TestClearingsAreMissed leaves out one clearing after the other. Then some model must have
// more states, and pairs of them that nothing tells apart, and no verdict is another.
func TestClearingsAreMissed(t *testing.T) {
	type known struct {
		few
		m     *spec.Model
		f     *futures
		pairs map[string]int
	}
	pairsOf := func(f *futures) map[string]int {
		pairs := map[string]int{}
		f.overlooked(func(field string, _, _ spec.State) { pairs[field]++ })
		return pairs
	}
	var whole []known
	for _, k := range fewest() {
		m, err := spec.New(k.Params)
		require.NoError(t, err)
		f := explore(m.Any(), m.Any().Init(), false, 3000)
		require.NotNil(t, f, "%s is too large", k.name)
		whole = append(whole, known{k, m, f, pairsOf(f)})
	}
	judged := 0
	for clearing, what := range spec.Clearings() {
		if what == "newest" {
			continue // connections that follow each other are too many, see TestNewestIsForgotten
		}
		shown := false
		for _, k := range whole {
			less := k.m.LeavesOut(clearing)
			f := explore(less.Any(), less.Any().Init(), false, 5000)
			if f == nil || len(f.states) <= len(k.f.states) {
				continue
			}
			shown = slices.Contains(withoutPairs, what)
			for field, n := range pairsOf(f) {
				shown = shown || n > k.pairs[field]
			}
			if shown {
				judged += sameVerdicts(t, k.m, less, what+" of "+k.name)
				break
			}
		}
		require.True(t, shown, "%s is not cleared, and no model shows it", what)
	}
	require.Greater(t, judged, 1000)
}

// sameVerdicts asks two models for all verdicts, in both modes of time, and counts those
// that both know.
func sameVerdicts(t *testing.T, a, b *spec.Model, what string) (known int) {
	var props []checker.Property[spec.State]
	for _, c := range properties.Catalogue() {
		props = append(props, c.Make(a.Params()))
	}
	for _, time := range []checker.Mode{checker.Any, checker.Exact} {
		judge := func(m *spec.Model) []checker.Outcome[spec.State] {
			res, err := checker.Check(context.Background(), checker.System[spec.State]{Exact: m, Any: m.Any()}, props, checker.Options{Time: time, MaxStates: 10_000})
			require.NoError(t, err)
			return res.Outcomes
		}
		other := judge(b)
		for i, o := range judge(a) {
			if p := other[i]; o.Verdict != checker.Unknown && p.Verdict != checker.Unknown {
				known++
				require.Equal(t, o.Verdict, p.Verdict, "%s, %v: %s", what, time, o.Property)
			}
		}
	}
	return known
}

// clearings clear, on purpose, what rules or properties still read somewhere.
var clearings = map[string]func(s *spec.State, e *spec.Endpoint){
	"PeerFin":     func(_ *spec.State, e *spec.Endpoint) { e.PeerFin = false },
	"RcvNxt":      func(_ *spec.State, e *spec.Endpoint) { e.RcvNxt = 1 },
	"Backoff":     func(_ *spec.State, e *spec.Endpoint) { e.Backoff = 0 },
	"DelayedAck":  func(_ *spec.State, e *spec.Endpoint) { e.DelayedAck = false },
	"ActiveClose": func(_ *spec.State, e *spec.Endpoint) { e.ActiveClose = false },
	"FinSeq":      func(_ *spec.State, e *spec.Endpoint) { e.FinSeq = 0 },
	"Losses":      func(s *spec.State, _ *spec.Endpoint) { s.Losses = 0 },
	"Net":         func(s *spec.State, _ *spec.Endpoint) { s.Net = [2]spec.Bag{} },
}

// TestFieldsThatAreReadAreMissed clears each field where it is read: the search for
// dead fields must tell the states apart, or it would find nothing.
func TestFieldsThatAreReadAreMissed(t *testing.T) {
	p := spec.Params{Profile: spec.Article, Host: [2]spec.HostParams{spec.DefaultHost(), spec.DefaultHost()}, Net: spec.DefaultNet()}
	p.Host[spec.Client].Script, p.Host[spec.Server].Script = []spec.Call{{Do: spec.Close}}, []spec.Call{{Do: spec.Close, When: spec.AfterEOF}}
	p.Net.Losses, p.Net.Queue, p.Net.Capacity = 1, true, spec.MaxCapacity
	for h := range p.Host {
		p.Host[h].TCPOrphanRetries = 1
	}
	m, err := spec.New(p)
	require.NoError(t, err)
	m = m.Any()
	whole := explore(m, m.Init(), false, 1<<16)
	require.NotNil(t, whole)
	for name, clearing := range clearings {
		var from []spec.State // in pairs: as it is, and cleared
		for i := 0; i < len(whole.states) && len(from) < 100; i++ {
			for h := range whole.states[i].Host {
				s := whole.states[i]
				if clearing(&s, &s.Host[h]); s != whole.states[i] {
					from = append(from, whole.states[i], s)
				}
			}
		}
		require.NotEmpty(t, from, "%s is never set", name)
		f := explore(m, from, false, 1<<17)
		class := map[spec.State]uint64{}
		for i, s := range f.states {
			class[s] = f.class[i]
		}
		missed := 0
		for i := 0; i < len(from); i += 2 {
			if class[from[i]] != class[from[i+1]] {
				missed++
			}
		}
		require.Positive(t, missed, "%s was cleared, and no run shows it", name)
	}
}
