package properties

import (
	"fmt"
	"slices"
	"strings"

	"github.com/finwait/finwait/spec"
)

// What can be told from the parameters alone, before any search.

func closes(c spec.Call) bool { return c.Do == spec.Close || c.Do == spec.Exit }

// sendsFIN: the call queues a FIN, unless it aborts the connection.
func sendsFIN(c spec.Call) bool {
	return closes(c) || c.Do == spec.ShutdownWR || c.Do == spec.ShutdownRDWR
}

func shutsReading(c spec.Call) bool { return c.Do == spec.ShutdownRD || c.Do == spec.ShutdownRDWR }
func crashes(c spec.Call) bool      { return c.Do == spec.Crash }
func destroys(c spec.Call) bool     { return c.Do == spec.Destroy }
func reboots(c spec.Call) bool      { return c.Do == spec.Reboot }
func disconnects(c spec.Call) bool  { return c.Do == spec.LinkDown }

// cuts: from outside, the connection of the host ends or falls silent for ever.
func cuts(c spec.Call) bool  { return crashes(c) || destroys(c) || disconnects(c) }
func sends(c spec.Call) bool { return c.Do == spec.Send && c.N > 0 }

// openEnded: the application may put the call off for ever.
func openEnded(c spec.Call) bool { return c.Within == spec.Never }

// blocks: the call waits for something that the peer has to do.
func blocks(c spec.Call) bool {
	return c.When == spec.AfterEOF || c.When == spec.AfterError || c.Do == spec.ReadData
}

// has reports whether some call of the script is of the kind.
func has(script []spec.Call, kind func(spec.Call) bool) bool {
	return slices.ContainsFunc(script, kind)
}

// upTo is the script as far as its first call of the kind, that call included;
// nil where there is none.
func upTo(script []spec.Call, kind func(spec.Call) bool) []spec.Call {
	return script[:slices.IndexFunc(script, kind)+1]
}

// neverCloses tells why the application of some host need not come to close its
// socket whatever the peer does, or why there is no orderly end at all. Waiting
// for an EOF is no such reason by itself: the peer owes it. Where it does not owe
// it, for a reason of its own, a half-open wait for it is named too.
func neverCloses(p spec.Params) string {
	var reasons, waits []string
	for _, h := range hosts {
		script := p.Host[h].Script
		switch {
		case has(script, crashes):
			reasons = append(reasons, fmt.Sprintf("the %s crashes", h))
		case !has(script, closes) && has(script, sendsFIN):
			reasons = append(reasons, fmt.Sprintf("the %s only shuts down its sending side (half-open shutdown)", h))
		case !has(script, closes):
			reasons = append(reasons, fmt.Sprintf("the application of the %s never closes", h))
		case has(upTo(script, closes), openEnded):
			reasons = append(reasons, fmt.Sprintf("the application of the %s may wait for ever before it closes", h))
		case shutsDownFirst(script) && has(upTo(script, closes), func(c spec.Call) bool { return c.When == spec.AfterEOF }):
			waits = append(waits, fmt.Sprintf("the %s has shut down its sending side only and waits (half-open shutdown)", h))
		}
	}
	if len(reasons) == 0 {
		return ""
	}
	return strings.Join(append(reasons, waits...), "; ")
}

// shutsDownFirst: the FIN of the script is that of a shutdown(), not of a close.
func shutsDownFirst(script []spec.Call) bool {
	first := upTo(script, sendsFIN)
	return len(first) > 0 && !closes(first[len(first)-1])
}

func anyCut(p spec.Params) bool {
	return has(p.Host[spec.Client].Script, cuts) || has(p.Host[spec.Server].Script, cuts)
}

// dataUnits is how much the application of a script writes.
func dataUnits(script []spec.Call) int {
	units := 0
	for _, c := range script {
		if sends(c) {
			units += int(c.N)
		}
	}
	return units
}

// span is the window in which the last of these calls is made, from the moment
// that their conditions are met.
func span(script []spec.Call) (earliest, latest int64) {
	for _, c := range script {
		earliest += c.After
		if openEnded(c) || latest == spec.Never {
			latest = spec.Never
		} else {
			latest += c.After + c.Within
		}
	}
	return earliest, latest
}

// lossless: nothing is ever lost, so that whatever is sent arrives.
func lossless(p spec.Params) bool { return p.Net.Losses == 0 && len(p.Net.Lose) == 0 }

// prompt: answers are back before anything is retransmitted, tail loss probes
// included, and no budget runs out by slowness alone. The probe comes two round
// trips and the least RTO (200 ms, or rto_min of the route) after a lone segment,
// and two round trips and two jiffies after several.
func prompt(p spec.Params) bool {
	roundTrip := p.Net.Delay[spec.Client][1] + p.Net.Delay[spec.Server][1]
	for _, h := range hosts {
		c := &p.Host[h]
		first := c.RTO
		if p.Profile == spec.Linux && c.TCPEarlyRetrans {
			wait := rtoMin
			if c.RTOMin > 0 {
				wait = c.RTOMin
			}
			if has(c.Script, sends) {
				wait = min(wait, 8*spec.Millisecond)
			}
			first = min(first, 2*c.SRTT+wait)
		}
		peer := &p.Host[h.Peer()]
		if roundTrip+late(peer, peer.DelayedAck[1]) >= first {
			return false
		}
	}
	return true
}

// spotless: besides, nothing is delivered twice or out of order.
func spotless(p spec.Params) bool {
	fixed := func(window [2]int64) bool { return window[0] == window[1] }
	inOrder := p.Net.Queue || fixed(p.Net.Delay[spec.Client]) && fixed(p.Net.Delay[spec.Server])
	return lossless(p) && prompt(p) && p.Net.Duplicates == 0 && inOrder
}

// closesUnasked: the application of h comes to send its FIN whatever the peer
// does, within a finite time.
func closesUnasked(p spec.Params, h spec.Host) bool {
	first := upTo(p.Host[h].Script, sendsFIN)
	return len(first) > 0 && !has(first, blocks) && !has(first, openEnded) && !has(first, cuts)
}

// canCloseFirst: the application of h may send its FIN without an EOF of its
// peer. (shutdown(SHUT_RD) makes an EOF of its own.)
func canCloseFirst(p spec.Params, h spec.Host) bool {
	script := p.Host[h].Script
	first := upTo(script, sendsFIN)
	afterEOF := has(first, func(c spec.Call) bool { return c.When == spec.AfterEOF || c.Do == spec.ReadData && c.N == 0 })
	return len(first) > 0 && (!afterEOF || has(script, shutsReading))
}

// needsEOF: without an EOF of its peer, h sends nothing and keeps its
// connection for ever.
func needsEOF(p spec.Params, h spec.Host) bool {
	script := p.Host[h].Script
	if first := upTo(script, sendsFIN); len(first) > 0 {
		script = first
	}
	waits := has(script, func(c spec.Call) bool {
		return c.When == spec.AfterEOF || c.Do == spec.ReadData && c.N == 0
	})
	return waits && !has(script, sends) && !has(script, shutsReading) && !has(script, cuts) && !p.Host[h].SoKeepalive
}

// aborts: close() of h sends an RST and no FIN, as far as SO_LINGER goes.
func aborts(p spec.Params, h spec.Host) bool {
	return p.Host[h].SoLinger.On && p.Host[h].SoLinger.Time == 0
}

// mayLoseAll: every segment of this kind from h may be lost, or must be.
func mayLoseAll(p spec.Params, h spec.Host, kind spec.SegmentKind) bool {
	return p.Net.Losses == spec.Unlimited || slices.ContainsFunc(p.Net.Lose, func(r spec.LossRule) bool {
		return r.From == h && r.Kind == kind && len(r.Nth) == 0
	})
}

// unheard: h ends its connection by itself, and its peer, which waits for an EOF
// alone, may never hear of it.
func unheard(p spec.Params, h spec.Host) bool {
	resets := aborts(p, h) || has(p.Host[h].Script, destroys)
	return closesUnasked(p, h) && needsEOF(p, h.Peer()) && mayLoseAll(p, h, spec.KindFIN) &&
		(!resets || p.Net.Losses == spec.Unlimited)
}
