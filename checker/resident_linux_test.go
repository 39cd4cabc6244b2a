package checker

import (
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// statusKB is a figure of /proc/self/status, in bytes.
func statusKB(t *testing.T, name string) (bytes uint64) {
	text, err := os.ReadFile("/proc/self/status")
	require.NoError(t, err)
	line := regexp.MustCompile(name + `:\s+(\d+) kB`).FindSubmatch(text)
	require.NotNil(t, line, name)
	kB, err := strconv.ParseUint(string(line[1]), 10, 64)
	require.NoError(t, err)
	return kB << 10
}

// TestResidentFiles compares with what Linux says in another place, which may count a few
// pages later.
func TestResidentFiles(t *testing.T) {
	require.InDelta(t, statusKB(t, "RssFile")+statusKB(t, "RssShmem"), residentFiles(), 2<<20)
	require.Greater(t, residentFiles(), uint64(1<<20), "the program itself")
}
