package scenario

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
)

//go:embed scenarios/*.yaml
var embedded embed.FS

// order is the order in which the built-in scenarios teach.
var order = []string{
	"normal-close", "three-segment-close", "simultaneous-close",
	"first-wave-lost", "second-wave-lost", "fin-wait-2-after-close", "fin-wait-2-after-shutdown",
	"third-wave-lost", "fourth-wave-lost", "close-wait-leak",
	"linger-reset", "linger-reset-passive", "lingering-close", "unread-data-reset", "lossy-network",
	"peer-crash", "peer-reboot", "late-copy-meets-reboot", "keepalive-dead-peer", "fin-at-zero-window", "both-fins-lost",
	"fin-timeout-above-60s", "socket-destroyed",
	"time-wait-1msl", "time-wait-2msl", "tw-reuse-timestamps", "tw-reuse-no-timestamps", "tw-reuse-bound-port", "old-syn-in-time-wait",
	"time-wait-assassination", "bucket-overflow", "linger-reset-and-reconnect", "syn-meets-last-ack",
	"server-never-closes-first", "reboot-and-reconnect",
	"simultaneous-open", "old-text-beyond-fin",
}

// populations are the built-in scenarios that count connections.
var populations = []string{"port-exhaustion"}

// aliases are other names of built-in scenarios.
var aliases = map[string]string{"ports": "port-exhaustion"}

// Populations are the built-in scenarios that count many connections.
func Populations() ([]*Scenario, error) { return read(populations) }

// Builtin are the scenarios of one connection that come with finwait, in the order in
// which they are best read.
func Builtin() ([]*Scenario, error) {
	all, err := builtin()
	return append([]*Scenario(nil), all...), err
}

var builtin = sync.OnceValues(func() ([]*Scenario, error) { return read(order) })

func read(names []string) ([]*Scenario, error) {
	var all []*Scenario
	for _, name := range names {
		text, err := embedded.ReadFile("scenarios/" + name + ".yaml")
		if err != nil {
			return nil, err
		}
		s, err := Parse("builtin/"+name+".yaml", text)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// Load reads a scenario file, or all *.yaml and *.yml of a directory in the order
// of their names. Errors are *Error.
func Load(path string) ([]*Scenario, error) {
	const want = "a scenario file or a directory of them"
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return loadDir(path)
	}
	text, err := readFile("scenario", path, want, maxSize)
	if err != nil {
		return nil, err
	}
	s, e := Parse(path, text)
	if e != nil {
		return nil, e
	}
	return []*Scenario{s}, nil
}

func loadDir(dir string) ([]*Scenario, error) {
	src := &source{what: "scenario", file: dir}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, src.fail(0, 0, err.Error(), "a directory of scenario files")
	}
	var all []*Scenario
	for _, e := range entries { // sorted by name
		ext := filepath.Ext(e.Name())
		if e.IsDir() || ext != ".yaml" && ext != ".yml" {
			continue
		}
		some, err := Load(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	if len(all) == 0 {
		return nil, src.fail(0, 0, "no *.yaml in this directory", "at least one scenario file")
	}
	return all, Distinct(all)
}

// Distinct reports the first scenario that has the name of one before it. Results
// and their files go by name.
func Distinct(all []*Scenario) error {
	byName := map[string]string{}
	for _, s := range all {
		if other, ok := byName[s.Name]; ok {
			return s.src.fail(0, 0, fmt.Sprintf("the name %s, which %s has too", s.Name, other), "a name of its own").in("name")
		}
		byName[s.Name] = s.File
	}
	return nil
}

// Find is a built-in scenario, or else what Load finds. A name of a built-in
// scenario wins; ./NAME is the file.
func Find(arg string) ([]*Scenario, error) {
	all, err := builtin()
	if err != nil {
		return nil, err
	}
	counted, err := Populations()
	if err != nil {
		return nil, err
	}
	for _, s := range append(append([]*Scenario(nil), all...), counted...) {
		if s.Name == arg || s.Name == aliases[arg] {
			return []*Scenario{s}, nil
		}
	}
	if _, err := os.Stat(arg); err == nil || strings.ContainsAny(arg, `/\`) || filepath.Ext(arg) != "" {
		return Load(arg)
	}
	src := &source{what: "scenario", file: arg}
	names := append(append([]string(nil), order...), populations...)
	if nearest(arg, names) == "" {
		sort.Strings(names)
	}
	return nil, src.fail(0, 0, "neither a built-in scenario nor a file", oneOf(arg, names))
}
