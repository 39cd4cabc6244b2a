package main

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// happening is something that a text chart shows, in its order from top to bottom.
type happening struct {
	at   string
	what string
}

var (
	chartLine = regexp.MustCompile(`^[ >:] +(\d*\.?\d*) *(\S*).*?\|(.*)\| ?(\S*)`)
	chartArt  = regexp.MustCompile(`^(lost X)?(?:<?--)(\w+)\S*( [^(]*)(\(retransmission \d+\))?(?:-->?)(X lost)?$`)
)

// happenings reads a text chart: what each host sends and receives, and the states
// that it comes to.
func happenings(t *testing.T, text string) []happening {
	var all []happening
	at := ""
	states := map[string]string{"client": "ESTABLISHED", "server": "ESTABLISHED"}
	for line := range strings.Lines(text) {
		m := chartLine.FindStringSubmatch(strings.TrimRight(line, "\n"))
		if m == nil || strings.Contains(line, "| server") {
			continue
		}
		if m[1] != "" {
			at = m[1]
		}
		if art := strings.TrimSpace(m[3]); art == "time passes for ever" {
			all = append(all, happening{at, art})
		} else if art != "" {
			all = append(all, happening{at, inWords(t, m[3])})
		}
		for host, state := range map[string]string{"client": m[2], "server": m[4]} {
			if state != "" && state != states[host] {
				states[host] = state
				all = append(all, happening{at, host + " " + state})
			}
		}
	}
	return all
}

// inWords is an arrow of a text chart: one that begins at a life line leaves.
func inWords(t *testing.T, middle string) string {
	m := chartArt.FindStringSubmatch(strings.TrimSpace(middle))
	require.NotNil(t, m, middle)
	leaves := strings.HasPrefix(middle, "-") || strings.HasSuffix(middle, "-")
	from, to := "client", "server"
	if strings.Contains(middle, "<--") || m[1] != "" {
		from, to = to, from
	}
	segment := m[2]
	if m[4] != "" {
		segment += " again"
	}
	switch {
	case m[1]+m[5] != "":
		return from + " sends " + segment + ", lost"
	case leaves:
		return from + " sends " + segment
	}
	return to + " receives " + segment
}

// The first waves of figures 1 and 4 to 7.
var wavesOneAndTwo = []string{
	"client sends FIN", "client FIN_WAIT_1", "server receives FIN", "server CLOSE_WAIT",
	"server sends ACK", "client receives ACK", "client FIN_WAIT_2",
}

func TestFigures(t *testing.T) {
	then := func(more ...string) []string { return append(append([]string{}, wavesOneAndTwo...), more...) }
	for _, c := range []struct {
		number int
		want   []string
		// retries are the copies of whose FIN the figure counts; the last wait, before
		// it gives up, is the longest.
		retries int
		host    string
	}{
		{1, then("server sends FIN", "server LAST_ACK", "client receives FIN", "client TIME_WAIT", "client sends ACK",
			"server receives ACK", "server CLOSED", "client CLOSED"), 0, ""},
		{2, []string{"client sends FIN, lost", "client FIN_WAIT_1", "client sends FIN again, lost", "client sends FIN again, lost",
			"client sends FIN again, lost", "client CLOSED", "time passes for ever"}, 3, "client"},
		{3, []string{"client sends FIN", "client FIN_WAIT_1", "server receives FIN", "server CLOSE_WAIT", "server sends ACK, lost",
			"client sends FIN again", "server receives FIN again", "server sends ACK, lost",
			"client sends FIN again", "server receives FIN again", "server sends ACK, lost", "client CLOSED"}, 2, "client"},
		{4, then("client CLOSED", "time passes for ever"), 0, ""},
		{5, then("time passes for ever"), 0, ""},
		{6, then("server sends FIN, lost", "server LAST_ACK", "server sends FIN again, lost", "server sends FIN again, lost",
			"server sends FIN again, lost", "server CLOSED", "client CLOSED"), 3, "server"},
		{7, then("server sends FIN", "server LAST_ACK", "client receives FIN", "client TIME_WAIT", "client sends ACK, lost",
			"server sends FIN again", "client receives FIN again", "client sends ACK, lost",
			"server sends FIN again", "client receives FIN again", "client sends ACK, lost", "server CLOSED", "client CLOSED"), 2, "server"},
	} {
		f := figures()[c.number-1]
		require.Equal(t, c.number, f.Number)
		t.Run(f.Title, func(t *testing.T) {
			args := strings.Fields(f.Command)[1:]
			requireReadable(t, finwait(t, args...))
			r := finwait(t, append(args[:len(args)-1], "text")...)
			require.Equal(t, 0, r.code, r.stderr)
			all := happenings(t, r.stdout)
			var got []string
			var copies []float64
			for _, h := range all {
				got = append(got, h.what)
				at, err := strconv.ParseFloat(h.at, 64)
				require.NoError(t, err)
				if c.retries > 0 && (strings.HasPrefix(h.what, c.host+" sends FIN") || h.what == c.host+" CLOSED") {
					copies = append(copies, at)
				}
			}
			require.GreaterOrEqual(t, len(got), len(c.want), got)
			require.Equal(t, c.want, got[:len(c.want)])
			if c.number != 3 { // figure 3 does not show how the server ends
				require.Len(t, got, len(c.want))
			}
			if c.retries == 0 {
				return
			}
			// The FIN, its retransmissions, and the end: each wait is twice the one before.
			require.Len(t, copies, c.retries+2)
			for i := 2; i < len(copies); i++ {
				require.InDelta(t, 2*(copies[i-1]-copies[i-2]), copies[i]-copies[i-1], 1e-9)
			}
		})
	}
	require.Len(t, figures(), 7)
}

// TIME_WAIT is 2·MSL from the last FIN on (figures 1 and 7), FIN_WAIT_2 of a closed
// socket is tcp_fin_timeout (figures 4 and 6).
func TestTimersOfFigures(t *testing.T) {
	for number, want := range map[int]string{1: "TIME_WAIT", 4: "FIN_WAIT_2", 6: "FIN_WAIT_2", 7: "TIME_WAIT"} {
		r := finwait(t, strings.Fields(figures()[number-1].Command)[1:]...)
		require.Equal(t, 0, r.code, r.stderr)
		require.Regexp(t, `>`+want+`</text>\s*<text[^>]*>60 s</text>`, r.stdout, number)
	}
}

func TestExplainFigures(t *testing.T) {
	r := finwait(t, "explain", "figures")
	require.Equal(t, 0, r.code, r.stderr)
	for _, f := range figures() {
		require.Contains(t, r.stdout, f.Command)
	}
	require.Len(t, parse(t, finwait(t, "explain", "figures", "--format", "json").stdout)["figures"], 7)
}
