package checker

import "time"

// Verdict is what was proved of a property. The zero value is Unknown, so that
// nothing is claimed by forgetting.
type Verdict uint8

// The verdicts. A Reachable property Holds when its goal was reached.
const (
	Unknown Verdict = iota
	Holds
	Violated
)

var verdictNames = [...]string{Unknown: "unknown", Holds: "holds", Violated: "violated"}

func (v Verdict) String() string { return verdictNames[v] }

// Scope is the set of durations a verdict speaks of.
type Scope uint8

// The scopes: the durations of this very model, or every choice of windows with
// the same structure of events.
const (
	TheseDurations Scope = iota
	AllDurations
)

var scopeNames = [...]string{TheseDurations: "these-durations", AllDurations: "all-durations"}

func (s Scope) String() string { return scopeNames[s] }

// Mode is a semantics of time.
type Mode uint8

// The modes. Auto tries Any first and Exact for what Any cannot decide.
const (
	Auto Mode = iota
	Exact
	Any
)

var modeNames = [...]string{Auto: "auto", Exact: "exact", Any: "any"}

func (m Mode) String() string { return modeNames[m] }

// Options bound and steer a check. The zero value explores without bounds.
type Options struct {
	Time Mode
	// AnyStates is the number of states after which Auto gives up Any and goes
	// to Exact; 0 means 2,000,000. It is a count and not a time, so that
	// results do not depend on the machine.
	AnyStates int
	// MaxStates bounds the states (Any) or state classes (Exact) kept by one
	// run, MaxDepth its breadth-first levels (the initial state is level 1),
	// MaxTime the wall time of the whole check, Memory the bytes that the process
	// keeps resident. A run in Exact expands no more than twice MaxStates classes,
	// those that others take the place of among them.
	// 0 means no bound. A bound that was hit makes "no violation" unknown.
	MaxStates int
	MaxDepth  int
	MaxTime   time.Duration
	Memory    uint64
	// Reduction says whether Any may leave out orders of events.
	Reduction Reduction
	// Symmetry keeps of a state and its mirror image only one, in runs in Any for
	// Always and Reachable. It is an error where something tells the two apart.
	Symmetry bool
	// Workers is the number of goroutines that explore; 0 means one for each
	// processor that Go uses. Results do not depend on it. Any with a model that
	// is no Packer has one. The functions of properties are called from all.
	Workers int
	// Fingerprints keeps eight bytes of each state in Any, in place of the state:
	// a verdict that rests on them is not exact, see Outcome.Exact. Liveness is
	// not judged in Any then. Exact does not use them.
	Fingerprints bool
	// Seed is the key of the hashes. It changes the order within a level, and so
	// which of several shortest counterexamples is found, and what fingerprints
	// are taken for each other.
	Seed uint64
	// Merge makes Exact merge classes of one discrete state whose union is
	// convex, in its run for safety properties. The verdicts are the same, and
	// counterexamples as short: they come from a second search without it.
	Merge bool
	// UntilFound ends the exact run for safety properties when each of them is decided by
	// what was found: for those who ask one question and want no counts.
	UntilFound bool
	// Checkpoint keeps on disk what is known, and goes on from there. Only Check
	// does so.
	Checkpoint Checkpoint
	// Spill is a directory below which Any keeps its states while it runs; ""
	// keeps them in memory. Any then uses Memory, or 512 MiB, whatever it explores.
	// It needs a model that is a Packer; the parts of a Parter stay in memory. What
	// is under way takes some 20 MB, and with less it stops for want of memory.
	// Liveness is not judged in Any then, and nothing reduced. Exact never spills.
	Spill string
	// Progress, when not nil, is called about twice a second and once at the
	// end of each run, from the goroutine that called Check.
	Progress func(Progress)
}

// Reduction is partial-order reduction of runs in Any.
type Reduction uint8

// The reductions. ReduceAuto reduces where the model has footprints and nothing is
// asked that needs the full graph, until it turns out to be of no use. ReduceAmple reduces
// for whatever properties that is sound for, in a run of their own. With both, what Any
// finds is shown by a run of the model that need not be a shortest one (see Outcome.Trace);
// what Exact finds is, for it is not reduced.
const (
	ReduceAuto Reduction = iota
	ReduceNone
	ReduceAmple
)

var reductionNames = [...]string{ReduceAuto: "auto", ReduceNone: "none", ReduceAmple: "ample"}

func (r Reduction) String() string { return reductionNames[r] }

// Progress is a snapshot of a run.
type Progress struct {
	Mode        Mode
	Purpose     string // what this run is for, e.g. "safety" or a property name
	States      int    // distinct discrete states
	Classes     int    // state classes kept; equal to States in Any
	Transitions int
	Frontier    int // states or classes of the current level still to expand
	Depth       int
	Load        float64 // of the slots of the table of states, those that are used; 0 in Exact
	Memory      uint64  // bytes that the process keeps resident
	MemoryLimit uint64  // Options.Memory
	Share       float64 // of the nearest bound, 0 when there is none
	Elapsed     time.Duration
}

// Run tells what one exploration did.
type Run struct {
	Time      Mode
	Purpose   string
	Reduction string // "none" or "ample"
	Symmetry  bool   // of mirror images only one was kept
	// Full and Reduced count the states of which all events were fired, and those
	// of which only some were.
	Full, Reduced int
	Blocked       Blocked // what Full is made of
	States        int     // distinct discrete states
	Classes       int     // state classes kept (Exact), or States
	Explored      int     // state classes expanded (Exact), those that others superseded later among them
	Transitions   int     // successors computed, without the initial states
	Depth         int     // breadth-first levels, the initial state being 1
	// Complete: everything was explored. Otherwise Stopped is the reason, as in
	// Outcome, or "any-states" where Auto gave up Any; "full" runs went on to the
	// end of what the model can represent. A run that is neither complete nor
	// stopped ended because its property was violated.
	Complete bool
	Stopped  string
	Spilled  int64 // bytes written to disk, see Options.Spill
	Elapsed  time.Duration
}

// Outcome is the answer for one property.
type Outcome[S comparable] struct {
	Property string
	Kind     Kind
	Verdict  Verdict
	// Reason tells why a verdict is Unknown: "possible" (Any found it, and no
	// durations were looked at), "needs exact time" (a bound in time, asked in
	// Any), a bound or interruption of the run ("states", "depth", "time",
	// "memory", "interrupted"), "fingerprints" or "spill", with which liveness is
	// not judged in Any, "spill: " with an error of the disk that ended the run, or
	// "full", a bound of the model.
	Reason string
	Scope  Scope
	// Exact is false where the verdict rests on fingerprints. MissedAtMost then
	// bounds the probability that a state was taken for another, for a hash
	// that behaves like a random one; otherwise it is 0.
	Exact        bool
	MissedAtMost float64
	// Vacuous: From or Guard never held in the explored states.
	Vacuous bool
	// Longest is the longest stay, or time to the goal, over all runs, for
	// Within and StaysAtMost that hold; Forever when there is none. 0 otherwise.
	Longest int64
	// Zeno is the number of cycles (strongly connected parts of the graph of
	// classes) that were left out because time cannot diverge along them.
	Zeno int
	// Trace is the shortest counterexample, or the witness of a goal; with the
	// reason "possible", the run without times that might be one, a shortest one unless
	// the run that found it was reduced (Run.Reduction). Of a lasso the
	// prefix is shortest, and its loop is a short one.
	Trace *Trace[S]
}

// Trace is a run, or the prefix of one.
type Trace[S comparable] struct {
	Mode  Mode // Exact traces carry times, Any traces do not
	Init  S
	Steps []Step[S]
	// Loop is the index of the first step of the part that repeats for ever; -1
	// when the trace is finite, len(Steps) when after the last step nothing is
	// forced to happen and time passes for ever.
	Loop int
	// End is an instant after the last step up to which the run stays in its
	// last state, in microseconds: where a bound in time is exceeded. Otherwise
	// it is the instant of the last step.
	End int64
}

// Step is one step of a trace.
type Step[S comparable] struct {
	At    int64 // microseconds since the start; 0 in Any
	Event Event
	Label Label
	State S // the state after the step
}

// Last is the state that the trace ends in.
func (t *Trace[S]) Last() S {
	if len(t.Steps) == 0 {
		return t.Init
	}
	return t.Steps[len(t.Steps)-1].State
}

// Result is what a check found.
type Result[S comparable] struct {
	Outcomes []Outcome[S] // in the order of the properties asked
	Runs     []Run
}
