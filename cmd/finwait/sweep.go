package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/finwait/finwait/cmd/finwait/report"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/cmd/finwait/shard"
	"github.com/finwait/finwait/cmd/finwait/sweep"
	"github.com/finwait/finwait/cmd/finwait/vary"
)

type sweepOptions struct {
	app                        *app
	vary, set, assume          []string
	bisect                     string
	profiles, properties, show []string
	pairwise, star             bool
	wise                       count
	bounds                     bounds
	jobs                       count
	shard, cache, chart, out   string
	format, progress           *choice
}

// fewProperties are shown when they are named, and not only where verdicts differ.
const fewProperties = 5

func isPattern(property string) bool {
	return property == "all" || strings.ContainsAny(property, "*?[")
}

func newSweep(a *app) *cobra.Command {
	o := &sweepOptions{app: a}
	cmd := &cobra.Command{
		Use:   "sweep [NAME|SCENARIO…]",
		Short: "A grid of parameters as one table, with thresholds",
		Long: `Judge scenarios with many combinations of parameters, and print one table of it with
the values at which verdicts change. NAME is a built-in sweep (finwait list sweeps), whose
values --vary replaces; SCENARIO is as for finwait check.

KEY is a key of a scenario file, or profile; VALUES are values and ranges, as in 0..8,
200ms..1s/200ms or off,0s. What was judged is kept in a cache under a hash of scenario,
binary and properties: a sweep that was killed goes on where it was, and one that was
done is instant.`,
		Example: `  finwait sweep orphan-retries
  finwait sweep first-wave-lost --vary client.sysctl.net.ipv4.tcp_orphan_retries=0..8 --column stay:client.FIN_WAIT_1
  finwait sweep normal-close --vary network.loss=0..9 --vary client.rto=200ms..1s/200ms --format csv
  finwait sweep fin-timeout --chart fin-timeout.svg
  finwait sweep normal-close --pairwise --vary network.loss=0..3 --vary network.duplicates=0,1 --vary profile=linux,article
  finwait sweep lossy-network --vary network.duplicates=0..2 --shard 3/16 --format json > 3.json
  finwait merge *.json`,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, text string) ([]string, cobra.ShellCompDirective) {
			names, directive := completeScenarios(cmd, args, text)
			for _, p := range sweep.Builtin() {
				names = append(names, p.Name+"\t"+p.About)
			}
			return names, directive
		},
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
	}
	f := cmd.Flags()
	f.StringArrayVar(&o.vary, "vary", nil, "vary a key of the scenario, KEY=VALUES (repeatable)")
	f.StringArrayVar(&o.set, "set", nil, "fix a key of the scenario, KEY=VALUE (repeatable)")
	f.StringSliceVar(&o.profiles, "profile", nil, "in these profiles; left out: in the last one that the scenario names")
	f.StringArrayVar(&o.assume, "assume", nil, "leave out combinations that do not meet a condition in CEL, such as 'client.rto <= server.rto' (repeatable)")
	f.BoolVar(&o.pairwise, "pairwise", false, "as few combinations as it takes for every two values to meet")
	f.Var(&o.wise, "t-wise", "as few combinations as it takes for every 2 or 3 values to meet")
	f.BoolVar(&o.star, "one-at-a-time", false, "the first values, and every other value by itself")
	f.StringVar(&o.bisect, "bisect", "", "find the values of one more key at which verdicts change, KEY=VALUES, without judging all")
	f.StringSliceVar(&o.properties, "property", nil, "judge these properties only: names or globs (repeatable)")
	f.StringSliceVar(&o.show, "column", nil, "show this: a property, states, seconds, stay:teardown, stay:HOST.STATE, shortest:HOST.STATE, fins:HOST, max-rate, ports-wanted, buckets-wanted (repeatable)")
	f.StringVar(&o.chart, "chart", "", "draw the first column to `FILE`, .svg or .png")
	o.bounds.register(f)
	o.bounds.time = span(time.Minute)
	f.Lookup("max-time").DefValue = o.bounds.time.String()
	o.jobs = count(runtime.GOMAXPROCS(0))
	f.Var(&o.jobs, "jobs", "judge this many combinations at a time; they share --memory")
	f.StringVar(&o.shard, "shard", "", "judge a share of the combinations, INDEX/COUNT such as 3/16; left out: what CI variables say, else all")
	f.StringVar(&o.cache, "cache", "", "keep what was judged in `DIR`, or none (default: finwait/sweep in the user's cache directory)")
	o.format = choose(f, "format", "form of the results", "text", "json", "csv")
	f.StringVar(&o.out, "output", "", "write the results to `FILE` instead of stdout, once they are complete")
	o.progress = choose(f, "progress", "form of the progress on stderr", "auto", "plain", "json", "none")
	_ = cmd.RegisterFlagCompletionFunc("property", completeProperties) // the flag exists
	return cmd
}

func (o *sweepOptions) run(ctx context.Context, args []string) error {
	if err := o.bounds.refused(); err != nil {
		return err
	}
	plan, err := o.plan(args)
	if err != nil {
		return err
	}
	opt := sweep.Options{Jobs: int(o.jobs), Memory: uint64(o.bounds.memory), Search: o.bounds.options(), Version: version(), Progress: o.follow()}
	if opt.Binary, err = sweep.BinaryHash(); err != nil {
		return fmt.Errorf("the program cannot be read, and results are named by it: %w", err)
	}
	if opt.Shard, err = o.app.share(o.shard); err != nil {
		return err
	}
	if opt.Cache, err = o.openCache(); err != nil {
		return err
	}
	if err := o.writable(); err != nil {
		return err
	}
	r, err := sweep.Run(ctx, plan, opt)
	if err != nil {
		return err
	}
	if r.Uncached != nil {
		fmt.Fprintf(o.app.stderr, "finwait: note: not all results are kept in the cache: %v\n", r.Uncached)
	}
	return o.app.tell(r, o.format.value, o.out, o.chart)
}

// tell writes the result of a sweep, and gives its exit code as an error.
func (a *app) tell(r sweep.Result, format, out, chart string) error {
	write := r.WriteText
	switch format {
	case "json":
		write = r.WriteJSON
	case "csv":
		write = r.WriteCSV
	}
	if out == "" {
		if err := write(a.stdout); err != nil {
			return err
		}
	} else if err := replaceFile(out, write); err != nil {
		return fmt.Errorf("--output: %w", err)
	}
	if chart != "" {
		if err := r.SaveChart(chart); err != nil {
			return fmt.Errorf("--chart: %w", err)
		}
	}
	switch n := r.Counts(); {
	case n.Failed > 0:
		return codeError(report.Internal)
	case n.Invalid > 0:
		return errors.New("not all combinations make a scenario; leave out those that make no sense, with --assume or other values")
	case n.Different > 0:
		return codeError(report.Different)
	case n.Unknown > 0, r.Interrupted:
		return codeError(report.Unknown)
	}
	return nil
}

// plan makes one of the flags and arguments.
func (o *sweepOptions) plan(args []string) (sweep.Plan, error) {
	varied, err := vary.ParseAll(o.vary)
	if err != nil {
		return sweep.Plan{}, fmt.Errorf("--vary: %w", err)
	}
	p, err := startOf(args)
	if err != nil {
		return p, err
	}
	var fixed []string
	if len(o.profiles) > 0 {
		p.Replace(vary.Axis{Key: "profile", Values: o.profiles})
		fixed = append(fixed, "profile")
	}
	for _, set := range o.set {
		a, err := vary.Fixed(set)
		if err != nil {
			return p, fmt.Errorf("--set: %w", err)
		}
		p.Replace(a)
		fixed = append(fixed, a.Key)
	}
	for _, a := range varied {
		if slices.Contains(fixed, a.Key) {
			return p, fmt.Errorf("%s is both fixed and varied; one of the two is wanted", a.Key)
		}
		p.Replace(a)
	}
	if err := o.strategy(&p); err != nil {
		return p, err
	}
	p.Assume = append(p.Assume, o.assume...)
	if len(o.properties) > 0 {
		p.Properties = o.properties
	}
	switch {
	case len(o.show) > 0:
		p.Columns = o.show
	case len(p.Columns) == 0 && len(o.properties) > 0 && len(o.properties) <= fewProperties && !slices.ContainsFunc(o.properties, isPattern):
		p.Columns = append(slices.Clone(o.properties), "states") // who names them wants to see them
	}
	p.MaxStates, p.MaxDepth, p.AnyStates, p.Fingerprints = int(o.bounds.states), int(o.bounds.depth), int(o.bounds.anyStates), o.bounds.fingerprints
	if p.Time == "" || o.bounds.mode.given {
		p.Time = o.bounds.mode.value
	}
	if p.Name == "" && len(o.vary) == 0 && o.bisect == "" && len(args) < 2 {
		return p, errors.New("nothing is varied; --vary KEY=VALUES is wanted, such as --vary client.sysctl.net.ipv4.tcp_orphan_retries=0..8, or the name of a built-in sweep (finwait list sweeps)")
	}
	return p, p.Validate()
}

// startOf is the built-in sweep that is named, or a plan of the scenarios that are.
func startOf(args []string) (p sweep.Plan, err error) {
	if len(args) == 1 {
		if builtin, ok := sweep.Find(args[0]); ok {
			return builtin, nil
		}
	}
	for _, arg := range args {
		if _, ok := sweep.Find(arg); ok {
			return p, fmt.Errorf("%s is a built-in sweep, and one is judged at a time; give it other scenarios with --vary scenario=A,B", arg)
		}
		if _, err := scenario.Find(arg); err != nil {
			var names []string
			for _, builtin := range sweep.Builtin() {
				names = append(names, builtin.Name)
			}
			if near := didYouMean(arg, names); near != "" {
				return p, fmt.Errorf("unknown sweep or scenario %q%s; finwait list sweeps tells what there is", arg, near)
			}
			return p, fmt.Errorf("%w; or the name of a built-in sweep (finwait list sweeps)", err)
		}
	}
	if len(args) > 0 {
		p.Replace(vary.Axis{Key: "scenario", Values: args})
	}
	return p, nil
}

// writable tells before the work what could not be written after it.
func (o *sweepOptions) writable() error {
	if o.chart != "" {
		if err := sweep.ChartName(o.chart); err != nil {
			return fmt.Errorf("--chart: %w", err)
		}
	}
	for _, f := range []struct{ flag, name string }{{"--chart", o.chart}, {"--output", o.out}} {
		if f.name == "" {
			continue
		}
		dir, err := os.Stat(filepath.Dir(f.name))
		if err == nil && !dir.IsDir() {
			err = fmt.Errorf("%s is no directory", filepath.Dir(f.name))
		}
		if err != nil {
			return fmt.Errorf("%s %s: %w", f.flag, f.name, err)
		}
	}
	return nil
}

func (o *sweepOptions) strategy(p *sweep.Plan) error {
	asked := 0
	for _, yes := range []bool{o.pairwise, o.wise > 0, o.star, o.bisect != ""} {
		if yes {
			asked++
		}
	}
	switch {
	case asked > 1:
		return errors.New("one of --pairwise, --t-wise, --one-at-a-time and --bisect can be asked for")
	case o.pairwise || o.wise == 2:
		p.Strategy = sweep.Pairs
	case o.wise == 3:
		p.Strategy = sweep.Triples
	case o.wise > 0:
		return fmt.Errorf("--t-wise %d: 2 or 3 is wanted", o.wise)
	case o.star:
		p.Strategy = sweep.Star
	case o.bisect != "":
		a, err := vary.Parse(o.bisect)
		if err != nil {
			return fmt.Errorf("--bisect: %w", err)
		}
		p.Bisect(a)
	}
	return nil
}

// share is what --shard says, or else the variables of a CI system.
func (a *app) share(flag string) (shard.Shard, error) {
	if flag != "" {
		return shard.Parse(flag)
	}
	s, from, err := shard.FromEnvironment(os.Getenv)
	if from == "" || err != nil {
		return s, err
	}
	fmt.Fprintf(a.stderr, "finwait: note: shard %s, as %s says\n", s, from)
	// Bazel fails a test that does not show by this file that it knows of shards.
	if status := os.Getenv("TEST_SHARD_STATUS_FILE"); status != "" {
		err = os.WriteFile(status, nil, 0o600)
	}
	return s, err
}

func (o *sweepOptions) openCache() (*sweep.Cache, error) {
	switch o.cache {
	case "none":
		return nil, nil
	case "":
		dir, err := os.UserCacheDir()
		if err != nil {
			return nil, nil // a machine without a home has no cache, and needs none
		}
		return &sweep.Cache{Dir: filepath.Join(dir, "finwait", "sweep")}, nil
	}
	if err := os.MkdirAll(o.cache, 0o755); err != nil {
		return nil, fmt.Errorf("--cache: %w", err)
	}
	return &sweep.Cache{Dir: o.cache}, nil
}

// follow tells of progress, every few seconds.
func (o *sweepOptions) follow() func(done, planned int, c sweep.Cell) {
	if o.progress.value == "none" {
		return nil
	}
	last := time.Now()
	return func(done, planned int, _ sweep.Cell) {
		if time.Since(last) < 3*time.Second {
			return
		}
		last = time.Now()
		if o.progress.value == "json" {
			fmt.Fprintf(o.app.stderr, "{\"schema\":\"finwait.progress/1\",\"cells\":%d,\"planned\":%d}\n", done, planned)
			return
		}
		fmt.Fprintf(o.app.stderr, "%d of %d cells\n", done, planned)
	}
}

// replaceFile writes a file of which readers see all or nothing.
func replaceFile(name string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-")
	if err != nil {
		return err
	}
	if err = f.Chmod(0o644); err == nil { // those who merge may be others
		err = write(f)
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the error is told, the remains are not of use
	}
	return err
}
