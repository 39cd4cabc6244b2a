package scenario

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/finwait/finwait/spec"
	"github.com/finwait/finwait/spec/population"
)

// populationGroup is the key that makes a scenario one of a population: many
// connections that are counted. Such a scenario has a table of keys of its own.
const populationGroup = "population"

// PopulationKeys are the keys of a scenario with population, without those about the
// file, which Keys has.
func PopulationKeys() []Key {
	var all []Key
	for _, k := range populationTable().rows {
		if k.show != nil {
			all = append(all, k)
		}
	}
	return all
}

var populationTable = sync.OnceValue(func() *schema {
	var host []Key
	for i := range populationSysctls {
		k := populationSysctls[i].key()
		k.show = func(p *population.Params, h spec.Host) string { return populationSysctls[i].show(p, h) }
		host = append(host, k)
	}
	host = append(host, populationTime(hosts+".time_wait", "linux 60s (TCP_TIMEWAIT_LEN), article 60s and rfc9293 240s (2 MSL)",
		"How long TIME_WAIT lasts.", func(p *population.Params, h spec.Host) *int64 { return &p.Host[h].TimeWait }))
	t := newSchema(fileKeys(), host, populationKeys(), choiceKeys())
	for i := range populationSysctls {
		t.sysctls = append(t.sysctls, &populationSysctls[i].sysctl)
	}
	return t
})

// populationSysctl is a sysctl that counts where connections are counted.
type populationSysctl struct {
	sysctl
	show func(p *population.Params, h spec.Host) string
}

// count is a row of a sysctl that is a number in a population.
func count(s sysctl, unit int64, f func(p *population.Host) *int64) populationSysctl {
	s.set = func(b *builder, h spec.Host, v int64) { *f(&b.population.Host[h]) = v * unit }
	return populationSysctl{s, func(p *population.Params, h spec.Host) string { return strconv.FormatInt(*f(&p.Host[h])/unit, 10) }}
}

// toggle is a row of a sysctl that is on or off in a population.
func toggle(s sysctl, f func(p *population.Host) *bool) populationSysctl {
	s.hi = 255
	s.set = func(b *builder, h spec.Host, v int64) { *f(&b.population.Host[h]) = v != 0 }
	return populationSysctl{s, func(p *population.Params, h spec.Host) string {
		if *f(&p.Host[h]) {
			return "1"
		}
		return "0"
	}}
}

const largestInt = 1<<31 - 1

var populationSysctls = []populationSysctl{
	{
		sysctl{
			name: "ip_local_port_range", def: `"32768 60999"`, hi: 65535, read: (*node).portRange,
			about: "The ports of which connect() takes one, the first and the last. Of the server it does not matter.",
			set: func(b *builder, h spec.Host, ports int64) {
				if h == spec.Client {
					b.population.Ports = ports
				}
			},
		},
		func(p *population.Params, h spec.Host) string {
			if h == spec.Server {
				return `"32768 60999"`
			}
			return fmt.Sprintf(`"%d 65535"`, 65536-p.Ports) // as many as there were
		},
	},
	count(sysctl{
		name: "tcp_max_tw_buckets", hi: largestInt, def: "262144", not: onlyLinux,
		about: "Connections in TIME_WAIT the host can hold; 0: TIME_WAIT is skipped.",
	}, 1, func(p *population.Host) *int64 { return &p.MaxTwBuckets }),
	count(sysctl{
		name: "tcp_fin_timeout", unit: " of seconds", hi: weekInSeconds, def: "60", not: []spec.Profile{spec.RFC9293},
		about: "How long FIN_WAIT_2 waits for the other application. Above 60 it is 2 * (T - 60). Without effect on TIME_WAIT.",
	}, spec.Second, func(p *population.Host) *int64 { return &p.FinTimeout }),
	count(sysctl{
		name: "tcp_max_orphans", hi: largestInt, def: "262144 (the kernel's depends on memory)", not: onlyLinux,
		about: "Connections the host keeps that are closed and wait for the ACK of their FIN. One more is reset.",
	}, 1, func(p *population.Host) *int64 { return &p.MaxOrphans }),
	{
		sysctl{
			name: "tcp_tw_reuse", hi: 2, def: "2", not: onlyLinux,
			about: "1: connect() takes a port over from TIME_WAIT after tcp_tw_reuse_delay, if there are timestamps. 2: on loopback only.",
			set:   func(b *builder, h spec.Host, v int64) { b.population.Host[h].TwReuse = int(v) },
		},
		func(p *population.Params, h spec.Host) string { return strconv.Itoa(p.Host[h].TwReuse) },
	},
	count(sysctl{
		name: "tcp_tw_reuse_delay", unit: " of milliseconds", hi: 60000, def: "1000", not: onlyLinux,
		about: "How long TIME_WAIT lasts at least before its port is taken over.",
	}, spec.Millisecond, func(p *population.Host) *int64 { return &p.TwReuseDelay }),
	toggle(sysctl{
		name: "tcp_timestamps", def: "1",
		about: "0 on either host: no timestamps, hence no reuse of TIME_WAIT.",
	}, func(p *population.Host) *bool { return &p.Timestamps }),
	toggle(sysctl{
		name: "tcp_rfc1337", def: "0",
		about: "1: TIME_WAIT ignores RST. 0: an RST ends it.",
	}, func(p *population.Host) *bool { return &p.IgnoresResets }),
}

// portRange reads the first and the last port, as the kernel writes them, and counts.
func (n *node) portRange() (int64, *Error) {
	const want = "the first and the last port, such as 32768 60999"
	words := strings.Fields(n.text)
	if n.kind != textNode || len(words) != 2 {
		return 0, n.wants(want)
	}
	var ends [2]int64
	for i, word := range words {
		v, err := strconv.ParseInt(word, 10, 64)
		if err != nil || v < 1 || v > 65535 {
			return 0, n.fail(fmt.Sprintf("%q", shorten(n.text)), want+", each from 1 to 65535")
		}
		ends[i] = v
	}
	if ends[0] > ends[1] {
		return 0, n.fail(fmt.Sprintf("%q, which ends before it begins", shorten(n.text)), want)
	}
	return ends[1] - ends[0] + 1, nil
}

func populationKeys() []Key {
	return []Key{
		populationRate("rate", "attempts to the service that is asked about", 0),
		populationRate("other_rate", "attempts to another destination", 1),
		populationTime(populationGroup+".lifetime", "0s", "How long a connection is open until the first application closes it.",
			func(p *population.Params, _ spec.Host) *int64 { return &p.Lifetime }),
		populationTime(populationGroup+".orphan_time", "1ms", "How long each FIN waits for its ACK: a round trip, or until the retries of tcp_orphan_retries end where the peer is gone.",
			func(p *population.Params, _ spec.Host) *int64 { return &p.OrphanTime }),
		populationTime(populationGroup+".half_closed", "0s", "How long the other application waits before it closes too: FIN_WAIT_2 of the host that closed first, CLOSE_WAIT of the other.",
			func(p *population.Params, _ spec.Host) *int64 { return &p.HalfClosed }),
		populationWord("closes_first", []string{spec.Client.String(), spec.Server.String()},
			"The host that closes first, and so the one with the TIME_WAIT.", func(p *population.Params, i int) { p.ClosesFirst = i },
			func(p *population.Params) int { return p.ClosesFirst }),
		populationWord("isn", []string{"above-old", "arbitrary"},
			"Initial sequence numbers of the client: above those of the connection before, as those of Linux are, or not, as behind address translation.",
			func(p *population.Params, i int) { p.ArbitraryISN = i == 1 }, func(p *population.Params) int { return truth(p.ArbitraryISN) }),
		populationFlag("bind", "Whether the client calls bind() with port 0 before connect(), without IP_BIND_ADDRESS_NO_PORT.",
			func(p *population.Params) *bool { return &p.Bind }),
		populationFlag("loopback", "Whether the destinations are on the loopback interface (for tcp_tw_reuse 2).",
			func(p *population.Params) *bool { return &p.Loopback }),
	}
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}

func populationRate(name, what string, destination int) Key {
	return Key{
		Path: populationGroup + "." + name, Type: "number, 0 to 1000000 per second", Default: "0",
		About: "Connection " + what + ", per second, evenly spaced.",
		set: func(b *builder, _ spec.Host, n *node) (err *Error) {
			b.population.Rate[destination], err = n.number(0, 1_000_000, " per second")
			return err
		},
		show: func(p *population.Params, _ spec.Host) string { return strconv.FormatInt(p.Rate[destination], 10) },
	}
}

func populationTime(path, def, about string, f func(p *population.Params, h spec.Host) *int64) Key {
	return Key{
		Path: path, Type: "duration", Default: def, About: about,
		set: func(b *builder, h spec.Host, n *node) (err *Error) {
			*f(b.population, h), err = n.duration(0, "60s")
			return err
		},
		show: func(p *population.Params, h spec.Host) string { return formatDuration(*f(p, h)) },
	}
}

func populationWord(name string, words []string, about string, set func(p *population.Params, i int), get func(p *population.Params) int) Key {
	return Key{
		Path: populationGroup + "." + name, Type: strings.Join(words, " or "), Default: words[0], About: about,
		set: func(b *builder, _ spec.Host, n *node) *Error {
			word, err := n.word(words)
			set(b.population, slices.Index(words, word))
			return err
		},
		show: func(p *population.Params, _ spec.Host) string { return words[get(p)] },
	}
}

func populationFlag(name, about string, f func(p *population.Params) *bool) Key {
	return Key{
		Path: populationGroup + "." + name, Type: "true or false", Default: "false", About: about,
		set: func(b *builder, _ spec.Host, n *node) (err *Error) {
			*f(b.population), err = n.yes()
			return err
		},
		show: func(p *population.Params, _ spec.Host) string { return strconv.FormatBool(*f(p)) },
	}
}

// beginPopulation gives the builder the defaults of a population.
func (b *builder) beginPopulation() {
	p := population.Default()
	for h := range p.Host {
		if b.p.Profile != spec.Linux {
			p.Host[h].TimeWait = 2 * b.p.Net.MSL
		}
	}
	b.population, b.keys = &p, populationTable()
}

// finishPopulation checks that the numbers make a model.
func (b *builder) finishPopulation() *Error {
	if err := b.population.Validate(); err != nil {
		return (&node{src: b.src}).fail(err.Error(), "").in(populationGroup)
	}
	return nil
}
