package conform

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/finwait/finwait/spec"
)

// phrase is a way in which the lab wrote down a parameter: in the text of the
// meta file, or as a part of the scenario's name.
type phrase struct {
	pattern *regexp.Regexp
	set     func(c *spec.HostParams, n int64)
}

func seconds(n int64) int64 { return n * spec.Second }

// keys are the parameters written as KEY=NUMBER.
var keys = map[string]func(c *spec.HostParams, n int64){
	"tcp_orphan_retries":   func(c *spec.HostParams, n int64) { c.TCPOrphanRetries = uint8(n) },
	"retries2":             func(c *spec.HostParams, n int64) { c.TCPRetries2 = uint8(n) },
	"orphan_retries":       func(c *spec.HostParams, n int64) { c.TCPOrphanRetries = uint8(n) },
	"tcp_retries2":         func(c *spec.HostParams, n int64) { c.TCPRetries2 = uint8(n) },
	"fin_timeout":          func(c *spec.HostParams, n int64) { c.TCPFinTimeout = seconds(n) },
	"tcp_fin_timeout":      func(c *spec.HostParams, n int64) { c.TCPFinTimeout = seconds(n) },
	"tcp_early_retrans":    func(c *spec.HostParams, n int64) { c.TCPEarlyRetrans = n >= 3 },
	"TCP_LINGER2":          func(c *spec.HostParams, n int64) { c.TCPLinger2 = seconds(n) },
	"tcp_max_tw_buckets":   func(c *spec.HostParams, n int64) { c.TCPMaxTwBuckets = int(n) },
	"tcp_rfc1337":          func(c *spec.HostParams, n int64) { c.TCPRfc1337 = n != 0 },
	"tcp_sack":             func(c *spec.HostParams, n int64) { c.TCPEarlyRetrans = c.TCPEarlyRetrans && n != 0 },
	"TCP_USER_TIMEOUT":     func(c *spec.HostParams, n int64) { c.TCPUserTimeout = n * spec.Millisecond },
	"tcp_rto_max_ms":       func(c *spec.HostParams, n int64) { c.RTOMax = n * spec.Millisecond },
	"tcp_rto_min_us":       func(c *spec.HostParams, n int64) { c.RTOMin = n },
	"tcp_keepalive_time":   func(c *spec.HostParams, n int64) { c.KeepaliveTime = seconds(n) },
	"tcp_keepalive_intvl":  func(c *spec.HostParams, n int64) { c.KeepaliveIntvl = seconds(n) },
	"tcp_keepalive_probes": func(c *spec.HostParams, n int64) { c.KeepaliveProbes = uint8(n) },
	"TCP_KEEPIDLE":         func(c *spec.HostParams, n int64) { c.KeepaliveTime = seconds(n) },
	"TCP_KEEPINTVL":        func(c *spec.HostParams, n int64) { c.KeepaliveIntvl = seconds(n) },
	"TCP_KEEPCNT":          func(c *spec.HostParams, n int64) { c.KeepaliveProbes = uint8(n) },
	// About the next connection between the same ports.
	"tcp_tw_reuse":       func(c *spec.HostParams, n int64) { c.TCPTwReuse = uint8(n) },
	"tcp_tw_reuse_delay": func(c *spec.HostParams, n int64) { c.TCPTwReuseDelay = n * spec.Millisecond },
	"tcp_timestamps":     func(c *spec.HostParams, n int64) { c.TCPTimestamps = n != 0 },
	"timestamps":         func(c *spec.HostParams, n int64) { c.TCPTimestamps = n != 0 },
	"tcp_syn_retries":    func(c *spec.HostParams, n int64) { c.TCPSynRetries = uint8(n) },
	"tcp_synack_retries": func(c *spec.HostParams, n int64) { c.TCPSynackRetries = uint8(n) },
}

// words are the parameters written otherwise.
var words = []phrase{
	{regexp.MustCompile(`\b[nN]o (?:TLP|SACK)\b`), func(c *spec.HostParams, _ int64) { c.TCPEarlyRetrans = false }},
	{regexp.MustCompile(`\bexplicit bind\(\)`), func(c *spec.HostParams, _ int64) { c.BoundPort = true }},
}

var orphanRetriesInName = regexp.MustCompile(`^retries(\d+)$`)

// nameParts are the parameters in the parts of a name between "_".
var nameParts = []phrase{
	{orphanRetriesInName, keys["orphan_retries"]},
	{regexp.MustCompile(`^retries2eq(\d+)$`), keys["tcp_retries2"]},
	{regexp.MustCompile(`^reuse(\d)$`), keys["tcp_tw_reuse"]},
	{regexp.MustCompile(`^delay(\d+)$`), keys["tcp_tw_reuse_delay"]},
	{regexp.MustCompile(`^ts(\d)$`), keys["tcp_timestamps"]},
	{regexp.MustCompile(`^bind$`), func(c *spec.HostParams, _ int64) { c.BoundPort = true }},
	{regexp.MustCompile(`^notlp$`), func(c *spec.HostParams, _ int64) { c.TCPEarlyRetrans = false }},
}

// routeRTOMin is the least RTO of A's route to B; B's has none.
var routeRTOMin = regexp.MustCompile(`\broute rto_min (\d+) ?ms\b`)

var rtoInName = regexp.MustCompile(`^rto(\d+)$`)

var assignment = regexp.MustCompile(`\b([A-Za-z][A-Za-z0-9_]*)=(-?\d+)`)

// tellsOrphanRetries reports whether the lab wrote tcp_orphan_retries down.
func (f *labFiles) tellsOrphanRetries() bool {
	for _, m := range assignment.FindAllStringSubmatch(f.meta.Params, -1) {
		if strings.HasSuffix(m[1], "orphan_retries") {
			return true
		}
	}
	return slices.ContainsFunc(strings.Split(f.name, "_"), orphanRetriesInName.MatchString)
}

// orphanRetriesOpen are the values that tcp_orphan_retries has in the lab.
func orphanRetriesOpen() []Assumption {
	var all []Assumption
	for n := uint8(1); n < 8; n++ { // 0 acts as 8
		all = append(all, Assumption{
			Text: fmt.Sprintf("tcp_orphan_retries = %d", n),
			Set: func(p *spec.Params) {
				p.Host[spec.Client].TCPOrphanRetries, p.Host[spec.Server].TCPOrphanRetries = n, n
			},
		})
	}
	return all
}

// keepaliveWord is in the text of a scenario in which somebody set SO_KEEPALIVE.
var keepaliveWord = regexp.MustCompile(`(?i)keepalive|KEEPIDLE`)

// keepaliveOpen are the sockets on which it can have been set.
func keepaliveOpen() []Assumption {
	on := func(hosts ...spec.Host) func(p *spec.Params) {
		return func(p *spec.Params) {
			for _, h := range hosts {
				p.Host[h].SoKeepalive = true
			}
		}
	}
	return []Assumption{
		{"SO_KEEPALIVE of the client", on(spec.Client)},
		{"SO_KEEPALIVE of the server", on(spec.Server)},
		{"SO_KEEPALIVE of both", on(spec.Client, spec.Server)},
	}
}

// params reads the parameters of both hosts. What the lab says, it says of both,
// but for the route.
func (f *labFiles) params() (p spec.Params, notes []string, err error) {
	a := &p.Host[spec.Client]
	*a = spec.DefaultHost()
	a.TCPTimestamps = true // the default of Linux
	note := func(format string, args ...any) { notes = append(notes, fmt.Sprintf(format, args...)) }
	apply := func(set func(*spec.HostParams, int64), digits string) error {
		n := int64(0)
		if digits != "" {
			if n, err = strconv.ParseInt(digits, 10, 32); err != nil {
				return fmt.Errorf("parameters: %w", err)
			}
		}
		set(a, n)
		return nil
	}
	read := func(in []phrase, text string) error {
		for _, w := range in {
			if m := w.pattern.FindStringSubmatch(text); m != nil {
				if err := apply(w.set, strings.Join(m[1:], "")); err != nil {
					return err
				}
			}
		}
		return nil
	}
	for _, part := range strings.Split(f.name, "_") {
		if err := read(nameParts, part); err != nil {
			return p, nil, err
		}
	}
	if err := read(words, f.meta.Params); err != nil {
		return p, nil, err
	}
	for _, m := range assignment.FindAllStringSubmatch(f.meta.Params, -1) {
		set, ok := keys[m[1]]
		if !ok {
			note("parameter %s is not known and was left alone", m[0])
			continue
		}
		if err := apply(set, m[2]); err != nil {
			return p, nil, err
		}
	}
	p.Host[spec.Server] = *a
	rtoMin := routeRTOMin.FindStringSubmatch(f.meta.Params)
	for _, part := range strings.Split(f.name, "_") {
		if m := rtoInName.FindStringSubmatch(part); m != nil && rtoMin == nil {
			rtoMin = m
		}
	}
	if rtoMin != nil {
		err := apply(func(c *spec.HostParams, n int64) { c.RTOMin = n * spec.Millisecond }, rtoMin[1])
		if err != nil {
			return p, nil, err
		}
	}
	for h, info := range [2]*labInfo{f.meta.Notes.InfoA, f.meta.Notes.InfoB} {
		c := &p.Host[h]
		c.TimerSlack, c.Nagle = true, true // writes of the lab are a few bytes
		if info == nil {
			note("no TCP_INFO of the %v: RTO and delayed ACK are the defaults", spec.Host(h))
			c.DelayedAck[0] = 0
			continue
		}
		c.RTO, c.SRTT = info.RtoUs, info.RttUs
		// An ACK may leave at once (quick ACK, RFC 9293 §3.8.6.3) or wait.
		c.DelayedAck = [2]int64{0, max(info.AtoUs, 40*spec.Millisecond)}
	}
	return p, notes, nil
}
