// Package population lists what should be true of a population of connections: that
// ports, TIME_WAIT buckets and orphans suffice.
//
//	for _, p := range population.Catalogue() {
//		fmt.Println(p.Name, p.Closed(params).Reason)
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

func entry(name, claim string) Property {
	return Property{Property: properties.Property{
		Name: name, Kind: checker.Always, Claim: claim,
		Assumptions: []string{"attempts come evenly, at any phase"},
	}}
}

// Catalogue lists the properties in an order that does not change.
func Catalogue() []Property {
	ports := entry("port-always-available", "every connection attempt to the service finds a free port")
	ports.About = "A port serves one connection to a destination at a time, and stays with it through TIME_WAIT if the client closes first. " +
		"When all are busy connect() fails with EADDRNOTAVAIL."
	ports.Source = "net/ipv4/inet_hashtables.c, __inet_hash_connect; RFC 6056"
	ports.HoldsWhen = "population.rate times the time that a connection keeps its port is less than the ports of net.ipv4.ip_local_port_range. " +
		"That time ends with TIME_WAIT, or after tcp_tw_reuse_delay of it where tcp_tw_reuse and timestamps allow, or before it where the server closes first."
	ports.Limit, ports.goal = population.ServicePorts, func(s population.State) bool { return !s.NoPort[0] }

	other := entry("other-destination-still-reachable", "every connection attempt to another destination finds a free port")
	other.About = "Ports are counted for each destination address and port, so a service whose connections use them all up takes none from another. " +
		"A client that calls bind() before connect() loses that."
	other.Source = "net/ipv4/inet_hashtables.c, __inet_check_established; ip(7), IP_BIND_ADDRESS_NO_PORT"
	other.HoldsWhen = "population.bind is false and population.other_rate alone does not use up the ports; with bind the rates add up."
	other.Limit, other.goal = population.OtherPorts, func(s population.State) bool { return !s.NoPort[1] }

	server := entry("server-side-never-short-of-ports", "no connection attempt is turned away by a TIME_WAIT of the server")
	server.About = "A server uses no ports of its own for the connections it accepts: TIME_WAIT on it costs memory and buckets. " +
		"A SYN that meets one is accepted if it is newer by timestamp or sequence number; otherwise it is answered by an ACK, and the client has to try again."
	server.Source = "net/ipv4/tcp_minisocks.c, tcp_timewait_state_process; RFC 6191"
	server.HoldsWhen = "timestamps are on at both hosts, or population.isn is above-old, or the client closes first."
	server.Limit, server.goal = population.ServerSyn, func(s population.State) bool { return !s.Refused }

	buckets := entry("buckets-never-overflow", "every connection that should go through TIME_WAIT finds a bucket")
	buckets.About = "One that finds none is CLOSED at once (TCPTimeWaitOverflow): it no longer answers a repeated FIN, nor keeps old segments from the next connection."
	buckets.Source = "net/ipv4/inet_timewait_sock.c, inet_twsk_alloc; net.ipv4.tcp_max_tw_buckets"
	buckets.HoldsWhen = "the rates times TIME_WAIT are at most tcp_max_tw_buckets of the host that closes first."
	buckets.Limit, buckets.goal = population.Buckets, func(s population.State) bool { return s.Overflow == [2]bool{} }

	orphans := entry("orphans-within-limit", "no connection is reset for being an orphan too many")
	orphans.About = "A closed connection whose FIN is not acknowledged is an orphan. Above tcp_max_orphans close() resets instead of closing in order."
	orphans.Source = "net/ipv4/tcp.c, tcp_too_many_orphans"
	orphans.HoldsWhen = "the rates times population.orphan_time are less than tcp_max_orphans of both hosts. " +
		"The kernel reads its counter up to 100 ms late, which is not modelled."
	orphans.Limit, orphans.goal = population.Orphans, func(s population.State) bool { return s.Reset == [2]bool{} }

	return []Property{ports, other, server, buckets, orphans}
}
