package sweep

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/shard"
	"github.com/finwait/finwait/cmd/finwait/vary"
)

// retries is a small plan: 2 profiles by 3 numbers of retries.
func retries() Plan {
	return Plan{
		Axes: []vary.Axis{
			axis(scenarioKey, "first-wave-lost"), axis(profileKey, "article", "linux"), axis(clientSysctl+"tcp_orphan_retries", "1", "2", "3"),
		},
		Properties: []string{"both-closed", "asymmetric-death"},
		Columns:    []string{"stay:client.FIN_WAIT_1", "fins:client", "both-closed"},
		Time:       "auto",
	}
}

func run(t require.TestingT, p Plan, opt Options) Result {
	r, err := Run(context.Background(), p, opt)
	require.NoError(t, err)
	return r
}

func withoutTime(r Result) Result {
	r.Cells = slices.Clone(r.Cells)
	for i := range r.Cells {
		r.Cells[i].Seconds = 0
	}
	return r
}

func TestGridOfRetries(t *testing.T) {
	r := run(t, retries(), Options{Jobs: 2})
	require.Len(t, r.Cells, 6)
	var stays, fins []string
	for _, c := range r.Cells {
		columns, err := parseColumns(r.Plan.Columns, nil)
		require.NoError(t, err)
		stays = append(stays, columns[0].text(c))
		fins = append(fins, columns[1].text(c))
		require.Equal(t, "violated", columns[2].text(c))
	}
	// The article's rule, (2^(n+1) - 1) * 200 ms; Linux' with a tail loss probe.
	require.Equal(t, []string{"600ms", "1.4s", "3s"}, stays[:3])
	require.Equal(t, []string{"2", "3", "4", "4", "5", "6"}, fins)
	var text, table bytes.Buffer
	require.NoError(t, r.WriteText(&text))
	require.Contains(t, text.String(), "article  1                          600ms")
	require.Contains(t, text.String(), "6 cells judged")
	require.NoError(t, r.WriteCSV(&table))
	rows, err := csv.NewReader(&table).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 7)
}

// TestShardsMerge: for any number of shards the merged result is the whole, a shard may
// be there twice, and one that is not there is named.
func TestShardsMerge(t *testing.T) {
	cache := &Cache{t.TempDir()}
	whole := run(t, retries(), Options{Cache: cache})
	again := run(t, retries(), Options{Cache: cache, Jobs: 3})
	require.Equal(t, 6, again.Cached)
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(1, 8).Draw(t, "count")
		var names []string
		var parts []Result
		left := map[int]bool{}
		for _, i := range rapid.Permutation(slices.Collect(func(yield func(int) bool) {
			for i := range count {
				if !yield(i + 1) {
					return
				}
			}
		})).Draw(t, "order") {
			times := rapid.SampledFrom([]int{1, 1, 1, 0, 2}).Draw(t, "times")
			left[i] = times == 0
			for range times {
				r := run(t, retries(), Options{Cache: cache, Shard: shard.Shard{Index: i, Count: count}})
				var file bytes.Buffer
				require.NoError(t, r.WriteJSON(&file))
				back, err := Read("part", file.Bytes())
				require.NoError(t, err)
				names, parts = append(names, "part"), append(parts, back)
			}
		}
		if len(parts) == 0 {
			return
		}
		merged, err := Merge(names, parts)
		require.NoError(t, err)
		missing := 0
		for _, gone := range left {
			if gone {
				missing++
			}
		}
		require.Len(t, merged.Missing, missing)
		require.Equal(t, missing > 0, merged.Interrupted)
		if missing == 0 {
			merged.Shard, merged.Cached = whole.Shard, whole.Cached
			require.Equal(t, withoutTime(whole), withoutTime(merged))
		}
	})
}

func TestMergeRefuses(t *testing.T) {
	a := run(t, retries(), Options{Binary: "one", Shard: shard.Shard{Index: 1, Count: 2}})
	b := run(t, retries(), Options{Binary: "one", Shard: shard.Shard{Index: 2, Count: 2}})
	refuse := func(want string, change func(r *Result)) {
		c := b
		c.Cells = slices.Clone(b.Cells)
		change(&c)
		_, err := Merge([]string{"a.json", "b.json"}, []Result{a, c})
		require.ErrorContains(t, err, want)
	}
	refuse("another binary", func(r *Result) { r.Binary = "two" })
	refuse("another sweep", func(r *Result) { r.Hash = "x" })
	refuse("one of 3 shards", func(r *Result) { r.Shard.Count = 3 })
	refuse("differ in the cell", func(r *Result) { r.Cells[0] = a.Cells[0]; r.Cells[0].States++ })
	_, err := Merge([]string{"a.json", "b.json"}, []Result{a, b})
	require.NoError(t, err)
	for text, want := range map[string]string{"{": "no result of a sweep", `{"schema": "finwait.check/1"}`: "finwait.sweep/1, is wanted", `{"schema": "finwait.sweep/1", "plan_hash": "x"}`: "its plan was changed"} {
		_, err := Read("x.json", []byte(text))
		require.ErrorContains(t, err, want)
	}
}

// TestExplore: the change of a verdict that changes once is found between neighbours
// with few looks, and where looks show two changes, all is looked at.
func TestExplore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, 500).Draw(t, "size")
		from, to := rapid.IntRange(0, size).Draw(t, "from"), rapid.IntRange(0, size).Draw(t, "to")
		verdict := func(v int) map[string]string {
			return map[string]string{"a": map[bool]string{true: "holds", false: "violated"}[v < from], "b": map[bool]string{true: "holds", false: "violated"}[v >= to]}
		}
		seen := map[int]bool{}
		explore(size, func(v int) bool { seen[v] = true; return true }, verdict)
		for v := 1; v < size; v++ {
			if verdict(v)["a"] != verdict(v - 1)["a"] || verdict(v)["b"] != verdict(v - 1)["b"] {
				require.True(t, seen[v] && seen[v-1], v)
			}
		}
		require.LessOrEqual(t, len(seen), probes+2*10)
	})
	seen := 0
	explore(100, func(int) bool { seen++; return true }, func(v int) map[string]string {
		return map[string]string{"a": map[bool]string{true: "holds", false: "violated"}[v > 20 && v < 60]}
	})
	require.Equal(t, 100, seen)
}

func TestBisection(t *testing.T) {
	p := Plan{Axes: []vary.Axis{axis(scenarioKey, "normal-close"), axis(profileKey, "article"), axis(clientSysctl+"tcp_orphan_retries", "2", "3")}, Properties: []string{"asymmetric-death"}, Time: "auto"}
	p.Bisect(ranged("network.loss=0..20"))
	r := run(t, p, Options{Jobs: 2})
	require.Len(t, r.Thresholds, 3, "%v", r.Thresholds)
	at := map[string]string{}
	for _, th := range r.Thresholds {
		if th.Key == "network.loss" {
			at[th.Fixed[clientSysctl+"tcp_orphan_retries"]] = *th.SmallestHolding
			require.True(t, th.Monotone)
			require.Less(t, th.Judged, th.Values)
			require.Contains(t, th.String(), "of 21 values judged")
		}
	}
	require.Equal(t, map[string]string{"2": "3", "3": "4"}, at, "as many losses as FINs")
}

func TestStar(t *testing.T) {
	p, ok := Find("sensitivity")
	require.True(t, ok)
	p.Replace(axis(scenarioKey, "fin-wait-2-after-close"))
	var text bytes.Buffer
	require.NoError(t, run(t, p, Options{Jobs: 2}).WriteText(&text))
	for line := range strings.Lines(text.String()) {
		switch {
		case strings.HasPrefix(line, "client.tcp_fin_timeout: 60 → 30"):
			require.Equal(t, []string{"·", "1m0s", "→", "30s", "·", "·", "·"}, strings.Fields(line)[4:], "no effect on TIME_WAIT")
		case strings.HasPrefix(line, "client.tcp_retries2"):
			require.Equal(t, []string{"·", "·", "·", "·", "·"}, strings.Fields(line)[4:])
		}
	}
	require.Contains(t, text.String(), "client.tcp_fin_timeout: 60 → 30")
}

func TestAssumptions(t *testing.T) {
	p := retries()
	p.Axes = append(p.Axes, axis("client.rto", "200ms", "1s"))
	p.Assume = []string{"client.rto < duration('1s') || client.sysctl.net.ipv4.tcp_orphan_retries > 2", "profile != 'linux'"}
	cells, excluded, err := p.cells()
	require.NoError(t, err)
	require.Len(t, cells, 4)
	require.Equal(t, 8, excluded)
	for _, bad := range []struct{ text, want string }{
		{"client.rto <", "Syntax error"}, {"1 + 1", "a condition is wanted"}, {"client.typo == 1", "keys that are varied"}, {"clint.rto == 1", "undeclared reference"},
	} {
		p.Assume = []string{bad.text}
		_, _, err := p.cells()
		require.ErrorContains(t, err, bad.want)
	}
}

// TestOneBadCell: what makes no scenario does not keep the rest from being judged, and a
// plan of which nothing makes one is refused with the reason.
func TestOneBadCell(t *testing.T) {
	p := retries()
	p.Axes = append(p.Axes, axis("network.delay", "1ms", "[5ms, 1ms]"))
	n := run(t, p, Options{}).Counts()
	require.Equal(t, []int{6, 6, 0}, []int{n.Judged, n.Invalid, n.Failed})
	p.Axes[3] = axis("network.dealy", "1ms", "2ms")
	_, err := Run(context.Background(), p, Options{})
	require.ErrorContains(t, err, "dealy")
}

func TestInterrupted(t *testing.T) {
	cache := &Cache{t.TempDir()}
	ctx, stop := context.WithCancel(context.Background())
	r, err := Run(ctx, retries(), Options{Cache: cache, Progress: func(done, _ int, _ Cell) {
		if done == 2 {
			stop()
		}
	}})
	require.NoError(t, err)
	require.True(t, r.Interrupted)
	require.Less(t, len(r.Cells), 6)
	whole := run(t, retries(), Options{Cache: cache})
	require.GreaterOrEqual(t, whole.Cached, 2)
	require.Equal(t, withoutTime(run(t, retries(), Options{})).Cells, withoutTime(whole).Cells)
}

// TestCacheSeesChanges: another binary, property or parameter is another question, and
// a spoilt file is none.
func TestCacheSeesChanges(t *testing.T) {
	cache := &Cache{t.TempDir()}
	run(t, retries(), Options{Cache: cache})
	require.Equal(t, 6, run(t, retries(), Options{Cache: cache}).Cached)
	require.Zero(t, run(t, retries(), Options{Cache: cache, Binary: "another"}).Cached)
	p := retries()
	p.Properties = p.Properties[:1]
	require.Zero(t, run(t, p, Options{Cache: cache}).Cached)
	p = retries()
	p.Replace(axis("client.rto", "250ms"))
	require.Zero(t, run(t, p, Options{Cache: cache}).Cached)
	files, err := filepath.Glob(filepath.Join(cache.Dir, "*", "*.json"))
	require.NoError(t, err)
	for _, f := range files {
		require.NoError(t, os.WriteFile(f, []byte("{"), 0o600))
	}
	require.Zero(t, run(t, retries(), Options{Cache: cache}).Cached)
}

// TestBuiltin: every built-in sweep has cells that make scenarios, and columns.
func TestBuiltin(t *testing.T) {
	for _, p := range Builtin() {
		require.NoError(t, p.Validate(), p.Name)
		cells, _, err := p.cells()
		require.NoError(t, err)
		s, err := newSweep(p, Options{})
		require.NoError(t, err)
		for _, c := range cells {
			i, err := s.instance(p.values(c))
			require.NoError(t, err, p.Name)
			_, err = judge.Of(i, p.Properties)
			require.NoError(t, err)
		}
		require.NotEmpty(t, p.About)
	}
}

func TestCharts(t *testing.T) {
	r := run(t, retries(), Options{})
	dir := t.TempDir()
	for _, name := range []string{"heat.svg", "heat.png"} {
		require.NoError(t, r.SaveChart(filepath.Join(dir, name)))
	}
	text, err := os.ReadFile(filepath.Join(dir, "heat.svg"))
	require.NoError(t, err)
	require.Contains(t, string(text), "client.tcp_orphan_retries")
	r.Plan.Strategy = Pairs
	require.NoError(t, r.SaveChart(filepath.Join(dir, "curves.svg")))
	require.ErrorContains(t, r.SaveChart(filepath.Join(dir, "x.gif")), ".svg or .png")
}

func TestColumns(t *testing.T) {
	for _, bad := range []string{"x", "stay:client", "stay:client.CLOSSED", "fins:client.CLOSED", "stay:nobody.CLOSED", "speed:client", "both-*"} {
		_, err := parseColumn(bad, nil)
		require.ErrorContains(t, err, "is wanted", bad)
	}
}

// TestPortRate: the built-in sweep finds the rates at which ports run out, in closed
// form for real numbers.
func TestPortRate(t *testing.T) {
	p, ok := Find("port-rate")
	require.True(t, ok)
	r := run(t, p, Options{})
	columns, err := parseColumns(p.Columns, nil)
	require.NoError(t, err)
	rates := map[string]string{}
	for _, c := range r.Cells {
		require.True(t, c.Judged(), c.Invalid+c.Failed)
		rates[c.Values["population.closes_first"]+" "+c.Values[clientSysctl+"tcp_tw_reuse"]+" "+c.Values[clientSysctl+"ip_local_port_range"]] = columns[2].text(c)
	}
	require.Equal(t, "470", rates["client 0 32768 60999"])
	require.Equal(t, "1075", rates["client 0 1024 65535"])
	require.Equal(t, "28175", rates["client 1 32768 60999"]) // TIME_WAIT is reused after 1 s
	var text bytes.Buffer
	require.NoError(t, r.WriteText(&text))
	require.Contains(t, text.String(), "port-always-available holds up to 470, fails from 471 on of population.rate")
	require.Contains(t, text.String(), "port-always-available holds up to 1075, fails from 1076 on of population.rate")
	chart := filepath.Join(t.TempDir(), "ports.svg")
	require.NoError(t, r.SaveChart(chart))
	drawn, err := os.ReadFile(chart)
	require.NoError(t, err)
	require.Contains(t, string(drawn), "client, 0, 32768 60999")
}
