package user

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"github.com/finwait/finwait/spec"
)

// mostVariables is what one condition can read; see key.
const mostVariables = 24

// key has the values of the variables that a condition reads.
type key [mostVariables]uint8

// condition is a compiled expression. It is evaluated once for each combination of
// values of the variables that it reads, and looked up from then on: in a search, most
// states differ from those before in something else.
type condition struct {
	text    string
	parts   []*condition // the operands of && at the top, where there are several
	program cel.Program
	reads   []Variable

	mu    sync.RWMutex
	known map[key]bool
}

// holds evaluates the condition. It may be called from several goroutines.
func (c *condition) holds(s *spec.State) bool {
	var k key
	for i := range c.reads {
		k[i] = c.reads[i].read(s)
	}
	c.mu.RLock()
	yes, ok := c.known[k]
	c.mu.RUnlock()
	if ok {
		return yes
	}
	yes = c.evaluate(k) == types.True
	c.mu.Lock()
	c.known[k] = yes
	c.mu.Unlock()
	return yes
}

// evaluate is the value of the expression, of whatever type it is.
func (c *condition) evaluate(k key) ref.Val {
	values := map[string]any{}
	for _, named := range Constants() {
		values[named.Name] = int64(named.value)
	}
	for i, v := range c.reads {
		if values[v.Name] = any(int64(k[i])); v.Type == boolType {
			values[v.Name] = k[i] != 0
		}
	}
	out, _, err := c.program.Eval(values)
	if err != nil {
		panic(fmt.Sprintf("user: a condition that was accepted fails: %v", err))
	}
	return out
}

func (c *condition) observes() (parts uint64) {
	for _, v := range c.reads {
		parts |= v.observes
	}
	return parts
}

func (c *condition) exact() bool {
	return slices.ContainsFunc(c.reads, func(v Variable) bool { return v.Exact })
}

// operators are what conditions are made of. None of them can fail: largest keeps
// sums from overflowing.
var operators = map[string]string{
	"_&&_": "&&", "_||_": "||", "!_": "!", "_==_": "==", "_!=_": "!=", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">=",
	"_+_": "+", "_-_": "-", "-_": "-", "_?_:_": "?:", "@in": "in",
}

// largest is the largest number that can be written.
const largest = 1 << 20

var environment = sync.OnceValues(func() (*cel.Env, error) {
	options := []cel.EnvOption{cel.ClearMacros()}
	for _, v := range Variables() {
		options = append(options, cel.Variable(v.Name, celType(v.Type)))
	}
	for _, c := range Constants() {
		options = append(options, cel.Variable(c.Name, celType(c.Type)))
	}
	return cel.NewEnv(options...)
})

// compile reads one condition.
func compile(text string) (*condition, error) {
	c, checked, err := read(text)
	if err != nil {
		return nil, err
	}
	if out := checked.OutputType(); !out.IsExactType(cel.BoolType) {
		return nil, &Error{Found: fmt.Sprintf("a value of type %s", out), Want: "a condition, which is true or false"}
	}
	return c, c.split(checked.NativeRep())
}

// read reads an expression of any type.
func read(text string) (*condition, *cel.Ast, error) {
	env, err := environment()
	if err != nil {
		return nil, nil, err
	}
	if len(text) > 4096 {
		return nil, nil, &Error{Found: "an expression of more than 4096 characters", Want: "a shorter one"}
	}
	parsed, issues := env.Parse(text)
	if issues.Err() != nil {
		return nil, nil, syntaxError(text, issues)
	}
	c := &condition{text: text, known: map[key]bool{}}
	if err := c.look(parsed.NativeRep(), parsed.NativeRep().Expr()); err != nil {
		return nil, nil, err
	}
	checked, issues := env.Check(parsed)
	if issues.Err() != nil {
		return nil, nil, typeError(text, issues)
	}
	if len(c.reads) > mostVariables {
		return nil, nil, &Error{Found: fmt.Sprintf("an expression that reads %d variables", len(c.reads)), Want: fmt.Sprintf("at most %d", mostVariables)}
	}
	c.program, err = env.Program(checked)
	return c, checked, err
}

// look walks an expression, notes the variables that it reads, and refuses what is
// unknown or could fail.
func (c *condition) look(tree *ast.AST, e ast.Expr) error {
	at := offset(tree, e)
	switch e.Kind() {
	case ast.IdentKind, ast.SelectKind:
		name, ok := dotted(e)
		if !ok {
			return &Error{Offset: at, Found: "a field of something that has none", Want: "a variable such as client.state"}
		}
		return c.variable(name, first(tree, e))
	case ast.LiteralKind:
		if n, ok := e.AsLiteral().Value().(int64); ok && (n > largest || n < -largest) {
			return &Error{Offset: at, Found: fmt.Sprint(n), Want: fmt.Sprintf("numbers up to %d", largest)}
		}
		return nil
	case ast.ListKind:
		return c.lookAll(tree, e.AsList().Elements())
	case ast.CallKind:
		call := e.AsCall()
		if _, ok := operators[call.FunctionName()]; !ok || call.IsMemberFunction() {
			return &Error{Offset: at, Found: fmt.Sprintf("%q, which conditions do not have", strings.Trim(call.FunctionName(), "_")),
				Want: "&& || ! == != < <= > >= + - ?: in"}
		}
		return c.lookAll(tree, call.Args())
	}
	return &Error{Offset: at, Found: "a map or a message", Want: "a condition such as client.state == TIME_WAIT"}
}

func (c *condition) lookAll(tree *ast.AST, all []ast.Expr) error {
	for _, e := range all {
		if err := c.look(tree, e); err != nil {
			return err
		}
	}
	return nil
}

// variable notes that a variable is read.
func (c *condition) variable(name string, at int) error {
	known := []string{}
	for _, v := range Variables() {
		if v.Name == name {
			if !slices.ContainsFunc(c.reads, func(r Variable) bool { return r.Name == name }) {
				c.reads = append(c.reads, v)
			}
			return nil
		}
		known = append(known, v.Name)
	}
	for _, named := range Constants() {
		if named.Name == name {
			return nil
		}
		known = append(known, named.Name)
	}
	return &Error{Offset: at, Found: fmt.Sprintf("an unknown variable %s", name), Want: suggest(name, known)}
}

// dotted is the name that a chain of fields spells.
func dotted(e ast.Expr) (string, bool) {
	switch e.Kind() {
	case ast.IdentKind:
		return e.AsIdent(), true
	case ast.SelectKind:
		name, ok := dotted(e.AsSelect().Operand())
		return name + "." + e.AsSelect().FieldName(), ok && !e.AsSelect().IsTestOnly()
	}
	return "", false
}

func offset(tree *ast.AST, e ast.Expr) int {
	where, _ := tree.SourceInfo().GetOffsetRange(e.ID())
	return int(where.Start)
}

// first is where a chain of fields begins.
func first(tree *ast.AST, e ast.Expr) int {
	for e.Kind() == ast.SelectKind {
		e = e.AsSelect().Operand()
	}
	return offset(tree, e)
}
