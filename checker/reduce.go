package checker

import "fmt"

// reducible tells whether a property may be judged in a reduced run.
func (c *check[S]) reducible(i int) bool {
	p := &c.props[i]
	if c.opt.Reduction == ReduceNone || c.opt.Spill != "" || !isSafety(p.Kind) || p.Timed {
		return false
	}
	_, has := c.sys.any().(Footprinter[S])
	_, ok := p.looksFor()
	return has && ok
}

// newAmple makes a chooser for properties that are all reducible.
func newAmple[S comparable](m Model[S], props []Property[S]) *ample[S] {
	a := &ample[S]{model: m, foot: m.(Footprinter[S]), rank: func(S) uint64 { return 0 }}
	if r, has := m.(Ranker[S]); has {
		a.rank = r.Rank
	}
	for i := range props {
		regions, _ := props[i].looksFor()
		a.regions = append(a.regions, regions...)
		a.everywhere = a.everywhere || props[i].Kind == StepAlways
	}
	return a
}

func validateReduction[S comparable](sys System[S], opt Options) error {
	if opt.Reduction > ReduceAmple {
		return fmt.Errorf("checker: Options.Reduction is %d; wanted ReduceAuto, ReduceNone or ReduceAmple", opt.Reduction)
	}
	m := sys.any()
	if _, has := m.(Footprinter[S]); opt.Reduction == ReduceAmple && !has {
		return fmt.Errorf("checker: reduction requested, but %T has no Footprint method; give it one (see Footprinter) or ask for ReduceNone", m)
	}
	return nil
}
