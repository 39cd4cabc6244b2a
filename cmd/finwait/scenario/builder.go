package scenario

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/finwait/finwait/spec"
	"github.com/finwait/finwait/spec/population"
)

// linuxTimeWait is TCP_TIMEWAIT_LEN, a constant of the kernel.
const linuxTimeWait = 60 * spec.Second

// tlpFrom to tlpTo are the values of tcp_early_retrans that switch the probe on
// (tcp_schedule_loss_probe in net/ipv4/tcp_output.c).
const tlpFrom, tlpTo = 3, 4

// builder gathers settings, the later over the earlier, and makes parameters of
// them.
type builder struct {
	p          spec.Params
	properties []reference
	user       []UserProperty
	anyStates  int
	notes      []string
	assumed    []string
	keys       *schema
	// population is not nil in a scenario with one.
	population *population.Params

	// Sysctls that are not parameters by themselves.
	earlyRetrans, rtoMax [2]int64
	sack                 [2]bool

	// places has the value that was applied last, by full path.
	places map[string]*node
	src    *source // of the scenario, for what no value can be blamed for
}

// newBuilder has the defaults of a profile.
func newBuilder(profile spec.Profile, src *source) *builder {
	b := &builder{src: src, places: map[string]*node{}, keys: table()}
	b.properties = []reference{{text: allProperties}}
	b.p = spec.Params{Profile: profile, Host: [2]spec.HostParams{spec.DefaultHost(), spec.DefaultHost()}, Net: spec.DefaultNet()}
	for h := range b.p.Host {
		host := &b.p.Host[h]
		b.sack[h], b.rtoMax[h] = true, host.RTOMax
		switch profile {
		case spec.Article:
			host.RTO, host.DelayedAck = 200*spec.Millisecond, [2]int64{}
		case spec.RFC9293:
			// RFC 6298 §2.4: a timeout below 1 s is rounded up to 1 s.
			// RFC 9293 §3.8.6.3, MUST-40: the delay is less than 0.5 s.
			host.RTO, host.DelayedAck = spec.Second, [2]int64{0, spec.Second/2 - 1}
		default:
			b.earlyRetrans[h] = tlpFrom
			host.TCPTimestamps = true
		}
	}
	b.p.Incarnations = 1
	if profile == spec.RFC9293 {
		b.p.Net.MSL = 120 * spec.Second // RFC 9293 §3.4.2
	}
	return b
}

// apply sets the keys of a map; group is its path. Keys that are about the file
// are left to Scenario.
func (b *builder) apply(n *node, group string) *Error {
	if n.kind == nullNode {
		return nil
	}
	t := b.keys
	if n.kind != mapNode {
		return n.wants("a map with " + strings.Join(t.groups[group], ", "))
	}
	for _, f := range n.fields {
		full := join(group, f.name)
		key, isKey := t.keys[full]
		_, isGroup := t.groups[full]
		if !slices.Contains(t.groups[group], f.name) { // "rto.x" and "" are no names
			isKey, isGroup = false, false
		}
		var err *Error
		switch {
		case isKey && key.set != nil:
			err = key.set(b, key.host, f.value).in(f.name)
			b.places[full] = f.value
		case isKey:
		case isGroup:
			err = b.apply(f.value, full).in(f.name)
		case strings.HasSuffix(group, ".sysctl"):
			err = b.unknownSysctl(f)
		default:
			err = unknownKey(f, t.groups[group])
			if full := t.endingIn(f.name, group); len(full) > 0 && err != nil {
				err.Want = strings.Join(full, " or ")
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// blame is the value that was set for the first of the paths that was set at all.
func (b *builder) blame(paths ...string) (at *node, key string) {
	for _, p := range paths {
		if n, ok := b.places[p]; ok {
			return n, p
		}
	}
	return &node{src: b.src}, paths[0]
}

// finish works out what follows from several keys, and checks how they agree.
func (b *builder) finish() *Error {
	if b.population != nil {
		return b.finishPopulation()
	}
	for _, h := range []spec.Host{spec.Client, spec.Server} {
		host, name := &b.p.Host[h], h.String()
		set := func(key string) bool { return b.places[name+"."+key] != nil }
		// SACK is what both hosts agree on in the handshake.
		host.TCPEarlyRetrans = b.earlyRetrans[h] >= tlpFrom && b.earlyRetrans[h] <= tlpTo && b.sack[spec.Client] && b.sack[spec.Server]
		if !set("rto_max") {
			host.RTOMax = b.rtoMax[h]
		}
		if host.RTO > host.RTOMax {
			at, key := b.blame(name+".rto", name+".rto_max", name+".sysctl."+sysctlPrefix+"tcp_rto_max_ms")
			return at.fail(fmt.Sprintf("rto %s above rto_max %s", formatDuration(host.RTO), formatDuration(host.RTOMax)),
				"rto at most "+formatDuration(host.RTOMax)).in(key)
		}
		if !set("srtt") {
			host.SRTT = max(0, host.RTO-200*spec.Millisecond)
		}
		if !set("time_wait") {
			host.TimeWait = linuxTimeWait
			if b.p.Profile != spec.Linux {
				host.TimeWait = 2 * b.p.Net.MSL
			}
		}
		if err := b.clipDelay(h); err != nil {
			return err
		}
	}
	return nil
}

// clipDelay keeps segments from outliving the MSL.
func (b *builder) clipDelay(sender spec.Host) *Error {
	d, msl := &b.p.Net.Delay[sender], b.p.Net.MSL
	if d[0] >= msl {
		at, key := b.blame("network.delay", "network.msl")
		return at.fail(fmt.Sprintf("delay %s of the %s with msl %s", formatWindow(*d), sender, formatDuration(msl)),
			"a shortest delay below msl").in(key)
	}
	if d[1] >= msl {
		b.assumed = append(b.assumed, fmt.Sprintf("no segment outlives msl: the longest delay from the %s is %s instead of %s",
			sender, formatDuration(msl-1), formatDuration(d[1])))
		d[1] = msl - 1
	}
	return nil
}

// allProperties is the pattern that selects everything.
const allProperties = "all"

// reference is the name of a property, or a pattern, somewhere in a file.
type reference struct {
	text  string
	place *node // nil for a default
}

func (r reference) matches(property string) bool {
	ok, err := path.Match(r.text, property)
	return r.text == allProperties || r.text == property || ok && err == nil
}

// patterns reads the word all or a list of names and patterns.
func (n *node) patterns() ([]reference, *Error) {
	const want = "all, or a list of names and patterns such as [both-closed, fin-*]"
	if n.is(allProperties) {
		return []reference{{allProperties, n}}, nil
	}
	if n.kind != listNode || len(n.items) == 0 {
		return nil, n.wants(want)
	}
	var all []reference
	for i, item := range n.items {
		_, bad := path.Match(item.text, "")
		if item.kind != textNode || item.text == "" || bad != nil {
			return nil, item.wants("a name or a pattern such as fin-*").in(fmt.Sprintf("[%d]", i))
		}
		all = append(all, reference{item.text, item})
	}
	return all, nil
}
