package main

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jstemmer/go-junit-report/v2/junit"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/stretchr/testify/require"
)

// differs has a difference in line 6, what is unknown with few states, and what holds.
const differs = `client: {app: [{do: close}]}
server: {app: [{do: close, when: after-eof, within: 1s}]}
network: {lose: [{from: client, segment: FIN, nth: all}]}
profiles: {article: {}}
properties:
  - both-closed
  - fin-one-sequence-number
  - close-wait-*
`

func TestCheckJUnit(t *testing.T) {
	name := file(t, "mine.yaml", differs)
	r := finwait(t, "check", name, "--format", "junit")
	require.Equal(t, 1, r.code, r.stderr)
	var all junit.Testsuites
	require.NoError(t, xml.Unmarshal([]byte(r.stdout), &all))
	require.Equal(t, [3]int{3, 1, 0}, [3]int{all.Tests, all.Failures, all.Skipped})
	require.Len(t, all.Suites, 1)
	suite := all.Suites[0]
	require.Equal(t, "mine.article", suite.Name)
	require.Equal(t, name, suite.File)
	require.Len(t, suite.Testcases, 3)
	failed := suite.Testcases[0]
	require.Equal(t, "both-closed", failed.Name)
	require.Contains(t, failed.Failure.Message, "but holds was expected")
	require.Contains(t, failed.Failure.Data, "time passes for ever")
	require.Contains(t, failed.Failure.Data, "repeat with: finwait graph trace "+name)
	require.Nil(t, suite.Testcases[1].Failure)

	r = finwait(t, "check", name, "--format", "junit", "--max-states", "3")
	require.Equal(t, 3, r.code, r.stdout)
	all = junit.Testsuites{}
	require.NoError(t, xml.Unmarshal([]byte(r.stdout), &all))
	require.Zero(t, all.Failures)
	require.Equal(t, 3, all.Skipped, "unknown is no pass and no failure")
	require.Contains(t, all.Suites[0].Testcases[0].Skipped.Message, "bound on states")
}

// TestCheckSARIF validates against the schema of OASIS, which the library has.
func TestCheckSARIF(t *testing.T) {
	name := file(t, "mine.yaml", differs)
	for _, args := range [][]string{{name}, {name, "--max-states", "3"}, {"normal-close", "--profile", "article"}} {
		r := finwait(t, with([]string{"check", "--format", "sarif"}, args...)...)
		log, err := sarif.FromBytes([]byte(r.stdout), sarif.WithStrictValidation())
		require.NoError(t, err, r.stdout)
		require.NoError(t, log.Validate())
		require.Len(t, log.Runs, 1)
		wanted := map[int][]string{0: nil, 1: {"error"}, 3: {"warning", "warning", "warning"}}
		var levels []string
		for _, result := range log.Runs[0].Results {
			levels = append(levels, result.Level)
			require.Equal(t, *result.RuleID, *log.Runs[0].Tool.Driver.Rules[result.RuleIndex].ID)
		}
		require.Equal(t, wanted[r.code], levels)
		if r.code != 1 {
			continue
		}
		at := log.Runs[0].Results[0].Locations[0].PhysicalLocation
		require.Equal(t, name, *at.ArtifactLocation.URI)
		require.Equal(t, 6, *at.Region.StartLine, "where both-closed is asked for")
		require.Contains(t, *log.Runs[0].Results[0].Message.Text, "The server stays in ESTABLISHED for ever")
	}
	// Without its version it would not be valid: the validation can fail.
	broken := sarif.NewReport()
	broken.Version = ""
	require.Error(t, broken.Validate())
}

func TestCheckGitHub(t *testing.T) {
	name := file(t, "mine,100%.yaml", differs)
	summary := filepath.Join(t.TempDir(), "summary.md")
	require.NoError(t, os.WriteFile(summary, []byte("# before\n"), 0o600))
	out := t.TempDir()
	r := finwait(t, "check", name, "--format", "github", "--summary", summary, "--out", out)
	require.Equal(t, 1, r.code, r.stderr)
	require.Contains(t, r.stdout, "DIFFERENT: violated in", "the log is for people too")
	lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
	last := lines[len(lines)-1]
	require.True(t, strings.HasPrefix(last, "::error file="+strings.TrimSuffix(name, ",100%.yaml")+"%2C100%25.yaml,line=6,title=mine-100- (article)%3A both-closed::violated in "), last)
	require.Contains(t, last, "%0A")

	text, err := os.ReadFile(summary)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(text), "# before\n## finwait\n"))
	require.Contains(t, string(text), "| mine-100- | article | 11 | 2 | 1 | 0 | 0 |")
	for _, suffix := range []string{"dot", "txt", "trace.json"} {
		require.Contains(t, string(text), "\n- `"+filepath.Join(out, "mine-100-.article.both-closed."+suffix)+"`\n")
	}
	require.Equal(t, 0, strings.Count(string(text), "```")%2)
}

func TestBaseline(t *testing.T) {
	name := file(t, "mine.yaml", differs)
	baseline := file(t, "baseline.json", finwait(t, "check", name, "--format", "json").stdout)
	r := finwait(t, "check", name, "--baseline", baseline)
	require.Equal(t, 0, r.code, r.stdout)
	require.Contains(t, r.stdout, "known from the baseline: violated in 10 steps")
	require.Contains(t, r.stdout, "1 known from the baseline")
	require.Empty(t, r.stderr)

	r = finwait(t, "check", name, "--baseline", baseline, "--format", "sarif")
	log, err := sarif.FromString(r.stdout, sarif.WithStrictValidation())
	require.NoError(t, err)
	require.NoError(t, log.Validate())
	require.Equal(t, "unchanged", *log.Runs[0].Results[0].BaselineState)

	// A baseline that knows nothing of it does not help, one that has what is mended says so.
	empty := file(t, "empty.json", `{"schema": "finwait.check/1", "scenarios": []}`)
	require.Equal(t, 1, finwait(t, "check", name, "--baseline", empty).code)
	require.NoError(t, os.WriteFile(name, []byte(strings.ReplaceAll(differs, "nth: all", "nth: 1")), 0o600))
	r = finwait(t, "check", name, "--baseline", baseline)
	require.Equal(t, 0, r.code, r.stdout)
	require.Contains(t, r.stderr, "the baseline has both-closed of mine (article), which is as expected now")

	for text, want := range map[string]string{"{": "is wanted", `{"schema": "finwait.expect/1"}`: `want "finwait.check/1"`} {
		r = finwait(t, "check", name, "--baseline", file(t, "b.json", text))
		require.Equal(t, 2, r.code)
		require.Contains(t, r.stderr, want)
	}
	r = finwait(t, "check", name, "--baseline", "no-such-file")
	require.Equal(t, 2, r.code)
	require.Contains(t, r.stderr, "--baseline no-such-file: no such file")
}

func TestExpectFile(t *testing.T) {
	name := file(t, "mine.yaml", differs)
	pinned := filepath.Join(t.TempDir(), "expect.json")
	args := []string{"check", name, "--expect-file", pinned}
	require.Equal(t, 2, finwait(t, args...).code, "there is none yet")
	require.Equal(t, 2, finwait(t, "check", name, "--update-expect").code)
	require.Equal(t, 1, finwait(t, with(args, "--update-expect")...).code, "the scenario expects something else")
	r := finwait(t, args...)
	require.Equal(t, 0, r.code, "what is pinned is expected: "+r.stdout)
	require.Contains(t, r.stdout, "violated as expected")

	var kept map[string]any
	text, err := os.ReadFile(pinned)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &kept))
	pin := kept["scenarios"].([]any)[0].(map[string]any)
	require.Equal(t, float64(11), pin["states"])
	require.Equal(t, "violated", pin["verdicts"].(map[string]any)["both-closed"])

	// Another count, another verdict, another property.
	change := func(old, text string) result {
		other := file(t, "other.json", strings.Replace(string(must(os.ReadFile(pinned))), old, text, 1))
		return finwait(t, "check", name, "--expect-file", other)
	}
	r = change(`"states": 11`, `"states": 12`)
	require.Equal(t, 1, r.code)
	require.Contains(t, r.stdout, "12 states were pinned, 11 are found")
	r = change(`"both-closed": "violated"`, `"both-closed": "holds"`)
	require.Equal(t, 1, r.code)
	require.Contains(t, r.stdout, "DIFFERENT: violated in 10 steps, but holds was expected")
	r = change(`"both-closed": "violated"`, `"both-closed": "unknown"`)
	require.Equal(t, 1, r.code)
	require.Contains(t, r.stdout, "both-closed was unknown and is violated")
	require.Equal(t, 2, change(`"violated"`, `"broken"`).code)
	r = finwait(t, with(args, "--property", "both-closed,fin-*")...)
	require.Equal(t, 1, r.code)
	require.Contains(t, r.stdout, "fin-retries-bounded is not pinned")
	r = finwait(t, with(args, "--property", "both-closed")...)
	require.Equal(t, 0, r.code, "part of what is pinned: "+r.stdout)
	r = finwait(t, with(args, "normal-close", "--profile", "article")...)
	require.Equal(t, 1, r.code)
	require.Contains(t, r.stdout, "is not pinned in this profile")

	// An update keeps what it is not about.
	require.Equal(t, 0, finwait(t, "check", "normal-close", "--profile", "article", "--expect-file", pinned, "--update-expect").code)
	require.Equal(t, 0, finwait(t, args...).code)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
