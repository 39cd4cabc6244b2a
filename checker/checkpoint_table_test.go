package checker_test

import (
	"path/filepath"
	"testing"

	"github.com/finwait/finwait/checker"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// packedTable is a table whose states can be kept in a checkpoint.
type packedTable struct{ *table }

func (packedTable) Words() int { return 1 }

func (packedTable) Pack(s tableState, words []uint64) {
	words[0] = uint64(s.at) | uint64(s.last[0])<<8 | uint64(s.last[1])<<16
}

func (packedTable) Unpack(words []uint64) tableState {
	return tableState{uint8(words[0]), [2]uint8{uint8(words[0] >> 8), uint8(words[0] >> 16)}}
}

// TestResumedExactIsUninterrupted stops checks of all kinds of properties again and
// again, each time with another number of workers, and compares what the last one
// finds, traces included, with what one finds that was left alone.
func TestResumedExactIsUninterrupted(t *testing.T) {
	defer checker.OftenStopped()()
	dir := t.TempDir()
	stopped, most := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		m := packedTable{drawTable(t, sizes{earliest: 6, latest: 9, ids: 4, copies: 2})}
		g := exploreTicks(m.table, tickLimit)
		if g == nil {
			t.Skip("the oracle has no room for it; rapid draws another")
		}
		props := drawProperties(t, g)
		opt := checker.Options{
			Time: checker.Exact, Workers: 1, Merge: rapid.Bool().Draw(t, "merge"),
			MaxStates: rapid.SampledFrom([]int{0, 0, 30}).Draw(t, "max states"),
			MaxDepth:  rapid.SampledFrom([]int{0, 0, 5}).Draw(t, "max depth"),
		}
		ask := func(opt checker.Options, looks int) (checker.Result[tableState], bool) {
			res, err := checker.Check(checker.EndsAfter(looks), checker.System[tableState]{Exact: m}, props, opt)
			require.NoError(t, err)
			again := false
			for i := range res.Runs {
				res.Runs[i].Elapsed = 0
				again = again || res.Runs[i].Stopped == "interrupted"
			}
			for _, o := range res.Outcomes {
				again = again || o.Reason == "interrupted"
			}
			return res, again
		}
		want, _ := ask(opt, 1<<30)
		opt.Checkpoint = checker.Checkpoint{File: filepath.Join(dir, "c"), Name: "m", Key: "k", Failed: func(err error) { require.NoError(t, err) }}
		for try := 0; ; try++ {
			require.Less(t, try, 1000)
			opt.Workers = 1 + try%2
			got, again := ask(opt, rapid.IntRange(1+try/4, 30+try*try).Draw(t, "looks"))
			opt.Checkpoint.Resume = opt.Checkpoint.File
			if !again {
				require.Equal(t, want, got)
				most = max(most, try)
				return
			}
			stopped++
		}
	})
	t.Logf("stopped %d times, of one check %d times", stopped, most)
	if !testing.Short() { // which draws a fifth as many
		require.Greater(t, stopped, 50)
		require.Greater(t, most, 1)
	}
}
