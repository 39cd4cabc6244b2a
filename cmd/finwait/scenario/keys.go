package scenario

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/finwait/finwait/spec"
	"github.com/finwait/finwait/spec/population"
)

// hosts is how a key that both hosts have is written in the table.
const hosts = "{client,server}"

// Key is a row of the table of scenario keys.
type Key struct {
	Path    string // {client,server}.rto stands for client.rto and server.rto
	Type    string // what a value looks like, with its unit
	Default string // in words
	About   string

	steps []string // Path in steps; a sysctl is one step in spite of its dots
	// set applies a value, get prints it as YAML ("" when the file that
	// Instance.YAML writes does without). h is the host of a key of hosts.
	// Both are nil for keys that are about the file and not about the model.
	set func(b *builder, h spec.Host, n *node) *Error
	get func(p *spec.Params, h spec.Host) string
	// show is get for a scenario with population.
	show func(p *population.Params, h spec.Host) string
	// sysctl is set for kernel settings, which --sysctl and --host know too.
	sysctl *sysctl
}

// Keys is the table of all keys of a scenario file, in the order in which a file
// is best written.
func Keys() []Key { return append([]Key(nil), table().rows...) }

// WriteKeys prints the table as `finwait explain scenario-file` shows it.
func WriteKeys(w io.Writer) error {
	if err := writeKeys(w, Keys()); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\nA scenario with the key population counts many connections of one client, and has these keys\nbesides those about the file:\n\n")
	if err != nil {
		return err
	}
	return writeKeys(w, PopulationKeys())
}

func writeKeys(w io.Writer, keys []Key) error {
	for _, k := range keys {
		_, err := fmt.Fprintf(w, "%s: %s\n    %s\n    default: %s\n", k.Path, k.Type, k.About, k.Default)
		if err != nil {
			return err
		}
	}
	return nil
}

// schema is the table, indexed for reading.
type schema struct {
	rows []Key
	// keys and groups are found by full path, client and server apart. A group
	// holds the names of its entries in order.
	keys   map[string]boundKey
	groups map[string][]string
	// sysctls are the kernel settings among the keys.
	sysctls []*sysctl
}

// endingIn lists the full names of the keys below a group that end in a word, such as
// tcp_orphan_retries: the rest of the name is easily forgotten.
func (t *schema) endingIn(name, group string) (full []string) {
	for path, key := range t.keys {
		if key.set != nil && strings.HasSuffix(path, "."+name) && strings.HasPrefix(path, join(group, "")) {
			full = append(full, path)
		}
	}
	slices.Sort(full)
	return full
}

// boundKey is a key of one host.
type boundKey struct {
	*Key
	host spec.Host
}

var table = sync.OnceValue(func() *schema {
	t := newSchema(fileKeys(), hostKeys(), networkKeys(), nextKeys(), choiceKeys())
	for i := range sysctls {
		t.sysctls = append(t.sysctls, &sysctls[i])
	}
	return t
})

func newSchema(rows ...[]Key) *schema {
	t := &schema{rows: slices.Concat(rows...), keys: map[string]boundKey{}, groups: map[string][]string{}}
	for i := range t.rows {
		k := &t.rows[i]
		if k.steps == nil {
			k.steps = strings.Split(k.Path, ".")
		}
		if k.steps[0] != hosts {
			t.enter(k, spec.Client, k.steps)
			continue
		}
		for _, h := range []spec.Host{spec.Client, spec.Server} {
			t.enter(k, h, append([]string{h.String()}, k.steps[1:]...))
		}
	}
	return t
}

func (t *schema) enter(k *Key, h spec.Host, steps []string) {
	group := ""
	for _, step := range steps {
		path := join(group, step)
		if !slices.Contains(t.groups[group], step) {
			t.groups[group] = append(t.groups[group], step)
		}
		group = path
	}
	t.keys[group] = boundKey{k, h}
}

func join(group, name string) string {
	if group == "" {
		return name
	}
	return group + "." + name
}

// hostDuration is a key of a host that is a duration in a range.
func hostDuration(k Key, span [2]int64, example string, f func(p *spec.HostParams) *int64) Key {
	k.Path = hosts + "." + k.Path
	k.Type = "duration"
	k.set = func(b *builder, h spec.Host, n *node) *Error {
		d, err := n.duration(span[0], example)
		if d > span[1] {
			err = n.fail(n.text, fmt.Sprintf("at most %s, for instance %s", formatDuration(span[1]), example))
		}
		*f(&b.p.Host[h]) = d
		return err
	}
	k.get = func(p *spec.Params, h spec.Host) string { return formatDuration(*f(&p.Host[h])) }
	return k
}

// netNumber is a key of the network that is a whole number.
func netNumber(k Key, lo, hi int64, f func(p *spec.NetParams) *int) Key {
	k.Path = "network." + k.Path
	k.Type = fmt.Sprintf("number, %d to %d", lo, hi)
	k.set = func(b *builder, _ spec.Host, n *node) *Error {
		v, err := n.number(lo, hi, "")
		*f(&b.p.Net) = int(v)
		return err
	}
	k.get = func(p *spec.Params, _ spec.Host) string { return fmt.Sprint(*f(&p.Net)) }
	return k
}

// Settable lists the keys of a model by their full paths, those of both hosts.
func Settable() []string {
	var all []string
	for path, k := range table().keys {
		if k.set != nil && path != "properties" && path != userProperties && path != anyStates {
			all = append(all, path)
		}
	}
	slices.Sort(all)
	return all
}
