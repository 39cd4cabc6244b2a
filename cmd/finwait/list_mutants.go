package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/finwait/finwait/spec"
)

type mutantJSON struct {
	Name     string   `json:"name"`
	About    string   `json:"about"`
	Evidence string   `json:"evidence"` // empty for systematic ones
	KilledBy []string `json:"killed_by"`
}

func mutantJSONOf(m spec.Mutant) mutantJSON {
	return mutantJSON{m.Name, m.About, m.Evidence, append([]string{}, m.KilledBy...)}
}

// mutants lists those of real stacks; with long, the systematic ones too.
func (l listing) mutants() error {
	all := spec.Mutants()
	if l.long {
		all = append(append([]spec.Mutant{}, all...), spec.Systematic()...)
	}
	items, table := []mutantJSON{}, [][]string{}
	for _, m := range all {
		items = append(items, mutantJSONOf(m))
		table = append(table, []string{m.Name, m.About})
	}
	return l.write("mutants", items, table)
}

func explainMutant(w io.Writer, m spec.Mutant, asJSON bool) error {
	if asJSON {
		return writeJSON(w, map[string]any{"schema": "finwait.explain/1", "mutant": mutantJSONOf(m)})
	}
	evidence, killed := m.Evidence, strings.Join(m.KilledBy, " or ")
	if evidence == "" {
		evidence, killed = "none: it is a systematic one", "see finwait mutants "+m.Name
	}
	_, err := fmt.Fprintf(w, "%s (mutant)\n\n%s\n\nEvidence:   %s\nCaught by:  %s\nTo try it:  finwait check SCENARIO --set server.mutant=%s\n",
		m.Name, fold(m.About, ""), fold(evidence, "            "), fold(killed, "            "), m.Name)
	return err
}
