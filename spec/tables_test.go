package spec

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTablesAreTotal reads tables.go: every table keyed by state has a row for
// every state, written out, also where nothing happens.
func TestTablesAreTotal(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "tables.go", nil, 0)
	require.NoError(t, err)
	want := []string{"Closed", "Established", "FinWait1", "FinWait2", "Closing", "TimeWait", "CloseWait", "LastAck", "SynSent", "SynRcvd"}
	require.Len(t, want, int(numStates)-1)
	tables := 0
	for _, decl := range file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.VAR {
			continue
		}
		spec := gen.Specs[0].(*ast.ValueSpec)
		rows := []string{}
		for _, row := range spec.Values[0].(*ast.CompositeLit).Elts {
			rows = append(rows, row.(*ast.KeyValueExpr).Key.(*ast.Ident).Name)
		}
		require.Equal(t, want, rows, "table %s", spec.Names[0].Name)
		tables++
	}
	require.GreaterOrEqual(t, tables, 8)
	for s := Closed; s < numStates; s++ {
		require.NotZero(t, onClose[s])
		require.NotZero(t, onFIN[s])
		require.NotZero(t, onAckOfFIN[s])
		require.NotEmpty(t, s.String())
	}
}
