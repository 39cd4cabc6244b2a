package document

import (
	_ "embed" // the parts of the page
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/finwait/finwait/graphs"
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

//go:embed viz/LICENSE
var vizLicence string

var pageTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"chart": pageChart, "slider": func(n int) int { return n - 1 }, "count": Count,
}).Parse(page))

// pageChart is the chart of a run without what the page says beside it.
func pageChart(e Evidence) (template.HTML, error) {
	c := e.Chart
	c.Title, c.Verdict, c.Explanation = "", "", ""
	var b strings.Builder
	err := c.WriteSVGForPage(&b, fmt.Sprintf("Sequence chart: how %s is %s. The steps are told in words beside it.", e.Property, e.Verdict))
	return template.HTML(b.String()), err // its texts are escaped by package graphs
}

// dark gives charts and graphs their dark colours, on a screen.
var dark = template.HTML(strings.Replace(graphs.DarkStyle(), "<style>", `<style media="screen">`, 1))

// WriteHTML writes the document as one HTML file.
func (d Document) WriteHTML(w io.Writer) error {
	return pageTemplate.Execute(w, struct {
		Document
		Style   template.CSS
		Dark    template.HTML
		Script  template.JS
		Viz     template.JS
		Licence string
	}{d, template.CSS(style), dark, template.JS(script), template.JS(viz), vizLicence}) // ours and viz, from files in this directory
}
