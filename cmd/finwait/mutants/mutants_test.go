package mutants

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/spec"
)

// TestInterrupted: a mutant that was not judged everywhere neither survives nor escapes,
// and is in no rate.
func TestInterrupted(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	all := []spec.Mutant{*spec.MutantNamed("time-wait-ignores-fin"), *spec.MutantNamed("on-close.CLOSED.ESTABLISHED"), *spec.MutantNamed("last-ack-any-ack")}
	r, err := Run(ctx, all, Options{Progress: func(int, int, Mutant) { stop() }})
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, r.Mutants, 3)
	require.True(t, r.Mutants[0].Killed)
	last := r.Mutants[2]
	require.True(t, last.Unfinished)
	require.Equal(t, "last-ack-any-ack", last.Name)
	r.Compare()
	require.Empty(t, r.Escaped)
	of, with, _ := r.Rates()
	require.Equal(t, with, of)
	var text bytes.Buffer
	require.NoError(t, r.WriteText(&text))
	require.NotContains(t, text.String(), "SURVIVES")
	require.Contains(t, text.String(), "not finished")
}
