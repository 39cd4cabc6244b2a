// Enginebench measures the engine: on the models of checker/bench beside SPIN and
// Rumur, on scenarios in dense time, and on disk. Each section can be measured by itself:
//
//	go run ./cmd/enginebench --out checker/bench/RESULTS.md tcpclose-L
//
// puts one into the table and keeps the others.
//
// Every search is a process of its own, so that its peak memory is its own, and
// all of one round follow each other, so that what disturbs the machine disturbs
// all. Figures are medians over the rounds; ratios are taken within a round.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path"
	"slices"
	"time"
)

const usage = `Usage: go run ./cmd/enginebench [flags] [SECTION…]

Measures the engine and prints a table. A section is a name or a pattern as
"tcpclose-*"; without one all are measured:

`

func main() {
	if len(os.Args) == 2 && os.Args[1] == childCommand {
		if err := runChild(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// options are what the command line says.
type options struct {
	peers    string
	out      string
	quick    bool
	rounds   int
	patterns []string
}

// run is the whole command. It returns 1 when a search found other states than
// are known to exist, and 2 when it cannot begin.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var o options
	flags := flag.NewFlagSet("enginebench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		for _, s := range sections(false) {
			fmt.Fprintf(stderr, "  %-12s %s\n", s.name, s.about)
		}
		fmt.Fprintln(stderr, "\nFlags:")
		flags.PrintDefaults()
	}
	flags.StringVar(&o.peers, "peers", "../shared/peers", "the `folder` of measure.sh, which measures SPIN and Rumur")
	flags.StringVar(&o.out, "out", "", "write the sections to this `file` too, which keeps those that are not measured")
	flags.BoolVar(&o.quick, "quick", false, "small sizes, one round, and no peers where they are not installed")
	flags.IntVar(&o.rounds, "rounds", 0, "take medians of this many rounds; 0: as many as suit each section")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	o.patterns = flags.Args()
	if o.quick {
		o.rounds = 1
	}
	if err := o.measure(ctx, stdout, stderr); err != nil {
		fmt.Fprintln(stderr, "enginebench:", err)
		if errors.Is(err, errWrongCount) {
			return 1
		}
		return 2
	}
	return 0
}

func (o *options) measure(ctx context.Context, stdout, stderr io.Writer) error {
	if o.rounds < 0 {
		return fmt.Errorf("-rounds %d: at least 1 is needed, or 0 for what suits each section", o.rounds)
	}
	chosen, err := choose(sections(o.quick), o.patterns)
	if err != nil {
		return err
	}
	peers := &peers{folder: o.peers}
	races := slices.ContainsFunc(chosen, func(s section) bool { return s.races })
	if err := peers.look(); err != nil && races && !o.quick {
		return err
	} else if err != nil && races {
		fmt.Fprintln(stderr, "enginebench: without peers:", err)
		peers = nil
	}
	known := results{}
	if o.out != "" {
		if known, err = readResults(o.out); err != nil {
			return err
		}
	}
	measured := results{}
	for _, s := range chosen {
		b := &board{log: stderr, rounds: cmp.Or(o.rounds, s.rounds), peers: peers, onlySpin: s.onlySpin}
		text, err := s.measure(ctx, b)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		for _, r := range []results{known, measured} {
			r.add(s.name, s.about, machine(time.Now(), b.rounds), text)
		}
		if o.out == "" {
			continue
		}
		// At once, for what comes may take long or fail.
		if err := os.WriteFile(o.out, []byte(known.table()), 0o644); err != nil {
			return err
		}
	}
	_, err = io.WriteString(stdout, measured.table())
	return err
}

// choose are the sections that match one of the patterns, or all.
func choose(all []section, patterns []string) ([]section, error) {
	if len(patterns) == 0 {
		return all, nil
	}
	used := make([]bool, len(patterns))
	var chosen []section
	for _, s := range all {
		hit := false
		for i, p := range patterns {
			match, err := path.Match(p, s.name)
			if err != nil {
				return nil, fmt.Errorf("section %q: %w", p, err)
			}
			hit = hit || match
			used[i] = used[i] || match
		}
		if hit {
			chosen = append(chosen, s)
		}
	}
	if i := slices.Index(used, false); i >= 0 {
		return nil, fmt.Errorf("no section %q; -help lists them", patterns[i])
	}
	return chosen, nil
}
