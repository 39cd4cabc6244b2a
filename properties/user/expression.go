package user

import (
	"fmt"
	"slices"

	"github.com/google/cel-go/common/types"

	"github.com/finwait/finwait/spec"
)

// Expression is a value that states have, in the CEL of conditions but of any type. It is
// for one goroutine.
type Expression struct {
	compiled *condition
	typ      string
	known    map[key]int
}

// CompileExpression reads an expression. Mistakes are *Error, with the text as their key.
func CompileExpression(text string) (*Expression, error) {
	e, err := compileExpression(text)
	return e, in(text, err)
}

func compileExpression(text string) (*Expression, error) {
	c, checked, err := read(text)
	if err != nil {
		return nil, err
	}
	if len(c.reads) == 0 {
		return nil, &Error{Found: "an expression that reads nothing of a state", Want: "one with a variable such as client.state"}
	}
	typ := checked.OutputType().String()
	if !slices.Contains([]string{boolType, intType, stateType, errorType, endingType}, typ) {
		return nil, &Error{Found: "a value of type " + typ, Want: "one value, of the types that finwait explain variables lists"}
	}
	return &Expression{compiled: c, typ: typ, known: map[key]int{}}, nil
}

// Value is the value in a state: 0 and 1 of a condition, and of names their numbers. What
// is written in [Expression.Word] is equal exactly where values are.
func (e *Expression) Value(s *spec.State) int {
	var k key
	for i := range e.compiled.reads {
		k[i] = e.compiled.reads[i].read(s)
	}
	n, ok := e.known[k]
	if !ok {
		switch out := e.compiled.evaluate(k).(type) {
		case types.Int:
			n = int(out)
		case types.Bool:
			n = int(is(bool(out)))
		default:
			panic(fmt.Sprintf("user: the expression %s has a value of type %T", e.compiled.text, out))
		}
		e.known[k] = n
	}
	return n
}

// Word is how a value is written.
func (e *Expression) Word(value int) string {
	switch e.typ {
	case boolType:
		return fmt.Sprint(value != 0)
	case intType:
		return fmt.Sprint(value)
	}
	for _, c := range Constants() {
		if c.Type == e.typ && int(c.value) == value {
			return c.Name
		}
	}
	return fmt.Sprint(value)
}
