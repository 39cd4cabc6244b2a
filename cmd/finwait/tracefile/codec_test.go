package tracefile

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/finwait/finwait/spec"
)

// fill draws every field of a value, so that a field added to spec.State is
// covered as soon as it is there.
func fill(t *rapid.T, v reflect.Value, path string) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i), path+"."+v.Type().Field(i).Name)
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(t, v.Index(i), path)
		}
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, path))
	case reflect.Uint8:
		v.SetUint(uint64(rapid.Uint8().Draw(t, path)))
	default:
		t.Fatalf("%s is of the kind %s: teach the codec and this test", path, v.Kind())
	}
}

func TestEveryStateSurvivesTheFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s spec.State
		fill(t, reflect.ValueOf(&s).Elem(), "state")
		data, err := json.Marshal(State(s))
		require.NoError(t, err)
		var back State
		require.NoError(t, json.Unmarshal(data, &back), string(data))
		require.Equal(t, s, spec.State(back), string(data))
	})
}

func TestEverySegmentSurvivesTheFile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var g spec.Segment
		fill(t, reflect.ValueOf(&g).Elem(), "segment")
		back, err := parseSegment(segmentText(g))
		require.NoError(t, err)
		require.Equal(t, g, back)
	})
}

// The names are those of the RFC and of the kernel, and zero fields are left out.
func TestStateIsReadable(t *testing.T) {
	s := spec.State{Losses: 2}
	s.Host[spec.Client] = spec.Endpoint{
		State: spec.FinWait1, SndNxt: 2, Rexmt: spec.LossProbe, SawEOF: true,
		LimitOrphan: spec.LimitPending, Error: spec.EPIPE, Ending: spec.EndedGaveUp, Timer: spec.TimeWaitTimer,
	}
	s.Net[spec.Client][0] = spec.Segment{Flags: spec.FIN | spec.ACK, Seq: 1, Ack: 1}
	s.Sent[spec.Server][spec.KindACK] = 3
	data, err := json.Marshal(State(s))
	require.NoError(t, err)
	require.JSONEq(t, `{
		"client": {"state": "FIN_WAIT_1", "snd_nxt": 2, "rexmt": "tail-loss-probe", "limit_orphan": "pending", "timer": "time-wait",
			"error": "EPIPE", "saw_eof": true, "ending": "gave-up"},
		"network": {"client": ["FIN+ACK seq=1 ack=1"]},
		"losses": 2,
		"sent": {"server": {"ACK": 3}}
	}`, string(data))
}

func TestBadStates(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{"cleint": {}}`, `state: unknown key "cleint"`},
		{`{"client": {"snd_nxt": -1}}`, "state.client.snd_nxt: "},
		{`{"client": {"snd_nxt": 300}}`, "state.client.snd_nxt: "},
		{`{"client": {"state": "FIN_WAIT_9"}}`, `state.client.state: unknown name "FIN_WAIT_9" (one of CLOSED, CLOSE_WAIT`},
		{`{"network": {"client": ["PSH seq=1"]}}`, `state.network.client[0]: segment "PSH seq=1": unknown flag "PSH"`},
		{`{"network": {"client": ["ACK seq=1 foo=1"]}}`, `unknown field "foo"`},
		{`{"network": {"client": [1]}}`, "a segment is a string"},
		{`{"network": {"client": ["","","","","","","","",""]}}`, "9 elements, at most 8 fit"},
		{`{"client": 3}`, "state.client: "},
	} {
		var s State
		require.ErrorContains(t, json.Unmarshal([]byte(c.text), &s), c.want, c.text)
	}
}
