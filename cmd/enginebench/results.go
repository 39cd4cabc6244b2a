package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// results are the sections of a table by their names, each from its heading on.
type results map[string]string

const heading = "\n## "

// readResults gives the sections of a table that was written, none where there is none.
func readResults(file string) (results, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return results{}, nil
	} else if err != nil {
		return nil, err
	}
	all := results{}
	for _, s := range strings.Split(string(text), heading)[1:] {
		name, _, _ := strings.Cut(s, "\n")
		all[name] = heading + s
	}
	return all, nil
}

// add takes over a section that was measured.
func (r results) add(name, about, machine, text string) {
	r[name] = fmt.Sprintf("%s%s\n\n%s.\n\n%s\n\n%s", heading, name, about, machine, text)
}

// table is the whole, in the order of the sections.
func (r results) table() string {
	text := head
	for _, s := range sections(false) {
		text += r[s.name]
	}
	return text
}
