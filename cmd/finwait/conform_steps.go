package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/finwait/finwait/cmd/finwait/conform"
	"github.com/finwait/finwait/cmd/finwait/report"
)

// stepsResult is the comparison of steps in its JSON form.
type stepsResult struct {
	Schema string `json:"schema"`
	stepsJSON
}

type stepsJSON struct {
	Cells  int                  `json:"cells"`
	Agree  int                  `json:"agree"`
	Differ []conform.Difference `json:"differ"`
}

func compareSteps(cells []conform.Cell) (stepsJSON, error) {
	differ, err := conform.Compare(cells)
	return stepsJSON{len(cells), len(cells) - len(differ), differ}, err
}

// join adds the steps of another file; r may be nil.
func (r *stepsJSON) join(more stepsJSON) *stepsJSON {
	if r == nil {
		return &more
	}
	return &stepsJSON{r.Cells + more.Cells, r.Agree + more.Agree, append(r.Differ, more.Differ...)}
}

func (o *conformOptions) runSteps() error {
	data, err := o.readAll(o.steps)
	if err != nil {
		return fmt.Errorf("steps %s: %w", o.steps, err)
	}
	cells, err := conform.ReadCells(data)
	if err != nil {
		return fmt.Errorf("steps %s: %w", o.steps, err)
	}
	r, err := compareSteps(cells)
	if err != nil {
		return err
	}
	switch o.format.value {
	case "json":
		err = writeJSON(o.app.stdout, stepsResult{"finwait.conform-steps/1", r})
	case "table":
		count := newSummary()
		count.add(conform.KindSteps, r.Cells, r.Agree)
		err = count.write(o.app.stdout)
	default:
		err = r.text(o.app.stdout)
	}
	if err == nil && len(r.Differ) > 0 {
		err = codeError(report.Different)
	}
	return err
}

// maxMeasurement is more than any file of measurements that is worth reading.
const maxMeasurement = 1 << 26

func (o *conformOptions) readAll(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(o.app.stdin, maxMeasurement))
	}
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, errors.Unwrap(err)
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	case info.Size() > maxMeasurement:
		return nil, fmt.Errorf("%d bytes; at most %d are read", info.Size(), maxMeasurement)
	}
	return os.ReadFile(name)
}

func (r *stepsJSON) text(w io.Writer) error {
	var b strings.Builder
	for _, d := range r.Differ {
		fmt.Fprintf(&b, "%s: %s\n  segment  %s\n  measured %s\n  model    %s\n", d.State, d.Event, d.Segment, seen(d.Want), seen(d.Got))
	}
	fmt.Fprintf(&b, "%d of %d steps agree\n", r.Agree, r.Cells)
	_, err := io.WriteString(w, b.String())
	return err
}

func seen(s conform.Seen) string {
	reply := "no answer"
	if len(s.Reply) > 0 {
		reply = strings.Join(s.Reply, ", ")
	}
	text := fmt.Sprintf("%s -> %s, %s", s.Pre, s.Post, reply)
	if s.SoError != 0 {
		text += fmt.Sprintf(", error %d", s.SoError)
	}
	return text
}
