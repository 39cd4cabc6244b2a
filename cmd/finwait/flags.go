package main

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/spf13/pflag"

	"github.com/finwait/finwait/checker"
)

// choice is a flag that takes one of some words.
type choice struct {
	value   string
	allowed []string
	given   bool // on the command line
}

func (c *choice) String() string { return c.value }
func (c *choice) Type() string   { return strings.Join(c.allowed, "|") }
func (c *choice) Set(s string) error {
	for _, word := range c.allowed {
		if s == word {
			c.value, c.given = s, true
			return nil
		}
	}
	return fmt.Errorf("one of %s is wanted%s", strings.Join(c.allowed, ", "), didYouMean(s, c.allowed))
}

// choose adds a flag whose first word is its default.
func choose(f *pflag.FlagSet, name, usage string, allowed ...string) *choice {
	c := &choice{value: allowed[0], allowed: allowed}
	f.Var(c, name, usage)
	return c
}

// count is a flag that takes a whole number; 0 means no bound.
type count int

func (c *count) String() string { return strconv.Itoa(int(*c)) }
func (c *count) Type() string   { return "N" }
func (c *count) Set(s string) error {
	n, err := strconv.Atoi(strings.ReplaceAll(strings.ReplaceAll(s, ",", ""), "_", ""))
	if err != nil || n < 0 {
		return fmt.Errorf("a whole number from 0 on is wanted")
	}
	*c = count(n)
	return nil
}

// size is a flag that takes a number of bytes.
type size uint64

func (b *size) String() string {
	if *b == 0 {
		return "0"
	}
	return humanize.IBytes(uint64(*b))
}
func (b *size) Type() string { return "SIZE" }
func (b *size) Set(s string) error {
	n, err := humanize.ParseBytes(s)
	if err != nil {
		return fmt.Errorf("a size is wanted, such as 2GiB or 500MB")
	}
	*b = size(n)
	return nil
}

// span is a flag that takes a duration.
type span time.Duration

func (d *span) String() string { return time.Duration(*d).String() }
func (d *span) Type() string   { return "DURATION" }
func (d *span) Set(s string) error {
	t, err := time.ParseDuration(s)
	if err != nil || t < 0 {
		return fmt.Errorf("a duration is wanted, such as 30s or 5m")
	}
	*d = span(t)
	return nil
}

// bounds are the flags that bound a search.
type bounds struct {
	states, depth, anyStates count
	time                     span
	memory                   size
	mode                     *choice
	fingerprints             bool
	seed                     uint64
}

func (b *bounds) register(f *pflag.FlagSet) {
	b.anyStates = 2_000_000
	b.time = span(10 * time.Minute)
	f.Var(&b.states, "max-states", "stop a search at this many states or state classes (0: no bound)")
	f.Var(&b.depth, "max-depth", "stop a search at this many breadth-first levels (0: no bound)")
	f.Var(&b.time, "max-time", "stop a scenario after this time (0: no bound)")
	f.Var(&b.memory, "memory", "stop a search at this much memory, such as 2GiB (0: no bound)")
	f.Var(&b.anyStates, "any-states", "states within which --time auto tries to prove for all durations (0: this default)")
	f.BoolVar(&b.fingerprints, "fingerprints", false, "without durations, keep 8 bytes of each state only: less memory, and verdicts that say what may have been missed")
	f.Uint64Var(&b.seed, "seed", 0, "key of the hashes: another one chooses among counterexamples of one length")
	b.mode = choose(f, "time", "durations: those of the scenario, any at all, or any first and exact for the rest",
		checker.Auto.String(), checker.Exact.String(), checker.Any.String())
}

var modes = map[string]checker.Mode{
	checker.Auto.String(): checker.Auto, checker.Exact.String(): checker.Exact, checker.Any.String(): checker.Any,
}

// refused tells which of the flags have no use beside each other.
func (b *bounds) refused() error {
	if b.fingerprints && modes[b.mode.value] == checker.Exact {
		return errors.New("--fingerprints is for searches without durations, and one with them keeps whole states; use --time any, or auto, which begins with one, or leave it out")
	}
	return nil
}

func (b *bounds) options() checker.Options {
	return checker.Options{
		Time: modes[b.mode.value], AnyStates: int(b.anyStates),
		MaxStates: int(b.states), MaxDepth: int(b.depth), MaxTime: time.Duration(b.time), Memory: uint64(b.memory),
		Fingerprints: b.fingerprints, Seed: b.seed,
	}
}

// boundWords are the bounds among the flags that were given, as they are typed.
func boundWords(given *pflag.FlagSet) []string {
	var words []string
	known := pflag.NewFlagSet("", pflag.ContinueOnError)
	new(bounds).register(known)
	given.Visit(func(f *pflag.Flag) {
		if known.Lookup(f.Name) != nil {
			words = append(words, "--"+f.Name+"="+f.Value.String())
		}
	})
	return words
}
