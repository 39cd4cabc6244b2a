package collector

import (
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		live    uint64
		percent int
	}{
		{0, 100}, {1, 1000}, {1 << 20, 800}, {4 << 20, 200}, {8 << 20, 100}, {80 << 20, 10}, {1 << 40, 10},
	} {
		require.Equal(t, c.percent, Percent(c.live), "%d bytes live", c.live)
	}
}

// percentNow is the percentage in force.
func percentNow() int {
	p := debug.SetGCPercent(100)
	debug.SetGCPercent(p)
	return p
}

// TestTuneFollowsWhatLives in a process of its own, for it lasts.
func TestTuneFollowsWhatLives(t *testing.T) {
	if os.Getenv("COLLECTOR_ALONE") == "" {
		for _, gogc := range []string{"", "77"} {
			cmd := exec.Command(os.Args[0], "-test.run=TestTuneFollowsWhatLives", "-test.v")
			cmd.Env = append(os.Environ(), "COLLECTOR_ALONE=yes", "GOGC="+gogc)
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, "%s", out)
			require.Contains(t, string(out), "PASS: TestTuneFollowsWhatLives")
		}
		return
	}
	Tune()
	if os.Getenv("GOGC") != "" {
		runtime.GC()
		require.Equal(t, 77, percentNow())
		return
	}
	follows := func(low, high int) {
		require.Eventually(t, func() bool {
			runtime.GC()
			p := percentNow()
			return low <= p && p <= high
		}, 10*time.Second, 10*time.Millisecond)
	}
	follows(150, 1000) // a megabyte or two lives
	large := make([]byte, 400<<20)
	follows(tenth, tenth)
	runtime.KeepAlive(large)
	follows(150, 1000)
}
