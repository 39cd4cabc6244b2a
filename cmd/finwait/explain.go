package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/properties/user"
	"github.com/finwait/finwait/spec"
)

// The topics that are no properties.
const (
	scenarioFile = "scenario-file"
	variables    = "variables"
	patterns     = "patterns"
	allFigures   = "figures"
)

func newExplain(a *app) *cobra.Command {
	var format *choice
	cmd := &cobra.Command{
		Use:   "explain scenario-file|variables|patterns|figures|PROPERTY|MUTANT|SCENARIO|SWEEP",
		Short: "Explain the scenario file, properties of your own, or anything that has a name",
		Long: `Explain the keys of a scenario file, the variables and patterns of properties of your
own, the article's figures, or what has a name: a property, a mutant, a scenario (its file,
which one of your own can start from) or a built-in sweep.`,
		Example: "  finwait explain scenario-file\n  finwait explain both-closed\n  finwait explain normal-close > mine.yaml",
		ValidArgsFunction: func(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			names, directive := completeProperties(c, args, word)
			return append(names, scenarioFile+"\tthe keys of a scenario file", variables+"\twhat a condition of your own can read",
				patterns+"\twhat a property of your own can claim", allFigures+"\tthe command that draws each figure of the article"), directive
		},
		Args: operands(1, 1),
		RunE: func(_ *cobra.Command, args []string) error { return explain(a.stdout, args[0], format.value == "json") },
	}
	format = choose(cmd.Flags(), "format", "form of the explanation", "text", "json")
	return cmd
}

func explain(w io.Writer, name string, asJSON bool) error {
	switch name {
	case scenarioFile:
		return explainKeys(w, asJSON)
	case variables:
		return explainVariables(w, asJSON)
	case patterns:
		return explainPatterns(w, asJSON)
	case allFigures:
		return explainFigures(w, asJSON)
	}
	names := []string{scenarioFile, variables, patterns, allFigures}
	for _, p := range everyProperty() {
		if p.Name == name {
			err := explainProperty(w, p, asJSON)
			if err == nil && !asJSON {
				_, err = explainFile(w, name, "\nAlso:\n\n", false)
			}
			return err
		}
		names = append(names, p.Name)
	}
	if m := spec.MutantNamed(name); m != nil {
		return explainMutant(w, *m, asJSON)
	}
	if known, err := explainFile(w, name, "", asJSON); known {
		return err
	}
	return fmt.Errorf("nothing is called %q%s; finwait list properties, mutants, scenarios or sweeps shows what there is, and finwait explain --help the other topics", name, didYouMean(name, names))
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

type patternJSON struct {
	Name    string `json:"name"`
	About   string `json:"about"`
	Example string `json:"example"`
}

func explainPatterns(w io.Writer, asJSON bool) error {
	var items []patternJSON
	var table [][]string
	for _, p := range user.Patterns() {
		items = append(items, patternJSON{string(p), p.About(), p.Example()})
		table = append(table, []string{string(p), p.About() + ": " + p.Example()})
	}
	if asJSON {
		return writeJSON(w, map[string]any{"schema": "finwait.explain/1", "patterns": items})
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
	durations := "all of them, where a search without durations proves it; else those of the scenario"
	if p.Scope() == checker.TheseDurations {
		durations = "those of the scenario"
	}
	_, err := fmt.Fprintf(w, "%s (%s)\n\n%s\n\n%s\n\nExpected:   %s\nAssumes:    %s\nDurations:  %s\nSource:     %s\n",
		p.Name, p.Kind, fold(p.Claim, ""), fold(p.About, ""), fold(p.HoldsWhen, "            "),
		fold(assumptions, "            "), durations, fold(p.Source, "            "))
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
