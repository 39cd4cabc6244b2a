package progress

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
)

var snapshot = checker.Progress{
	Mode: checker.Exact, Purpose: "safety", States: 12345, Classes: 23456, Frontier: 789, Depth: 12,
	Memory: 3 << 20, Share: 0.25, Elapsed: 2 * time.Second,
}

func TestPlainLinesAreRare(t *testing.T) {
	var b strings.Builder
	now := time.Unix(0, 0)
	r := New(&b, "plain", 3)
	r.now = func() time.Time { return now }
	r.last = now
	r.Begin("lossy-network (linux)")
	r.Update(snapshot)
	require.Empty(t, b.String(), "a short search says nothing")
	now = now.Add(every)
	r.Update(snapshot)
	r.Update(snapshot)
	r.Clear()
	require.Equal(t, "[1/3] lossy-network (linux), exact safety: 12,345 states (23,456 classes), 11 k/s, "+
		"frontier 789, depth 12, 3.0 MiB, 25 % of a bound\n", b.String())
}

func TestLineTellsWhatIsLeft(t *testing.T) {
	p := snapshot
	p.Load, p.MemoryLimit = 0.634, 1<<30
	var b strings.Builder
	require.Contains(t, New(&b, "plain", 1).line(p), "depth 12, table 63 % full, 3.0 MiB of 1.0 GiB, 25 %")
}

func TestTerminalLineIsRewrittenAndCleared(t *testing.T) {
	var b strings.Builder
	r := New(&b, "auto", 1)
	require.Zero(t, r.width, "a builder is no terminal")
	r.width = 30
	r.Begin("x (linux)")
	r.Update(snapshot)
	r.Clear()
	r.Clear()
	require.Equal(t, "\r[1/1] x (linux)\x1b[K\r[1/1] x (linux), exact safety\x1b[K\r\x1b[K", b.String())
}

func TestJSONLines(t *testing.T) {
	var b strings.Builder
	r := New(&b, "json", 1)
	r.Begin("x (linux)")
	p := snapshot
	p.Load, p.MemoryLimit = 0.5, 1<<30
	r.Update(p)
	var v map[string]any
	require.NoError(t, json.Unmarshal([]byte(b.String()), &v))
	require.Equal(t, Schema, v["schema"])
	require.Equal(t, 11728.0, v["per_second"])
	require.Equal(t, 0.5, v["table_load"])
	require.EqualValues(t, 1<<30, v["memory_limit"])
}

func TestNoneIsSilent(t *testing.T) {
	var b strings.Builder
	r := New(&b, "none", 1)
	r.Begin("x")
	r.Update(snapshot)
	require.Empty(t, b.String())
}
