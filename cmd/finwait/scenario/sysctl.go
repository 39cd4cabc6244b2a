package scenario

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/finwait/finwait/spec"
)

// sysctlPrefix is what all sysctls of the model begin with.
const sysctlPrefix = "net.ipv4."

// weekInSeconds bounds the sysctls that are seconds.
const weekInSeconds = maxDuration / spec.Second

// sysctl is a kernel setting that the model knows, with the values and the units
// of the kernel.
type sysctl struct {
	name, unit string
	lo, hi     int64
	def, about string
	not        []spec.Profile // profiles without such a rule; --host and --sysctl leave them alone
	set        func(b *builder, h spec.Host, v int64)
	get        func(p *spec.HostParams) int64
	// read, where it is set, makes a number of a value that is none.
	read       func(n *node) (int64, *Error)
	notPrinted bool // Params holds it as part of another key
}

var onlyLinux = []spec.Profile{spec.Article, spec.RFC9293}

// explained is what the setting does, and where it does nothing.
func (s sysctl) explained() string {
	if len(s.not) == 0 {
		return s.about
	}
	var names []string
	for _, p := range s.not {
		names = append(names, p.String())
	}
	return s.about + " Without effect in " + strings.Join(names, " and ") + "."
}

func seconds(f func(p *spec.HostParams) *int64) (func(*builder, spec.Host, int64), func(*spec.HostParams) int64) {
	return func(b *builder, h spec.Host, v int64) { *f(&b.p.Host[h]) = v * spec.Second },
		func(p *spec.HostParams) int64 { return *f(p) / spec.Second }
}

func small(f func(p *spec.HostParams) *uint8) (func(*builder, spec.Host, int64), func(*spec.HostParams) int64) {
	return func(b *builder, h spec.Host, v int64) { *f(&b.p.Host[h]) = uint8(v) },
		func(p *spec.HostParams) int64 { return int64(*f(p)) }
}

// as fills in the two functions of a row.
func (s sysctl) as(set func(*builder, spec.Host, int64), get func(*spec.HostParams) int64) sysctl {
	s.set, s.get = set, get
	return s
}

// sysctls are the kernel settings of the model. Ranges are the kernel's own where
// it has them.
var sysctls = []sysctl{
	sysctl{
		name: "tcp_orphan_retries", hi: 255, def: "0, which acts as 8", not: []spec.Profile{spec.RFC9293},
		about: "Retries of an orphan (FIN_WAIT_1, CLOSING, LAST_ACK after close). A limit in time, not a count: (2^(n+1) - 1) * 200 ms after the first retransmission.",
	}.as(small(func(p *spec.HostParams) *uint8 { return &p.TCPOrphanRetries })),
	sysctl{
		name: "tcp_retries2", hi: 255, def: "15",
		about: "The same limit for a connection with an open descriptor.",
	}.as(small(func(p *spec.HostParams) *uint8 { return &p.TCPRetries2 })),
	sysctl{
		name: "tcp_fin_timeout", unit: " of seconds", hi: weekInSeconds, def: "60", not: []spec.Profile{spec.RFC9293},
		about: "How long an orphan stays in FIN_WAIT_2. Above 60 it is 2 * (T - 60).",
	}.as(seconds(func(p *spec.HostParams) *int64 { return &p.TCPFinTimeout })),
	{
		name: "tcp_early_retrans", hi: 4, def: "linux 3, article and rfc9293 0", not: onlyLinux,
		about: "3 or 4: a lost FIN is sent once more by the tail loss probe, not counted as a retry (needs tcp_sack on both hosts). Others: no probe. The profiles article and rfc9293 know no probe.",
		set:   func(b *builder, h spec.Host, v int64) { b.earlyRetrans[h] = v },
		get: func(p *spec.HostParams) int64 {
			if p.TCPEarlyRetrans {
				return 3
			}
			return 0
		},
	},
	{
		name: "tcp_sack", hi: 255, def: "1", not: onlyLinux, notPrinted: true,
		about: "0 on either host: no SACK, hence no tail loss probe on both.",
		set:   func(b *builder, h spec.Host, v int64) { b.sack[h] = v != 0 },
	},
	{
		name: "tcp_rfc1337", hi: 255, def: "0",
		about: "1: TIME_WAIT ignores RST. 0: an RST ends it.",
		set:   func(b *builder, h spec.Host, v int64) { b.p.Host[h].TCPRfc1337 = v != 0 },
		get: func(p *spec.HostParams) int64 {
			if p.TCPRfc1337 {
				return 1
			}
			return 0
		},
	},
	{
		name: "tcp_max_tw_buckets", hi: 1<<31 - 1, def: "262144", not: onlyLinux,
		about: "Connections in TIME_WAIT the host can hold; 0: TIME_WAIT is skipped.",
		set:   func(b *builder, h spec.Host, v int64) { b.p.Host[h].TCPMaxTwBuckets = int(v) },
		get:   func(p *spec.HostParams) int64 { return int64(p.TCPMaxTwBuckets) },
	},
	sysctl{
		name: "tcp_keepalive_time", unit: " of seconds", lo: 1, hi: weekInSeconds, def: "7200",
		about: "With so_keepalive: silence before the first probe.",
	}.as(seconds(func(p *spec.HostParams) *int64 { return &p.KeepaliveTime })),
	sysctl{
		name: "tcp_keepalive_intvl", unit: " of seconds", lo: 1, hi: weekInSeconds, def: "75",
		about: "With so_keepalive: time between probes.",
	}.as(seconds(func(p *spec.HostParams) *int64 { return &p.KeepaliveIntvl })),
	sysctl{
		name: "tcp_keepalive_probes", lo: 1, hi: 255, def: "9",
		about: "With so_keepalive: unanswered probes before the connection is given up.",
	}.as(small(func(p *spec.HostParams) *uint8 { return &p.KeepaliveProbes })),
	sysctl{
		name: "tcp_syn_retries", lo: 1, hi: 127, def: "6",
		about: "Retransmissions of the SYN of the next connection.",
	}.as(small(func(p *spec.HostParams) *uint8 { return &p.TCPSynRetries })),
	sysctl{
		name: "tcp_synack_retries", hi: 255, def: "5",
		about: "Retransmissions of the SYN+ACK of the next connection.",
	}.as(small(func(p *spec.HostParams) *uint8 { return &p.TCPSynackRetries })),
	{
		name: "tcp_timestamps", hi: 2, def: "linux 1, article and rfc9293 0",
		about: "The timestamps option, where both hosts have it: PAWS refuses what is older than the connection, and reuse of TIME_WAIT is possible. Of no effect with one connection.",
		set:   func(b *builder, h spec.Host, v int64) { b.p.Host[h].TCPTimestamps = v != 0 },
		get: func(p *spec.HostParams) int64 {
			if p.TCPTimestamps {
				return 1
			}
			return 0
		},
	},
	sysctl{
		name: "tcp_tw_reuse", hi: 2, def: "2: on loopback only", not: onlyLinux,
		about: "1: connect() may take over TIME_WAIT after tcp_tw_reuse_delay, if the connection had timestamps.",
	}.as(small(func(p *spec.HostParams) *uint8 { return &p.TCPTwReuse })),
	{
		name: "tcp_tw_reuse_delay", unit: " of milliseconds", hi: 60000, def: "1000", not: onlyLinux,
		about: "How old TIME_WAIT must be for tcp_tw_reuse.",
		set:   func(b *builder, h spec.Host, v int64) { b.p.Host[h].TCPTwReuseDelay = v * spec.Millisecond },
		get:   func(p *spec.HostParams) int64 { return p.TCPTwReuseDelay / spec.Millisecond },
	},
	{
		name: "tcp_rto_max_ms", unit: " of milliseconds", lo: 1000, hi: 120000, def: "120000", notPrinted: true,
		about: "Where doubling the retransmission timeout ends; rto_max of the same host wins.",
		set:   func(b *builder, h spec.Host, v int64) { b.rtoMax[h] = v * spec.Millisecond },
	},
}

func (s *sysctl) fullName() string { return sysctlPrefix + s.name }

// key is the sysctl as a key of scenario files.
func (s *sysctl) key() Key {
	k := Key{
		Path: hosts + ".sysctl." + s.fullName(), Type: fmt.Sprintf("number%s, %d to %d", s.unit, s.lo, s.hi),
		Default: s.def, About: s.explained(),
		steps: []string{hosts, "sysctl", s.fullName()}, sysctl: s,
	}
	k.set = func(b *builder, h spec.Host, n *node) *Error {
		v, err := s.number(n, ", as the kernel writes it,")
		if err != nil {
			return err
		}
		s.set(b, h, v)
		return nil
	}
	if s.get != nil && !s.notPrinted {
		k.get = func(p *spec.Params, h spec.Host) string { return strconv.FormatInt(s.get(&p.Host[h]), 10) }
	}
	return k
}

// number reads a value as the kernel writes it; manner says so where that needs saying.
func (s *sysctl) number(n *node, manner string) (int64, *Error) {
	if s.read != nil {
		return s.read(n)
	}
	return n.number(s.lo, s.hi, s.unit+manner)
}

// sysctlNames are the full names of the modelled sysctls.
func (t *schema) sysctlNames() []string {
	var all []string
	for _, s := range t.sysctls {
		all = append(all, s.fullName())
	}
	return all
}

// unknownSysctl says why a sysctl is not among the keys of the model.
func (b *builder) unknownSysctl(f field) *Error {
	names := b.keys.sysctlNames()
	found := "a sysctl that does not exist in Linux"
	switch {
	case inLinux(f.name):
		return f.place.fail("a sysctl that Linux has but finwait does not model", oneOf("", names)).in(f.name)
	case strings.HasPrefix(f.name, "net.") && !isTCP(f.name):
		found = "a sysctl that finwait does not model"
	}
	return f.place.fail(found, oneOf(f.name, names)).in(shorten(f.name))
}
