package judge

import (
	"fmt"
	"path"
	"slices"

	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/properties"
	counted "github.com/finwait/finwait/properties/population"
)

// Of is the question that a scenario asks in a profile: its own properties, or those
// that match the patterns when there are any. A scenario of one connection and one of a
// population each take the patterns that speak of them.
func Of(i scenario.Instance, patterns []string) (Case, error) {
	c := Case{
		Name: i.Scenario.Name, Profile: i.Profile.String(), Params: i.Params, Expect: i.Expect,
		Overridden: i.Overridden, Assumptions: i.Assumptions, File: i.Scenario.File, Line: i.Line, Population: i.Population, AnyStates: i.AnyStates,
	}
	all := append(properties.Catalogue(), i.UserProperties()...)
	if err := checkPatterns(all, patterns); err != nil {
		return c, fmt.Errorf("--property: %w", err)
	}
	asks := func(name string) bool {
		if len(patterns) == 0 {
			return i.Selects(name)
		}
		return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, name) })
	}
	var known []string
	if i.Population != nil {
		if len(i.User) > 0 {
			return c, fmt.Errorf("%s: user_properties speak of the states of one connection, and this is a scenario with a population; leave them out", i.Scenario.File)
		}
		for _, p := range counted.Catalogue() {
			known = append(known, p.Name)
			if asks(p.Name) {
				c.Counted = append(c.Counted, p)
			}
		}
		return c, i.CheckProperties(known)
	}
	for _, p := range all {
		known = append(known, p.Name)
		if asked := asks(p.Name); asked && (len(patterns) > 0 || Asks(i, p)) {
			c.Properties = append(c.Properties, p)
		}
	}
	return c, i.CheckProperties(known)
}

// Names are those of the properties that are asked.
func (c Case) Names() []string {
	var names []string
	for _, p := range c.Properties {
		names = append(names, p.Name)
	}
	for _, p := range c.Counted {
		names = append(names, p.Name)
	}
	return names
}

// CheckPatterns tells which pattern selects no property, neither of one connection nor
// of a population, nor one of the user's.
func CheckPatterns(patterns []string, user []properties.Property) error {
	return checkPatterns(append(properties.Catalogue(), user...), patterns)
}

func checkPatterns(all []properties.Property, patterns []string) error {
	for _, pattern := range patterns {
		if slices.ContainsFunc(counted.Catalogue(), func(p counted.Property) bool { return matches(pattern, p.Name) }) {
			continue
		}
		if _, err := properties.SelectFrom(all, []string{pattern}); err != nil {
			return err
		}
	}
	return nil
}

// Known tells whether there is a property of this very name.
func Known(name string) bool {
	return slices.ContainsFunc(counted.Catalogue(), func(p counted.Property) bool { return p.Name == name }) ||
		slices.ContainsFunc(properties.Catalogue(), func(p properties.Property) bool { return p.Name == name })
}

func matches(pattern, name string) bool {
	match, err := path.Match(pattern, name)
	return pattern == "all" || match && err == nil
}

// Asks reports whether the scenario asks for the property: all leaves out those that
// speak of another number of connections.
func Asks(i scenario.Instance, p properties.Property) bool {
	return i.Selects(p.Name) && (p.Concerns(i.Params) || !i.All())
}
