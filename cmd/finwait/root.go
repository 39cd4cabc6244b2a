package main

import (
	"cmp"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/dustin/go-humanize/english"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "finwait",
		Short: "A model checker for TCP connection teardown",
		Long: `finwait explores every ordering of application calls, segment deliveries, losses,
duplicates and timer expiries while a TCP connection is torn down, judges a catalogue
of properties, and shows the shortest counterexample as a picture.

Exit codes: 0 everything as expected, 1 a definite verdict differs from the expected
one, 2 usage, scenario or input error, 3 something is unknown, 4 internal error.`,
		Example: `  finwait check                          judge all built-in scenarios
  finwait check first-wave-lost --set client.sysctl.net.ipv4.tcp_orphan_retries=5
  finwait check --host                   with the sysctls of this machine
  finwait graph trace first-wave-lost --property both-closed --format dot | dot -Tsvg -o trace.svg`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SuggestionsMinimumDistance = 3
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(
		newCheck(a), newGraph(a), newReplay(a), newReport(a),
		newFuzz(a), newSweep(a), newMerge(a), newMutants(a), newClaims(a), newConform(a),
		newList(a), newExplain(a), newVersion(a),
	)
	return root
}

// flagError adds the nearest flag to the message about an unknown one.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if name := unknown.GetSpecifiedName(); len(name) > 1 && len(names) > 0 {
			if n := nearest(name, names); n != "" {
				return fmt.Errorf("%w for %q (did you mean --%s?)", err, cmd.CommandPath(), n)
			}
		}
	}
	return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
}

// operands wants from least to most arguments, and shows how the command is called when
// there are others.
func operands(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return fmt.Errorf("found %s, want %s; see %s --help", english.Plural(len(args), "argument", ""), cmd.UseLine(), cmd.CommandPath())
		}
		return nil
	}
}

// unknownName is the error for a word that is none of the names.
func unknownName(what, found string, names []string) error {
	return fmt.Errorf("unknown %s %q%s; there are %s", what, found, didYouMean(found, names), strings.Join(names, ", "))
}

// didYouMean is the nearest name in parentheses, "" when none comes close.
func didYouMean(s string, names []string) string {
	if n := nearest(s, names); n != "" {
		return fmt.Sprintf(" (did you mean %q?)", n)
	}
	return ""
}

// nearest is the first name that begins with s, else the one with the smallest
// edit distance to s, else the first that begins with most of s; "" when none comes close.
func nearest(s string, names []string) string {
	best, least, alike := "", 1+max(2, len(s)/3), ""
	for _, name := range names {
		if s != "" && strings.HasPrefix(name, s) {
			return name
		}
		if d := levenshtein.ComputeDistance(s, name); d < least {
			best, least = name, d
		}
		if most := s[:len(s)-len(s)/4]; alike == "" && len(s) > 7 && strings.HasPrefix(name, most) {
			alike = name
		}
	}
	return cmp.Or(best, alike)
}

func stack() []byte { return debug.Stack() }
