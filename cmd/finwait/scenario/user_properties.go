package scenario

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/properties/user"
)

// userProperties is the key of the properties that a file defines.
const userProperties = "user_properties"

// UserProperty is a property that a file defines: compiled, and as it was written.
type UserProperty struct {
	properties.Property
	definition user.Definition
	place      *node
}

// LoadProperties reads a file of properties: what would stand under user_properties.
// Errors are *Error.
func LoadProperties(file string) ([]UserProperty, error) {
	text, err := readFile("properties", file, "a file of properties", maxSize)
	if err != nil {
		return nil, err
	}
	src := newSource("properties", file, text)
	root, e := parseYAML(src, text)
	if e != nil {
		return nil, e
	}
	if root == nil {
		root = &node{kind: nullNode, src: src}
	}
	if len(root.fields) == 1 && root.fields[0].name == userProperties { // the file may say what it holds
		root = root.fields[0].value
	}
	all, e := root.userProperties()
	if e != nil {
		return nil, e
	}
	return all, nil
}

// Define adds properties from elsewhere to those of the file.
func (i *Instance) Define(more []UserProperty) error {
	i.User = slices.Clone(i.User)
	for _, u := range more {
		if slices.ContainsFunc(i.User, func(o UserProperty) bool { return o.Name == u.Name }) {
			return u.place.fail(fmt.Sprintf("%q, which scenario %s defines too", u.Name, i.Scenario.Name), "a name of its own")
		}
		i.User = append(i.User, u)
	}
	return nil
}

// UserProperties are the properties that the instance defines.
func (i Instance) UserProperties() []properties.Property {
	var all []properties.Property
	for _, u := range i.User {
		all = append(all, u.Property)
	}
	return all
}

// userProperties reads a map from names to definitions.
func (n *node) userProperties() ([]UserProperty, *Error) {
	if n.kind != mapNode || len(n.fields) == 0 {
		return nil, n.wants(`a map such as {no-reset: {never: "server.saw_error == ECONNRESET"}}`)
	}
	builtin := properties.Catalogue()
	var all []UserProperty
	for _, f := range n.fields {
		if _, err := f.place.name(); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(builtin, func(p properties.Property) bool { return p.Name == f.name }) || f.name == allProperties {
			return nil, f.place.fail(fmt.Sprintf("%q, which finwait has already", f.name), "a name of its own")
		}
		u, err := f.value.userProperty(f.name)
		if err != nil {
			return nil, err.in(f.name)
		}
		u.place = f.place
		all = append(all, u)
	}
	return all, nil
}

// userProperty reads one definition: about, one pattern and what belongs to it.
func (n *node) userProperty(name string) (UserProperty, *Error) {
	d := user.Definition{Name: name}
	var patterns []string
	for _, p := range user.Patterns() {
		patterns = append(patterns, string(p))
	}
	if n.kind != mapNode {
		return UserProperty{}, n.wants("a map with one of the patterns " + strings.Join(patterns, ", "))
	}
	places := map[string]*node{}
	keys := append([]string{"about", user.When, user.Within, user.AtMost}, patterns...)
	bound := ""
	for _, f := range n.fields {
		var err *Error
		places[f.name] = f.value
		switch {
		case f.name == "about":
			d.About, err = f.value.sentence()
		case f.name == user.When:
			d.When, err = f.value.condition()
		case f.name == user.Within || f.name == user.AtMost:
			bound = f.name
			d.Bound, err = f.value.bound(f.name)
		case slices.Contains(patterns, f.name):
			if d.Pattern != "" {
				return UserProperty{}, f.place.fail(fmt.Sprintf("%s beside %s", f.name, d.Pattern), "one pattern in a property")
			}
			d.Pattern = user.Pattern(f.name)
			d.Of, err = f.value.condition()
		default:
			return UserProperty{}, unknownKey(f, keys)
		}
		if err != nil {
			return UserProperty{}, err.in(f.name)
		}
	}
	if d.Pattern == "" {
		return UserProperty{}, n.fail("no pattern", "one of "+strings.Join(patterns, ", "))
	}
	if want := user.BoundKey(d.Pattern); bound != "" && bound != want {
		return UserProperty{}, places[bound].fail(fmt.Sprintf("%s beside %s", bound, d.Pattern), want).in(bound)
	}
	p, err := user.Compile(d)
	if err != nil {
		return UserProperty{}, n.blame(err, places)
	}
	return UserProperty{Property: p, definition: d}, nil
}

// condition reads an expression, whatever YAML takes it for.
func (n *node) condition() (string, *Error) {
	if n.kind == boolNode || n.kind == textNode && n.text != "" {
		return n.text, nil
	}
	return "", n.wants(`a condition such as "client.state == TIME_WAIT"`)
}

// bound reads the duration of a pattern.
func (n *node) bound(key string) (int64, *Error) {
	if n.kind == nullNode || n.is(forever) {
		return 0, n.fail("an unbounded pattern: "+key+" without a duration", key+": 5s, for instance")
	}
	return n.duration(1, "5s")
}

// blame is the place of a mistake in a definition.
func (n *node) blame(err error, places map[string]*node) *Error {
	var e *user.Error
	if !errors.As(err, &e) {
		return n.fail(err.Error(), "a property")
	}
	at := places[e.Key]
	if at == nil {
		return n.fail(e.Found, e.Want)
	}
	return n.src.fail(at.line, at.column+at.into(e.Offset), e.Found, e.Want).in(e.Key)
}

// into is how far a character of a text is from where its value begins: a quote counts,
// and in a text that is not written as it is read every character is at the beginning.
func (n *node) into(offset int) int {
	if n.line < 1 || n.line > len(n.src.lines) {
		return 0
	}
	line := []rune(n.src.lines[n.line-1])
	if n.column < 1 || n.column > len(line) {
		return 0
	}
	rest := string(line[n.column-1:])
	for _, quote := range []string{"", `"`, "'"} {
		if strings.HasPrefix(rest, quote+n.text) {
			return len(quote) + offset
		}
	}
	return 0
}

// writeUserProperties writes the definitions as they are read.
func writeUserProperties(w *bytes.Buffer, all []UserProperty) {
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(w, "%s:\n", userProperties)
	for _, u := range all {
		d := u.definition
		fmt.Fprintf(w, "  %s: {%s: %s", quoted(d.Name), d.Pattern, quoted(d.Of))
		if d.About != "" {
			fmt.Fprintf(w, ", about: %s", quoted(d.About))
		}
		if d.When != "" {
			fmt.Fprintf(w, ", %s: %s", user.When, quoted(d.When))
		}
		if d.Bound != 0 {
			fmt.Fprintf(w, ", %s: %s", user.BoundKey(d.Pattern), formatDuration(d.Bound))
		}
		w.WriteString("}\n")
	}
}
