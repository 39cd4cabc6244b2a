package spec

import "fmt"

// Bounds of what the packed state can count.
const (
	maxUnits    = 7  // data units in one direction
	maxCalls    = 31 // calls of a script
	maxDuration = 7 * 24 * 3600 * Second
	maxBudget   = 250
)

// validate reports the first parameter that makes no sense, by its name.
func (p *Params) validate() error {
	if int(p.Profile) >= len(profileRules) {
		return fmt.Errorf("profile %d does not exist", p.Profile)
	}
	for h := Client; h <= Server; h++ {
		if err := p.Host[h].validate(); err != nil {
			return fmt.Errorf("%v: %w", h, err)
		}
		if err := p.validateNext(h); err != nil {
			return fmt.Errorf("%v: %w", h, err)
		}
	}
	switch {
	case p.Incarnations > MaxIncarnations:
		return fmt.Errorf("incarnations is %d, want at most %d", p.Incarnations, MaxIncarnations)
	case p.ISN >= numISNPolicies:
		return fmt.Errorf("initial sequence number policy %d does not exist", p.ISN)
	case p.ISNPasses[0] < 0 || p.ISNPasses[0] > p.ISNPasses[1] || p.ISNPasses[1] > maxDuration:
		return fmt.Errorf("isn_passes is %d µs, want 0 <= min <= max", p.ISNPasses)
	}
	return p.Net.validate()
}

// validateNext checks what only more than one connection needs.
func (p *Params) validateNext(h Host) error {
	c := &p.Host[h]
	for i, call := range c.Script {
		if (call.Do == Connect || call.Do == Accept) && p.Incarnations < 2 {
			return fmt.Errorf("call %d (%v): there is one connection only, want incarnations of at least 2", i+1, call.Do)
		}
	}
	if p.Incarnations > 1 && c.SynRTO == 0 {
		return fmt.Errorf("syn_rto is 0, want a time")
	}
	return nil
}

func (c *HostParams) validate() error {
	for _, d := range []struct {
		name   string
		value  int64
		lo, hi int64
	}{
		{"rto", c.RTO, Millisecond, maxDuration},
		{"rto_min", c.RTOMin, 0, 120 * Second},
		{"rto_max", c.RTOMax, c.RTO, maxDuration},
		{"srtt", c.SRTT, 0, maxDuration},
		{"delayed_ack", c.DelayedAck[0], 0, c.DelayedAck[1]},
		{"delayed_ack", c.DelayedAck[1], 0, maxDuration},
		{"time_wait", c.TimeWait, NoTime, maxDuration},
		{"tcp_fin_timeout", c.TCPFinTimeout, 0, maxDuration},
		{"tcp_linger2", c.TCPLinger2, -maxDuration, maxDuration},
		{"tcp_user_timeout", c.TCPUserTimeout, 0, maxDuration},
		{"so_linger", c.SoLinger.Time, 0, maxDuration},
		{"tcp_keepalive_time", c.KeepaliveTime, 0, maxDuration},
		{"tcp_keepalive_intvl", c.KeepaliveIntvl, 0, maxDuration},
		{"receive_buffer", int64(c.ReceiveBuffer), 0, maxUnits},
		{"syn_rto", c.SynRTO, 0, maxDuration},
		{"tcp_tw_reuse_delay", c.TCPTwReuseDelay, 0, maxDuration},
		{"tcp_tw_reuse", int64(c.TCPTwReuse), 0, 2},
	} {
		if d.value < d.lo || d.value > d.hi {
			return fmt.Errorf("%s is %d, want %d to %d (durations in µs)", d.name, d.value, d.lo, d.hi)
		}
	}
	if c.RTOMax < rtoMin {
		return fmt.Errorf("rto_max is %d µs, want at least %d", c.RTOMax, rtoMin)
	}
	if c.SoKeepalive && (c.KeepaliveTime == 0 || c.KeepaliveIntvl == 0) {
		return fmt.Errorf("so_keepalive needs tcp_keepalive_time and tcp_keepalive_intvl above 0")
	}
	return validScript(c.Script)
}

// outside are the steps that happen to a host without its application, and so
// after the last descriptor was closed too.
var outside = [numDos]bool{Crash: true, Reboot: true, Destroy: true, Unreachable: true, LinkDown: true}

func validScript(script []Call) error {
	if len(script) > maxCalls {
		return fmt.Errorf("the script has %d calls, want at most %d", len(script), maxCalls)
	}
	units, closed, down := 0, false, false
	for i, call := range script {
		where := fmt.Sprintf("call %d (%v)", i+1, call.Do)
		switch {
		case call.Do == 0 || call.Do >= numDos:
			return fmt.Errorf("call %d: %d is no call", i+1, call.Do)
		case call.When > AfterClosed:
			return fmt.Errorf("%s: condition %d does not exist", where, call.When)
		case call.After < 0 || call.After > maxDuration:
			return fmt.Errorf("%s: after is %d µs, want 0 to %d", where, call.After, maxDuration)
		case call.Within < 0 || call.Within != Never && call.Within > maxDuration:
			return fmt.Errorf("%s: within is %d µs, want 0 to %d, or never", where, call.Within, maxDuration)
		case call.Do == Reboot && !down:
			return fmt.Errorf("%s: only a crashed host can reboot", where)
		case down && call.Do != Reboot:
			return fmt.Errorf("%s: the host is down since its crash", where)
		case closed && !outside[call.Do] && call.Do != Connect && call.Do != Accept:
			return fmt.Errorf("%s: the descriptor was closed before", where)
		case call.Do == Send && call.N == 0:
			return fmt.Errorf("%s: n is 0, want 1 to %d", where, maxUnits)
		case call.N > maxUnits:
			return fmt.Errorf("%s: n is %d, want at most %d", where, call.N, maxUnits)
		}
		switch call.Do {
		case Send:
			units += int(call.N)
		case Close, Exit:
			closed = true
		case Crash:
			down, closed = true, true
		case Reboot:
			down = false
		case Connect, Accept:
			if closed || call.Do == Accept {
				units = 0 // another connection; one that is still open is written to as before
			}
			closed = false
		}
		if units > maxUnits {
			return fmt.Errorf("the script sends %d data units in all, want at most %d", units, maxUnits)
		}
	}
	return nil
}

func (n *NetParams) validate() error {
	if n.MSL < 2 || n.MSL > maxDuration {
		return fmt.Errorf("msl is %d µs, want 2 to %d", n.MSL, maxDuration)
	}
	for h, d := range n.Delay {
		if d[0] < 0 || d[0] > d[1] || d[1] > maxDuration {
			return fmt.Errorf("delay of the %v is [%d, %d] µs, want 0 <= min <= max", Host(h), d[0], d[1])
		}
		if d[0] >= n.MSL {
			return fmt.Errorf("delay of the %v is at least %d µs, which contradicts msl = %d µs: segments live less than MSL", Host(h), d[0], n.MSL)
		}
	}
	if n.Losses < Unlimited || n.Losses > maxBudget {
		return fmt.Errorf("loss is %d, want 0 to %d, or unlimited", n.Losses, maxBudget)
	}
	if n.Duplicates < 0 || n.Duplicates > maxBudget {
		return fmt.Errorf("duplicates is %d, want 0 to %d", n.Duplicates, maxBudget)
	}
	if n.Capacity < 1 || n.Capacity > MaxCapacity {
		return fmt.Errorf("capacity is %d, want 1 to %d", n.Capacity, MaxCapacity)
	}
	for i, r := range n.Lose {
		if r.Kind >= numSegmentKinds || r.From > Server {
			return fmt.Errorf("lose rule %d: unknown segment kind %d or host %d", i+1, r.Kind, r.From)
		}
		for _, nth := range r.Nth {
			if nth == 0 || nth > maxBudget {
				return fmt.Errorf("lose rule %d: nth is %d, want 1 to %d", i+1, nth, maxBudget)
			}
		}
	}
	return nil
}
