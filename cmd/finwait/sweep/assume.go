package sweep

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/cel-go/cel"
)

// assumptions are conditions on the values of a cell, in CEL: client.rto <= server.rto.
type assumptions struct {
	text     []string
	programs []cel.Program
}

func newAssumptions(text []string) (*assumptions, error) {
	a := &assumptions{text: text}
	if len(text) == 0 {
		return a, nil
	}
	env, err := cel.NewEnv(
		cel.Variable("client", cel.DynType), cel.Variable("server", cel.DynType), cel.Variable("network", cel.DynType),
		cel.Variable(scenarioKey, cel.StringType), cel.Variable(profileKey, cel.StringType),
	)
	if err != nil {
		return nil, err
	}
	for _, t := range text {
		ast, issues := env.Compile(t)
		if issues.Err() != nil {
			return nil, fmt.Errorf("--assume %q: %w", t, issues.Err())
		}
		if out := ast.OutputType(); out != cel.BoolType && out != cel.DynType {
			return nil, fmt.Errorf("--assume %q: a condition is wanted, and this is a %s", t, out)
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
	vars := map[string]any{"client": map[string]any{}, "server": map[string]any{}, "network": map[string]any{}, scenarioKey: "", profileKey: ""}
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
			return false, fmt.Errorf("--assume %q: %w (a condition can speak of keys that are varied)", a.text[i], err)
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
