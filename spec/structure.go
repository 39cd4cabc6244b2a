package spec

import "fmt"

// Structure lists, in words, the branches of the rules that were chosen by
// comparing durations of these parameters. A verdict for all durations speaks of
// every choice of windows with this structure. Where the cap of the RTO would
// decide about tcp_orphan_retries = 0, a search without durations explores both
// branches, and nothing is listed.
func (p Params) Structure() []string {
	var list []string
	for h := Client; h <= Server; h++ {
		c := &p.Host[h]
		add := func(format string, args ...any) {
			list = append(list, h.String()+": "+fmt.Sprintf(format, args...))
		}
		if c.DelayedAck[1] == 0 {
			add("delayed_ack = 0: every ACK leaves at once")
		} else {
			add("delayed_ack > 0: ACKs may wait")
		}
		if p.Profile == Linux {
			if full, _ := p.finWait2Phases(h); full > 0 {
				add("FIN_WAIT_2 time of an orphan > 60 s: two phases, the second on a mini-socket")
			} else {
				add("FIN_WAIT_2 time of an orphan <= 60 s: one phase")
			}
		}
		switch {
		case p.Host[h.Peer()].ReceiveBuffer == 0:
		case p.Profile == Linux && c.TCPRetries2 < c.capBackoff():
			add("the RTO of zero-window probes doubles %d times and stays below its cap", c.TCPRetries2)
		default:
			add("the RTO is at its cap after %d doublings (zero-window probes of an orphan end there)", c.capBackoff())
		}
		if c.SoKeepalive && c.TCPUserTimeout > 0 {
			add("TCP_USER_TIMEOUT ends keepalive after %d probes", c.keepaliveProbesUntilTimeout())
		}
	}
	return list
}

// keepaliveProbesUntilTimeout is the number of unanswered probes after which
// TCP_USER_TIMEOUT has passed.
func (c *HostParams) keepaliveProbesUntilTimeout() uint8 {
	n := uint8(1)
	for n < 255 && c.KeepaliveTime+int64(n)*c.KeepaliveIntvl < c.TCPUserTimeout {
		n++
	}
	return n
}
