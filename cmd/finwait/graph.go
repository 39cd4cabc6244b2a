package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/finwait/finwait/spec"
)

// graphOptions are what the kinds of pictures have in common.
type graphOptions struct {
	app       *app
	scenarios scenarioFlags
	bounds    bounds
	format    *choice
	theme     *choice
}

func newGraph(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "graph KIND [SCENARIO]",
		Short: "Draw what was explored",
		Long:  "Draw what was explored: for Graphviz (the default), as SVG, PNG or Mermaid, as text or as JSON.\nSVG and PNG of state graphs are made by Graphviz' dot, which has to be installed.",
		Example: `  finwait graph endpoint | dot -Tsvg -o endpoint.svg
  finwait graph trace first-wave-lost --property both-closed --profile linux --format text`,
		Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			kinds := []string{"endpoint", "product", "reachable", "trace"}
			if len(args) == 0 {
				return errors.New("a kind of picture is wanted: endpoint, product, reachable or trace; see finwait graph --help")
			}
			return unknownName("kind of picture", args[0], kinds)
		},
	}
	cmd.AddCommand(newGraphEndpoint(a), newGraphProduct(a), newGraphReachable(a), newGraphTrace(a))
	return cmd
}

// register adds the flags; further are formats besides those that every kind has.
func (o *graphOptions) register(f *pflag.FlagSet, further ...string) {
	o.scenarios.register(f)
	o.bounds.register(f)
	o.theme = choose(f, "theme", "paper of the picture (auto: of an SVG what the reader prefers, else light)", "auto", "light", "dark")
	o.format = choose(f, "format", "form of the picture on stdout", append([]string{"dot", "svg", "png", "mermaid", "text", "json"}, further...)...)
}

// defaultScenario is drawn when none is named.
const defaultScenario = "normal-close"

// load is the one scenario, in one profile, that is to be drawn: in the profile
// asked for, else in linux, else in the first that the scenario names.
func (o *graphOptions) load(args []string) (chosen, error) {
	if len(args) == 0 {
		args = []string{defaultScenario}
	}
	all, err := o.scenarios.load(args)
	if err != nil {
		return chosen{}, err
	}
	for _, c := range all {
		if c.instance.Population != nil {
			return chosen{}, fmt.Errorf("%s counts connections, there is no picture of one; finwait check %s tells what it comes to", c.name(), c.ref)
		}
		if c.ref != all[0].ref || c.name() != all[0].name() {
			return chosen{}, errors.New("one scenario at a time can be drawn; " + args[0] + " holds several")
		}
	}
	if len(o.scenarios.profiles) > 1 {
		return chosen{}, errors.New("one profile at a time can be drawn; --profile names several")
	}
	for _, c := range all {
		if c.profile() == "linux" {
			return c, nil
		}
	}
	return all[0], nil
}

// other is what c is compared with: the same in another profile or with a mutant, or
// another scenario.
func (o *graphOptions) other(c chosen, diff string) (chosen, error) {
	another := *o
	if profile, err := parseProfiles([]string{diff}); err == nil {
		another.scenarios.profiles = []string{profile[0].String()}
		return another.load([]string{c.ref})
	}
	if spec.MutantNamed(diff) != nil {
		for h := range c.instance.Params.Host {
			c.instance.Params.Host[h].Mutant = diff
		}
		c.variant = "with the mutant " + diff + " at both hosts"
		return c, nil
	}
	another.scenarios.profiles = []string{c.profile()}
	found, err := another.load([]string{diff})
	if err != nil {
		return chosen{}, fmt.Errorf("--diff %s is no profile and no mutant, and as a scenario: %w", diff, err)
	}
	return found, nil
}
