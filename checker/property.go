package checker

// Kind is the temporal shape of a property.
type Kind uint8

// The kinds of properties. What the fields of Property mean for each is said at
// Property.
const (
	_           Kind = iota
	Always           // an invariant of every reachable state
	StepAlways       // an invariant of every reachable step
	Reachable        // a goal: a witness is wanted
	Eventually       // every run in which time diverges gets to the goal
	LeadsTo          // the same from every state of a set
	Within           // LeadsTo with a deadline
	StaysAtMost      // no stay in a set lasts longer than a bound
	NeverAfter       // once a run has been in a set, it never comes to another
)

var kindNames = [...]string{
	Always:      "always",
	StepAlways:  "step",
	Reachable:   "reachable",
	Eventually:  "eventually",
	LeadsTo:     "leads-to",
	Within:      "within",
	StaysAtMost: "stays-at-most",
	NeverAfter:  "never-after",
}

func (k Kind) String() string { return kindNames[k] }

// Property is a claim about a model. Its functions must be pure.
type Property[S comparable] struct {
	// Name is stable and kebab-case.
	Name string
	Kind Kind
	// From is where the property begins to say something: the guard of Always,
	// the trigger of LeadsTo, Within and NeverAfter, the set of StaysAtMost. nil means
	// everywhere: "again and again" for LeadsTo and Within. Where it never holds
	// the outcome is vacuous. Eventually and Reachable do not use it.
	From func(s S) bool
	// Goal must hold: in every state of From (Always), at some later or equal
	// instant (Eventually, LeadsTo, Within), in some state (Reachable), in none at the
	// same or a later instant (NeverAfter).
	// StaysAtMost and StepAlways do not use it.
	Goal func(s S) bool
	// Guard and Step are the guard and the condition of StepAlways. A nil Guard
	// is true everywhere.
	Guard func(from S, e Event, how Label, to S) bool
	Step  func(from S, e Event, how Label, to S) bool
	// Bound is the deadline of Within and the longest stay of StaysAtMost, in
	// microseconds; lasting exactly that long is allowed.
	Bound int64
	// Observes are the parts of the state, in the words of the model's footprints,
	// that From and Goal read; 0 means that everything is visible, and the search
	// is not reduced.
	Observes uint64
	// Finds and Begins say the same more exactly, where that is worth it: the
	// states that violate Always or reach the goal of Reachable, and those of From.
	Finds, Begins Region[S]
	// Local: what Guard and Step say of a step depends only on the event, the label
	// and what the event reads and writes.
	Local bool
	// Symmetric: From and Goal say the same of a state and of its mirror image.
	Symmetric bool
	// Timed: the functions read the windows of events. What they say of one
	// choice of windows says nothing of another, so Any does not judge them.
	Timed bool
}

// looksFor lists the regions of states that decide about the property and about
// whether it is vacuous; ok is false where that cannot be told.
func (p *Property[S]) looksFor() (regions []Region[S], ok bool) {
	if p.Kind == StepAlways {
		return nil, p.Local
	}
	one := func(holds func(S) bool) Region[S] { return Region[S]{{{Observes: p.Observes, Holds: holds}}} }
	finds, begins := p.Finds, p.Begins
	if finds == nil {
		finds = one(func(s S) bool {
			if p.Kind == Reachable {
				return p.Goal(s)
			}
			return (p.From == nil || p.From(s)) && !p.Goal(s)
		})
	}
	if begins == nil && p.From != nil && p.Kind == Always {
		begins = one(p.From)
	}
	regions = append(regions, finds)
	if begins != nil {
		regions = append(regions, begins)
	}
	return regions, p.Observes != 0 || p.Finds != nil && (begins == nil || p.Begins != nil)
}

// reached is the verdict of a safety property when what its search looks for is
// found, and that when it is not.
func (p *Property[S]) reached() (found, not Verdict) {
	if p.Kind == Reachable {
		return Holds, Violated
	}
	return Violated, Holds
}
