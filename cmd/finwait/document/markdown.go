package document

import (
	"bytes"
	"fmt"
	"strings"
	"text/template"
)

// pictureStyle is the style of a chart that stands alone, on light paper or dark.
const pictureStyle = `<style>:root{--ink:#1c2024;--faint:#5b6570;--paper:#fff;--rule:#dde1e6;--bad:#b3261e}@media (prefers-color-scheme:dark){:root{--ink:#e6e9ec;--faint:#9aa5b1;--paper:#14171a;--rule:#343a41;--bad:#ff9d94}}svg{background:var(--paper);font:12px sans-serif}text{fill:var(--ink)}.time,.event{fill:var(--faint)}.head,.state{font-weight:600}.band{fill:none}.life{stroke:var(--rule);stroke-width:2}.arrow{stroke:var(--ink);fill:none;stroke-width:1.3}.tip,.dot{fill:var(--ink)}.lost{stroke:var(--bad);stroke-dasharray:5 3}.flying{stroke-dasharray:2 3}.label{paint-order:stroke;stroke:var(--paper);stroke-width:3px}</style>`

// File is one file of a document.
type File struct {
	Name string
	Data []byte
}

// MarkdownName is the file that begins the document.
const MarkdownName = "report.md"

// Markdown is the document as Markdown with its pictures beside it: charts as SVG, and
// folded graphs for Graphviz.
func (d Document) Markdown() ([]File, error) {
	var b bytes.Buffer
	if err := markdown.Execute(&b, d); err != nil {
		return nil, err
	}
	files := []File{{MarkdownName, b.Bytes()}}
	for _, c := range d.Cases {
		for _, e := range c.Evidence {
			open, rest, _ := strings.Cut(string(chartSVG(e.Chart)), ">")
			files = append(files, File{e.ID + ".svg", []byte(open + ">" + pictureStyle + rest + "\n")})
		}
		if c.Graph.DOT != "" {
			files = append(files, File{c.ID + ".dot", []byte(c.Graph.DOT)})
		}
	}
	return files, nil
}

// cell is text within a table or a paragraph: Markdown and HTML in it are text.
func cell(s string) string {
	return strings.NewReplacer("\n", " ", "|", `\|`, "<", "&lt;", "*", `\*`, "_", `\_`, "`", "'").Replace(s)
}

// code is a block that no text in it can end.
func code(s string) string {
	fence := "```"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fmt.Sprintf("%s\n%s\n%s", fence, strings.TrimRight(s, "\n"), fence)
}

var markdown = template.Must(template.New("markdown").Funcs(template.FuncMap{"cell": cell, "code": code}).Parse(`# TCP teardown, checked

{{cell .Summary}}

Bounds: {{cell .Bounds}}. Made by this command, and not to be edited:

{{code .Command}}
{{range .Cases}}
## {{cell .Name}}, {{.Profile}}

{{cell .About}}

Explored: {{.Figures}}.{{if .Stopped}} Not all was explored: {{cell .Stopped}}.{{end}}
{{range .Assumptions}}
- assumed: {{cell .}}{{end}}

| Property | Verdict | As expected | What it claims |
|---|---|---|---|
{{range .Verdicts}}| {{if .Evidence}}[{{.Property}}](#{{.Property}}-in-{{$.Anchor .Evidence}}){{else}}{{.Property}}{{end}} | {{cell .Verdict}}{{if .Detail}} ({{cell .Detail}}){{end}} | {{cell .Mark}} | {{cell .Claim}} |
{{end}}{{range .Evidence}}
### {{.Property}} in {{$.Anchor .ID}}

{{cell .Claim}}

- **What happened:** {{cell .Wrong}}
- **When:** {{cell .When}}
- **Because of which segment:** {{cell .Because}}
{{if .Violated}}- **What would have prevented it:** {{range $i, $r := .Prevented}}{{if $i}}, {{end}}{{cell $r.Key}}{{if $r.Network}} (a better network, nothing one can set){{end}}{{else}}none of the values that were tried{{end}}. {{cell .Tried}}
{{end}}- **How to repeat it:**
{{range .Repeat}}
{{code .}}
{{end}}
![{{cell .Chart.Title}}]({{.ID}}.svg)
{{end}}
### What can happen in {{cell .Name}}, {{.Profile}}

{{cell .Graph.Caption}} For Graphviz: [{{.ID}}.dot]({{.ID}}.dot)

{{range .Coverage}}- {{cell .What}}: {{cell .Value}}
{{end}}{{end}}`))

// Anchor is an ID as the headings of Markdown make one.
func (d Document) Anchor(id string) string {
	return strings.Map(func(r rune) rune {
		if r == '.' {
			return '-'
		}
		return r
	}, strings.ToLower(id))
}
