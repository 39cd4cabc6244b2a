// Package population lists what should be true of a population of connections: that
// ports, TIME_WAIT buckets and orphans suffice.
//
//	for _, p := range population.Catalogue() {
//		verdict, reason := p.Closed(params)
//		fmt.Println(p.Name, verdict, reason)
//	}
//
// Each property has two ways to be judged, by search and in closed form. The closed
// form is exact where it decides; package spec/population says where.
package population

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec/population"
)

// Property is an entry: its words, whose functions on one connection are not set, and
// what it means for a population.
type Property struct {
	properties.Property
	Limit population.Limit
	goal  func(s population.State) bool
}

// Of is the property as the checker takes it.
func (p Property) Of() checker.Property[population.State] {
	return checker.Property[population.State]{Name: p.Name, Kind: p.Kind, Goal: p.goal}
}

// Closed is the answer without a search, Unknown where there is none, and the
// arithmetic behind it.
func (p Property) Closed(params population.Params) (checker.Verdict, string) {
	a := params.Judge()[p.Limit]
	switch {
	case !a.Decided:
		return checker.Unknown, a.Reason
	case a.Enough:
		return checker.Holds, a.Reason
	default:
		return checker.Violated, a.Reason
	}
}

// Catalogue lists the properties in an order that does not change.
func Catalogue() []Property {
	all := []Property{{properties.Property{
		Name:  "port-always-available",
		Claim: "every connection attempt to the service finds a free port",
		About: "A port serves one connection to a destination at a time, and stays with it through TIME_WAIT if the client closes first. " +
			"When all are busy connect() fails with EADDRNOTAVAIL.",
		Source: "net/ipv4/inet_hashtables.c, __inet_hash_connect; RFC 6056",
		HoldsWhen: "population.rate times the time that a connection keeps its port is less than the ports of net.ipv4.ip_local_port_range. " +
			"That time ends with TIME_WAIT, or after tcp_tw_reuse_delay of it where tcp_tw_reuse and timestamps allow, or before it where the server closes first.",
	}, population.ServicePorts, func(s population.State) bool { return !s.NoPort[0] }}, {properties.Property{
		Name:  "other-destination-still-reachable",
		Claim: "every connection attempt to another destination finds a free port",
		About: "Ports are counted for each destination address and port, so a service whose connections use them all up takes none from another. " +
			"A client that calls bind() before connect() loses that.",
		Source:    "net/ipv4/inet_hashtables.c, __inet_check_established; ip(7), IP_BIND_ADDRESS_NO_PORT",
		HoldsWhen: "population.bind is false and population.other_rate alone does not use up the ports; with bind the rates add up.",
	}, population.OtherPorts, func(s population.State) bool { return !s.NoPort[1] }}, {properties.Property{
		Name:  "server-side-never-short-of-ports",
		Claim: "no connection attempt is turned away by a TIME_WAIT of the server",
		About: "A server uses no ports of its own for the connections it accepts: TIME_WAIT on it costs memory and buckets. " +
			"A SYN that meets one is accepted if it is newer by timestamp or sequence number; otherwise it is answered by an ACK, and the client has to try again.",
		Source:    "net/ipv4/tcp_minisocks.c, tcp_timewait_state_process; RFC 6191",
		HoldsWhen: "timestamps are on at both hosts, or population.isn is above-old, or the client closes first.",
	}, population.ServerSyn, func(s population.State) bool { return !s.Refused }}, {properties.Property{
		Name:  "buckets-never-overflow",
		Claim: "every connection that should go through TIME_WAIT finds a bucket",
		About: "One that finds none is CLOSED at once (TCPTimeWaitOverflow): it no longer answers a repeated FIN, nor keeps old segments from the next connection. " +
			"FIN_WAIT_2 of an orphan takes a bucket too (above 60 s of tcp_fin_timeout, for a part of it).",
		Source:    "net/ipv4/inet_timewait_sock.c, inet_twsk_alloc; net.ipv4.tcp_max_tw_buckets",
		HoldsWhen: "the rates times FIN_WAIT_2 and TIME_WAIT are less than tcp_max_tw_buckets of the host that closes first.",
	}, population.Buckets, func(s population.State) bool { return s.Overflow == [2]bool{} }}, {properties.Property{
		Name:   "orphans-within-limit",
		Claim:  "no connection is reset for being an orphan too many",
		About:  "A closed connection whose FIN is not acknowledged is an orphan. Above tcp_max_orphans close() resets instead of closing in order.",
		Source: "net/ipv4/tcp.c, tcp_too_many_orphans",
		HoldsWhen: "the rates times population.orphan_time are less than tcp_max_orphans of both hosts; above 60 s of tcp_fin_timeout a part of FIN_WAIT_2 adds to it. " +
			"The kernel reads its counter up to 100 ms late, which is not modelled.",
	}, population.Orphans, func(s population.State) bool { return s.Reset == [2]bool{} }}}
	for i := range all {
		all[i].Kind = checker.Always
		all[i].Assumptions = []string{"attempts come evenly, at any phase"}
	}
	return all
}
