package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/cmd/finwait/judge"
)

// stay finds one in a report of one scenario.
func stay(t *testing.T, host, state string, args ...string) judge.Stay {
	t.Helper()
	r := finwait(t, append([]string{"check", "--stays", "--property", "both-closed", "--format", "json"}, args...)...)
	var report struct{ Scenarios []judge.Scenario }
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &report), r.stderr)
	require.Len(t, report.Scenarios, 1)
	for _, s := range report.Scenarios[0].Stays {
		if s.Host == host && s.State == state {
			return s
		}
	}
	t.Fatalf("no stay of %s in %s", host, state)
	return judge.Stay{}
}

// TestStaysOfTheArticle: with every FIN lost the client leaves FIN_WAIT_1 after
// 0.2 + 0.4 + 0.8 + 1.6 s, and the server never leaves ESTABLISHED.
func TestStaysOfTheArticle(t *testing.T) {
	s := stay(t, "client", "FIN_WAIT_1", "first-wave-lost", "--profile", "article")
	require.EqualValues(t, 3_000_000, *s.Min)
	require.EqualValues(t, 3_000_000, *s.Max)
	require.Nil(t, stay(t, "server", "ESTABLISHED", "first-wave-lost", "--profile", "article").Max)
	require.Nil(t, stay(t, "", "", "first-wave-lost", "--profile", "article").Max, "until both are CLOSED")
	require.False(t, stay(t, "client", "TIME_WAIT", "first-wave-lost", "--profile", "article").Reached)
}

// TestFinWait2Curve: above 60 s an orphan waits 2·(T-60) s in FIN_WAIT_2, for the
// mini-socket's timer follows on a keepalive timer of T-60 s.
func TestFinWait2Curve(t *testing.T) {
	for timeout, want := range map[string]int64{"30": 30, "60": 60, "61": 2, "70": 20, "90": 60, "120": 120} {
		s := stay(t, "client", "FIN_WAIT_2", "fin-wait-2-after-close", "--profile", "linux",
			"--set", "client.sysctl.net.ipv4.tcp_fin_timeout="+timeout)
		require.EqualValues(t, want*1_000_000, *s.Max, "tcp_fin_timeout %s", timeout)
	}
}

func TestStaysInWords(t *testing.T) {
	r := finwait(t, "check", "--stays", "first-wave-lost", "--profile", "article", "--property", "both-closed")
	require.Contains(t, r.stdout, "stay  client in FIN_WAIT_1             3s to 3s\n")
	require.Contains(t, r.stdout, "stay  until both are CLOSED            for ever to for ever\n")
	r = finwait(t, "check", "--stays", "lossy-network", "--profile", "article", "--property", "both-closed", "--max-states", "3")
	require.Contains(t, r.stdout, "unknown, the bound on states was hit")
}

// TestMergeChangesNoVerdict judges a scenario with and without merging.
func TestMergeChangesNoVerdict(t *testing.T) {
	verdicts := func(args ...string) (all []judge.Outcome) {
		r := finwait(t, append([]string{"check", "lossy-network", "--profile", "article", "--time", "exact", "--format", "json"}, args...)...)
		var report struct{ Scenarios []judge.Scenario }
		require.NoError(t, json.Unmarshal([]byte(r.stdout), &report), r.stderr)
		return report.Scenarios[0].Outcomes
	}
	require.Equal(t, verdicts(), verdicts("--merge"))
}
