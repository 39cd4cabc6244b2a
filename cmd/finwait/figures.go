package main

import (
	"fmt"
	"io"
	"strings"
)

// figure is one of the article's, and the command that draws it.
type figure struct {
	Number  int    `json:"number"`
	Title   string `json:"title"`
	Command string `json:"command"`
}

// figures are the seven of the article, in its order.
func figures() []figure {
	var all []figure
	for i, f := range [][2]string{
		{"the four waves", "normal-close"},
		{"the first wave is lost", "first-wave-lost"},
		{"the second wave is lost", "second-wave-lost"},
		{"a connection closed by close()", "fin-wait-2-after-close"},
		{"a connection closed by shutdown()", "fin-wait-2-after-shutdown"},
		{"the third wave is lost", "third-wave-lost"},
		{"the fourth wave is lost", "fourth-wave-lost"},
	} {
		all = append(all, figure{i + 1, f[0], "finwait graph trace " + f[1] + " --profile article --format svg"})
	}
	return all
}

func explainFigures(w io.Writer, asJSON bool) error {
	if asJSON {
		return writeJSON(w, map[string]any{"schema": "finwait.explain/1", "figures": figures()})
	}
	var b strings.Builder
	b.WriteString("The article's figures, by its own rules; with --profile linux, what a kernel does.\n\n")
	for _, f := range figures() {
		fmt.Fprintf(&b, "%d  %-33s  %s\n", f.Number, f.Title, f.Command)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
