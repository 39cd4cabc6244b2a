package sweep

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/cmd/finwait/vary"
)

// retryRule is the retransmissions and the death of a lone FIN, worked out from the
// rule of the kernel (tcp_write_timeout, retransmits_timed_out, tcp_model_timeout in
// net/ipv4/tcp_timer.c), or from the article's, which counts.
func retryRule(profile string, retries int, rto time.Duration) (fins int, dead time.Duration) {
	const longest = 120 * time.Second
	if retries == 0 {
		retries = 8
	}
	limit := (1<<(retries+1) - 1) * 200 * time.Millisecond // up to 9 retries
	begin := rto                                           // the first retransmission, at which the clock starts
	for at := begin; ; {
		fins++
		rto = min(2*rto, longest)
		at += rto
		over := at-begin >= limit
		if profile == "article" {
			over = fins == retries
		}
		if over {
			return fins + 1, at
		}
	}
}

// TestOrphanRetries: the built-in sweep gives what the rules say, in every cell.
func TestOrphanRetries(t *testing.T) {
	p, ok := Find("orphan-retries")
	require.True(t, ok)
	if testing.Short() {
		p.Replace(vary.Axis{Key: "client.rto", Values: []string{"200ms", "1s"}})
	}
	r := run(t, p, Options{Jobs: 2})
	columns, err := parseColumns(p.Columns, nil)
	require.NoError(t, err)
	profiles := map[string]int{}
	for _, c := range r.Cells {
		n, err := strconv.Atoi(c.Values[clientSysctl+"tcp_orphan_retries"])
		require.NoError(t, err)
		rto, err := time.ParseDuration(c.Values["client.rto"])
		require.NoError(t, err)
		fins, dead := retryRule(c.Values[profileKey], n, rto)
		require.Equal(t, dead.String(), columns[0].text(c), "%v", c.Values)
		require.Equal(t, strconv.Itoa(fins), columns[1].text(c), "%v", c.Values)
		require.Equal(t, "holds", columns[2].text(c), "%v", c.Values)
		profiles[c.Values[profileKey]]++
	}
	require.Equal(t, profiles["linux"], profiles["article"])
	require.NotZero(t, profiles["linux"])
}
