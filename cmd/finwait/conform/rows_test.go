package conform

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

func verdict(t *testing.T, o *Observation) string {
	r, err := Judge(context.Background(), o, checker.Options{MaxStates: 100_000})
	require.NoError(t, err)
	return r.Verdict
}

// Every measured row of tcp_orphan_retries is explained, with the number of FINs,
// their times, the kernel's counter and the end; and not with a tail loss probe
// more or less, nor when the last FIN had not been sent.
func TestOrphanRetries(t *testing.T) {
	in, err := Load("testdata/orphan_retries.json", Options{Tolerance: spec.Millisecond})
	require.NoError(t, err)
	all := in.Observed
	require.Len(t, all, 48)
	for i := range all {
		o := all[i].Observation
		require.Equal(t, Conforms, verdict(t, o), o.Name)

		probes := *o
		probes.Params.Host[spec.Client].TCPEarlyRetrans = !o.Params.Host[spec.Client].TCPEarlyRetrans
		require.Equal(t, Deviates, verdict(t, &probes), "%s, tail loss probe the other way", o.Name)

		fewer := *o
		fins := &fewer.Lanes[sending.of(spec.Client)]
		*fins = (*fins)[:len(*fins)-1]
		require.Equal(t, Deviates, verdict(t, &fewer), "%s, one FIN fewer", o.Name)
	}
}

// Near the threshold the lateness of timers decides about the number of FINs
// (measured: 5 and 6 with four retries and no round trip to speak of): the model
// allows both.
func TestOrphanRetriesNearTheThreshold(t *testing.T) {
	row := func(fins []float64, gone float64) *Observation {
		retries := int64(4)
		r := retriesRow{Retries: &retries, RtoMs: 204, Fins: fins, Gone: gone}
		o, err := r.observe()
		require.NoError(t, err)
		return o
	}
	// limit(4) = 6.2 s, from the first retransmission on.
	require.Equal(t, Conforms, verdict(t, row([]float64{0, 0.206, 0.618, 1.44, 3.08, 6.36}, 12.9)))
	require.Equal(t, Conforms, verdict(t, row([]float64{0, 0.206, 0.627, 1.459, 3.123}, 6.447)))
	require.Equal(t, Deviates, verdict(t, row([]float64{0, 0.206, 0.627, 1.459}, 3.123)))
}

func TestTimeWaitInjections(t *testing.T) {
	in, err := Load("testdata/timewait_injections.json", Options{Tolerance: spec.Millisecond})
	require.NoError(t, err)
	all := in.Observed
	require.Len(t, all, 7)
	for i := range all {
		o := all[i].Observation
		require.Equal(t, Conforms, verdict(t, o), o.Name)

		other := *o
		c := &other.Params.Host[under]
		if strings.Contains(o.Name, "inject=rst") {
			c.TCPRfc1337 = !c.TCPRfc1337
		} else {
			c.TimeWait = 30 * spec.Second
		}
		require.Equal(t, Deviates, verdict(t, &other), o.Name)
	}
}

// Injections that no measured row has, by the rules of tcp_timewait_state_process.
func TestTimeWaitInjectionsBySource(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		// An old segment with an ACK bit restarts the timer and is answered, but for
		// an empty one at most once in 500 ms.
		{`{"inject": "data_old", "steps": [{"at": 1, "before": 59000, "after": ["TIME_WAIT", 59950], "reply": ["ACK"]}], "gone": 61.1}`, Conforms},
		{`{"inject": "data_old", "steps": [{"at": 1, "before": 59000, "after": ["TIME_WAIT", 58950], "reply": ["ACK"]}], "gone": 60.1}`, Deviates},
		{`{"inject": "ack_old", "steps": [{"at": 1, "before": 59000, "after": ["TIME_WAIT", 59950], "reply": ["ACK"]},
			{"at": 1.2, "before": 59800, "after": ["TIME_WAIT", 59950], "reply": []}], "gone": 61.3}`, Conforms},
		{`{"inject": "rst_old", "steps": [{"at": 1, "before": 59000, "after": ["TIME_WAIT", 58950], "reply": []}], "gone": 60.1}`, Conforms},
		{`{"inject": "rst_window", "steps": [{"at": 1, "before": 59000, "after": ["TIME_WAIT", 58950], "reply": []}], "gone": 60.1}`, Conforms},
		{`{"inject": "rst_window", "steps": [{"at": 1, "before": 59000, "after": null, "reply": []}], "gone": 1.1}`, Deviates},
		// A new SYN ends it where somebody listens.
		{`{"inject": "syn_new", "steps": [{"at": 1, "before": 59000, "after": null, "reply": ["SYN+ACK"]}], "gone": 1.1}`, Conforms},
		{`{"inject": "syn", "steps": [{"at": 1, "before": 59000, "after": ["TIME_WAIT", 58950], "reply": ["ACK"]}], "gone": 60.1}`, Conforms},
	} {
		var r injectionRow
		require.NoError(t, json.Unmarshal([]byte(c.text), &r))
		o, err := r.observe()
		require.NoError(t, err)
		require.Equal(t, c.want, verdict(t, o), c.text)
	}
}

func TestRowsThatCannotBeRead(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`[{"retries": -1}]`, `row 1: key "retries"`},
		{`[{"retries": "x"}]`, `row 1`},
		{`[{"retries": 1, "fins": []}]`, `key "fins"`},
		{`[{"retries": 1, "fins": [0, 1], "retrans_counter": [0]}]`, `key "retrans_counter"`},
		{`[{"retries": 1, "fins": [0]}]`, `"rto_ms"`},
		{`[{"inject": "urg"}]`, `"urg"`},
		{`[{"inject": "fin_odd"}]`, `"fin_odd"; there are none, or one of ack, data, fin, rst, syn, and _ and one of new,`},
		{`[{"inject": "fin", "steps": [{"at": 0.1, "after": 3}]}]`, `key "after"`},
		{`[{"inject": "fin", "steps": [{"at": 0.1, "after": null, "reply": ["NAK"]}]}]`, `key "reply"`},
		{`[{"segment": {}}]`, `cell 1: key "state"`},
		{`[{"x": 1}]`, "is wanted"},
		{`[7]`, "row 1"},
		{`{}`, "JSON"},
	} {
		name := filepath.Join(t.TempDir(), "rows.json")
		require.NoError(t, os.WriteFile(name, []byte(c.text), 0o600))
		_, err := Load(name, Options{Tolerance: spec.Millisecond})
		if c.text == `{}` {
			require.Error(t, err)
			continue
		}
		require.ErrorContains(t, err, c.want, c.text)
	}
}
