package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"github.com/finwait/finwait/graphs"
)

// drawing is what every form but JSON can be made of.
type drawing interface {
	WriteDOT(w io.Writer) error
	WriteText(w io.Writer) error
	WriteMermaid(w io.Writer) error
}

// svgDrawing needs no Graphviz.
type svgDrawing interface {
	WriteSVG(w io.Writer) error
}

// themes are the values of --theme.
var themes = map[string]graphs.Theme{"auto": graphs.Auto, "light": graphs.Light, "dark": graphs.Dark}

// draw writes a picture in the form asked for. A DOT file of that name is left
// behind where Graphviz would be needed and is not there.
func (o *graphOptions) draw(ctx context.Context, d drawing, name string) error {
	out := o.app.stdout
	switch o.format.value {
	case "text":
		return d.WriteText(out)
	case "mermaid":
		return d.WriteMermaid(out)
	}
	theme := themes[o.theme.value]
	var source strings.Builder
	if s, ok := d.(svgDrawing); ok && o.format.value == "svg" {
		if err := s.WriteSVG(&source); err != nil {
			return err
		}
		_, err := io.WriteString(out, theme.Apply(source.String()))
		return err
	}
	if err := d.WriteDOT(&source); err != nil {
		return err
	}
	if o.format.value == "dot" {
		_, err := io.WriteString(out, theme.Apply(source.String()))
		return err
	}
	if o.format.value == "png" { // it has no reader who chooses
		return graphviz(ctx, theme.Apply(source.String()), "png", name+".dot", out)
	}
	var svg strings.Builder
	if err := graphviz(ctx, source.String(), "svg", name+".dot", &svg); err != nil {
		return err
	}
	_, err := io.WriteString(out, theme.Apply(svg.String()))
	return err
}

// graphviz renders DOT as svg or png.
func graphviz(ctx context.Context, source string, format, file string, out io.Writer) error {
	dot, err := exec.LookPath("dot")
	if err != nil {
		if err := os.WriteFile(file, []byte(source), 0o644); err != nil {
			return err
		}
		return fmt.Errorf("--format %s needs Graphviz, and no dot is installed; its input is in %s: dot -T%s -O %s", format, file, format, file)
	}
	var picture, complaint bytes.Buffer
	cmd := exec.CommandContext(ctx, dot, "-T"+format)
	if format == "png" {
		cmd.Args = append(cmd.Args, "-Gdpi=192") // twice the pixels of a screen, for slides and print
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(source), &picture, &complaint
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s -T%s: %w: %s", dot, format, err, bytes.TrimSpace(complaint.Bytes()))
	}
	drawn := picture.Bytes()
	if format == "svg" {
		// The first element inside of the picture, so that dark pages have dark ones.
		drawn = bytes.Replace(drawn, []byte("<g "), []byte(graphs.DarkStyle()+"\n<g "), 1)
	}
	_, err = out.Write(drawn)
	return err
}
