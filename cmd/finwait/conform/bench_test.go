package conform

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every measured step is a step of the model: next state, answer, error.
func TestKernelSteps(t *testing.T) {
	for file, n := range map[string]int{"steps.json": 78, "steps_crossed.json": 1210} {
		data, err := os.ReadFile("testdata/" + file)
		require.NoError(t, err)
		cells, err := ReadCells(data)
		require.NoError(t, err)
		require.Len(t, cells, n)
		differ, err := Compare(cells)
		require.NoError(t, err)
		require.Empty(t, differ, file)
	}
}

// Steps that follow from the kernel's source and that no file in testdata has.
func TestStepsBySource(t *testing.T) {
	ack := func(text string) []string { return []string{text} }
	for _, c := range []Cell{
		// tcp_ack: an ACK of something not sent yet.
		{State: "ESTABLISHED", Segment: CellSegment{[]string{"ACK"}, 1, 2, 0}, Seen: Seen{Post: "ESTABLISHED", Reply: ack("ACK(seq=1,ack=1)")}},
		{State: "FIN_WAIT_1", Segment: CellSegment{[]string{"ACK"}, 1, 3, 0}, Seen: Seen{Post: "FIN_WAIT_1", Reply: ack("ACK(seq=2,ack=1)")}},
		{State: "LAST_ACK", Segment: CellSegment{[]string{"ACK"}, 2, 1000, 0}, Seen: Seen{Post: "LAST_ACK", Reply: ack("ACK(seq=2,ack=2)")}},
		// An old ACK is ignored, its text is not; one of what was never sent is no ACK.
		{State: "FIN_WAIT_2", Segment: CellSegment{[]string{"ACK"}, 1, 1, 1}, Seen: Seen{Post: "FIN_WAIT_2", Reply: ack("ACK(seq=2,ack=2)")}},
		{State: "FIN_WAIT_2", Segment: CellSegment{[]string{"ACK"}, 1, 0, 1}, Seen: Seen{Post: "FIN_WAIT_2", Reply: ack("ACK(seq=2,ack=1)")}},
		{State: "FIN_WAIT_1", Segment: CellSegment{[]string{"ACK"}, 1, -50, 1}, Seen: Seen{Post: "FIN_WAIT_1", Reply: ack("ACK(seq=2,ack=1)")}},
		{State: "FIN_WAIT_1", Segment: CellSegment{[]string{"ACK"}, 1, -90000, 1}, Seen: Seen{Post: "FIN_WAIT_1", Reply: ack("ACK(seq=2,ack=1)")}},
		// Long text is counted in full.
		{State: "ESTABLISHED", Segment: CellSegment{[]string{"ACK"}, 1, 1, 1000}, Seen: Seen{Post: "ESTABLISHED", Reply: ack("ACK(seq=1,ack=1001)")}},
		{State: "ESTABLISHED", Segment: CellSegment{[]string{"ACK", "FIN"}, 1, 1, 1}, Seen: Seen{Post: "CLOSE_WAIT", Reply: ack("ACK(seq=1,ack=3)")}},
		{State: "FIN_WAIT_2 orphan", Segment: CellSegment{[]string{"ACK", "FIN"}, 1, 2, 1}, Seen: Seen{Post: "GONE", Reply: ack("RST(seq=2,ack=None)")}},
		{State: "FIN_WAIT_2 orphan", Segment: CellSegment{[]string{"SYN"}, 6, 0, 0}, Seen: Seen{Post: "GONE", Reply: ack("RST+ACK(seq=0,ack=7)")}},
		{State: "FIN_WAIT_1 orphan", Segment: CellSegment{[]string{"ACK", "FIN"}, 1, 1, 1}, Seen: Seen{Post: "GONE", Reply: ack("RST(seq=1,ack=None)")}},
		// Neither ACK nor RST nor SYN: dropped before anything else.
		{State: "FIN_WAIT_1", Segment: CellSegment{[]string{"FIN"}, 1, 0, 0}, Seen: Seen{Post: "FIN_WAIT_1"}},
		// Text from before the peer's FIN to beyond it (TCPAbortOnData).
		{State: "CLOSING orphan", Segment: CellSegment{[]string{"ACK"}, 1, 1, 4}, Seen: Seen{Post: "GONE", Reply: ack("RST(seq=1,ack=None)")}},
		{State: "CLOSE_WAIT", Segment: CellSegment{[]string{"ACK"}, 1, 1, 4}, Seen: Seen{Post: "GONE", Reply: ack("RST(seq=1,ack=None)"), SoError: 32}},
		{State: "TIME_WAIT", Segment: CellSegment{[]string{"ACK"}, 2, 2, 1}, Seen: Seen{Post: "TIME_WAIT", Reply: ack("ACK(seq=2,ack=2)")}},
		// A new SYN, with a listening socket and without one; in what order text and
		// numbers are compared with RCV.NXT does not depend on how far away they are.
		{State: "TIME_WAIT", Segment: CellSegment{[]string{"SYN"}, 100_002, 0, 0}, Seen: Seen{Post: "SYN_RECV", Reply: ack("SYN+ACK(seq=65539,ack=100003)")}},
		{State: "TIME_WAIT", Segment: CellSegment{[]string{"SYN"}, 100_002, 0, 0}, Seen: Seen{Post: "TIME_WAIT", Reply: ack("ACK(seq=2,ack=2)")}},
		{State: "ESTABLISHED", Segment: CellSegment{[]string{"ACK"}, -5000, 1, 5500}, Seen: Seen{Post: "ESTABLISHED", Reply: ack("ACK(seq=1,ack=500)")}},
		{State: "CLOSE_WAIT", Segment: CellSegment{[]string{"RST"}, -5000, 0, 5002}, Seen: Seen{Post: "CLOSE_WAIT", Reply: ack("ACK(seq=1,ack=2)")}},
		{State: "TIME_WAIT", Segment: CellSegment{[]string{"RST"}, 2, 0, 0}, Seen: Seen{Post: "GONE"}},
		{State: "TIME_WAIT", Segment: CellSegment{[]string{"ACK"}, 2, 2, 0}, Seen: Seen{Post: "TIME_WAIT"}},
	} {
		differ, err := Compare([]Cell{c})
		require.NoError(t, err)
		require.Empty(t, differ, "%s, %s", c.State, c.Segment)
	}
}

func TestCellsThatCannotBeRead(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{}`, "a JSON list"},
		{`[]`, "empty"},
		{`[{"state": "ESTABLISHED", "post": "GONE", "reply": []}]`, `cell 1: key "segment" is missing`},
		{`[{"state": "SYN_SENT", "segment": {}, "post": "GONE", "reply": []}]`, `unknown state "SYN_SENT"`},
		{`[{"state": "CLOSING", "segment": {"flags": ["URG"]}, "post": "GONE", "reply": []}]`, `unknown flag "URG"`},
		{`[{"state": "CLOSING", "segment": {"len": -1}, "post": "GONE", "reply": []}]`, `segment.len`},
		{`[{"state": "CLOSING", "segment": {"len": "x"}, "post": "GONE", "reply": []}]`, `segment.len`},
		{`[7]`, "cell 1"},
	} {
		_, err := ReadCells([]byte(c.text))
		require.ErrorContains(t, err, c.want, c.text)
	}
}

// What two numbers enclose is one unit, whatever its length; what is read in part
// is two, and a probe carries a number before the first.
func TestUnits(t *testing.T) {
	u := units{first: 1}
	const first = 0xfffffffe // numbers wrap
	end := uint32(5)
	end += first
	for _, seq := range []uint32{first, end, end + 1, first - 1} {
		u.name(seq)
	}
	u.nameOffset(2) // end - 3
	u.settle()
	require.EqualValues(t, 0, u.seq(first-1))
	require.EqualValues(t, 1, u.seq(first))
	require.EqualValues(t, 2, u.seq(end-3))
	require.EqualValues(t, 3, u.seq(end))
	require.EqualValues(t, 4, u.seq(end+1))
	require.Equal(t, 2, u.between(0, 5))
	require.Equal(t, 1, u.between(2, 5))
}
