package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestImportsPointDown holds every package to its place: spec and checker know
// nothing of ours, properties knows both, graphs knows the checker, and only the
// command knows all.
func TestImportsPointDown(t *testing.T) {
	const module = "github.com/finwait/finwait/"
	allowed := map[string][]string{
		"spec": {}, "checker": {}, "properties": {"spec", "checker"}, "graphs": {"checker"},
	}
	seen := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		rel, err := filepath.Rel("../..", path)
		require.NoError(t, err)
		room, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
		seen[room] = true
		may, ruled := allowed[room]
		if !ruled {
			require.Equal(t, "cmd", room, "%s: a new room needs its place here", rel)
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, i := range file.Imports {
			name, err := strconv.Unquote(i.Path.Value)
			require.NoError(t, err)
			if ours, found := strings.CutPrefix(name, module); found {
				to, _, _ := strings.Cut(ours, "/")
				require.Contains(t, append(may, room), to, "%s imports %s", rel, name)
			}
		}
		return nil
	})
	require.NoError(t, err)
	require.Len(t, seen, 5)
}

// TestRandomTestsAreSeeded: a package whose tests draw with rapid says with which seed, or CI
// fails now and then for a commit that it has passed.
func TestRandomTestsAreSeeded(t *testing.T) {
	draws, seeded := map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		if d.Name() == "seed_test.go" {
			seeded[filepath.Dir(path)] = true
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		require.NoError(t, err)
		for _, i := range file.Imports {
			if i.Path.Value == `"pgregory.net/rapid"` {
				draws[filepath.Dir(path)] = true
			}
		}
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, draws)
	require.Equal(t, draws, seeded)
}
