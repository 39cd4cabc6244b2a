package main

import (
	"encoding/json"
	"fmt"
	"html"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// savedTrace is what the test reads of a trace that finwait check saved.
type savedTrace struct {
	Loop  int   `json:"loop"`
	EndUS int64 `json:"end_us"`
	Steps []struct {
		AtUS  int64  `json:"at_us"`
		Host  string `json:"host"`
		Event string `json:"event"`
		Sent  []struct {
			From    string `json:"from"`
			Segment string `json:"segment"`
			Copies  int    `json:"copies"`
		} `json:"sent"`
	} `json:"steps"`
	Explanation struct {
		Decisive *struct {
			Step int `json:"step"`
		} `json:"decisive"`
	} `json:"explanation"`
}

// Whoever has only the report learns of each violation what was checked, what went wrong,
// at which second, because of which lost or late segment, which parameter would have
// prevented it, and how to repeat it; and all of it is true of the run that finwait check
// saves, and of the commands that the report gives.
func TestReportAnswersWhatAReaderAsks(t *testing.T) {
	for _, c := range []struct {
		scenario, profile string
		args              []string
	}{
		{"first-wave-lost", "article", nil},
		{"lossy-network", "linux", []string{"--property", "both-closed"}},
		{"time-wait-1msl", "rfc9293", []string{"--property", "quiescence", "--property", "no-old-duplicate-accepted"}},
		{"close-wait-leak", "linux", nil},
		{"fin-wait-2-after-close", "rfc9293", nil},
		{"simultaneous-close", "article", []string{"--set", "client.mutant=closing-ack-ignored"}},
	} {
		t.Run(c.scenario, func(t *testing.T) {
			out, saved := t.TempDir(), t.TempDir()
			args := append([]string{c.scenario, "--profile", c.profile, "--progress", "none"}, c.args...)
			r := finwait(t, append([]string{"report", "--out", out}, args...)...)
			require.Less(t, r.code, 2, r.stderr)
			require.Less(t, finwait(t, append([]string{"check", "--out", saved}, args...)...).code, 2)
			data, err := os.ReadFile(filepath.Join(out, "report.html"))
			require.NoError(t, err)
			page := string(data)
			violations := regexp.MustCompile(`(?s)<article id="([^"]*)" class="evidence violated".*?</article>`).FindAllStringSubmatch(page, -1)
			require.NotEmpty(t, violations)
			for _, v := range violations {
				article, property := v[0], v[1][strings.LastIndex(v[1], ".")+1:]
				require.Regexp(t, `<li><a href="#`+regexp.QuoteMeta(v[1])+`">`, page, "the beginning leads to it")
				var trace savedTrace
				data, err := os.ReadFile(filepath.Join(saved, c.scenario+"."+c.profile+"."+property+".trace.json"))
				require.NoError(t, err)
				require.NoError(t, json.Unmarshal(data, &trace))
				trueToTrace(t, article, trace)
				trueWhenTried(t, article, property)
			}
		})
	}
}

// said is the text below a heading of an article.
func said(t *testing.T, article, heading string) string {
	found := regexp.MustCompile(`(?s)<dt>` + heading + `</dt><dd[^>]*>(.*?)</dd>`).FindStringSubmatch(article)
	require.NotNil(t, found, heading)
	text := html.UnescapeString(strings.TrimSpace(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(found[1], "")))
	require.NotEmpty(t, text, heading)
	return text
}

func us(t *testing.T, seconds string) int64 {
	f, err := strconv.ParseFloat(seconds, 64)
	require.NoError(t, err)
	return int64(math.Round(f * 1e6))
}

func trueToTrace(t *testing.T, article string, trace savedTrace) {
	said(t, article, "What went wrong")
	said(t, article, "Which condition failed")
	said(t, article, "What decided it")
	n := len(trace.Steps)

	// At which second.
	when := said(t, article, "When")
	instant := us(t, regexp.MustCompile(`\d+\.\d+`).FindString(when))
	switch {
	case trace.Loop == n || trace.Loop < 0 && trace.EndUS == trace.Steps[n-1].AtUS:
		require.Equal(t, trace.Steps[n-1].AtUS, instant)
		require.Contains(t, when, fmt.Sprintf("(step %d of %d)", n, n))
	case trace.Loop >= 0:
		require.Equal(t, trace.Steps[trace.Loop].AtUS, instant)
	default:
		require.Equal(t, trace.EndUS, instant)
	}

	// Because of which segment: all that was lost, as often as it was; and what is said to
	// be late was sent and arrived then.
	because := said(t, article, "Because of which segment")
	lost := map[string]int{}
	for _, step := range trace.Steps {
		for _, s := range step.Sent {
			if s.Copies == 0 {
				lost[s.Segment+" of the "+s.From]++
			}
		}
	}
	told := map[string]int{}
	for _, found := range regexp.MustCompile(`([A-Z][^;]*? of the (?:client|server)) was lost(?: (\d+) times| at)`).FindAllStringSubmatch(because, -1) {
		told[found[1]] = 1
		if found[2] != "" {
			times, err := strconv.Atoi(found[2])
			require.NoError(t, err)
			told[found[1]] = times
		}
	}
	require.Equal(t, lost, told, because)
	late := regexp.MustCompile(`([A-Z][^;]*?) of the (client|server) took ([\d.]+) s and arrived at ([\d.]+) s`).FindAllStringSubmatch(because, -1)
	for _, found := range late {
		arrived, took := us(t, found[4]), us(t, found[3])
		seen := 0
		for _, step := range trace.Steps {
			if step.AtUS == arrived && step.Host != found[2] && strings.HasSuffix(step.Event, found[1]) {
				seen |= 1
			}
			for _, s := range step.Sent {
				if step.AtUS == arrived-took && s.From == found[2] && s.Segment == found[1] && s.Copies > 0 {
					seen |= 2
				}
			}
		}
		require.Equal(t, 3, seen, found[0])
	}
	if len(lost)+len(late) == 0 {
		require.Regexp(t, "^None|still in flight", because)
	}

	// The step that decided it, and every step.
	show := regexp.MustCompile(`data-show="(\d+)"`).FindStringSubmatch(article)
	require.Equal(t, trace.Explanation.Decisive != nil, show != nil)
	if show != nil {
		require.Equal(t, strconv.Itoa(trace.Explanation.Decisive.Step), show[1])
	}
	steps := regexp.MustCompile(`<li class="step" data-step="(\d+)"><p><strong>([^<]*)</strong>`).FindAllStringSubmatch(article, -1)
	require.Len(t, steps, n+1)
	for i, step := range trace.Steps {
		at, event, _ := strings.Cut(html.UnescapeString(steps[i+1][2]), " s · ")
		require.Equal(t, step.AtUS, us(t, at))
		require.Equal(t, step.Host+": "+step.Event, event)
	}
	require.Equal(t, n+1, strings.Count(article, `<rect class="row"`), "the chart has the same steps")
}

// trueWhenTried runs the commands of an article.
func trueWhenTried(t *testing.T, article, property string) {
	command := regexp.MustCompile(`<code>finwait ([^<]*)</code>`)
	before, repeat, found := strings.Cut(article, "<dt>How to repeat it</dt>")
	require.True(t, found)
	prevented := said(t, article, "What would have prevented it")
	cures := command.FindAllStringSubmatch(before, -1)
	require.Equal(t, len(cures) == 0, strings.HasPrefix(prevented, "None of the values that were tried."), prevented)
	for _, c := range cures {
		words := strings.Fields(strings.ReplaceAll(html.UnescapeString(c[1]), "'", "")) // no value has a space
		r := finwait(t, append(words, "--format", "json", "--progress", "none")...)
		outcome := parse(t, r.stdout)["scenarios"].([]any)[0].(map[string]any)["outcomes"].([]any)[0].(map[string]any)
		require.Equal(t, []any{property, "holds", false}, []any{outcome["property"], outcome["verdict"], outcome["vacuous"]}, c[1])
	}
	again := command.FindStringSubmatch(repeat)
	require.NotNil(t, again)
	r := finwait(t, strings.Fields(html.UnescapeString(again[1]))...)
	require.Equal(t, 0, r.code, r.stderr)
	require.Contains(t, r.stdout, ": "+property)
	require.Contains(t, r.stdout, "violated in ")
}
