package document

import (
	_ "embed" // the parts of the page
	"html/template"
	"io"
)

// viz is Graphviz for browsers; viz/LICENSE has its licences.
//
//go:generate sh viz/vendor.sh
//go:embed viz/viz-global.js
var viz string

//go:embed report.js
var script string

//go:embed report.css
var style string

//go:embed report.html.tmpl
var page string

var pageTemplate = template.Must(template.New("report").Funcs(template.FuncMap{"chart": chartSVG, "slider": func(n int) int { return n - 1 }}).Parse(page))

// WriteHTML writes the document as one HTML file.
func (d Document) WriteHTML(w io.Writer) error {
	return pageTemplate.Execute(w, struct {
		Document
		Style  template.CSS
		Script template.JS
		Viz    template.JS
	}{d, template.CSS(style), template.JS(script), template.JS(viz)}) // ours and viz, from files in this directory
}
