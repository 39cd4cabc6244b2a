package main

import (
	"context"
	"fmt"
	"path"
	"runtime"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/finwait/finwait/cmd/finwait/mutants"
	"github.com/finwait/finwait/cmd/finwait/report"
	"github.com/finwait/finwait/spec"
)

func newMutants(a *app) *cobra.Command {
	var format, which, follow *choice
	var quick bool
	jobs := count(runtime.GOMAXPROCS(0))
	cmd := &cobra.Command{
		Use:   "mutants [NAME…]",
		Short: "Which of the known stack bugs does the catalogue catch",
		Long: `Judge hosts that deviate from the rules, as real stacks did, on either side of a connection,
in small scenarios: which property catches which deviation, in how many steps, and which
survive. NAME is a mutant or a glob; without one all of --set are judged.

Systematic mutants are every cell of a transition table with every other value, every kind
of segment not sent, every timer not armed, not cleared or not restarted, every limit off by
one. One whose graph is that of the correct model, its windows included, in all built-in and
all of these scenarios is equivalent and not counted. They take a few minutes; small
scenarios come first, and each is left at the first property besides transitions-conform
that catches it. Large scenarios are for those that nothing smaller has caught.

Exit code 1: a mutant survives that was caught before.`,
		Example: "  finwait mutants\n  finwait mutants 'last-ack-*' --format json\n  finwait mutants --set systematic\n  finwait check one-sided.yaml --set server.mutant=last-ack-any-ack",
		ValidArgsFunction: func(*cobra.Command, []string, string) (names []string, _ cobra.ShellCompDirective) {
			for _, m := range spec.Mutants() {
				names = append(names, m.Name+"\t"+m.About)
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			all, err := chooseMutants(args, which.value)
			if err != nil {
				return err
			}
			opt := mutants.Options{Jobs: int(jobs), Thorough: !quick && which.value == "historic"}
			last := time.Now()
			opt.Progress = func(done, of int, _ mutants.Mutant) {
				if follow.value != "none" && time.Since(last) > 3*time.Second {
					last = time.Now()
					fmt.Fprintf(a.stderr, "%d of %d mutants\n", done, of)
				}
			}
			return tellMutants(cmd.Context(), a, all, opt, format.value)
		},
	}
	f := cmd.Flags()
	which = choose(f, "set", "the mutants of real stacks, or systematic ones, or both", "historic", "systematic", "all")
	f.BoolVar(&quick, "quick", false, "leave a mutant once a property has caught it")
	f.Var(&jobs, "jobs", "judge this many mutants at a time")
	format = choose(f, "format", "form of the results on stdout", "text", "json")
	follow = choose(f, "progress", "form of the progress on stderr", "plain", "none")
	return cmd
}

func tellMutants(ctx context.Context, a *app, all []spec.Mutant, opt mutants.Options, format string) error {
	r, err := mutants.Run(ctx, all, opt)
	if err != nil && ctx.Err() == nil {
		return err
	}
	r.Compare()
	write := r.WriteText
	if format == "json" {
		write = r.WriteJSON
	}
	if err := write(a.stdout); err != nil {
		return err
	}
	switch {
	case len(r.Escaped) > 0 && ctx.Err() == nil:
		return codeError(report.Different)
	case ctx.Err() != nil:
		return codeError(report.Unknown)
	}
	return nil
}

// chooseMutants are those that the patterns match, or all of a set.
func chooseMutants(patterns []string, set string) ([]spec.Mutant, error) {
	historic, systematic := spec.Mutants(), spec.Systematic()
	if len(patterns) == 0 {
		switch set {
		case "historic":
			return historic, nil
		case "systematic":
			return systematic, nil
		}
		return append(slices.Clone(historic), systematic...), nil
	}
	var all []spec.Mutant
	for _, p := range patterns {
		found := false
		for _, m := range append(slices.Clone(historic), systematic...) {
			ok, err := path.Match(p, m.Name)
			if err != nil {
				return nil, fmt.Errorf("%q: a name or a glob such as 'last-ack-*' is wanted", p)
			}
			if ok {
				all, found = append(all, m), true
			}
		}
		if !found {
			var names []string
			for _, m := range historic {
				names = append(names, m.Name)
			}
			return nil, fmt.Errorf("unknown mutant %q%s; finwait list mutants --long shows their names", p, didYouMean(p, names))
		}
	}
	return all, nil
}
