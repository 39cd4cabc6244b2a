package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/finwait/finwait/spec"
)

// Adjust overrides parameters that come from somewhere else than a scenario file,
// a capture for instance, of which the network and the calls are facts: keys of
// network and app are refused. It also returns notes on what was read and not
// used. Errors are *Error.
func Adjust(p spec.Params, o Overrides) (spec.Params, []string, error) {
	if !o.Any() {
		return p, nil, nil
	}
	b := newBuilder(p.Profile, &source{what: "parameters of the capture"})
	b.p = p
	b.p.Net = spec.DefaultNet() // the capture's is none that these keys describe
	for h := range p.Host {
		b.rtoMax[h] = p.Host[h].RTOMax
		b.earlyRetrans[h] = 0
		if p.Host[h].TCPEarlyRetrans {
			b.earlyRetrans[h] = tlpFrom
		}
	}
	// A layer of overrides alone: there is no file below it.
	if err := b.build(&Scenario{root: &node{kind: nullNode}, src: b.src}, o); err != nil {
		return p, nil, err
	}
	for _, path := range slices.Sorted(maps.Keys(b.places)) {
		at := b.places[path]
		_, key, _ := strings.Cut(path, ".")
		if strings.HasPrefix(path, "network") || key == "app" {
			return p, nil, at.fail(fmt.Sprintf("%q, which the capture itself tells", path), "a key of client or server but app")
		}
	}
	for _, h := range []spec.Host{spec.Client, spec.Server} {
		kept := &b.p.Host[h]
		if b.places[h.String()+".srtt"] == nil {
			kept.SRTT = p.Host[h].SRTT
		}
		if b.places[h.String()+".time_wait"] == nil {
			kept.TimeWait = p.Host[h].TimeWait
		}
	}
	if _, err := spec.New(b.p); err != nil {
		return p, nil, &Error{Source: "parameters", File: "of the capture", Found: "parameters that make no model: " + err.Error(), Err: err}
	}
	b.p.Net = p.Net
	return b.p, b.notes, nil
}
