package main

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestContainer builds the binary as the container's recipe says, and runs it in an empty
// root directory, as an image made FROM scratch has.
func TestContainer(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: builds the binary")
	}
	recipe, err := os.ReadFile("../../.ci/Dockerfile")
	require.NoError(t, err)
	stages := regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(string(recipe), -1)
	require.Len(t, stages, 2)
	require.Equal(t, "scratch", stages[1][1])
	goMod, err := os.ReadFile("../../go.mod")
	require.NoError(t, err)
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(string(goMod))[1]
	require.Equal(t, "golang:"+version, stages[0][1], "the Go that go.mod asks for")

	build := regexp.MustCompile(`(?m)^RUN (.* go build .*) -o (/\S+) (\S+)$`).FindStringSubmatch(string(recipe))
	require.NotNil(t, build)
	require.Contains(t, string(recipe), "COPY --from=build "+build[2]+" "+build[2]+"\nENTRYPOINT [\""+build[2]+"\"]\n")
	root := t.TempDir()
	binary := filepath.Join(root, build[2])
	cmd := exec.CommandContext(t.Context(), "sh", "-c", build[1]+" -o "+binary+" "+build[3])
	cmd.Dir = "../.."
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))

	f, err := elf.Open(binary)
	if err != nil {
		t.Skip("no ELF binary on this system: ", err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		require.NotEqual(t, elf.PT_INTERP, p.Type, "a static binary has no interpreter")
	}
	if os.Geteuid() != 0 {
		t.Skip("chroot is for root")
	}
	cmd = exec.CommandContext(t.Context(), build[2], "check", "normal-close", "--profile", "article", "--progress", "none")
	cmd.Dir, cmd.Env = "/", []string{}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root}
	out, err = cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	require.True(t, strings.Contains(string(out), "all as expected"), string(out))
}
