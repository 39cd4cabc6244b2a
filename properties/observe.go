package properties

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// What a property looks at, for a search that leaves out orders of events which
// make no difference. A property of each endpoint by itself leaves it much; one that
// relates the endpoints, or what is in flight, leaves it as much as its terms say.

type (
	term   = checker.Term[spec.State]
	region = checker.Region[spec.State]
)

// at is a condition on what belongs to h alone.
func at(h spec.Host, f atHost) term {
	return term{Observes: spec.HostPart(h), Holds: func(s spec.State) bool { return f(&s, h) }}
}

// someAt are the states in which a condition on one endpoint is met at some host.
func someAt(f atHost) region { return region{{at(spec.Client, f)}, {at(spec.Server, f)}} }

// someOf are the states in which all the terms hold for some host.
func someOf(terms func(h spec.Host) []term) region {
	return region{terms(spec.Client), terms(spec.Server)}
}

// nothingFor is a condition on the segments on their way to h that can come to hold
// only by one of them leaving the network, or by a change at h.
func nothingFor(h spec.Host, f atHost) term {
	return term{
		Observes: spec.HostPart(h) | spec.TakesPart(h) | spec.GetsPart(h),
		Raises:   spec.HostPart(h) | spec.TakesPart(h),
		Lowers:   spec.HostPart(h) | spec.GetsPart(h),
		Holds:    func(s spec.State) bool { return f(&s, h) },
	}
}
