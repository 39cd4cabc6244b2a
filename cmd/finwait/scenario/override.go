package scenario

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/finwait/finwait/spec"
)

// set applies KEY=VALUE.
func (b *builder) set(arg string) *Error {
	src := &source{what: "--set", file: arg, whole: true}
	key, text, ok := strings.Cut(arg, "=")
	if !ok {
		return src.fail(0, 0, "no value", "KEY=VALUE such as client.rto=300ms")
	}
	steps := settable(strings.TrimSpace(key))
	value, err := parseYAML(src, []byte(text))
	if err != nil {
		return err
	}
	if value == nil {
		value = &node{kind: nullNode, src: src}
	}
	if k, ok := b.keys.keys[steps[0]]; ok && k.set == nil {
		return src.fail(0, 0, "a key that is about the file", "a key of client, server or network, or properties").in(steps[0])
	}
	for _, step := range slices.Backward(steps) {
		m := &node{kind: mapNode, src: src}
		m.fields = []field{{name: step, place: m, value: value}}
		value = m
	}
	return b.apply(value, "")
}

// settable splits a key at its dots; all that follows sysctl is one step.
func settable(key string) []string {
	var steps []string
	for {
		step, rest, more := strings.Cut(key, ".")
		steps = append(steps, step)
		if !more {
			return steps
		}
		if step == "sysctl" {
			return append(steps, rest)
		}
		key = rest
	}
}

// maxSysctlSize bounds a sysctl file; `sysctl -a` of a big host fits.
const maxSysctlSize = 4 << 20

// sysctlLine is an assignment in the format of sysctl.conf.
type sysctlLine struct {
	name      string
	place     *node // of the name
	value     *node
	tolerated bool // with a leading -: errors are ignored
}

// readSysctlFile applies [client:|server:]FILE.
func (b *builder) readSysctlFile(arg string) *Error {
	targets := []spec.Host{spec.Client, spec.Server}
	file := arg
	for _, h := range targets {
		if rest, ok := strings.CutPrefix(arg, h.String()+":"); ok {
			file, targets = rest, []spec.Host{h}
			break
		}
	}
	text, err := readFile("sysctl", file, "a file in the format of sysctl.conf", maxSysctlSize)
	if err != nil {
		return err
	}
	lines, err := parseSysctl(file, text)
	if err != nil {
		return err
	}
	var ignored []string
	for _, l := range lines {
		for _, h := range targets {
			applied, err := b.applySysctl(h, l)
			if err != nil && !l.tolerated {
				return err.in(l.name)
			}
			if (err != nil || !applied) && !slices.Contains(ignored, l.name) {
				ignored = append(ignored, l.name)
			}
		}
	}
	b.noteIgnored("sysctl "+printable(file), ignored)
	return nil
}

// applySysctl sets one sysctl of one host; false when the model, or the profile,
// has no use for it.
func (b *builder) applySysctl(h spec.Host, l sysctlLine) (bool, *Error) {
	path := h.String() + ".sysctl." + l.name
	key, ok := b.keys.keys[path]
	switch {
	case !ok && isTCP(l.name) && !inLinux(l.name) && !strings.ContainsAny(l.name, "*?["):
		return false, l.place.fail("a sysctl that does not exist in Linux", oneOfFew(l.name, b.keys.linuxNames()))
	case !ok:
		return false, nil
	}
	// Also where the profile does not use it, a value must be one.
	if _, err := key.sysctl.number(l.value, ""); err != nil {
		return false, err
	}
	if slices.Contains(key.sysctl.not, b.p.Profile) {
		return false, nil
	}
	if err := key.set(b, h, l.value); err != nil {
		return false, err
	}
	b.places[path] = l.value
	return true, nil
}

// oneOfFew is the nearest name, for lists too long to print.
func oneOfFew(s string, candidates []string) string {
	if n := nearest(s, candidates); n != "" {
		return n + " (the nearest name)"
	}
	return "a name that sysctl -a shows"
}

func (b *builder) noteIgnored(where string, names []string) {
	const shown = 8
	if len(names) == 0 {
		return
	}
	list := strings.Join(names[:min(shown, len(names))], ", ")
	if len(names) > shown {
		list += fmt.Sprintf(" and %d more", len(names)-shown)
	}
	b.notes = append(b.notes, fmt.Sprintf("%s: not used under profile %s: %s", where, b.p.Profile, printable(list)))
}

// kernelNumber makes a number of a value as the kernel reads it: 8, 0x8 and 010
// are eight. A value that is none stays a text.
func (n *node) kernelNumber() *node {
	v, err := strconv.ParseInt(n.text, 0, 64)
	if err == nil && !strings.Contains(n.text, "_") {
		n.kind, n.text = intNode, strconv.FormatInt(v, 10)
	}
	return n
}

// parseSysctl reads lines "key = value". The last of several values of a key
// wins, as it does in the kernel.
func parseSysctl(file string, text []byte) ([]sysctlLine, *Error) {
	src := newSource("sysctl", file, text)
	if i := slices.Index(text, 0); i >= 0 {
		return nil, src.fail(1+strings.Count(string(text[:i]), "\n"), 0, "binary data", "lines such as net.ipv4.tcp_fin_timeout = 30")
	}
	var all []sysctlLine
	for i, line := range src.lines {
		s := strings.TrimSpace(strings.TrimPrefix(line, "\uFEFF"))
		if s == "" || s[0] == '#' || s[0] == ';' {
			continue
		}
		s, tolerated := strings.CutPrefix(s, "-")
		name, value, ok := strings.Cut(s, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		place := &node{kind: textNode, text: name, src: src, line: i + 1, column: 1 + strings.Index(line, name)}
		if !ok && tolerated {
			continue // -key alone keeps later patterns from setting it; there are none here
		}
		if !ok || name == "" {
			return nil, place.fail(fmt.Sprintf("%q", shorten(s)), "key = value")
		}
		v := *place
		v.text, v.column = value, 1+len(line)-len(strings.TrimLeft(line[strings.Index(line, "=")+1:], " \t"))
		all = append(all, sysctlLine{name: dotted(name), place: place, value: v.kernelNumber(), tolerated: tolerated})
	}
	return all, nil
}

// dotted is a name with dots as separators. With / as the first separator the two
// change places (sysctl.d(5)): net/ipv4/conf/eth0.1/x is net.ipv4.conf.eth0/1.x.
func dotted(name string) string {
	if i := strings.IndexAny(name, "./"); i < 0 || name[i] == '.' {
		return name
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '/':
			return '.'
		case '.':
			return '/'
		}
		return r
	}, name)
}

// readHost reads the sysctls of the model below root into both hosts.
func (b *builder) readHost(root string) *Error {
	if root == "" {
		root = "/proc/sys"
	}
	var ignored []string
	found := 0
	for _, s := range b.keys.sysctls {
		name := s.fullName()
		file := filepath.Join(append([]string{root}, strings.Split(name, ".")...)...)
		text, e := os.ReadFile(file)
		if e != nil {
			ignored = append(ignored, name)
			continue
		}
		found++
		place := &node{kind: textNode, text: strings.TrimSpace(string(text)), src: &source{what: "--host", file: file}}
		place = place.kernelNumber()
		for _, h := range []spec.Host{spec.Client, spec.Server} {
			applied, err := b.applySysctl(h, sysctlLine{name: name, place: place, value: place})
			if err != nil {
				return err.in(name)
			}
			if !applied && h == spec.Client {
				ignored = append(ignored, name)
			}
		}
	}
	if found == 0 {
		src := &source{what: "--host", file: filepath.Join(root, "net/ipv4")}
		return src.fail(0, 0, "no sysctls of TCP", "a Linux machine, or --sysctl FILE from one")
	}
	b.noteIgnored("--host", ignored)
	return nil
}

// readFile reads a file of at most limit bytes. It may be a pipe.
func readFile(what, file, want string, limit int64) ([]byte, *Error) {
	src := &source{what: what, file: file}
	info, e := os.Stat(file)
	switch {
	case errors.Is(e, fs.ErrNotExist):
		return nil, src.fail(0, 0, "no such file", want)
	case e == nil && info.IsDir():
		return nil, src.fail(0, 0, "a directory", want)
	}
	f, e := os.Open(file)
	if e != nil {
		return nil, src.fail(0, 0, e.Error(), want)
	}
	defer func() { _ = f.Close() }() // only read
	text, e := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case e != nil:
		return nil, src.fail(0, 0, e.Error(), want)
	case int64(len(text)) > limit:
		return nil, src.fail(0, 0, "a larger file", fmt.Sprintf("at most %d KiB", limit>>10))
	}
	return text, nil
}
