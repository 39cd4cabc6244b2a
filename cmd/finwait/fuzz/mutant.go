package fuzz

import (
	"context"
	"slices"
	"strings"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/generate"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/mutants"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/properties"
)

// catch adds the properties that catch the mutants of a combination: those that they
// violate and that hold without them. Goals catch nothing, and mutants.Conform, which
// knows no reasons, does so only where it is asked for by its name.
func (f tester) catch(ctx context.Context, r *trial) error {
	violated := map[string]bool{}
	for _, o := range r.found.Outcomes {
		if !o.Excused && o.Kind != checker.Reachable.String() && o.Verdict == checker.Violated.String() &&
			(o.Property != mutants.Conform || slices.Contains(f.opt.Properties, mutants.Conform)) {
			violated[o.Property] = true
		}
	}
	if len(violated) == 0 {
		return nil
	}
	i, err := r.combination.Without(isMutant).Instance()
	if err != nil {
		return err
	}
	q, err := f.question(i)
	if err != nil {
		return err
	}
	q.Properties = slices.DeleteFunc(slices.Clone(q.Properties), func(p properties.Property) bool { return !violated[p.Name] })
	sound, err := judge.Judge(ctx, q, f.search())
	if err != nil {
		return err
	}
	for _, o := range r.found.Outcomes {
		if violated[o.Property] && verdictOf(sound, o.Property) == checker.Holds.String() {
			r.add(o.Property, false, "violated, and holds without the mutant")
		}
	}
	return nil
}

func isMutant(s scenario.Setting) bool {
	return strings.HasSuffix(s.Key, generate.Mutant) && s.Value != "none" && s.Value != generate.Default
}

func isMutated(c generate.Combination) bool { return slices.ContainsFunc(c.Settings, isMutant) }

// mutantsIn names the mutants among settings, KEY=NAME.
func mutantsIn(settings []scenario.Setting) string {
	var names []string
	for _, s := range settings {
		if isMutant(s) {
			names = append(names, s.Key+"="+nameOf(s))
		}
	}
	return strings.Join(names, " ")
}

// nameOf is that of a mutant, which a file may have in quotes.
func nameOf(s scenario.Setting) string { return strings.Trim(s.Value, `"`) }

// mayDraw tells whether a space has all mutants among settings: those of other searches
// are in the corpus, too.
func mayDraw(space []generate.Dimension, settings []scenario.Setting) bool {
	return !slices.ContainsFunc(settings, func(s scenario.Setting) bool {
		return isMutant(s) && !slices.ContainsFunc(space, func(d generate.Dimension) bool {
			return d.Key == s.Key && slices.ContainsFunc(d.Choices, func(c generate.Choice) bool { return c.Label == nameOf(s) })
		})
	})
}

// about is what flaws of a combination are told of once: the mutants that they show, or
// else the subject.
func (w flaw) about(c generate.Combination) string {
	if w.oracle || !isMutated(c) {
		return w.subject
	}
	return mutantsIn(c.Settings)
}

// fixedMutants are those that every combination of a space has, where it has no others.
func fixedMutants(space []generate.Dimension) string {
	var always []scenario.Setting
	for _, d := range space {
		if len(d.Choices) == 1 {
			always = append(always, scenario.Setting{Key: d.Key, Value: d.Choices[0].Label})
		} else if strings.HasSuffix(d.Key, generate.Mutant) {
			return ""
		}
	}
	return mutantsIn(always)
}
