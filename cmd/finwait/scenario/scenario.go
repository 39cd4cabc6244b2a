package scenario

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// Expectation is a verdict that a scenario expects: checker.Holds or
// checker.Violated. For a goal, holds means that it is reached.
type Expectation = checker.Verdict

// Scenario is a scenario file that was read and found good in each profile that
// it names.
type Scenario struct {
	Name, About string
	File        string // as it was given; builtin/NAME.yaml for an embedded one

	root     *node
	expect   []expectation
	overlays []overlay // in the order of spec.Profiles
	src      *source
}

// overlay is what a profile changes.
type overlay struct {
	profile spec.Profile
	node    *node
	expect  []expectation
}

// expectation is one entry of expect.
type expectation struct {
	reference
	verdict Expectation
}

// scenarioName is safe in file names and leaves the dot as a separator.
var scenarioName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*$`)

// Parse reads a scenario. Errors are *Error.
func Parse(file string, src []byte) (*Scenario, error) {
	s, err := parse(file, src)
	if err != nil {
		return nil, err
	}
	for _, p := range s.Profiles() {
		if _, err := s.Instantiate(p, Overrides{}); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func parse(file string, text []byte) (*Scenario, *Error) {
	s := &Scenario{File: file, Name: nameOf(file), src: newSource("scenario", file, text)}
	root, err := parseYAML(s.src, text)
	if err != nil {
		return nil, err
	}
	const want = "a map with client, server and network (see finwait explain scenario-file)"
	switch {
	case root == nil || root.kind == nullNode:
		return nil, s.src.fail(0, 0, "nothing, the file is empty", want)
	case root.kind != mapNode:
		return nil, root.wants(want)
	}
	s.root = root
	for _, f := range root.fields {
		switch f.name {
		case "name":
			s.Name, err = f.value.name()
		case "about":
			s.About, err = f.value.sentence()
		case "expect":
			s.expect, err = f.value.expectations()
		case "profiles":
			s.overlays, err = f.value.profiles(s.keys().overlayKeys())
		}
		if err != nil {
			return nil, err.in(f.name)
		}
	}
	return s, nil
}

// Population tells whether the scenario counts many connections instead of following
// one.
func (s *Scenario) Population() bool {
	return s.root.kind == mapNode && slices.ContainsFunc(s.root.fields, func(f field) bool { return f.name == populationGroup })
}

// keys are the keys that the file can have.
func (s *Scenario) keys() *schema {
	if s.Population() {
		return populationTable()
	}
	return table()
}

// Profiles are the profiles that the file names; linux when it names none.
func (s *Scenario) Profiles() []spec.Profile {
	var all []spec.Profile
	for _, o := range s.overlays {
		all = append(all, o.profile)
	}
	if len(all) == 0 {
		return []spec.Profile{spec.Linux}
	}
	return all
}

// Text is the file as it was read.
func (s *Scenario) Text() string { return strings.Join(s.src.lines, "\n") }

// overlay is the overlay for a profile; a profile the file does not name has none.
func (s *Scenario) overlay(p spec.Profile) (o overlay, ok bool) {
	for _, o := range s.overlays {
		if o.profile == p {
			return o, true
		}
	}
	return overlay{}, false
}

// nameOf is the name of a scenario whose file gives none.
func nameOf(file string) string {
	base := filepath.Base(file)
	base = strings.TrimSuffix(base, filepath.Ext(base))
	base = regexp.MustCompile(`[^A-Za-z0-9_-]+`).ReplaceAllString(base, "-")
	if base = strings.TrimLeft(base, "-_"); base == "" {
		return "scenario"
	}
	return base
}

func (n *node) name() (string, *Error) {
	if n.kind != textNode || !scenarioName.MatchString(n.text) || len(n.text) > 100 {
		return "", n.wants("a name of letters, digits, - and _ that is not a number, at most 100 characters")
	}
	return n.text, nil
}

func (n *node) sentence() (string, *Error) {
	if n.kind != textNode {
		return "", n.wants("a sentence")
	}
	return n.text, nil
}

// expectations reads a map from properties to verdicts.
func (n *node) expectations() ([]expectation, *Error) {
	verdicts := []Expectation{checker.Holds, checker.Violated}
	var all []expectation
	switch n.kind {
	case nullNode:
		return nil, nil
	case mapNode:
	default:
		return nil, n.wants("a map such as {both-closed: violated}")
	}
	for _, f := range n.fields {
		word, err := f.value.word([]string{verdicts[0].String(), verdicts[1].String()})
		if err != nil {
			return nil, err.in(shorten(f.name))
		}
		for _, v := range verdicts {
			if v.String() == word {
				all = append(all, expectation{reference{f.name, f.place}, v})
			}
		}
	}
	return all, nil
}

// profiles reads the overlays.
func (n *node) profiles(keys []string) ([]overlay, *Error) {
	var known []string
	for _, p := range spec.Profiles() {
		known = append(known, p.String())
	}
	want := "a map of overlays such as {article: {client: {rto: 300ms}}, linux: {}}"
	if n.kind != mapNode {
		return nil, n.wants(want)
	}
	if len(n.fields) == 0 {
		return nil, n.fail("an empty map", want)
	}
	var all []overlay
	for _, f := range n.fields {
		i := slices.Index(known, f.name)
		if i < 0 {
			return nil, f.place.fail("an unknown profile", oneOf(f.name, known)).in(shorten(f.name))
		}
		o := overlay{profile: spec.Profiles()[i], node: f.value}
		if f.value.kind != nullNode {
			if f.value.kind != mapNode {
				return nil, f.value.wants("a map with " + strings.Join(keys, ", ")).in(f.name)
			}
			for _, entry := range f.value.fields {
				if !slices.Contains(keys, entry.name) {
					return nil, unknownKey(entry, keys).in(f.name)
				}
				if entry.name != "expect" {
					continue
				}
				var err *Error
				if o.expect, err = entry.value.expectations(); err != nil {
					return nil, err.in("expect").in(f.name)
				}
			}
		}
		all = append(all, o)
	}
	slices.SortFunc(all, func(a, b overlay) int {
		return slices.Index(spec.Profiles(), a.profile) - slices.Index(spec.Profiles(), b.profile)
	})
	return all, nil
}

// overlayKeys are the top-level keys that a profile can change.
func (t *schema) overlayKeys() []string {
	return slices.DeleteFunc(slices.Clone(t.groups[""]), func(name string) bool {
		return name == "name" || name == "about" || name == "profiles"
	})
}

// String is the name.
func (s *Scenario) String() string { return fmt.Sprintf("%s (%s)", s.Name, s.File) }

// Settings are the keys of client, server and network that the file itself gives, as
// --set takes them, without those of profiles.
func (s *Scenario) Settings() []Setting {
	var all []Setting
	var walk func(n *node, path string)
	walk = func(n *node, path string) {
		for _, f := range n.fields {
			full := join(path, f.name)
			if k, ok := table().keys[full]; ok && k.set != nil && full != "properties" {
				all = append(all, Setting{full, f.value.yaml()})
			} else if _, group := table().groups[full]; group {
				walk(f.value, full)
			}
		}
	}
	walk(s.root, "")
	return all
}

// yaml is the value in one line.
func (n *node) yaml() string {
	var parts []string
	switch n.kind {
	case nullNode:
		return "null"
	case listNode:
		for _, item := range n.items {
			parts = append(parts, item.yaml())
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case mapNode:
		for _, f := range n.fields {
			parts = append(parts, quoted(f.name)+": "+f.value.yaml())
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case textNode:
		return quoted(n.text)
	default:
		return n.text
	}
}
