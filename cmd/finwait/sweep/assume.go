package sweep

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/cel-go/cel"

	"github.com/finwait/finwait/cmd/finwait/vary"
)

// assumptions are conditions on the values of a cell, in CEL: client.rto <= server.rto.
type assumptions struct {
	text     []string
	keys     []string
	programs []cel.Program
}

// speaks tells what a condition can be about.
func (a *assumptions) speaks() string {
	return "a condition can speak of the keys that are varied or set: " + strings.Join(a.keys, ", ")
}

// newAssumptions takes conditions on the values of these axes.
func newAssumptions(text []string, axes []vary.Axis) (*assumptions, error) {
	a := &assumptions{text: text}
	if len(text) == 0 {
		return a, nil
	}
	var known []cel.EnvOption
	declared := map[string]bool{}
	for _, axis := range axes {
		a.keys = append(a.keys, axis.Key)
		root, _, _ := strings.Cut(axis.Key, ".")
		if !declared[root] {
			known = append(known, cel.Variable(root, cel.DynType))
		}
		declared[root] = true
	}
	env, err := cel.NewEnv(known...)
	if err != nil {
		return nil, err
	}
	for _, t := range text {
		ast, issues := env.Compile(t)
		if issues.Err() != nil {
			return nil, fmt.Errorf("--assume %q: %w (%s)", t, issues.Err(), a.speaks())
		}
		if out := ast.OutputType(); out != cel.BoolType && out != cel.DynType {
			return nil, fmt.Errorf("--assume %q: a condition is wanted, and this has the type %s", t, out)
		}
		p, err := env.Program(ast)
		if err != nil {
			return nil, fmt.Errorf("--assume %q: %w", t, err)
		}
		a.programs = append(a.programs, p)
	}
	return a, nil
}

// hold tells whether all conditions are met by the values.
func (a *assumptions) hold(values map[string]string) (bool, error) {
	if len(a.programs) == 0 {
		return true, nil
	}
	vars := map[string]any{}
	for key, value := range values {
		if key == scenarioKey || key == profileKey {
			vars[key] = value
			continue
		}
		at := vars
		steps := strings.Split(key, ".")
		for _, step := range steps[:len(steps)-1] {
			next, ok := at[step].(map[string]any)
			if !ok {
				next = map[string]any{}
				at[step] = next
			}
			at = next
		}
		at[steps[len(steps)-1]] = typed(value)
	}
	for i, p := range a.programs {
		out, _, err := p.Eval(vars)
		if err != nil {
			return false, fmt.Errorf("--assume %q: %w (%s)", a.text[i], err, a.speaks())
		}
		met, ok := out.Value().(bool)
		if !ok {
			return false, fmt.Errorf("--assume %q: a condition is wanted, and it gives %v", a.text[i], out.Value())
		}
		if !met {
			return false, nil
		}
	}
	return true, nil
}

// typed is a value as a number, a duration or a text.
func typed(value string) any {
	if n, err := strconv.ParseInt(value, 10, 64); err == nil {
		return n
	}
	if d, err := time.ParseDuration(value); err == nil {
		return d
	}
	if b, err := strconv.ParseBool(value); err == nil {
		return b
	}
	return value
}
