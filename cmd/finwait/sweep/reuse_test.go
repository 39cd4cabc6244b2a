package sweep

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/cmd/finwait/vary"
)

// TestTimeWaitLength: the built-in sweep finds that 2 MSL is the shortest TIME_WAIT that
// will do, for each MSL.
func TestTimeWaitLength(t *testing.T) {
	p, ok := Find("time-wait-length")
	require.True(t, ok)
	for i, a := range p.Axes {
		if a.Key == profileKey {
			p.Axes[i] = axis(profileKey, "rfc9293")
		}
	}
	found := map[string]string{}
	for _, th := range run(t, p, Options{Jobs: 2}).Thresholds {
		if th.Key == "client.time_wait" && th.Property == "no-old-duplicate-accepted" {
			require.True(t, th.Monotone)
			found[th.Fixed["network.msl"]] = *th.SmallestHolding
		}
	}
	require.Len(t, found, 3)
	for msl, shortest := range found {
		d, err := time.ParseDuration(msl)
		require.NoError(t, err)
		require.Equal(t, 2*d, must(time.ParseDuration(shortest)), msl)
	}
}

func must(d time.Duration, err error) time.Duration {
	if err != nil {
		panic(err)
	}
	return d
}

// TestTwReuse: TIME_WAIT is taken over where the kernel's conditions are met (tcp_twsk_unique:
// timestamps on both sides, and tcp_tw_reuse, 2 on loopback only, or a port that the
// application has bound), and the connect after close() is refused elsewhere.
func TestTwReuse(t *testing.T) {
	p, ok := Find("tw-reuse")
	require.True(t, ok)
	taken := 0
	for _, c := range run(t, p, Options{Jobs: 2}).Cells {
		reuse, loop := c.Values[clientSysctl+"tcp_tw_reuse"], c.Values["network.loopback"] == "true"
		allowed := c.Values[serverSysctl+"tcp_timestamps"] == "1" &&
			(c.Values["client.socket.bound_port"] == "true" || reuse == "1" || reuse == "2" && loop)
		o := c.outcome("no-old-duplicate-accepted")
		require.Equal(t, "holds", o.Verdict, "%v", c.Values)
		require.Equal(t, allowed, !o.Vacuous, "%v", c.Values)
		require.Equal(t, allowed, c.outcome("connected-again").Verdict == "holds", "%v", c.Values)
		if allowed {
			taken++
		}
	}
	require.NotZero(t, taken)
}

// TestCloseStyles: what a close() without waiting for the peer's end throws away is
// answered by an RST, and nothing is when it waits.
func TestCloseStyles(t *testing.T) {
	p, ok := Find("close-styles")
	require.True(t, ok)
	var resets []string
	for _, c := range run(t, p, Options{}).Cells {
		late, unread := c.outcome("late-data-is-reset"), c.outcome("unread-data-is-told")
		require.Equal(t, []string{"holds", "holds", "holds"}, []string{late.Verdict, unread.Verdict, c.outcome("both-closed").Verdict})
		if !late.Vacuous || !unread.Vacuous {
			resets = append(resets, c.Values["client.app"])
		}
	}
	require.Equal(t, []string{"[{do: close}]", "[{do: shutdown-wr}, {do: close, within: 1s}]"}, resets)
}

// TestHalfClose: the reply comes after shutdown() and is reset after close().
func TestHalfClose(t *testing.T) {
	p, ok := Find("half-close")
	require.True(t, ok)
	p.Replace(vary.Axis{Key: profileKey, Values: []string{"linux"}})
	cells := run(t, p, Options{}).Cells
	require.Len(t, cells, 2)
	columns, err := parseColumns(p.Columns, nil)
	require.NoError(t, err)
	require.Equal(t, "holds", columns[0].text(cells[0]))
	require.Equal(t, "holds (vacuously)", columns[1].text(cells[0]))
	require.Equal(t, "holds", columns[1].text(cells[1]), "the RST was there")
	require.Equal(t, "never there", columns[2].text(cells[1]))
}
