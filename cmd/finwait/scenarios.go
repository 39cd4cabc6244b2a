package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/cmd/finwait/tracefile"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// scenarioFlags choose scenarios and change them.
type scenarioFlags struct {
	app      *app
	over     scenario.Overrides
	profiles []string
	files    []string // of the user's properties
}

func (f *scenarioFlags) register(flags *pflag.FlagSet) {
	flags.StringArrayVar(&f.over.Set, "set", nil, "override a key of the scenario, KEY=VALUE (repeatable)")
	flags.StringArrayVar(&f.over.Sysctl, "sysctl", nil, "read sysctls from [client:|server:]FILE, in the format of sysctl.conf (repeatable)")
	flags.BoolVar(&f.over.Host, "host", false, "read the sysctls of this machine, for both hosts")
	flags.StringArrayVar(&f.files, "properties", nil, "judge the properties of your own in `FILE` too, which has what stands under user_properties in a scenario (repeatable)")
	flags.StringSliceVar(&f.profiles, "profile", nil, "profiles instead of those that the scenarios name: article, rfc9293, linux")
}

// words are the flags that override, as they were given.
func (f *scenarioFlags) words() []string {
	var words []string
	for _, file := range f.over.Sysctl {
		words = append(words, "--sysctl", file)
	}
	for _, set := range f.over.Set {
		words = append(words, "--set", set)
	}
	for _, file := range f.files {
		words = append(words, "--properties", file)
	}
	if f.over.Host {
		words = append(words, "--host")
	}
	return words
}

// chosen is a scenario in one profile.
type chosen struct {
	ref      string // what names it on the command line
	instance scenario.Instance
	variant  string // what was changed besides, in words
}

func (c chosen) name() string        { return c.instance.Scenario.Name }
func (c chosen) profile() string     { return c.instance.Profile.String() }
func (c chosen) params() spec.Params { return c.instance.Params }
func (c chosen) yaml() string        { return string(c.instance.YAML()) }
func (c chosen) String() string {
	return strings.TrimSpace(c.name() + " (" + c.profile() + ") " + c.variant)
}

// load finds the scenarios of the arguments, all built-in ones without any, in
// each of their profiles or in those asked for. What was read of the overrides
// and not used is told on stderr.
func (f *scenarioFlags) load(args []string) ([]chosen, error) {
	profiles, err := parseProfiles(f.profiles)
	if err != nil {
		return nil, err
	}
	found, err := find(args)
	if err != nil {
		return nil, err
	}
	if len(args) == 0 && len(f.over.Set) == 0 { // the keys of a connection are not those of many
		counted, err := scenario.Populations()
		if err != nil {
			return nil, err
		}
		found = append(found, counted...)
	}
	var all []chosen
	var notes []string
	for _, s := range found {
		ref := s.File
		if strings.HasPrefix(ref, builtinPrefix) {
			ref = s.Name
		}
		wanted := profiles
		if wanted == nil {
			wanted = s.Profiles()
		}
		for _, p := range wanted {
			i, err := s.Instantiate(p, f.over)
			if err != nil {
				return nil, err
			}
			all = append(all, chosen{ref: ref, instance: i})
			notes = append(notes, i.Notes...)
		}
	}
	told := map[string]bool{}
	for _, note := range notes {
		if !told[note] {
			told[note] = true
			fmt.Fprintf(f.app.stderr, "finwait: note: %s\n", note)
		}
	}
	return all, define(all, f.files)
}

// define adds the properties of the files to each scenario.
func define(all []chosen, files []string) error {
	for _, file := range files {
		more, err := scenario.LoadProperties(file)
		if err != nil {
			return err
		}
		for i := range all {
			if err := all[i].instance.Define(more); err != nil {
				return err
			}
		}
	}
	return nil
}

// builtinPrefix begins the File of an embedded scenario.
const builtinPrefix = "builtin/"

// find lists the scenarios of the arguments, each once.
func find(args []string) ([]*scenario.Scenario, error) {
	if len(args) == 0 {
		return scenario.Builtin()
	}
	var all []*scenario.Scenario
	for _, arg := range args {
		found, err := scenario.Find(arg)
		if err != nil {
			return nil, err
		}
		for _, s := range found {
			if !slices.ContainsFunc(all, func(o *scenario.Scenario) bool { return o.File == s.File }) {
				all = append(all, s)
			}
		}
	}
	return all, scenario.Distinct(all)
}

func parseProfiles(names []string) ([]spec.Profile, error) {
	var known []string
	for _, p := range spec.Profiles() {
		known = append(known, p.String())
	}
	var all []spec.Profile
	for _, name := range names {
		i := slices.Index(known, name)
		if i < 0 {
			return nil, unknownName("profile", name, known)
		}
		if p := spec.Profiles()[i]; !slices.Contains(all, p) {
			all = append(all, p)
		}
	}
	return all, nil
}

// builtin are all scenarios that come with finwait.
func builtin() ([]*scenario.Scenario, error) {
	all, err := scenario.Builtin()
	if err != nil {
		return nil, err
	}
	counted, err := scenario.Populations()
	return append(all, counted...), err
}

func profilesOf(s *scenario.Scenario) []string {
	var names []string
	for _, p := range s.Profiles() {
		names = append(names, p.String())
	}
	return names
}

// embedded makes the parameters of the scenario that a trace carries.
func embedded(f tracefile.File) (spec.Params, error) {
	i, err := embeddedInstance(f)
	return i.Params, err
}

// definedBy are the user's properties in the scenario that a trace carries.
func definedBy(f tracefile.File) ([]properties.Property, error) {
	i, err := embeddedInstance(f)
	return i.UserProperties(), err
}

func embeddedInstance(f tracefile.File) (scenario.Instance, error) {
	profiles, err := parseProfiles([]string{f.Profile})
	if err != nil {
		return scenario.Instance{}, err
	}
	s, err := scenario.Parse("in the trace", []byte(f.Scenario))
	if err != nil {
		return scenario.Instance{}, err
	}
	if s.Name != f.Name {
		return scenario.Instance{}, fmt.Errorf("it is called %s, and the trace is one of %s", s.Name, f.Name)
	}
	return s.Instantiate(profiles[0], scenario.Overrides{})
}

func completeScenarios(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	all, err := builtin()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var names []string
	for _, s := range all {
		names = append(names, s.Name+"\t"+s.About)
	}
	return names, cobra.ShellCompDirectiveDefault // and files
}
