package user

import (
	"fmt"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"

	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

// split compiles the operands of && at the top of an expression, where there are several.
func (c *condition) split(tree *ast.AST) error {
	operands := conjuncts(tree.Expr())
	if len(operands) < 2 {
		return nil
	}
	for _, o := range operands {
		text, err := cel.ExprToString(o, tree.SourceInfo())
		if err != nil {
			return err
		}
		part, err := compile(text)
		if err != nil {
			return err
		}
		c.parts = append(c.parts, part)
	}
	return nil
}

// conjuncts are the operands of a chain of &&, or the expression itself.
func conjuncts(e ast.Expr) (all []ast.Expr) {
	if e.Kind() != ast.CallKind || e.AsCall().FunctionName() != "_&&_" {
		return []ast.Expr{e}
	}
	for _, operand := range e.AsCall().Args() {
		all = append(all, conjuncts(operand)...)
	}
	return all
}

// failed are the operands that are false after a step, each with the values that it reads.
func (c *condition) failed(from, to *spec.State) (failed []properties.Part) {
	if c.holds(to) {
		return nil
	}
	for _, part := range c.parts {
		failed = append(failed, part.failed(from, to)...)
	}
	if failed == nil {
		failed = []properties.Part{{Says: c.text, Values: c.values(from, to)}}
	}
	return failed
}

// values are those of the variables that the condition reads.
func (c *condition) values(from, to *spec.State) (all []properties.Value) {
	for _, v := range c.reads {
		all = append(all, properties.Value{Name: v.Name, Was: v.text(v.read(from)), Is: v.text(v.read(to))})
	}
	return all
}

// text is a value as it would be written in a condition.
func (v Variable) text(value uint8) string {
	switch v.Type {
	case boolType:
		return fmt.Sprint(value != 0)
	case intType:
		return fmt.Sprint(value)
	}
	for _, c := range Constants() {
		if c.Type == v.Type && c.value == value {
			return c.Name
		}
	}
	return fmt.Sprint(value)
}

// failed says which part of a definition a state does not fulfil.
func (d Definition) failed(of *condition) func(from, to spec.State) []properties.Part {
	return func(from, to spec.State) []properties.Part {
		switch d.Pattern {
		case Never, Stays:
			if of.holds(&to) {
				return []properties.Part{{Says: "never " + of.text, Values: of.values(&from, &to)}}
			}
			return nil
		}
		return of.failed(&from, &to)
	}
}
