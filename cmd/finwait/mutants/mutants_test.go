package mutants

import (
	"bytes"
	"context"
	"strings"
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
	n := r.rates()
	require.Equal(t, n.Judged, n.Killed)
	var text bytes.Buffer
	require.NoError(t, r.WriteText(&text))
	require.NotContains(t, text.String(), "SURVIVES")
	require.Contains(t, text.String(), "not finished")
}

// TestRates: what is equivalent, unfinished or out of range is in no rate, and what only
// Conform catches is in one of the two.
func TestRates(t *testing.T) {
	r := Result{Mutants: []Mutant{
		{Killed: true, By: []string{Conform}, Kills: []Kill{{Property: Conform}}},
		{Killed: true, By: []string{Conform, "both-closed"}, Kills: []Kill{{Property: Conform}, {Property: "both-closed"}}},
		{},
		{Equivalent: true},
		{Unfinished: true},
		{Broken: "a segment does not fit"},
	}}
	require.Equal(t, Rates{Judged: 3, Killed: 2, KilledWithout: 1}, r.rates())
	var text bytes.Buffer
	require.NoError(t, r.WriteText(&text))
	require.Contains(t, text.String(), "6 mutants: 2 killed of 3 that do something (66.7 %), 1 without transitions-conform (33.3 %)")
}

// TestSystematicAreCaught draws systematic mutants of each kind that are known to be
// caught; the command judges all.
func TestSystematicAreCaught(t *testing.T) {
	var all []spec.Mutant
	for i, name := range Caught() {
		if strings.Contains(name, ".") && i%12 == 0 {
			all = append(all, *spec.MutantNamed(name))
		}
	}
	require.Greater(t, len(all), 10)
	r, err := Run(context.Background(), all, Options{Jobs: 2})
	require.NoError(t, err)
	r.Compare()
	require.Empty(t, r.Escaped)
}
