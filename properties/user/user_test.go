package user_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/properties/user"
	"github.com/finwait/finwait/spec"
)

func TestMistakes(t *testing.T) {
	const minute = 60 * spec.Second
	for _, c := range []struct {
		name        string
		d           user.Definition
		key         string
		offset      int
		found, want string
	}{
		{"typo in a value", user.Definition{Pattern: user.Always, Of: "client.state == TIME_WIAT"}, "always", 16, "unknown variable TIME_WIAT", "TIME_WAIT"},
		{"unknown variable", user.Definition{Pattern: user.Never, Of: "client.open && server.orfan"}, "never", 15, "server.orfan", "server.orphan"},
		{"far from all names", user.Definition{Pattern: user.Never, Of: "congestion_window > 1"}, "never", 0, "congestion_window", "what finwait explain variables lists"},
		{"state and number", user.Definition{Pattern: user.Always, Of: "client.state == 3"}, "always", 13, "== between state and int", "operands"},
		{"state in quotes", user.Definition{Pattern: user.Always, Of: `client.state == "CLOSED"`}, "always", 13, "state and string", "CLOSED without quotes"},
		{"states of another type", user.Definition{Pattern: user.Always, Of: "client.error == CLOSED"}, "always", 13, "error and state", "operands"},
		{"no condition", user.Definition{Pattern: user.Always, Of: "client.fins_sent"}, "always", 0, "type int", "true or false"},
		{"assignment", user.Definition{Pattern: user.Always, Of: "client.state = CLOSED"}, "always", 13, "bad CEL", "=="},
		{"and in words", user.Definition{Pattern: user.Always, Of: "client.open and server.open"}, "always", 12, "bad CEL", "&&"},
		{"could fail", user.Definition{Pattern: user.Always, Of: "2 / client.read == 1"}, "always", 2, `"/"`, "&&"},
		{"could overflow", user.Definition{Pattern: user.Always, Of: "client.read + 9223372036854775807 > 1"}, "always", 14, "9223372036854775807", "numbers up to"},
		{"unbounded stay", user.Definition{Pattern: user.Stays, Of: "client.open"}, "stays", 0, "unbounded pattern", "at_most: 60s"},
		{"leads to, from nowhere", user.Definition{Pattern: user.LeadsTo, Of: "client.open"}, "leads_to", 0, "without when", "when:"},
		{"mistake in when", user.Definition{Pattern: user.LeadsTo, Of: "client.open", When: "client.opn"}, "when", 0, "client.opn", "client.open"},
		{"bound of an invariant", user.Definition{Pattern: user.Always, Of: "client.open", Bound: minute}, "within", 0, "beside always", "leads_to"},
		{"when of a goal", user.Definition{Pattern: user.Reachable, Of: "client.open", When: "server.open"}, "when", 0, "beside reachable", "always"},
		{"no pattern", user.Definition{Of: "client.open"}, "", 0, "no pattern", "always"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := user.Compile(c.d)
			var e *user.Error
			require.True(t, errors.As(err, &e), "%v", err)
			require.Equal(t, c.key, e.Key)
			require.Equal(t, c.offset, e.Offset)
			require.Contains(t, e.Found, c.found)
			require.Contains(t, e.Want, c.want)
		})
	}
}

// TestConditionsSayWhatTheyRead compares conditions, in states of the model, with the
// same written in Go: the look-up of what was evaluated before must not mix states up.
func TestConditionsSayWhatTheyRead(t *testing.T) {
	of := func(text string) func(spec.State) bool {
		p, err := user.Compile(user.Definition{Name: "x", Pattern: user.Always, Of: text})
		require.NoError(t, err)
		return p.Make(spec.Params{}).Goal
	}
	pairs := []struct {
		cel func(spec.State) bool
		go_ func(s *spec.State) bool
	}{
		{of("client.state in [FIN_WAIT_1, CLOSING] || server.state == LAST_ACK"), func(s *spec.State) bool {
			c := s.Host[spec.Client].State
			return c == spec.FinWait1 || c == spec.Closing || s.Host[spec.Server].State == spec.LastAck
		}},
		{of("network.in_flight - network.from_server >= 1 ? client.orphan : !server.open"), func(s *spec.State) bool {
			if s.Net[spec.Client].Len() >= 1 {
				return s.Host[spec.Client].Orphan()
			}
			return !s.Host[spec.Server].Open
		}},
		{of("client.fins_sent > server.fins_sent && server.ended != GAVE_UP"), func(s *spec.State) bool {
			return s.Host[spec.Client].FinsSent > s.Host[spec.Server].FinsSent && s.Host[spec.Server].Ending != spec.EndedGaveUp
		}},
	}
	m := lossy(t)
	seen := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		s := m.Init()[0]
		for range rapid.IntRange(0, 12).Draw(t, "steps") {
			events := m.Events(s, nil)
			if len(events) == 0 {
				break
			}
			var next []spec.State
			m.Fire(s, rapid.SampledFrom(events).Draw(t, "event"), func(n spec.State, _ spec.Effect) { next = append(next, n) })
			s = rapid.SampledFrom(next).Draw(t, "outcome")
		}
		for i, p := range pairs {
			want := p.go_(&s)
			require.Equal(t, want, p.cel(s), "pair %d", i)
			seen[want]++
		}
	})
	require.NotZero(t, seen[true])
	require.NotZero(t, seen[false])
}

// TestPatternsAgreeWithTheCatalogue judges properties of the catalogue and the same
// ones as a user writes them.
func TestPatternsAgreeWithTheCatalogue(t *testing.T) {
	for name, d := range map[string]user.Definition{
		"fin-wait-2-left-eventually": {Pattern: user.LeadsTo, When: "client.state == FIN_WAIT_2 || server.state == FIN_WAIT_2", Of: "client.state != FIN_WAIT_2 && server.state != FIN_WAIT_2"},
		"simultaneous-close":         {Pattern: user.Reachable, Of: "client.state == CLOSING && server.state == CLOSING"},
		"asymmetric-death":           {Pattern: user.Never, Of: "client.state == CLOSED && client.ended == GAVE_UP && server.state == ESTABLISHED && !client.open && server.open"},
	} {
		d.Name = "mine"
		mine, err := user.Compile(d)
		require.NoError(t, err)
		theirs, err := properties.Select([]string{name})
		require.NoError(t, err)
		m := lossy(t)
		res, err := checker.Check(context.Background(), checker.System[spec.State]{Exact: m, Any: m.Any()},
			[]checker.Property[spec.State]{mine.Make(m.Params()), theirs[0].Make(m.Params())}, checker.Options{})
		require.NoError(t, err)
		if d.Pattern == user.Never { // the goal is reached where what never should be is
			require.Equal(t, []checker.Verdict{checker.Violated, checker.Holds}, []checker.Verdict{res.Outcomes[0].Verdict, res.Outcomes[1].Verdict}, name)
			continue
		}
		require.Equal(t, res.Outcomes[1].Verdict, res.Outcomes[0].Verdict, name)
		require.NotEqual(t, checker.Unknown, res.Outcomes[0].Verdict, name)
	}
}

// lossy is a small network that loses what it likes.
func lossy(tb testing.TB) *spec.Model {
	p := spec.Params{Profile: spec.Linux, Host: [2]spec.HostParams{spec.DefaultHost(), spec.DefaultHost()}, Net: spec.DefaultNet()}
	for h := range p.Host {
		p.Host[h].Script = []spec.Call{{Do: spec.Close, When: spec.Start}}
		p.Host[h].TCPOrphanRetries = 2
	}
	p.Host[spec.Server].Script[0].When = spec.AfterEOF
	p.Host[spec.Server].Script[0].Within = spec.Second
	p.Net.Losses = -1
	p.CountFins = properties.CountFins(p)
	m, err := spec.New(p)
	require.NoError(tb, err)
	return m
}

// BenchmarkCondition compares what a property costs in each state: one of the catalogue
// and the same one over CEL.
func BenchmarkCondition(b *testing.B) {
	mine, err := user.Compile(user.Definition{Name: "mine", Pattern: user.Always, Of: "(client.state != LAST_ACK || client.peer_fin) && (server.state != LAST_ACK || server.peer_fin)"})
	require.NoError(b, err)
	theirs, err := properties.Select([]string{"last-ack-only-passive"})
	require.NoError(b, err)
	m := lossy(b)
	for name, p := range map[string]checker.Property[spec.State]{"cel": mine.Make(m.Params()), "built-in": theirs[0].Make(m.Params())} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, err := checker.Check(b.Context(), checker.System[spec.State]{Exact: m, Any: m.Any()}, []checker.Property[spec.State]{p},
					checker.Options{Time: checker.Any, Reduction: checker.ReduceNone, Workers: 1})
				require.NoError(b, err)
			}
		})
	}
}
