package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/cmd/finwait/sweep"
)

// explainFile shows the built-in sweep or the scenario of a name, behind a title; known is
// false when there is none.
func explainFile(w io.Writer, name, title string, asJSON bool) (known bool, err error) {
	p, isSweep := sweep.Find(name)
	found, missing := scenario.Find(name)
	if !isSweep && (missing != nil || len(found) != 1) {
		return false, nil
	}
	if _, err := io.WriteString(w, title); err != nil {
		return true, err
	}
	if isSweep {
		return true, explainSweep(w, p, asJSON)
	}
	return true, explainScenario(w, found[0], asJSON)
}

// explainScenario shows a scenario's file, which a file of one's own can start from.
func explainScenario(w io.Writer, s *scenario.Scenario, asJSON bool) error {
	if asJSON {
		return writeJSON(w, map[string]any{"schema": "finwait.explain/1", "scenario": map[string]any{
			"name": s.Name, "about": s.About, "file": s.File, "text": s.Text(),
		}})
	}
	_, err := io.WriteString(w, strings.TrimRight(s.Text(), "\n")+"\n")
	return err
}

// explainSweep shows the keys and values of a built-in sweep, as --vary takes them.
func explainSweep(w io.Writer, p sweep.Plan, asJSON bool) error {
	if asJSON {
		return writeJSON(w, map[string]any{"schema": "finwait.explain/1", "sweep": p})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s (sweep)\n\n%s\n\n", p.Name, fold(p.About, ""))
	for _, a := range p.Axes {
		fmt.Fprintf(&b, "  --vary %s\n", fold(a.Key+"="+strings.Join(a.Values, ","), "      "))
	}
	for _, condition := range p.Assume {
		fmt.Fprintf(&b, "  --assume %s\n", condition)
	}
	fmt.Fprintf(&b, "  --property %s\n  --column %s\n", strings.Join(p.Properties, ","), strings.Join(p.Columns, ","))
	if p.Strategy == sweep.Star {
		b.WriteString("  --one-at-a-time\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}
