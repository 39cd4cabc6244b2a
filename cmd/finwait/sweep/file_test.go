package sweep

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/shard"
	"github.com/finwait/finwait/cmd/finwait/vary"
)

// mine is a plan over a scenario of the user's, which brings a property with it.
func mine(t *testing.T, within string) Plan {
	t.Chdir(t.TempDir())
	text := `
name: mine
client: {app: [{do: close}]}
server: {app: [{do: close, when: after-eof, within: ` + within + `}]}
user_properties:
  quick: {stays: client.state == FIN_WAIT_2, at_most: 2s}
`
	require.NoError(t, os.WriteFile("mine.yaml", []byte(text), 0o600))
	return Plan{
		Axes:       []vary.Axis{axis(scenarioKey, "mine.yaml"), axis("network.loss", "0", "1")},
		Properties: []string{"quick"}, Columns: []string{"quick"}, Time: "exact",
	}
}

func TestUserPropertiesAreSwept(t *testing.T) {
	r := run(t, mine(t, "3s"), Options{})
	require.Len(t, r.Cells, 2)
	for _, c := range r.Cells {
		require.Equal(t, "violated", c.outcome("quick").Verdict)
	}
	var text bytes.Buffer
	require.NoError(t, r.WriteText(&text))
	require.Contains(t, text.String(), "different: network.loss=0: quick is violated, expected holds")
	p := mine(t, "1s")
	p.Properties = []string{"quik"}
	_, err := Run(context.Background(), p, Options{})
	require.ErrorContains(t, err, `unknown property "quik" (did you mean "quick"?)`)
}

// TestMergeRefusesOtherScenarios: files of one name, on two machines, need not say the
// same.
func TestMergeRefusesOtherScenarios(t *testing.T) {
	part := func(index int, within string) Result {
		return run(t, mine(t, within), Options{Shard: shard.Shard{Index: index, Count: 2}})
	}
	names := []string{"a.json", "b.json"}
	_, err := Merge(names, []Result{part(1, "1s"), part(2, "1s")})
	require.NoError(t, err)
	_, err = Merge(names, []Result{part(1, "1s"), part(2, "3s")})
	require.ErrorContains(t, err, "b.json was made of another scenario mine.yaml than a.json")
}

// TestFingerprintsAreAnotherQuestion: what rests on them is not taken from the cache for
// an exact answer.
func TestFingerprintsAreAnotherQuestion(t *testing.T) {
	cache := &Cache{t.TempDir()}
	p := mine(t, "1s")
	p.Fingerprints = true
	var text bytes.Buffer
	require.NoError(t, run(t, p, Options{Cache: cache}).WriteText(&text))
	require.Contains(t, text.String(), "one may have been missed")
	p.Fingerprints = false
	require.Zero(t, run(t, p, Options{Cache: cache}).Cached)
	require.Equal(t, 2, run(t, p, Options{Cache: cache}).Cached)
}

// TestAssumptionsLeaveOutLines: an assumption chooses among the lines of a bisection; it
// cannot speak of the key that is bisected.
func TestAssumptionsLeaveOutLines(t *testing.T) {
	p := retries()
	p.Assume = []string{"profile == 'article'"}
	p.Bisect(ranged("network.loss=0..3"))
	r := run(t, p, Options{Jobs: 2})
	require.Equal(t, []int{3, 3}, []int{r.Planned, r.Excluded})
	p.Assume = []string{"network.loss > 1"}
	_, err := Run(context.Background(), p, Options{})
	require.ErrorContains(t, err, "a condition can speak of the keys that are varied or set: scenario, profile")
	p.Assume = []string{"profile == 'none'"}
	_, err = Run(context.Background(), p, Options{})
	require.ErrorContains(t, err, "nothing to judge")
	p.Bisect(axis("profile", "linux", "article"))
	require.ErrorContains(t, p.Validate(), "in ascending order are wanted")
}

// TestSensitivityChart: one row for each change, one column for each stay.
func TestSensitivityChart(t *testing.T) {
	p, ok := Find("sensitivity")
	require.True(t, ok)
	p.Replace(axis(scenarioKey, "fin-wait-2-after-close"))
	r := run(t, p, Options{Jobs: 2})
	_, effects := r.effects(r.shownColumns())
	require.Len(t, effects, 12)
	require.Len(t, effects["client.tcp_fin_timeout: 60 → 30"], 1, "on one state")
	name := filepath.Join(t.TempDir(), "sensitivity.svg")
	require.NoError(t, r.SaveChart(name))
	drawn, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Contains(t, string(drawn), ">client.FIN_WAIT_2<")
	require.Contains(t, string(drawn), ">client.tcp_retries2: 15 → 5<")
}

// TestMemoryIsShared: a search that lacks memory because of others is repeated without
// them, and one that lacks it by itself ends.
func TestMemoryIsShared(t *testing.T) {
	p := retries()
	s, err := newSweep(p, Options{Jobs: 3})
	require.NoError(t, err)
	var running, crowded atomic.Int32
	s.search = func(_ context.Context, _ judge.Case, c *Cell) error {
		defer running.Add(-1)
		others := running.Add(1) > 1
		time.Sleep(time.Millisecond)
		if others {
			crowded.Add(1)
			c.Stopped = "memory"
		}
		return nil
	}
	cells, _, err := p.cells()
	require.NoError(t, err)
	require.False(t, s.share(context.Background(), cells))
	require.Len(t, s.found, 6)
	for _, c := range s.found {
		require.Empty(t, c.Stopped)
	}
	require.Positive(t, crowded.Load())
	for _, c := range run(t, p, Options{Jobs: 3, Memory: 1}).Cells {
		require.Equal(t, "memory", c.Stopped)
	}
}
