package sweep

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dustin/go-humanize/english"

	"github.com/finwait/finwait/cmd/finwait/report"
)

// shownRows is how many rows the text shows; CSV and JSON have all.
const shownRows = 200

// shownColumns are those of the plan, or the properties whose verdicts differ, and the
// number of states.
func (r Result) shownColumns() []column {
	if len(r.Plan.Columns) > 0 {
		all, err := parseColumns(r.Plan.Columns, r.properties())
		if err != nil {
			return nil // Run has refused such a plan
		}
		return all
	}
	var all []column
	for _, p := range r.properties() {
		c := column{name: p, what: "property"}
		seen := map[string]bool{}
		for _, cell := range r.Cells {
			if cell.Judged() {
				seen[c.text(cell)] = true
			}
		}
		if len(seen) > 1 {
			all = append(all, c)
		}
	}
	return append(all, column{name: "states", what: "states"})
}

// properties are all that some cell was asked, in the order of the first.
func (r Result) properties() []string {
	var all []string
	for _, c := range r.Cells {
		for _, o := range c.Outcomes {
			if !slices.Contains(all, o.Property) {
				all = append(all, o.Property)
			}
		}
	}
	return all
}

// shortKey is a key without the part that all sysctls share.
func shortKey(key string) string { return strings.Replace(key, ".sysctl.net.ipv4.", ".", 1) }

// WriteText writes a table, what is the same in all cells, and the thresholds.
func (r Result) WriteText(w io.Writer) error {
	var b strings.Builder
	if r.Plan.Name != "" {
		fmt.Fprintf(&b, "%s: %s\n\n", r.Plan.Name, r.Plan.About)
	}
	columns := r.shownColumns()
	var notes []string
	if r.Plan.Strategy == Star {
		r.writeStar(&b, columns)
	} else {
		notes = r.writeRows(&b, columns)
	}
	for _, a := range r.Plan.Axes {
		if len(a.Values) == 1 {
			notes = append(notes, fmt.Sprintf("%s is %s", a.Key, a.Values[0]))
		}
	}
	notes = append(notes, r.same(columns)...)
	if r.Plan.Fingerprints {
		notes = append(notes, "where durations are any, states are compared by 8 bytes each (--fingerprints): one may have been missed")
	}
	for _, note := range notes {
		fmt.Fprintf(&b, "%s\n", note)
	}
	if len(r.Thresholds) > 0 {
		b.WriteString("\nThresholds\n")
		for _, t := range r.Thresholds {
			fmt.Fprintf(&b, "  %s\n", t)
		}
	}
	r.summary(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

// writeRows writes a row for each cell, up to shownRows.
func (r Result) writeRows(b *strings.Builder, columns []column) (notes []string) {
	var head []string
	for _, a := range r.Plan.Axes {
		if len(a.Values) > 1 {
			head = append(head, shortKey(a.Key))
		}
	}
	for _, c := range columns {
		head = append(head, c.name)
	}
	rows := [][]string{head}
	for _, cell := range r.Cells {
		if len(rows) > shownRows {
			notes = append(notes, fmt.Sprintf("%d more rows; --format csv has all", len(r.Cells)-shownRows))
			break
		}
		var row []string
		for _, a := range r.Plan.Axes {
			if len(a.Values) > 1 {
				row = append(row, cell.Values[a.Key])
			}
		}
		for _, c := range columns {
			row = append(row, c.text(cell))
		}
		rows = append(rows, row)
	}
	writeColumns(b, rows)
	return notes
}

// same tells of properties that the table does not show, being the same everywhere.
func (r Result) same(shown []column) []string {
	var holds, violated []string
	for _, p := range r.properties() {
		if slices.ContainsFunc(shown, func(c column) bool { return c.name == p }) {
			continue
		}
		verdicts := map[string]bool{}
		for _, c := range r.Cells {
			if o := c.outcome(p); o != nil {
				verdicts[o.Verdict] = true
			}
		}
		switch {
		case len(verdicts) > 1:
		case verdicts["holds"]:
			holds = append(holds, p)
		case verdicts["violated"]:
			violated = append(violated, p)
		}
	}
	var notes []string
	if len(holds) > 0 {
		notes = append(notes, "in every cell hold: "+strings.Join(holds, ", "))
	}
	if len(violated) > 0 {
		notes = append(notes, "in every cell are violated, or not reached: "+strings.Join(violated, ", "))
	}
	return notes
}

func (r Result) summary(b *strings.Builder) {
	n := r.Counts()
	fmt.Fprintf(b, "\n%s judged", english.Plural(n.Judged, "cell", ""))
	for _, part := range []struct {
		n    int
		text string
	}{
		{n.Invalid, english.PluralWord(n.Invalid, "makes no scenario", "make no scenario")}, {r.Excluded, "excluded by assumptions"}, {n.Failed, "FAILED"},
		{n.Different, english.PluralWord(n.Different, "verdict", "") + " DIFFERENT from what is expected of these parameters"},
		{n.Unknown, english.PluralWord(n.Unknown, "verdict", "") + " unknown"},
	} {
		if part.n > 0 {
			fmt.Fprintf(b, ", %d %s", part.n, part.text)
		}
	}
	if r.Cached > 0 {
		fmt.Fprintf(b, "; %d from the cache", r.Cached)
	}
	b.WriteString("\n")
	r.reasons(b)
	if r.Shard.Count > 1 {
		fmt.Fprintf(b, "this is shard %s; finwait merge puts the shards together\n", r.Shard)
	}
	for _, m := range r.Missing {
		fmt.Fprintf(b, "MISSING: shard %s\n", m)
	}
	if r.Interrupted {
		b.WriteString("INTERRUPTED: the same command goes on from the cache\n")
	}
}

// toldReasons is how many cells of a kind the text gives the reasons of; JSON and, but
// for verdicts, CSV have all.
const toldReasons = 5

// reasons tells why cells are without an answer, and which verdicts differ.
func (r Result) reasons(b *strings.Builder) {
	told := map[string]int{}
	tell := func(kind string, c Cell, why string) {
		if told[kind]++; told[kind] <= toldReasons {
			fmt.Fprintf(b, "%s: %s: %s\n", kind, r.describe(c), why)
		}
	}
	for _, c := range r.Cells {
		if c.Failed != "" {
			tell("failed", c, c.Failed)
		}
		if c.Invalid != "" {
			tell("no scenario", c, c.Invalid)
		}
		for _, o := range c.Outcomes {
			switch {
			case o.AsExpected == nil:
				tell("unknown", c, o.Property+": "+report.WhyUnknown(o.Reason))
			case !*o.AsExpected:
				tell("different", c, o.Property+" is "+o.Verdict+", expected "+*o.Expected)
			}
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(told)) {
		if more := told[kind] - toldReasons; more > 0 {
			fmt.Fprintf(b, "%s: and %d more; --format json has all\n", kind, more)
		}
	}
}

// describe names a cell by the values that are not those of all cells.
func (r Result) describe(c Cell) string {
	var all []string
	for _, a := range r.Plan.Axes {
		if len(a.Values) > 1 {
			all = append(all, a.Key+"="+c.Values[a.Key])
		}
	}
	if len(all) == 0 {
		return describe(c)
	}
	return strings.Join(all, " ")
}

func describe(c Cell) string {
	var all []string
	for key, v := range c.Values {
		all = append(all, key+"="+v)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// writeColumns pads all but the last column.
func writeColumns(b *strings.Builder, rows [][]string) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		for i, cell := range row {
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2))
			}
		}
		b.WriteString("\n")
	}
}

// WriteCSV writes a row for each cell, with every property.
func (r Result) WriteCSV(w io.Writer) error {
	columns := r.shownColumns()
	for _, p := range r.properties() {
		if !slices.ContainsFunc(columns, func(c column) bool { return c.name == p }) {
			columns = append(columns, column{name: p, what: "property"})
		}
	}
	for _, name := range []string{"states", "seconds"} {
		if !slices.ContainsFunc(columns, func(c column) bool { return c.name == name }) {
			columns = append(columns, column{name: name, what: name})
		}
	}
	out := csv.NewWriter(w)
	var head []string
	for _, a := range r.Plan.Axes {
		head = append(head, a.Key)
	}
	for _, c := range columns {
		head = append(head, c.name)
	}
	if err := out.Write(append(head, "error")); err != nil {
		return err
	}
	for _, cell := range r.Cells {
		var row []string
		for _, a := range r.Plan.Axes {
			row = append(row, cell.Values[a.Key])
		}
		for _, c := range columns {
			row = append(row, c.text(cell))
		}
		if err := out.Write(append(row, cell.Invalid+cell.Failed)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
