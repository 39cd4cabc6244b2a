package properties

import "github.com/finwait/finwait/spec"

// ghosts are those that each property of the catalogue reads.
var ghosts = map[string]spec.Ghosts{
	"both-closed":                        0,
	"no-stuck-state":                     0,
	"fin-retries-bounded":                spec.GhostFinsSent,
	"fin-one-sequence-number":            spec.GhostFinSeq | spec.GhostData,
	"eof-after-all-data":                 spec.GhostData,
	"no-silent-data-loss":                spec.GhostData | spec.GhostEnding,
	"time-wait-only-active-closer":       spec.GhostActiveClose | spec.GhostFinSeq,
	"time-wait-re-acks-fin":              0,
	"time-wait-length":                   0,
	"time-wait-bounded":                  0,
	"fin-wait-2-bounded-for-orphans":     0,
	"fin-wait-2-left-eventually":         0,
	"close-wait-left-eventually":         0,
	"last-ack-only-passive":              spec.GhostActiveClose,
	"every-wait-has-a-timer":             0,
	"ack-never-retransmitted-by-timer":   0,
	"rst-only-when-allowed":              0,
	"transitions-conform":                0,
	"simultaneous-close":                 0,
	"three-segment-close":                spec.GhostAckedFinAlone,
	"asymmetric-death":                   spec.GhostEnding,
	"fin-acked-before-leaving":           spec.GhostEnding,
	"fin-is-acknowledged":                0,
	"fin-is-retransmitted":               spec.GhostEnding,
	"only-the-application-closes":        0,
	"nothing-behind-the-fin":             0,
	"half-close-still-receives":          0,
	"half-close-waits":                   0,
	"half-close-can-still-send":          0,
	"eof-is-told":                        0,
	"received-data-stays-readable":       spec.GhostData,
	"bare-fin-accepted-at-zero-window":   0,
	"unread-data-is-told":                0,
	"late-data-is-reset":                 0,
	"states-match-fins":                  0,
	"peer-of-time-wait-has-closed":       0,
	"active-closer-waits":                spec.GhostEnding,
	"rst-accepted-exactly":               0,
	"no-answer-to-rst":                   0,
	"challenge-acks-limited":             0,
	"lingering-close-returns":            0,
	"lingering-close-bounded":            0,
	"orphan-at-zero-window-ends":         0,
	"quiescence":                         0,
	"no-old-duplicate-accepted":          0,
	"old-rst-cannot-kill":                0,
	"every-last-ack-fin-finds-time-wait": 0,
	"passive-side-closes-properly":       spec.GhostEnding,
	"reuse-needs-its-conditions":         0,
	"time-wait-assassination":            spec.GhostEnding,
	"connected-again":                    0,
	"old-fin-ends-new-connection":        0,
	"connect-refused":                    0,
	"connect-eventually-succeeds":        0,
	"syn-meets-last-ack-connects":        0,
}

// Reads are the ghosts that a property may read: all of them, where nothing is known.
func (p Property) Reads() spec.Ghosts {
	if read, known := ghosts[p.Name]; known {
		return read
	}
	return spec.AllGhosts
}
