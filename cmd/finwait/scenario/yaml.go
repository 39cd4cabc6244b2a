package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/finwait/finwait/spec"
)

// YAML is the instance as a complete scenario file: profile fixed, overlay and
// overrides applied, every key of the model given. Parsed again it has the same
// Params. (Params.CountFins is no key: it depends on the properties asked.)
func (i Instance) YAML() []byte {
	var w bytes.Buffer
	name, about := "scenario", ""
	if i.Scenario != nil {
		name, about = i.Scenario.Name, i.Scenario.About
	}
	fmt.Fprintf(&w, "# Resolved by finwait: every key of the model is given.\nname: %s\nabout: %s\n", plain(name), quoted(about))
	group := []string(nil)
	for _, h := range []spec.Host{spec.Client, spec.Server} {
		for _, k := range i.keys().rows {
			if value, ok := i.value(k, h); ok && k.steps[0] == hosts {
				path := append([]string{h.String()}, k.steps[1:]...)
				group = writeKey(&w, group, path, value)
			}
		}
	}
	for _, k := range i.keys().rows {
		if value, ok := i.value(k, spec.Client); ok && k.steps[0] != hosts {
			group = writeKey(&w, group, k.steps, value)
		}
	}
	fmt.Fprintf(&w, "profiles: {%s: {}}\n", i.Profile)
	if len(i.Expect) > 0 {
		w.WriteString("expect:\n")
		for _, p := range i.expectedNames() {
			fmt.Fprintf(&w, "  %s: %s\n", quoted(p), i.Expect[p])
		}
	}
	if i.AnyStates > 0 {
		fmt.Fprintf(&w, "%s: %d\n", anyStates, i.AnyStates)
	}
	writeUserProperties(&w, i.User)
	if len(i.Properties) == 0 || slices.Contains(i.Properties, allProperties) {
		w.WriteString("properties: all\n")
		return w.Bytes()
	}
	var patterns []string
	for _, p := range i.Properties {
		patterns = append(patterns, quoted(p))
	}
	fmt.Fprintf(&w, "properties: [%s]\n", strings.Join(patterns, ", "))
	return w.Bytes()
}

func (i Instance) keys() *schema {
	if i.Population != nil {
		return populationTable()
	}
	return table()
}

// value is what a key has; ok is false for one that the file does without.
func (i Instance) value(k Key, h spec.Host) (text string, ok bool) {
	switch {
	case i.Population != nil && k.show != nil:
		return k.show(i.Population, h), true
	case i.Population == nil && k.get != nil:
		text = k.get(&i.Params, h)
		return text, text != "" // a key that the file does without
	}
	return "", false
}

// writeKey writes one entry, and the names of the groups that begin with it. It
// returns the group that is open after it.
func writeKey(w *bytes.Buffer, open, path []string, value string) []string {
	last := len(path) - 1
	common := true
	for depth, step := range path[:last] {
		if common = common && depth < len(open) && open[depth] == step; !common {
			fmt.Fprintf(w, "%s%s:\n", strings.Repeat("  ", depth), step)
		}
	}
	fmt.Fprintf(w, "%s%s: %s\n", strings.Repeat("  ", last), path[last], value)
	return path[:last]
}

// quoted is a text in double quotes. What JSON writes is YAML too.
func quoted(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		panic(fmt.Sprintf("scenario: text %q: %v", s, err)) // strings always encode
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// plain leaves the quotes out where no reader could mistake the text.
func plain(s string) string {
	if strings.Contains(s, "-") && strings.Trim(s, "-abcdefghijklmnopqrstuvwxyz0123456789") == "" && s[0] >= 'a' {
		return s
	}
	return quoted(s)
}
