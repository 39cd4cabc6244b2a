package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/properties/user"
	"github.com/finwait/finwait/spec"
)

// The topics that are no properties.
const (
	scenarioFile = "scenario-file"
	variables    = "variables"
	allFigures   = "figures"
)

func newExplain(a *app) *cobra.Command {
	var format *choice
	cmd := &cobra.Command{
		Use:     "explain scenario-file|variables|figures|PROPERTY|MUTANT",
		Short:   "Explain the scenario file, what conditions can read, the article's figures, a property or a mutant",
		Example: "  finwait explain scenario-file\n  finwait explain both-closed",
		ValidArgsFunction: func(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			names, directive := completeProperties(c, args, word)
			return append(names, scenarioFile+"\tthe keys of a scenario file", variables+"\twhat a condition of your own can read",
				allFigures+"\tthe command that draws each figure of the article"), directive
		},
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			asJSON := format.value == "json"
			if args[0] == scenarioFile {
				return explainKeys(a.stdout, asJSON)
			}
			if args[0] == variables {
				return explainVariables(a.stdout, asJSON)
			}
			if args[0] == allFigures {
				return explainFigures(a.stdout, asJSON)
			}
			if m := spec.MutantNamed(args[0]); m != nil {
				return explainMutant(a.stdout, *m, asJSON)
			}
			all := everyProperty()
			i := slices.IndexFunc(all, func(p properties.Property) bool { return p.Name == args[0] })
			if i < 0 {
				names := []string{scenarioFile, variables, allFigures}
				for _, p := range all {
					names = append(names, p.Name)
				}
				return fmt.Errorf("unknown property %q%s; finwait list properties shows all", args[0], didYouMean(args[0], names))
			}
			return explainProperty(a.stdout, all[i], asJSON)
		},
	}
	format = choose(cmd.Flags(), "format", "form of the explanation", "text", "json")
	return cmd
}

type keyJSON struct {
	Path    string `json:"path"`
	Type    string `json:"type"`
	Default string `json:"default"`
	About   string `json:"about"`
}

func explainKeys(w io.Writer, asJSON bool) error {
	if !asJSON {
		return scenario.WriteKeys(w)
	}
	keys := []keyJSON{}
	for _, k := range scenario.Keys() {
		keys = append(keys, keyJSON{k.Path, k.Type, k.Default, k.About})
	}
	population := []keyJSON{}
	for _, k := range scenario.PopulationKeys() {
		population = append(population, keyJSON{k.Path, k.Type, k.Default, k.About})
	}
	return writeJSON(w, map[string]any{"schema": "finwait.explain/1", "keys": keys, "population_keys": population})
}

type variableJSON struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	About string `json:"about"`
	Exact bool   `json:"exact"`
}

type constantJSON struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

func explainVariables(w io.Writer, asJSON bool) error {
	items, named := []variableJSON{}, []constantJSON{}
	var table [][]string
	for _, v := range user.Variables() {
		items = append(items, variableJSON{v.Name, v.Type, v.About, v.Exact})
		about := v.About
		if v.Exact {
			about += " (judged in exact time only)"
		}
		table = append(table, []string{v.Name, v.Type, about})
	}
	constants := map[string][]string{}
	for _, c := range user.Constants() {
		named = append(named, constantJSON{c.Name, c.Type})
		constants[c.Type] = append(constants[c.Type], c.Name)
	}
	if asJSON {
		return writeJSON(w, map[string]any{"schema": "finwait.explain/1", "variables": items, "constants": named})
	}
	for _, of := range slices.Sorted(maps.Keys(constants)) {
		table = append(table, []string{"values of " + of, "", strings.Join(constants[of], ", ")})
	}
	_, err := io.WriteString(w, align(table))
	return err
}

func explainProperty(w io.Writer, p properties.Property, asJSON bool) error {
	if asJSON {
		return writeJSON(w, map[string]any{"schema": "finwait.explain/1", "property": jsonOf(p)})
	}
	assumptions := "none"
	if len(p.Assumptions) > 0 {
		assumptions = strings.Join(p.Assumptions, "; ")
	}
	_, err := fmt.Fprintf(w, "%s (%s)\n\n%s\n\n%s\n\nExpected:   %s\nAssumes:    %s\nSource:     %s\n",
		p.Name, p.Kind, fold(p.Claim, ""), fold(p.About, ""), fold(p.HoldsWhen, "            "),
		fold(assumptions, "            "), fold(p.Source, "            "))
	return err
}

// fold breaks text into lines of at most 100 columns, all but the first indented.
func fold(text, indent string) string {
	var b strings.Builder
	column := len(indent)
	for i, word := range strings.Fields(text) {
		n := len([]rune(word))
		switch {
		case i == 0:
		case column+1+n > 100:
			b.WriteString("\n" + indent)
			column = len(indent)
		default:
			b.WriteByte(' ')
			column++
		}
		b.WriteString(word)
		column += n
	}
	return b.String()
}
