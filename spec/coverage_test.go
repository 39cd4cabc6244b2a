package spec

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestNothingUnreachableIsUsed walks at random: what is listed as unreachable in a
// profile is never used in it.
func TestNothingUnreachableIsUsed(t *testing.T) {
	reasons := map[Profile][]Covered{}
	for _, p := range Profiles() {
		var none Coverage
		reasons[p] = none.Parts(p)
	}
	used, reopened := map[string]bool{}, 0
	rapid.Check(t, func(t *rapid.T) {
		for range 10 {
			p := genParams().Draw(t, "params")
			if rapid.Bool().Draw(t, "reopens") {
				p = genReopened(p).Draw(t, "reopened")
				reopened++
			}
			m, err := New(p)
			require.NoError(t, err)
			var c Coverage
			walk(t, m, func(s State, e Event, _ State, _ Effect) { m.Cover(s, e, &c) })
			for i, part := range c.Parts(p.Profile) {
				if part.Used {
					used[part.Name] = true
					require.Empty(t, reasons[p.Profile][i].Unreachable, "%v: %s", p.Profile, part.Name)
				}
			}
		}
	})
	if !testing.Short() {
		require.Greater(t, len(used), 55) // 66 in the mean, with a deviation of 2
		require.Positive(t, reopened)
	}
}

// genReopened lets the client open a second connection behind its script.
func genReopened(p Params) *rapid.Generator[Params] {
	return rapid.Custom(func(t *rapid.T) Params {
		p.Incarnations = 2
		p.ISN = rapid.SampledFrom([]ISNPolicy{ISNAboveOld, ISNClock, ISNSame, ISNArbitrary}).Draw(t, "isn")
		for h := range p.Host {
			c := &p.Host[h]
			c.Listens, c.SynRTO, c.TimeWait = true, Second, Second
			c.TCPTimestamps = rapid.Bool().Draw(t, "tcp_timestamps")
			if n := len(c.Script); n > 0 && c.Script[n-1].Do == Crash {
				c.Script = append(c.Script, Call{Do: Reboot})
			}
			if rapid.Bool().Draw(t, "connects") {
				c.Script = append(c.Script[:len(c.Script):len(c.Script)], Call{Do: Connect, When: AfterClosed, Within: Second}, Call{Do: Destroy, Within: Second})
			}
		}
		return p
	})
}

// TestCoverageOfOneStep names what one step uses: the FIN that comes to ESTABLISHED.
func TestCoverageOfOneStep(t *testing.T) {
	p := Params{Net: DefaultNet(), Host: [2]HostParams{DefaultHost(), DefaultHost()}}
	p.Host[Client].Script = []Call{{Do: Close}}
	m, err := New(p)
	require.NoError(t, err)
	s := m.Init()[0]
	for _, want := range [][]string{
		{"on-close.ESTABLISHED", "application-call"},
		{"on-fin.ESTABLISHED", "full-text.ESTABLISHED", "segment-arrives", "FIN"},
	} {
		var c Coverage
		events := m.Events(s, nil)
		e := events[len(events)-1]
		m.Cover(s, e, &c)
		var names []string
		for _, part := range c.Parts(Linux) {
			if part.Used {
				names = append(names, part.Name)
			}
		}
		require.Equal(t, want, names)
		from := s
		m.Fire(from, e, func(next State, _ Effect) {
			if next.Net[Client].Len() > 0 { // it is not lost
				s = next
			}
		})
	}
}

// TestPartsAreNamed: names are unique, and rows are called as the mutants of their cells.
func TestPartsAreNamed(t *testing.T) {
	var none Coverage
	names := map[string]bool{}
	for _, part := range none.Parts(Linux) {
		require.NotEmpty(t, part.Name)
		require.False(t, names[part.Name], part.Name)
		names[part.Name] = true
	}
	cells := 0
	for _, x := range cellMutants() {
		row := x.Name[:strings.LastIndex(x.Name, ".")]
		require.True(t, names[row], x.Name)
		cells++
	}
	require.Positive(t, cells)
	require.Len(t, none.Parts(Linux), int(numTables)*len(ConnStates())+int(numEventKinds)-1+int(numSegmentKinds)+int(numTimers))
}
