package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/properties"
	counted "github.com/finwait/finwait/properties/population"
)

// scenarioFile is the topic that is no property.
const scenarioFile = "scenario-file"

func newExplain(a *app) *cobra.Command {
	var format *choice
	cmd := &cobra.Command{
		Use:     "explain scenario-file|PROPERTY",
		Short:   "Explain the scenario file, or a property",
		Example: "  finwait explain scenario-file\n  finwait explain both-closed",
		ValidArgsFunction: func(c *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			names, directive := completeProperties(c, args, word)
			return append(names, scenarioFile+"\tthe keys of a scenario file"), directive
		},
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			asJSON := format.value == "json"
			if args[0] == scenarioFile {
				return explainKeys(a.stdout, asJSON)
			}
			all := properties.Catalogue()
			for _, p := range counted.Catalogue() {
				all = append(all, p.Property)
			}
			i := slices.IndexFunc(all, func(p properties.Property) bool { return p.Name == args[0] })
			if i < 0 {
				names := []string{scenarioFile}
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
