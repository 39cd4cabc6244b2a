package scenario

import (
	"fmt"
	"slices"
	"sort"

	"github.com/finwait/finwait/spec"
	"github.com/finwait/finwait/spec/population"
)

// Overrides change a scenario from the command line. They are applied in the
// order Host, Sysctl, Set.
type Overrides struct {
	Set    []string // KEY=VALUE, for instance client.sysctl.net.ipv4.tcp_orphan_retries=3
	Sysctl []string // [client:|server:]FILE in the format of sysctl.conf
	Host   bool     // read the sysctls of this machine into both hosts
	// ProcSys is where Host reads; "" means /proc/sys.
	ProcSys string
}

// Any reports whether there is anything to override.
func (o Overrides) Any() bool { return o.Host || len(o.Sysctl) > 0 || len(o.Set) > 0 }

// Instance is a scenario in one profile: what a model is made of, and what is
// asked of it.
type Instance struct {
	Scenario *Scenario
	Profile  spec.Profile
	Params   spec.Params
	// Population is not nil in a scenario with one; Params is of no use then.
	Population *population.Params
	// Properties are names and patterns; "all" selects all. See Selects.
	Properties []string
	// AnyStates bounds the search for a proof for all durations; 0: by nothing of the file.
	AnyStates int
	// User are the properties that the file defines itself.
	User []UserProperty
	// Expect has the verdicts that the file expects. It is nil when an override
	// was used: then each property's own condition on the parameters decides.
	Expect     map[string]Expectation
	Overridden bool
	// Notes tell what was read but not used, Assumptions what every verdict of
	// this instance rests on.
	Notes       []string
	Assumptions []string

	references []reference
	expected   []reference
}

// Instantiate makes parameters of the scenario under a profile, which need not be
// one that the file names. Errors are *Error.
func (s *Scenario) Instantiate(profile spec.Profile, o Overrides) (Instance, error) {
	i := Instance{Scenario: s, Profile: profile, Overridden: o.Any()}
	b := newBuilder(profile, s.src)
	if err := b.build(s, o); err != nil {
		return Instance{}, err
	}
	i.Population = b.population
	i.Params, i.Notes, i.Assumptions, i.references, i.User, i.AnyStates = b.p, b.notes, b.assumed, b.properties, b.user, b.anyStates
	for _, r := range b.properties {
		i.Properties = append(i.Properties, r.text)
	}
	over, _ := s.overlay(profile)
	if !i.Overridden {
		i.Expect = map[string]Expectation{}
		for _, e := range append(s.expect[:len(s.expect):len(s.expect)], over.expect...) {
			i.Expect[e.text] = e.verdict
			i.expected = append(i.expected, e.reference)
		}
	}
	// Whatever else the model cannot be made of. Its errors name fields.
	if _, err := spec.New(i.Params); err != nil {
		return Instance{}, &Error{Source: "scenario", File: s.File, Key: "profile " + profile.String(),
			Found: "parameters that make no model: " + err.Error(), Err: err}
	}
	return i, nil
}

// build applies all layers.
func (b *builder) build(s *Scenario, o Overrides) *Error {
	if s.Population() {
		b.beginPopulation()
	}
	if err := b.apply(s.root, ""); err != nil {
		return err
	}
	if over, ok := s.overlay(b.p.Profile); ok {
		if err := b.apply(over.node, ""); err != nil {
			return err.in(b.p.Profile.String()).in("profiles")
		}
	}
	if o.Host {
		if err := b.readHost(o.ProcSys); err != nil {
			return err
		}
	}
	for _, arg := range o.Sysctl {
		if err := b.readSysctlFile(arg); err != nil {
			return err
		}
	}
	for _, arg := range o.Set {
		if err := b.set(arg); err != nil {
			return err
		}
	}
	return b.finish()
}

// Selects reports whether the instance asks for a property. It asks for those that it
// defines.
func (i Instance) Selects(property string) bool {
	for _, u := range i.User {
		if u.Name == property {
			return true
		}
	}
	for _, r := range i.references {
		if r.matches(property) {
			return true
		}
	}
	return false
}

// All reports whether the instance asks for all properties, and names none.
func (i Instance) All() bool { return len(i.Properties) == 1 && i.Properties[0] == allProperties }

// CheckProperties compares the names of properties and the patterns with the
// properties that there are. A name that is not among them, and a pattern that
// selects none, is an *Error.
func (i Instance) CheckProperties(known []string) error {
	for _, r := range i.references {
		if r.place != nil && !slices.ContainsFunc(known, r.matches) {
			return unknownProperty(r, "properties", known)
		}
	}
	for _, r := range i.expected {
		if !slices.Contains(known, r.text) {
			return unknownProperty(r, "expect", known)
		}
	}
	return nil
}

func unknownProperty(r reference, key string, known []string) *Error {
	want := "one that finwait list properties shows"
	if n := nearest(r.text, known); n != "" {
		want = fmt.Sprintf("%s (the nearest name), or another %s", n, want)
	}
	return r.place.fail(fmt.Sprintf("unknown property %q", shorten(r.text)), want).in(key)
}

// expectedNames are the properties with an expectation, sorted.
func (i Instance) expectedNames() []string {
	var all []string
	for name := range i.Expect {
		all = append(all, name)
	}
	sort.Strings(all)
	return all
}
