package graphs

import (
	"fmt"
	"io"
	"strings"
)

// WriteMermaid draws the diagram as a stateDiagram of Mermaid, which has no
// colours of groups.
func (d Diagram) WriteMermaid(w io.Writer) error {
	d, err := d.canonical()
	if err != nil {
		return err
	}
	var out strings.Builder
	if d.Title != "" {
		fmt.Fprintf(&out, "---\ntitle: %q\n---\n", oneLine(d.Title))
	}
	out.WriteString("stateDiagram-v2\n")
	if d.Caption != "" {
		fmt.Fprintf(&out, "  %%%% %s\n", strings.NewReplacer("{", "(", "}", ")").Replace(oneLine(d.Caption)))
	}
	id := map[string]string{}
	for i, n := range d.Nodes {
		id[n.Name] = fmt.Sprintf("n%d", i)
		fmt.Fprintf(&out, "  state \"%s\" as %s\n", mermaidText(n.text()), id[n.Name])
	}
	for _, n := range d.Nodes {
		if n.Initial {
			fmt.Fprintf(&out, "  [*] --> %s\n", id[n.Name])
		}
	}
	for _, e := range d.Edges {
		fmt.Fprintf(&out, "  %s --> %s", id[e.From], id[e.To])
		if label := mermaidText(strings.Join(e.Label, "\n")); label != "" {
			out.WriteString(": " + label)
		}
		out.WriteByte('\n')
	}
	for _, n := range d.Nodes {
		if n.Final {
			fmt.Fprintf(&out, "  %s --> [*]\n", id[n.Name])
		}
	}
	_, err = io.WriteString(w, out.String())
	return err
}

// mermaidColumns is the width of a note, in characters.
const mermaidColumns = 40

// WriteMermaid draws the chart as a sequenceDiagram of Mermaid. A message there
// is one horizontal line: a segment that takes time is written as it leaves and
// drawn as it arrives.
func (c Chart) WriteMermaid(w io.Writer) error {
	if err := c.validate(); err != nil {
		return err
	}
	var out strings.Builder
	if c.Title != "" {
		fmt.Fprintf(&out, "---\ntitle: %q\n---\n", oneLine(c.Title))
	}
	fmt.Fprintf(&out, "sequenceDiagram\n  participant L as %s\n  participant R as %s\n", mermaidText(oneLine(c.Left)), mermaidText(oneLine(c.Right)))
	ends := [...]string{Left: "L", Right: "R", Neither: "L,R"}
	note := func(s Side, text string) {
		place := [...]string{Left: "left of L", Right: "right of R", Neither: "over L,R"}[s]
		text = strings.Join(wrapColumns(text, mermaidColumns), "\n") // a note is not as wide as its text
		fmt.Fprintf(&out, "  Note %s: %s\n", place, mermaidText(text))
	}
	for i, r := range c.Rows {
		if c.hasLoop() && i == c.Loop {
			fmt.Fprintf(&out, "  loop %s\n", repeatsForEver)
		}
		for _, a := range c.Arrows {
			if a.Received == i {
				fmt.Fprintf(&out, "  %s->>%s: %s\n", ends[a.From], ends[a.to()], mermaidText(a.text()))
			}
		}
		event := strings.TrimSpace(oneLine(r.Time) + " " + oneLine(r.Event))
		for _, s := range []Side{Left, Right} {
			text := ""
			if r.state(s) != "" && c.changed(i, s) {
				text = r.state(s)
			}
			if s == r.Side || r.Side == Neither && s == Left && r.Event == "" {
				text = strings.TrimSpace(event + "\n" + text)
			}
			if text != "" {
				note(s, text)
			}
		}
		if r.Side == Neither && r.Event != "" {
			note(Neither, event)
		}
		for _, a := range c.Arrows {
			if a.Sent != i || a.arrives() && a.Received == a.Sent {
				continue
			}
			switch {
			case a.Lost:
				fmt.Fprintf(&out, "  %s-x%s: %s\n", ends[a.From], ends[a.to()], mermaidText(a.text()+", "+lostText))
			case !a.arrives():
				fmt.Fprintf(&out, "  %s-)%s: %s\n", ends[a.From], ends[a.to()], mermaidText(a.text()+", "+inFlightText))
			}
		}
	}
	if c.emptyLoop() {
		note(Neither, passesForEver)
	} else if c.hasLoop() {
		out.WriteString("  end\n")
	}
	if end := strings.Trim(oneLine(c.Verdict)+". "+oneLine(c.Explanation), ". "); end != "" {
		note(Neither, end)
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// mermaidText shows a text as it is: what Mermaid's grammar could take for its
// own is an entity of a number there, and lines are broken by <br/>.
func mermaidText(s string) string {
	var b strings.Builder
	for _, r := range strings.TrimSpace(printable(s)) {
		switch {
		case r == '\n':
			b.WriteString("<br/>")
		case strings.ContainsRune(`#;:"<>%{}&\`+"`", r):
			fmt.Fprintf(&b, "#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
