package checker

import "fmt"

// validate finds what is wrong with a question.
func validate[S comparable](sys System[S], props []Property[S], opt Options) error {
	if sys.Exact == nil {
		return fmt.Errorf("checker: System.Exact is nil; a model is needed")
	}
	if opt.Time > Any {
		return fmt.Errorf("checker: Options.Time is %d; wanted Auto, Exact or Any", opt.Time)
	}
	if err := validateCheckpoint(sys, opt); err != nil {
		return err
	}
	if len(sys.Exact.Init()) == 0 {
		return fmt.Errorf("checker: %T has no initial state", sys.Exact)
	}
	if sys.Any != nil && len(sys.Any.Init()) == 0 {
		return fmt.Errorf("checker: %T (System.Any) has no initial state", sys.Any)
	}
	if err := validateReduction(sys, opt); err != nil {
		return err
	}
	if err := validateSpill(sys, opt); err != nil {
		return err
	}
	if err := validateSymmetry(sys.any(), props, opt); err != nil {
		return err
	}
	names := map[string]bool{}
	for i, p := range props {
		lacks := func(what string) error {
			return fmt.Errorf("checker: property %q: a property of kind %q needs %s", p.Name, p.Kind, what)
		}
		switch {
		case p.Name == "":
			return fmt.Errorf("checker: property %d of %d has no name", i+1, len(props))
		case names[p.Name]:
			return fmt.Errorf("checker: property %q is given twice; names must differ", p.Name)
		case p.Kind < Always || p.Kind > NeverAfter:
			return fmt.Errorf("checker: property %q has no kind (%d); wanted Always to NeverAfter", p.Name, p.Kind)
		case p.Kind == StepAlways && p.Step == nil:
			return lacks("Step")
		case (p.Kind == StaysAtMost || p.Kind == NeverAfter) && p.From == nil:
			return lacks("From")
		case p.Kind != StepAlways && p.Kind != StaysAtMost && p.Goal == nil:
			return lacks("Goal")
		case isBounded(p.Kind) && (p.Bound < 0 || p.Bound > maxWindow):
			return fmt.Errorf("checker: property %q: Bound is %d; wanted 0 to %d microseconds", p.Name, p.Bound, maxWindow)
		}
		names[p.Name] = true
	}
	return nil
}
