package checker

const purposeTraces = "traces"

// safetyTraces finds the traces of what a search with merging has found, by one
// without it that ends with the last of them. It has a relation of its own, for
// what the first one passed over may be what this one looks for.
func (c *check[S]) safetyTraces() {
	var props []Property[S]
	var which []int
	for i, p := range c.props {
		reached, _ := p.reached()
		if isSafety(p.Kind) && !c.decided[i] && c.out[i].Verdict == reached {
			props, which = append(props, p), append(which, i)
		}
	}
	if len(which) == 0 {
		return
	}
	memo := c.rel
	c.rel = newRelation(c.sys.Exact)
	defer func() { c.rel = memo }()
	j := newJudge(props)
	x, run := c.safetyRun(purposeTraces, j, false)
	for k, i := range which {
		if j.found[k].yes {
			c.out[i].Trace = c.safetyTrace(x, j.found[k])
		} else {
			c.out[i].Reason = run.Stopped // violated without a doubt, but without a trace
		}
	}
}

// untilFound ends a search once its judge has found all that it looks for.
type untilFound[S comparable] struct {
	judge  *judge[S]
	search *exactSearch[S]
}

func (u *untilFound[S]) metState(at int32, s S) {
	u.judge.metState(at, s)
	u.done(at)
}

func (u *untilFound[S]) metStep(at, via int32, from S, e Event, how Label, to S) {
	u.judge.metStep(at, via, from, e, how, to)
	u.done(at)
}

func (u *untilFound[S]) done(at int32) {
	for _, f := range u.judge.found {
		if !f.yes {
			return
		}
	}
	u.search.found = at
}
