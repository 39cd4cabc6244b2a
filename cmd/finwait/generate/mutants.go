package generate

import (
	"slices"
	"strings"
)

// SpaceOfMutants is Space for hosts that deviate from the rules: it draws what such rules
// are about more often (data, closed windows, half-closes, loss), and all else seldom. The
// choices of keys are those of Space, and some more applications.
func SpaceOfMutants() []Dimension {
	space := Space()
	for i := range space {
		d := &space[i]
		key := d.Key
		if _, rest, ok := strings.Cut(key, "."); ok && (strings.HasPrefix(key, "client.") || strings.HasPrefix(key, "server.")) {
			key = rest
		}
		rare, often := oftenForMutants[key]
		switch {
		case key == "app":
			d.Rare = 2
			d.Choices = slices.Concat(d.Choices[:3], values(busyApplications...), d.Choices[3:])
		case often:
			d.Rare = rare
		default:
			d.Rare = min(d.Rare+6, slots-len(d.Choices)) // a slot for each
		}
	}
	return space
}

// busyApplications come early among the choices: rapid draws small numbers more often.
var busyApplications = []string{
	// What the peer does not read closes its window in front of the rest.
	"[{do: send, n: 1}, {do: send, n: 1, after: 100ms}, {do: close, when: after-eof, within: 10ms}]",
	"[{do: shutdown-wr}, {do: read, n: 1, after: 2s}, {do: close, when: after-eof, within: 10ms}]",
	"[{do: send, n: 1}, {do: send, n: 1, after: 100ms}, {do: close, after: 100ms}]",
	"[{do: send, n: 1, when: after-eof, within: 10ms}, {do: close, when: after-previous}]",
	"[{do: shutdown-wr}, {do: read}, {do: close, after: 5s}]",
	"[{do: send, n: 1}, {do: close, after: 100ms}]",
	"[{do: read, n: 1, after: 2s}, {do: close, when: after-eof, within: 10ms}]",
	"[{do: close, after: 20s}]",
	"[{do: close}, {do: destroy, within: 300ms}]",
	"[{do: shutdown-wr, within: 50ms}, {do: destroy, within: 100ms}]",
}

// oftenForMutants has the keys that many deviations need.
var oftenForMutants = map[string]int{
	"socket.receive_buffer": 8, "socket.so_linger": 22, "network.loss": 10, "network.delay": 14, "network.duplicates": 22,
}
