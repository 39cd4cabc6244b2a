package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/graphs/svgtest"
)

// readmePictures are those that the README shows, by the commands that draw them.
var readmePictures = []struct {
	name     string
	args     []string
	graphviz bool
}{
	{"first-wave-lost", []string{"trace", "first-wave-lost", "--profile", "linux", "--property", "both-closed"}, false},
	{"endpoint", []string{"endpoint", "lossy-network", "--side", "both", "--profile", "rfc9293", "--diff", "linux"}, true},
	{"product", []string{"product", "lossy-network", "--profile", "linux"}, true},
}

const picturesDir = "../../graphs/pictures/"

// TestReadmePictures wants the pictures of the README to be what the commands draw. Those
// of Graphviz differ with its version and the fonts, so of these the input is compared,
// and that the picture was made of it. Draw them anew with:
// go test ./cmd/finwait -run Readme -update
func TestReadmePictures(t *testing.T) {
	wanted := map[string]bool{}
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	for _, p := range readmePictures {
		source := finwait(t, append([]string{"graph"}, append(p.args, "--format", "dot")...)...)
		require.Equal(t, 0, source.code, source.stderr)
		madeOf := fmt.Sprintf("<!-- drawn from DOT of sha256 %x -->\n", sha256.Sum256([]byte(source.stdout)))
		for _, theme := range []string{"light", "dark"} {
			name := p.name + "." + theme + ".svg"
			wanted[name] = true
			require.Contains(t, string(readme), "graphs/pictures/"+name)
			if *update && p.graphviz {
				_, err := exec.LookPath("dot")
				require.NoError(t, err, "Graphviz draws %s", name)
			}
			if *update || !p.graphviz {
				r := finwait(t, append([]string{"graph"}, append(p.args, "--format", "svg", "--theme", theme)...)...)
				require.Equal(t, 0, r.code, r.stderr)
				if *update {
					require.NoError(t, os.WriteFile(picturesDir+name, []byte(r.stdout+madeOf), 0o644))
				}
				if !p.graphviz {
					require.Equal(t, r.stdout+madeOf, read(t, picturesDir+name), "draw it anew with -update")
				}
			}
			drawn := read(t, picturesDir+name)
			require.True(t, strings.HasSuffix(drawn, madeOf), "%s is not of what the command draws now: draw it anew with -update", name)
			problems, err := svgtest.Problems([]byte(drawn))
			require.NoError(t, err)
			require.Empty(t, problems, name)
			require.NotContains(t, drawn, "prefers-color-scheme")
		}
	}
	shown := regexp.MustCompile(`graphs/pictures/[\w.-]+\.svg`).FindAllString(string(readme), -1)
	for _, name := range shown {
		require.True(t, wanted[filepath.Base(name)], name)
	}
	there, err := filepath.Glob(picturesDir + "*")
	require.NoError(t, err)
	require.Len(t, there, len(wanted), "nothing else is there")
	require.LessOrEqual(t, len(readmePictures), 3)
}

func read(t *testing.T, name string) string {
	text, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(text)
}
