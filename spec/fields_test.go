package spec_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/spec"
)

// Every field of an endpoint is told: whichever changes, a variable does.
func TestFieldsTellAll(t *testing.T) {
	for i := range reflect.TypeFor[spec.Endpoint]().NumField() {
		a := spec.State{Host: [2]spec.Endpoint{{State: spec.Established, Open: true}, {State: spec.Established, Open: true}}}
		b := a
		name := reflect.TypeFor[spec.Endpoint]().Field(i).Name
		switch v := reflect.ValueOf(&b.Host[spec.Server]).Elem().Field(i); v.Kind() {
		case reflect.Bool:
			v.SetBool(!v.Bool())
		default:
			v.SetUint(v.Uint() + 1)
		}
		changed := spec.Changes(a, b)
		require.NotEmpty(t, changed, name)
		for _, c := range changed {
			require.Equal(t, spec.Server, c.Host)
			require.NotEqual(t, c.Was, c.IsNow, name)
			require.NotEmpty(t, c.Was, name)
			require.NotEmpty(t, c.IsNow, name)
		}
		require.Empty(t, spec.Changes(b, b))
	}
}

func TestChangesOfClose(t *testing.T) {
	m, err := spec.New(spec.Params{
		Host: [2]spec.HostParams{spec.DefaultHost(), spec.DefaultHost()}, Net: spec.DefaultNet(),
	})
	require.NoError(t, err)
	before := m.Init()[0]
	now := before
	e := &now.Host[spec.Client]
	e.State, e.SndNxt, e.SndEnd, e.FinQueued, e.Rexmt, e.Open = spec.FinWait1, 2, 2, true, spec.RTO, false
	require.Equal(t, []spec.Change{
		{spec.Client, "state", "ESTABLISHED", "FIN_WAIT_1"}, {spec.Client, "SND.NXT", "1", "2"}, {spec.Client, "end of the queued data", "1", "2"},
		{spec.Client, "FIN queued", "no", "yes"}, {spec.Client, "retransmission timer", "off", "RTO"},
		{spec.Client, "orphan", "no", "yes"}, {spec.Client, "descriptor", "open", "closed"},
	}, spec.Changes(before, now))
	gone := now
	gone.Host[spec.Client] = spec.Endpoint{State: spec.Closed, Ending: spec.EndedGaveUp, PC: 1}
	require.Equal(t, []spec.Change{
		{spec.Client, "state", "FIN_WAIT_1", "CLOSED"}, {spec.Client, "calls made", "0", "1"}, {spec.Client, "ended", "no", "gave up"},
	}, spec.Changes(now, gone))
	require.Equal(t, "SND.UNA", now.Host[spec.Client].Fields()[4].Name)
	require.Equal(t, "1", now.Host[spec.Client].Field("SND.UNA"))
}
