package checker_test

import (
	"runtime/debug"
	"testing"

	"github.com/finwait/finwait/checker"
	"github.com/stretchr/testify/require"
)

// tick happens again and again, each a microsecond after the last.
type tick struct{}

var next = checker.Event{ID: 1, Earliest: 1, Latest: 1}

func (tick) Init() []int { return []int{0} }

func (tick) Events(_ int, buf []checker.Event) []checker.Event { return append(buf, next) }

func (tick) Fire(n int, _ checker.Event, emit func(int, checker.Effect)) {
	emit(n+1, fresh(0, next.ID))
}

// A trace may have more steps than a stack has room for calls.
func TestReplayOfALongTrace(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(1 << 22)) // a fault here ends the process
	trace := checker.Trace[int]{Mode: checker.Exact, Loop: -1}
	for n := 1; n <= 20_000; n++ {
		trace.Steps = append(trace.Steps, checker.Step[int]{At: int64(n), Event: next, State: n})
	}
	trace.End = trace.Steps[len(trace.Steps)-1].At
	require.NoError(t, checker.Replay(tick{}, trace))
	trace.Steps[19_998].At++
	require.ErrorContains(t, checker.Replay(tick{}, trace), "step 19999")
}
