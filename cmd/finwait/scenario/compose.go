package scenario

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/finwait/finwait/spec"
)

// Setting is a key of a scenario file with a value as it stands there.
type Setting struct{ Key, Value string }

// Draft is a scenario file in the making, with only the keys that it gives.
type Draft struct {
	Comments    []string // lines above everything
	Name, About string
	Profile     spec.Profile
	Settings    []Setting // of client, server and network, as --set takes them
	Properties  []string  // none: all
	Expect      map[string]Expectation
}

// Write writes the draft as a file. Whether its keys and values make sense is for Parse
// to say.
func (d Draft) Write() []byte {
	var w bytes.Buffer
	for _, c := range d.Comments {
		fmt.Fprintf(&w, "# %s\n", printable(c))
	}
	fmt.Fprintf(&w, "name: %s\n", plain(d.Name))
	if d.About != "" {
		fmt.Fprintf(&w, "about: %s\n", quoted(d.About))
	}
	settings := slices.Clone(d.Settings)
	slices.SortStableFunc(settings, func(a, b Setting) int { return cmp.Compare(rank(a.Key), rank(b.Key)) })
	group := []string(nil)
	for _, s := range settings {
		group = writeKey(&w, group, settable(s.Key), s.Value)
	}
	fmt.Fprintf(&w, "profiles: {%s: {}}\n", d.Profile)
	if len(d.Expect) > 0 {
		w.WriteString("expect:\n")
		for _, p := range (Instance{Expect: d.Expect}).expectedNames() {
			fmt.Fprintf(&w, "  %s: %s\n", quoted(p), d.Expect[p])
		}
	}
	if len(d.Properties) > 0 {
		var names []string
		for _, p := range d.Properties {
			names = append(names, quoted(p))
		}
		fmt.Fprintf(&w, "properties: [%s]\n", strings.Join(names, ", "))
	}
	return w.Bytes()
}

// rank sorts keys as Instance.YAML writes them: those of a host together, in the order
// of the table.
func rank(key string) int {
	host, rest, _ := strings.Cut(key, ".")
	for i, k := range table().rows {
		switch {
		case k.Path == key:
			return 2*len(table().rows) + i
		case k.Path == hosts+"."+rest && host == spec.Client.String():
			return i
		case k.Path == hosts+"."+rest && host == spec.Server.String():
			return len(table().rows) + i
		}
	}
	return 3 * len(table().rows)
}
