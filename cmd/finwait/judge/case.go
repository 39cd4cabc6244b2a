package judge

import (
	"fmt"

	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/properties"
)

// Of is the question that a scenario asks in a profile: its own properties, or those
// that match the patterns when there are any.
func Of(i scenario.Instance, patterns []string) (Case, error) {
	c := Case{
		Name: i.Scenario.Name, Profile: i.Profile.String(), Params: i.Params, Expect: i.Expect,
		Overridden: i.Overridden, Assumptions: i.Assumptions, File: i.Scenario.File, Line: i.Line,
	}
	all := append(properties.Catalogue(), i.UserProperties()...)
	selected, err := properties.SelectFrom(all, patterns)
	if err != nil {
		return c, fmt.Errorf("--property: %w", err)
	}
	var known []string
	for _, p := range all {
		known = append(known, p.Name)
	}
	if err := i.CheckProperties(known); err != nil {
		return c, err
	}
	for _, p := range selected {
		if len(patterns) > 0 || i.Selects(p.Name) {
			c.Properties = append(c.Properties, p)
		}
	}
	return c, nil
}
