package properties

import "github.com/finwait/finwait/spec"

// ghosts are those that each property of the catalogue reads.
var ghosts = map[string]spec.Ghosts{
	"both-closed":                      0,
	"no-stuck-state":                   0,
	"fin-retries-bounded":              spec.GhostFinsSent,
	"fin-one-sequence-number":          spec.GhostFinSeq | spec.GhostData,
	"eof-after-all-data":               spec.GhostData,
	"no-silent-data-loss":              spec.GhostData | spec.GhostEnding,
	"time-wait-only-active-closer":     spec.GhostActiveClose | spec.GhostFinSeq,
	"time-wait-re-acks-fin":            0,
	"time-wait-length":                 0,
	"time-wait-bounded":                0,
	"fin-wait-2-bounded-for-orphans":   0,
	"fin-wait-2-left-eventually":       0,
	"close-wait-left-eventually":       0,
	"last-ack-only-passive":            spec.GhostActiveClose,
	"every-wait-has-a-timer":           0,
	"ack-never-retransmitted-by-timer": 0,
	"rst-only-when-allowed":            0,
	"transitions-conform":              0,
	"simultaneous-close":               0,
	"three-segment-close":              spec.GhostAckedFinAlone,
	"asymmetric-death":                 spec.GhostEnding,
}

// Reads are the ghosts that a property may read: all of them, where nothing is known.
func (p Property) Reads() spec.Ghosts {
	if read, known := ghosts[p.Name]; known {
		return read
	}
	return spec.AllGhosts
}
