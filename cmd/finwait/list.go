package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/finwait/finwait/cmd/finwait/sweep"
	"github.com/finwait/finwait/cmd/finwait/vary"
	"github.com/finwait/finwait/properties"
	counted "github.com/finwait/finwait/properties/population"
	"github.com/finwait/finwait/spec"
)

func newList(a *app) *cobra.Command {
	kinds := []string{"properties", "scenarios", "profiles", "mutants", "claims", "sweeps"}
	var format *choice
	var long bool
	cmd := &cobra.Command{
		Use:       "list properties|scenarios|profiles|mutants|claims|sweeps",
		Short:     "List what there is",
		Example:   "  finwait list properties\n  finwait list scenarios --format json",
		ValidArgs: kinds,
		Args:      oneOf("list", kinds),
		RunE: func(_ *cobra.Command, args []string) error {
			l := listing{w: a.stdout, json: format.value == "json", long: long}
			switch args[0] {
			case "properties":
				return l.properties()
			case "scenarios":
				return l.scenarios()
			case "mutants":
				return l.mutants()
			case "claims":
				return l.claims()
			case "sweeps":
				return l.sweeps()
			default:
				return l.profiles()
			}
		},
	}
	format = choose(cmd.Flags(), "format", "form of the list", "text", "json")
	cmd.Flags().BoolVar(&long, "long", false, "properties with all that is known of them, and the candidates; mutants with the systematic ones; claims with their tests")
	return cmd
}

// oneOf wants exactly one of some words.
func oneOf(command string, words []string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch {
		case len(args) != 1:
			return fmt.Errorf("%s wants one of %s, found %d arguments", command, strings.Join(words, ", "), len(args))
		case !slices.Contains(words, args[0]):
			return unknownName("list", args[0], words)
		}
		return nil
	}
}

// listing writes one list.
type listing struct {
	w    io.Writer
	json bool
	long bool
}

// write writes the list as {schema, NAME: items}, or as a table.
func (l listing) write(name string, items any, table [][]string) error {
	if l.json {
		return writeJSON(l.w, map[string]any{"schema": "finwait.list/1", name: items})
	}
	_, err := io.WriteString(l.w, align(table))
	return err
}

func (l listing) sweeps() error {
	type item struct {
		Name  string      `json:"name"`
		About string      `json:"about"`
		Axes  []vary.Axis `json:"axes"`
	}
	var items []item
	var table [][]string
	for _, p := range sweep.Builtin() {
		items = append(items, item{p.Name, p.About, p.Axes})
		table = append(table, []string{p.Name, p.About})
	}
	return l.write("sweeps", items, table)
}

// align writes rows as columns, the last of which is folded.
func align(table [][]string) string {
	var widths []int
	for _, row := range table {
		for i, cell := range row[:len(row)-1] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], len(cell))
		}
	}
	var b strings.Builder
	for _, row := range table {
		line := ""
		for i, width := range widths {
			line += fmt.Sprintf("%-*s  ", width, row[i])
		}
		b.WriteString(strings.TrimRight(line+fold(row[len(row)-1], strings.Repeat(" ", len(line))), " ") + "\n")
	}
	return b.String()
}

type propertyJSON struct {
	Name        string   `json:"name"`
	Kind        string   `json:"kind"`
	Claim       string   `json:"claim"`
	About       string   `json:"about"`
	Source      string   `json:"source"`
	HoldsWhen   string   `json:"holds_when"`
	Assumptions []string `json:"assumptions"`
	Scope       string   `json:"scope"`
}

func jsonOf(p properties.Property) propertyJSON {
	return propertyJSON{p.Name, p.Kind.String(), p.Claim, p.About, p.Source, p.HoldsWhen, append([]string{}, p.Assumptions...), p.Scope().String()}
}

// everyProperty is the catalogue, that of populations behind it.
func everyProperty() []properties.Property {
	all := properties.Catalogue()
	for _, p := range counted.Catalogue() {
		all = append(all, p.Property)
	}
	return all
}

// longProperties tells all of each property, and which judges which candidate.
func (l listing) longProperties() error {
	if l.json {
		items := []propertyJSON{}
		for _, p := range everyProperty() {
			items = append(items, jsonOf(p))
		}
		return writeJSON(l.w, map[string]any{"schema": "finwait.list/1", "properties": items, "candidates": properties.Candidates()})
	}
	for _, p := range everyProperty() {
		if err := explainProperty(l.w, p, false); err != nil {
			return err
		}
		if _, err := io.WriteString(l.w, "\n"); err != nil {
			return err
		}
	}
	table := [][]string{}
	for _, c := range properties.Candidates() {
		why := strings.Join(c.Judged, ", ")
		if c.LeftOut != "" {
			why = strings.TrimPrefix(why+"; left out: "+c.LeftOut, "; ")
		}
		table = append(table, []string{fmt.Sprint(c.Number), c.Text, why})
	}
	_, err := io.WriteString(l.w, "Candidates of the rule book, and what judges them\n"+align(table))
	return err
}

func (l listing) properties() error {
	if l.long {
		return l.longProperties()
	}
	items, table := []propertyJSON{}, [][]string{}
	for _, p := range properties.Catalogue() {
		items = append(items, jsonOf(p))
		table = append(table, []string{p.Name, p.Kind.String(), p.Claim})
	}
	for _, p := range counted.Catalogue() {
		items = append(items, jsonOf(p.Property))
		table = append(table, []string{p.Name, p.Kind.String(), p.Claim})
	}
	return l.write("properties", items, table)
}

type scenarioJSON struct {
	Name     string   `json:"name"`
	About    string   `json:"about"`
	Profiles []string `json:"profiles"`
}

func (l listing) scenarios() error {
	items, table := []scenarioJSON{}, [][]string{}
	all, err := builtin()
	if err != nil {
		return err
	}
	for _, s := range all {
		items = append(items, scenarioJSON{s.Name, s.About, profilesOf(s)})
		table = append(table, []string{s.Name, strings.Join(profilesOf(s), ","), s.About})
	}
	return l.write("scenarios", items, table)
}

type profileJSON struct {
	Name  string `json:"name"`
	About string `json:"about"`
}

var aboutProfile = map[spec.Profile]string{
	spec.Article: "the counting rules of the article the project started from",
	spec.RFC9293: "RFC 9293, with a give-up time of 100 s",
	spec.Linux:   "Linux 6.x: mini-sockets, time budgets, tail loss probes, challenge ACKs (the default)",
}

func (l listing) profiles() error {
	items, table := []profileJSON{}, [][]string{}
	for _, p := range spec.Profiles() {
		items = append(items, profileJSON{p.String(), aboutProfile[p]})
		table = append(table, []string{p.String(), aboutProfile[p]})
	}
	return l.write("profiles", items, table)
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
