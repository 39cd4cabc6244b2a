// Package generate draws random scenarios, with generators of pgregory.net/rapid:
//
//	rapid.Check(t, func(t *rapid.T) {
//		d := generate.Scenario(generate.Space()).Draw(t, "scenario")
//		i, err := d.Instance()
//		…
//	})
//
// The space is made of dimensions, one for each key of a scenario file and one for the
// profile. A dimension has a few choices, the first of which leaves the key out; another
// is a value, or a range of values that behave alike. That makes combinations countable,
// and lets rapid shrink a scenario to the keys that matter: to the first choice of all
// others. Not every combination makes a scenario; Instance says so.
package generate

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/spec"
)

// Profile is the dimension that is no key: the profile of the scenario.
const Profile = "profile"

// Mutant ends the keys of the dimensions that make a host deviate from the rules. They are
// in no space unless they are asked for: with Fix, Among, or Only.
const Mutant = ".mutant"

// Dimension is a key and what is drawn for it.
type Dimension struct {
	Key     string
	Choices []Choice
	// Rare is how often, of 32 draws, the first choice is taken for sure. (rapid draws
	// small numbers more often, so that it is taken more often than that.)
	Rare int
	// Often are the choices that the others are drawn from; nil: from all.
	Often []int
}

// Choice is a value, or several that are much the same.
type Choice struct {
	Label string
	// Value draws one of several. nil: the label is the value.
	Value *rapid.Generator[string]
}

// Default is the label of the choice that leaves the key out.
const Default = "default"

// Combination is a scenario as it was drawn.
type Combination struct {
	Profile  spec.Profile
	Settings []scenario.Setting
	// Choices has the index of the choice in each dimension.
	Choices []int
}

// Scenario draws from a space.
func Scenario(space []Dimension) *rapid.Generator[Combination] {
	return rapid.Custom(func(t *rapid.T) Combination {
		c := Combination{}
		if !slices.ContainsFunc(space, Dimension.varies) {
			rapid.Bool().Draw(t, "nothing varies") // a generator must draw something
		}
		for _, d := range space {
			i, value := d.draw(t)
			c.Choices = append(c.Choices, i)
			switch {
			case d.Key == Profile:
				c.Profile = profiles[value]
			case value != Default:
				c.Settings = append(c.Settings, scenario.Setting{Key: d.Key, Value: value})
			}
		}
		return c
	})
}

func (d Dimension) varies() bool { return len(d.Choices) > 1 || d.Choices[0].Value != nil }

// slots is how finely draw tells the first choice from the others.
const slots = 32

// draw draws a choice and its value.
func (d Dimension) draw(t *rapid.T) (int, string) {
	if len(d.Choices) == 1 {
		return 0, d.Choices[0].value(t)
	}
	i := 0
	if rapid.IntRange(0, slots-1).Draw(t, d.Key) >= d.Rare {
		if len(d.Often) > 0 {
			i = rapid.SampledFrom(d.Often).Draw(t, d.Key)
		} else {
			i = rapid.IntRange(1, len(d.Choices)-1).Draw(t, d.Key)
		}
	}
	return i, d.Choices[i].value(t)
}

func (c Choice) value(t *rapid.T) string {
	if c.Value == nil {
		return c.Label
	}
	return c.Value.Draw(t, c.Label)
}

// Draft is the combination as a scenario file.
func (c Combination) Draft(name string) scenario.Draft {
	return scenario.Draft{Name: name, Profile: c.Profile, Settings: c.Settings}
}

// Instance makes the parameters. An error says what does not go together.
func (c Combination) Instance() (scenario.Instance, error) {
	s, err := scenario.Parse("drawn.yaml", c.Draft("drawn").Write())
	if err != nil {
		return scenario.Instance{}, err
	}
	return s.Instantiate(c.Profile, scenario.Overrides{})
}

// Without is the combination without some of its settings.
func (c Combination) Without(drop func(scenario.Setting) bool) Combination {
	c.Settings = slices.DeleteFunc(slices.Clone(c.Settings), drop)
	return c
}

// String lists the settings.
func (c Combination) String() string {
	words := []string{c.Profile.String()}
	for _, s := range c.Settings {
		words = append(words, s.Key+"="+s.Value)
	}
	return strings.Join(words, " ")
}

// Fix gives a key one value. A key of no dimension is added; what does not exist is for
// Instance to say.
func Fix(space []Dimension, key, value string) []Dimension {
	fixed := Dimension{Key: key, Choices: []Choice{{Label: value}}}
	if i := find(space, key); i >= 0 {
		space = slices.Clone(space)
		space[i] = fixed
		return space
	}
	return append(slices.Clip(space), fixed)
}

// Only keeps the dimensions whose keys match one of the patterns, and gives the
// applications and the profile, where they are not among them, one usual value.
func Only(space []Dimension, patterns []string) ([]Dimension, error) {
	kept := make([]bool, len(space))
	for _, pattern := range patterns {
		found := false
		for i, d := range space {
			match, err := path.Match(pattern, d.Key)
			if err != nil {
				return nil, fmt.Errorf("pattern %q: %w", pattern, err)
			}
			if match {
				kept[i], found = true, true
			}
		}
		if !found {
			return nil, fmt.Errorf("no key matches %q; finwait explain scenario-file shows them", pattern)
		}
	}
	var some []Dimension
	for i, d := range space {
		usual, needed := usualValues[d.Key]
		switch {
		case kept[i]:
			some = append(some, d)
		case needed:
			some = append(some, Dimension{Key: d.Key, Choices: []Choice{{Label: usual}}})
		}
	}
	return some, nil
}

// usualValues are those without which nothing would happen.
var usualValues = map[string]string{
	Profile: spec.Linux.String(), "client.app": closeAtOnce, "server.app": closeAfterEOF,
}

var profiles = map[string]spec.Profile{}

func init() {
	for _, p := range spec.Profiles() {
		profiles[p.String()] = p
	}
}

func find(space []Dimension, key string) int {
	return slices.IndexFunc(space, func(d Dimension) bool { return d.Key == key })
}

// Among gives a key the choice among these values.
func Among(space []Dimension, key string, labels []string) []Dimension {
	d := Dimension{Key: key, Choices: values(labels...), Rare: slots / (len(labels) + 1)}
	if i := find(space, key); i >= 0 {
		space = slices.Clone(space)
		space[i] = d
		return space
	}
	return append(slices.Clip(space), d)
}

// Validate tells of a key or a value that no scenario can have, each tried alone. What
// only needs others beside it is good.
func Validate(space []Dimension) error {
	for _, d := range space {
		for _, c := range d.Choices {
			if c.Value != nil || c.Label == Default {
				continue
			}
			if d.Key == Profile {
				if _, ok := profiles[c.Label]; !ok {
					return fmt.Errorf("profile %q does not exist; there are article, rfc9293 and linux", c.Label)
				}
				continue
			}
			s, err := scenario.Parse("empty.yaml", []byte("profiles: {linux: {}}"))
			if err != nil {
				return err
			}
			_, err = s.Instantiate(spec.Linux, scenario.Overrides{Set: []string{d.Key + "=" + c.Label}})
			if e := (*scenario.Error)(nil); errors.As(err, &e) && e.Source == "scenario" {
				continue // the override was read, and the parameters together make no model
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
