package document

import (
	"bytes"
	"fmt"
	"strings"
	"text/template"
)

// File is one file of a document.
type File struct {
	Name string
	Data []byte
}

// MarkdownName is the file that begins the document.
const MarkdownName = "report.md"

// Markdown is the document as Markdown with its pictures beside it: charts as SVG, and
// folded graphs for Graphviz and, within it, as Mermaid.
func (d Document) Markdown() ([]File, error) {
	var b bytes.Buffer
	if err := markdown.Execute(&b, d); err != nil {
		return nil, err
	}
	files := []File{{MarkdownName, b.Bytes()}}
	for _, c := range d.Cases {
		for _, e := range c.Evidence {
			if len(e.Steps) == 0 {
				continue
			}
			var chart bytes.Buffer
			if err := e.Chart.WriteSVG(&chart); err != nil {
				return nil, err
			}
			files = append(files, File{e.ID + ".svg", chart.Bytes()})
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

// mono is text that stands for itself.
func mono(s string) string { return "`" + strings.ReplaceAll(s, "`", "'") + "`" }

// code is a block that no text in it can end.
func code(s string) string { return fenced("", s) }

// mermaid is a diagram that readers of Markdown draw.
func mermaid(s string) string { return fenced("mermaid", s) }

func fenced(language, s string) string {
	fence := "```"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fmt.Sprintf("%s%s\n%s\n%s", fence, language, strings.TrimRight(s, "\n"), fence)
}

var markdown = template.Must(template.New("markdown").Funcs(template.FuncMap{"cell": cell, "code": code, "mono": mono, "mermaid": mermaid, "count": Count, "anchor": anchor}).Parse(`# TCP teardown, checked

{{cell .Summary}}
{{with .Violated}}
What is violated:
{{range .}}{{$case := .}}{{range .Violations}}
- [{{.Property}} in {{cell $case.Name}}, {{$case.Profile}}](#{{.Property}}-in-{{anchor .ID}}){{if not .Expected}} **not expected**{{end}}: {{cell .Wrong}}{{end}}{{end}}
{{end}}
Bounds: {{cell .Bounds}}. Made by this command, and not to be edited:

{{code .Command}}
{{range .Cases}}
## {{cell .Name}}, {{.Profile}}

{{cell .About}}

{{.Tally}}. Explored: {{.Figures}}.{{if .Stopped}} Not all was explored: {{cell .Stopped}}.{{end}}
{{range .Numbers}}
- {{cell .Name}}: {{cell .Value}}{{end}}{{range .Assumptions}}
- assumed: {{cell .}}{{end}}
{{with .Telling}}
{{template "verdicts" .}}{{end}}{{with .Plain}}
<details><summary>{{count (len .) "property is" "properties are"}} plainly as expected</summary>

{{template "verdicts" .}}
</details>
{{end}}{{with .Silent}}
<details><summary>{{count (len .) "property has" "properties have"}} nothing to say here: what they speak of never occurs</summary>

{{template "verdicts" .}}
</details>
{{end}}{{range .Evidence}}
### {{.Property}} in {{anchor .ID}}

{{cell .Claim}}

- **What {{if .Violated}}went wrong{{else}}happened{{end}}:** {{cell .Wrong}}
- **When:** {{cell .When}}
{{if .Decided}}- **What decided it:** {{cell .Decided}}
{{end}}- **Because of which segment:** {{cell .Because}}
{{if .Failed}}- **Which condition failed:** {{cell .Failed}}{{range $i, $v := .Values}}{{if $i}}, {{else}} ({{end}}{{cell .Name}} {{with .Was}}{{cell .}} → {{end}}{{cell .Is}}{{end}}{{if .Values}}){{end}}
{{end}}{{if .Violated}}- **What would have prevented it:** {{range $i, $r := .Prevented}}{{if $i}}, {{end}}{{mono $r.Key}}{{if $r.Network}} (a better network, nothing one can set){{end}}{{else}}none of the values that were tried{{end}}.{{range $i, $r := .Moot}}{{if $i}},{{else}} With these it never comes to what the property speaks of:{{end}} {{mono $r.Key}}{{end}}{{if .Moot}}.{{end}} {{cell .Tried}}
{{end}}
How to repeat it:
{{range .Repeat}}
{{.What}}

{{code .Line}}
{{end}}{{with .Course}}
{{code .}}
{{end}}{{if .Steps}}
![{{cell .Chart.Title}}]({{.ID}}.svg)
{{end}}{{end}}{{if .Graph.DOT}}
### What can happen in {{cell .Name}}, {{.Profile}}

{{cell .Graph.Caption}} For Graphviz: [{{.ID}}.dot]({{.ID}}.dot)

{{mermaid .Graph.Mermaid}}
{{end}}{{range .Coverage}}
- {{cell .What}}: {{cell .Value}}{{end}}
{{end}}{{range .Coverage}}
## Coverage of all together, {{.Profile}}
{{range .Coverage}}
- {{cell .What}}: {{cell .Value}}{{if .Never}}; never {{cell .Never}}{{end}}{{end}}
{{end}}
{{- define "verdicts"}}| Property | Verdict | As expected | What it claims |
|---|---|---|---|
{{range .}}| {{if .Evidence}}[{{.Property}}](#{{.Property}}-in-{{anchor .Evidence}}){{else}}{{.Property}}{{end}} | {{cell .Verdict}}{{if .Detail}} ({{cell .Detail}}){{end}} | {{cell .Mark}} | {{cell .Claim}} |
{{end}}{{end}}`))

// anchor is an ID as the headings of Markdown make one.
func anchor(id string) string {
	return strings.ReplaceAll(strings.ToLower(id), ".", "-")
}
