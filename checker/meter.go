package checker

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// The reasons that end a run early, or leave a verdict unknown.
const (
	reasonPossible    = "possible"         // Any found it; no durations were looked at
	reasonNeedsExact  = "needs exact time" // a bound in time, asked in Any
	reasonStates      = "states"
	reasonAnyStates   = "any-states" // Options.AnyStates, which makes Auto give up Any
	reasonDepth       = "depth"
	reasonTime        = "time"
	reasonMemory      = "memory"
	reasonInterrupted = "interrupted"
	reasonFull        = "full" // Effect.Full
	reasonFingerprint = "fingerprints"
)

// defaultAnyStates is the bound behind AnyStates = 0.
const defaultAnyStates = 2_000_000

// What the runtime holds less what it has given back: that is resident, or was. Files
// come on top, see residentFiles.
const (
	totalMetric    = "/memory/classes/total:bytes"
	releasedMetric = "/memory/classes/heap/released:bytes"
)

// beatsPerLook is the number of expansions between two looks at the clock, the
// heap and the context.
var beatsPerLook = 256 // less in tests

// meter counts what one run does and watches its bounds.
type meter struct {
	ctx     context.Context
	opt     Options
	epoch   time.Time // of the whole check: MaxTime bounds that
	began   time.Time
	report  time.Time
	heap    []metrics.Sample
	beats   int
	kept    int // states (Any) or classes (Exact)
	level   int // of what is being expanded
	bound   int // on kept, 0 for none
	because string
	full    bool
	load    func() float64 // of the table of states; nil: not known
	run     Run
}

func newMeter(ctx context.Context, opt Options, epoch time.Time, mode Mode, purpose string) *meter {
	now := time.Now()
	return &meter{
		ctx: ctx, opt: opt, epoch: epoch, began: now, report: now,
		heap:  []metrics.Sample{{Name: totalMetric}, {Name: releasedMetric}},
		bound: opt.MaxStates, because: reasonStates,
		run: Run{Time: mode, Purpose: purpose, Reduction: "none"},
	}
}

// room tells whether one more state or class may be kept at a level; if not,
// the run is stopped. A bound is hit only when something lies beyond it, so a
// bound of exactly the size of the graph still gives a complete run.
func (m *meter) room(level int) bool {
	switch {
	case m.run.Stopped != "":
		return false
	case m.opt.MaxDepth > 0 && level > m.opt.MaxDepth:
		m.run.Stopped = reasonDepth
		return false
	case m.bound > 0 && m.kept >= m.bound:
		m.run.Stopped = m.because
		return false
	}
	return true
}

// spent tells whether a run in Exact has expanded as many classes as MaxStates lets it,
// and stops it then. Where each class takes the place of a smaller one, as those of a
// wait that every probe makes longer, few are kept for ever.
func (m *meter) spent(next int) bool {
	if m.bound > 0 && m.run.Explored+next > expandedPerKept*m.bound {
		m.run.Stopped = m.because
	}
	return m.run.Stopped != ""
}

// expandedPerKept is how many classes may be expanded for each that may be kept.
const expandedPerKept = 2

// tight tells whether a bound on what is kept could be hit.
func (m *meter) tight() bool { return m.bound > 0 || m.opt.MaxDepth > 0 }

// near tells whether this many more states could hit a bound.
func (m *meter) near(more int) bool {
	return m.bound > 0 && m.kept+more > m.bound || m.opt.MaxDepth > 0 && m.level >= m.opt.MaxDepth
}

// keepMany counts states as keep does.
func (m *meter) keepMany(n int) {
	if n > 0 {
		m.kept += n - 1
		m.keep()
	}
}

// keep counts a state or class at the level after the one being expanded.
func (m *meter) keep() {
	m.kept++
	m.run.Depth = max(m.run.Depth, m.level+1)
	if m.run.Time == Any {
		m.run.States = m.kept
	}
}

// beat is called before each expansion and tells whether to go on.
func (m *meter) beat(frontier int) bool {
	if m.run.Stopped != "" {
		return false
	}
	m.beats++
	if m.beats%beatsPerLook != 1 {
		return true
	}
	return m.look(frontier)
}

// look is a beat that looks at the clock, the memory and the context.
func (m *meter) look(frontier int) bool {
	now := time.Now()
	switch {
	case m.ctx.Err() != nil:
		m.run.Stopped = reasonInterrupted
	case m.opt.MaxTime > 0 && now.Sub(m.epoch) >= m.opt.MaxTime:
		m.run.Stopped = reasonTime
	default:
		m.affords(0)
	}
	if m.opt.Progress != nil && now.Sub(m.report) >= 500*time.Millisecond {
		m.report = now
		m.progress(frontier)
	}
	return m.run.Stopped == ""
}

// memory is how many bytes the process keeps resident, or did not long ago.
func (m *meter) memory() uint64 {
	metrics.Read(m.heap)
	return m.heap[0].Value.Uint64() - m.heap[1].Value.Uint64() + residentFiles()
}

// fits tells whether so many bytes more can be resident. Where they cannot at once, all
// that is free is given back first, and they are too many too where another collection
// would not help for long.
var fits = func(m *meter, bytes int) bool { // another one in tests
	limit, more := m.opt.Memory, uint64(bytes)
	if limit == 0 || m.memory()+more <= limit {
		return true
	}
	debug.FreeOSMemory()
	return m.memory()+more <= limit/16*15
}

// affords tells whether so many bytes more can be resident. If not, the run is stopped,
// which may have explored all there is.
func (m *meter) affords(bytes int) bool {
	ok := fits(m, bytes)
	if !ok && m.run.Stopped == "" {
		m.run.Stopped = reasonMemory
	}
	return ok
}

func (m *meter) progress(frontier int) {
	p := Progress{
		Mode: m.run.Time, Purpose: m.run.Purpose,
		States: m.run.States, Classes: m.kept, Transitions: m.run.Transitions,
		Frontier: frontier, Depth: m.run.Depth,
		Memory: m.memory(), MemoryLimit: m.opt.Memory, Elapsed: time.Since(m.began),
	}
	if m.load != nil {
		p.Load = m.load()
	}
	share := func(part, bound float64) {
		if bound > 0 {
			p.Share = min(1, max(p.Share, part/bound))
		}
	}
	share(float64(m.kept), float64(m.bound))
	share(float64(m.run.Depth), float64(m.opt.MaxDepth))
	share(float64(time.Since(m.epoch)), float64(m.opt.MaxTime))
	share(float64(p.Memory), float64(m.opt.Memory))
	m.opt.Progress(p)
}

// finish closes the books. A decided run had its answer before everything was
// explored.
func (m *meter) finish(decided bool) Run {
	if m.full && m.run.Stopped == "" {
		m.run.Stopped = reasonFull
	}
	m.run.Classes = m.kept
	m.run.Complete = m.run.Stopped == "" && !decided
	m.run.Elapsed = time.Since(m.began)
	if m.opt.Progress != nil {
		m.progress(0)
	}
	return m.run
}

// halted names the interruption that is already due before a run begins.
func halted(ctx context.Context, opt Options, epoch time.Time) string {
	switch {
	case ctx.Err() != nil:
		return reasonInterrupted
	case opt.MaxTime > 0 && time.Since(epoch) >= opt.MaxTime:
		return reasonTime
	}
	return ""
}
