package report

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/properties"
)

// outcome makes an outcome; expected "" is none.
func outcome(name, verdict, expected string) judge.Outcome {
	o := judge.Outcome{
		Property: name, Kind: checker.Always.String(), Verdict: verdict,
		Scope: checker.TheseDurations.String(), Files: map[string]string{},
		About: properties.Property{Name: name, Claim: "the claim of " + name},
	}
	same := expected == "" || expected == verdict
	if expected != "" {
		o.Expected = &expected
	}
	if verdict != "unknown" {
		o.AsExpected = &same
	}
	return o
}

func reportOf(outcomes ...judge.Outcome) Report {
	return Report{Asked: 1, Scenarios: []judge.Scenario{{Name: "s", Profile: "linux", Outcomes: outcomes}}}
}

func TestCodes(t *testing.T) {
	good, bad, unknown := outcome("a", "holds", "holds"), outcome("b", "violated", "holds"), outcome("c", "unknown", "holds")
	require.Equal(t, AsExpected, reportOf().Code())
	require.Equal(t, AsExpected, reportOf(good, outcome("d", "violated", "")).Code(), "nothing expected, nothing different")
	require.Equal(t, Different, reportOf(good, bad).Code())
	require.Equal(t, Unknown, reportOf(good, unknown).Code())
	require.Equal(t, Different, reportOf(unknown, bad).Code(), "different outweighs unknown")
	cut := reportOf(good)
	cut.Interrupted = true
	require.Equal(t, Unknown, cut.Code())
	cut = reportOf(good)
	cut.Asked = 2
	require.Equal(t, Unknown, cut.Code())
	cut = reportOf(bad)
	cut.Interrupted = true
	require.Equal(t, Different, cut.Code())
}

func TestText(t *testing.T) {
	goal := outcome("some-goal", "violated", "violated")
	goal.Kind = checker.Reachable.String()
	vacuous := outcome("e", "holds", "")
	vacuous.Vacuous = true
	excused := outcome("f", "holds", "holds")
	excused.Excused, excused.Reason = true, "excused: the application of the server never closes"
	possible := outcome("g", "unknown", "holds")
	possible.Reason = "possible"
	r := reportOf(outcome("a", "holds", "holds"), outcome("b", "violated", "holds"), goal, vacuous, excused, possible)
	r.Scenarios[0].States, r.Scenarios[0].Transitions, r.Scenarios[0].Depth = 1234, 1, 7
	r.Scenarios[0].Runs = make([]judge.Run, 1)
	r.Elapsed = 1500 * time.Millisecond
	var b strings.Builder
	require.NoError(t, WriteScenario(&b, r.Scenarios[0]))
	require.NoError(t, r.WriteSummary(&b))
	require.Equal(t, `s · linux                                                1,234 states, 1 transition, depth 7, 0.00 s
  ✓ 2 properties hold (1 vacuously, 1 without expectation)
  ✓ not reached: some-goal
  ✗ b                                DIFFERENT: violated, but holds was expected
    the claim of b
  ✓ f                                excused: the application of the server never closes
  ? 1 unknown, possible for some durations; --time exact decides for these: g

1 scenario in 1 profile run, 6 verdicts: 1 DIFFERENT, 1 unknown in 1.50 s
`, b.String())
	for line := range strings.Lines(b.String()) {
		require.LessOrEqual(t, len([]rune(line)), columns+1, line)
	}
}

func TestJSONOfNothing(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, Report{Version: "v1"}.WriteJSON(&b))
	require.JSONEq(t, `{"schema": "finwait.check/1", "version": "v1", "scenarios": []}`, b.String())
}

func TestFileNamesStayInTheDirectory(t *testing.T) {
	require.Equal(t, ".._.._etc_x", fileName("../../etc/x"))
	require.Equal(t, "a-b_c", fileName("a-b c"))
}

func TestSaveTellsOfFailure(t *testing.T) {
	blocked := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(blocked, nil, 0o600))
	require.Error(t, Save(filepath.Join(blocked, "dir"), judge.Scenario{}, ""))
}
