package claims

import (
	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties/user"
	"github.com/finwait/finwait/spec"
)

// own is a property that only a claim asks for.
func own(p user.Pattern, of string) user.Definition { return user.Definition{Pattern: p, Of: of} }

// soon: from state on, the host is CLOSED within a time.
func soon(when, of string, within int64) user.Definition {
	return user.Definition{Pattern: user.LeadsTo, When: when, Of: of, Bound: within}
}

func stays(in string, atMost int64) user.Definition {
	return user.Definition{Pattern: user.Stays, Of: in, Bound: atMost}
}

const (
	yes = checker.Holds
	no  = checker.Violated
)

// each expects one verdict in every profile.
func each(v checker.Verdict) [3]checker.Verdict { return [3]checker.Verdict{v, v, v} }

const sysctl = ".sysctl.net.ipv4."

// table has the article's claims, in its order.
var table = []Claim{
	{ID: 1, Statement: "A connection is torn down with four segments, a FIN and an ACK in each direction.", Expected: [3]checker.Verdict{yes, no, no},
		Tests: []Test{{Scenario: "normal-close", Property: "three-segment-close", Says: no}}},
	{ID: 2, Statement: "The waves lead through FIN_WAIT_1, CLOSE_WAIT, FIN_WAIT_2, LAST_ACK and TIME_WAIT to CLOSED.", Expected: each(yes),
		Tests: []Test{
			{Scenario: "normal-close", Own: own(user.Reachable, "client.state == FIN_WAIT_1 && server.state == CLOSE_WAIT"), Says: yes},
			{Scenario: "normal-close", Own: own(user.Reachable, "client.state == FIN_WAIT_2 && server.state == LAST_ACK"), Says: yes},
			{Scenario: "normal-close", Own: own(user.Reachable, "client.state == TIME_WAIT && server.state == CLOSED"), Says: yes},
			{Scenario: "normal-close", Property: "both-closed", Says: yes},
		}},
	{ID: 3, Statement: "Only one side, the one that closes first, has a TIME_WAIT.", Expected: each(no),
		Tests: []Test{{Scenario: "simultaneous-close", Own: own(user.Never, "client.state == TIME_WAIT && server.state == TIME_WAIT"), Says: yes}}},
	{ID: 4, Statement: "What follows are the failures of the three-way handshake.", Unjudged: "a slip of the pen: the teardown is meant, and nothing is said of it"},
	{ID: 5, Statement: "close() sends a FIN and enters FIN_WAIT_1.", Expected: each(no),
		Tests: []Test{{Scenario: "unread-data-reset", Own: own(user.Never, "client.ended == ABORTED"), Says: yes}}},
	{ID: 6, Statement: "How often a FIN is sent again is set by tcp_orphan_retries.", Expected: [3]checker.Verdict{yes, no, no},
		Tests: []Test{{Scenario: "first-wave-lost", Set: []string{"client.app=[{do: shutdown-wr}]", "client" + sysctl + "tcp_orphan_retries=1"},
			Own: soon("client.state == FIN_WAIT_1", "client.state == CLOSED", 10*spec.Second), Says: yes}}},
	{ID: 7, Statement: "After the last retransmission, twice the last timeout passes, then the connection is CLOSED (with 3 retries, 3.0 s after the first FIN).", Expected: [3]checker.Verdict{yes, no, no},
		Tests: []Test{{Scenario: "first-wave-lost", Own: soon("client.state == FIN_WAIT_1", "client.state == CLOSED", 3*spec.Second), Says: yes}}},
	{ID: 8, Statement: "With tcp_orphan_retries = 3 the FIN is sent again 3 times.", Expected: [3]checker.Verdict{yes, no, no},
		Tests: []Test{{Scenario: "first-wave-lost", Own: own(user.Always, "client.fins_sent <= 4"), Says: yes}}},
	{ID: 9, Statement: "Giving up is silent: the peer is not told.", Expected: each(yes),
		Tests: []Test{
			{Scenario: "first-wave-lost", Own: own(user.Reachable, "client.ended == GAVE_UP && server.state == ESTABLISHED"), Says: yes},
			{Scenario: "first-wave-lost", Own: own(user.Never, "network.rst_from_client"), Says: yes},
		}},
	{ID: 10, Statement: "An ACK is not retransmitted; the client sends its FIN again until an ACK comes or the limit is reached.", Expected: each(yes),
		Tests: []Test{
			{Scenario: "second-wave-lost", Property: "ack-never-retransmitted-by-timer", Says: yes},
			{Scenario: "second-wave-lost", Set: []string{"server.app=never"}, Own: own(user.Reachable, "client.ended == GAVE_UP && server.state == CLOSE_WAIT"), Says: yes},
		}},
	{ID: 11, Statement: "With its FIN acknowledged, the client waits in FIN_WAIT_2 for the server's.", Expected: each(yes),
		Tests: []Test{{Scenario: "normal-close", Own: own(user.Reachable, "client.state == FIN_WAIT_2 && client.fin_acked && !server.fin_sent"), Says: yes}}},
	{ID: 12, Statement: "After close(), FIN_WAIT_2 lasts no longer than tcp_fin_timeout.", Expected: [3]checker.Verdict{yes, no, no},
		Tests: []Test{{Scenario: "fin-wait-2-after-close", Set: []string{"client" + sysctl + "tcp_fin_timeout=150"}, Own: stays("client.state == FIN_WAIT_2", 150*spec.Second), Says: yes}}},
	{ID: 13, Statement: "When no FIN comes in that time, the connection just closes.", Expected: [3]checker.Verdict{yes, no, yes},
		Tests: []Test{
			{Scenario: "fin-wait-2-after-close", Own: own(user.Eventually, "client.state == CLOSED"), Says: yes},
			{Scenario: "fin-wait-2-after-close", Own: own(user.Never, "network.rst_from_client"), Says: yes},
		}},
	{ID: 14, Statement: "After shutdown() FIN_WAIT_2 can last for ever, whatever tcp_fin_timeout is.", Expected: each(yes),
		Tests: []Test{{Scenario: "fin-wait-2-after-shutdown", Set: []string{"client" + sysctl + "tcp_fin_timeout=5"}, Property: "fin-wait-2-left-eventually", Says: no}}},
	{ID: 15, Statement: "The kernel cannot leave CLOSE_WAIT by itself.", Expected: each(no),
		Tests: []Test{
			{Scenario: "close-wait-leak", Property: "close-wait-left-eventually", Says: no},
			// Keepalive can, when the peer is gone; so can TCP_USER_TIMEOUT and an RST.
			{Scenario: "close-wait-leak", Set: []string{"client.app=[{do: close}, {do: crash, after: 1s}]", "server.socket.so_keepalive=true"},
				Own: own(user.Never, "server.ended == KEEPALIVE"), Says: yes},
		}},
	{ID: 16, Statement: "close() in CLOSE_WAIT sends a FIN and enters LAST_ACK.", Expected: each(no),
		Tests: []Test{
			{Scenario: "normal-close", Own: own(user.Reachable, "server.state == LAST_ACK"), Says: yes},
			{Scenario: "normal-close", Set: []string{"server.socket.so_linger=0s"}, Own: own(user.Never, "server.ended == ABORTED"), Says: yes},
		}},
	// How often that is, claim 8 says.
	{ID: 17, Statement: "The FIN of LAST_ACK is sent again until tcp_orphan_retries ends that, as the client's is.", Expected: [3]checker.Verdict{yes, no, yes},
		Tests: []Test{
			{Scenario: "third-wave-lost", Set: []string{"server" + sysctl + "tcp_orphan_retries=1"}, Own: soon("server.state == LAST_ACK", "server.state == CLOSED", 2*spec.Second), Says: yes},
			{Scenario: "third-wave-lost", Set: []string{"server" + sysctl + "tcp_orphan_retries=4"}, Own: soon("server.state == LAST_ACK", "server.state == CLOSED", 2*spec.Second), Says: no},
			{Scenario: "first-wave-lost", Set: []string{"client" + sysctl + "tcp_orphan_retries=1"}, Own: soon("client.state == FIN_WAIT_1", "client.state == CLOSED", 2*spec.Second), Says: yes},
			{Scenario: "first-wave-lost", Set: []string{"client" + sysctl + "tcp_orphan_retries=4"}, Own: soon("client.state == FIN_WAIT_1", "client.state == CLOSED", 2*spec.Second), Says: no},
		}},
	{ID: 18, Statement: "When every FIN of the server is lost, the server gives up, and the client's FIN_WAIT_2 runs out.", Expected: [3]checker.Verdict{yes, no, yes},
		Tests: []Test{
			{Scenario: "third-wave-lost", Own: own(user.Eventually, "server.state == CLOSED"), Says: yes},
			{Scenario: "third-wave-lost", Own: own(user.Eventually, "client.state == CLOSED"), Says: yes},
		}},
	{ID: 19, Statement: "TIME_WAIT lasts 2·MSL.", Expected: [3]checker.Verdict{yes, yes, no},
		Tests: []Test{{Scenario: "normal-close", Set: []string{"network.msl=20s"}, Own: stays("client.state == TIME_WAIT", 40*spec.Second), Says: yes}}},
	{ID: 20, Statement: "The server stays in LAST_ACK until an ACK comes, and sends its FIN again.", Expected: each(yes),
		Tests: []Test{{Scenario: "fourth-wave-lost", Own: own(user.Reachable, "server.state == LAST_ACK && server.fins_sent >= 2"), Says: yes}}},
	{ID: 21, Statement: "When every last ACK is lost, the server gives up; TIME_WAIT starts anew with each FIN, and ends.", Expected: each(yes),
		Tests: []Test{
			{Scenario: "fourth-wave-lost", Own: own(user.Reachable, "server.ended == GAVE_UP && client.state == TIME_WAIT"), Says: yes},
			{Scenario: "fourth-wave-lost", Property: "both-closed", Says: yes},
		}},
	{ID: 22, Statement: "MSL is at least the time in which a TTL reaches 0.", Unjudged: "a definition of the network, and an assumption here"},
	{ID: 23, Statement: "Linux sets MSL to 30 s.", Unjudged: "about a constant of the source, which Linux does not have"},
	{ID: 24, Statement: "2·MSL because a segment and its answer take one MSL each.", Expected: [3]checker.Verdict{yes, yes, yes},
		Tests: []Test{
			{Scenario: "time-wait-2msl", Property: "quiescence", Says: yes},
			{Scenario: "time-wait-1msl", Property: "quiescence", Says: no},
			{Scenario: "time-wait-1msl", Property: "no-old-duplicate-accepted", Says: no},
		}},
	{ID: 25, Statement: "2·MSL leaves room for one loss of the last ACK.", Expected: each(no),
		Tests: []Test{
			{Scenario: "normal-close", Set: []string{"network.loss=1"}, Own: own(user.Never, "server.ended == RESET_BY_PEER"), Says: yes},
			// The RTO is not bounded by MSL: the FIN may come again when TIME_WAIT is over.
			{Scenario: "normal-close", Set: []string{"network.loss=1", "network.msl=30s", "server.rto=100s", "server" + sysctl + "tcp_early_retrans=0"}, Own: own(user.Never, "server.ended == RESET_BY_PEER"), Says: yes},
		}},
	{ID: 26, Statement: "Not more than 2·MSL because two losses in a row are rare.", Unjudged: "about the reason of a design, and about probabilities"},
	{ID: 27, Statement: "TIME_WAIT counts from its ACK, and starts anew when the FIN comes again.", Expected: each(yes),
		Tests: []Test{
			{Scenario: "fourth-wave-lost", Property: "time-wait-re-acks-fin", Says: yes},
			{Scenario: "fourth-wave-lost", Property: "time-wait-length", Says: yes},
		}},
	{ID: 28, Statement: "TIME_WAIT is 60 s, whatever else is set.", Expected: [3]checker.Verdict{no, no, yes},
		Tests: []Test{{Scenario: "normal-close", Set: []string{"network.msl=45s"}, Own: stays("client.state == TIME_WAIT", 60*spec.Second), Says: yes}}},
	{ID: 29, Statement: "TIME_WAIT keeps old data out of the next connection, and lets the passive side close.", Expected: [3]checker.Verdict{yes, yes, yes},
		Tests: []Test{
			{Scenario: "time-wait-1msl", Property: "old-fin-ends-new-connection", Says: yes},
			{Scenario: "time-wait-2msl", Property: "old-fin-ends-new-connection", Says: no},
			{Scenario: "normal-close", Set: []string{"network.loss=1"}, Own: own(user.Never, "server.ended == RESET_BY_PEER"), Says: yes},
			{Scenario: "normal-close", Set: []string{"network.loss=1", "client.time_wait=1ms"}, Own: own(user.Never, "server.ended == RESET_BY_PEER"), Says: no},
		}},
	{ID: 30, Statement: "TIME_WAIT costs descriptors, memory, CPU and threads.", Unjudged: "resources of a kernel are not modelled"},
	{ID: 31, Statement: "The ports that a client can use are 32768 to 61000.", Unjudged: "the history of a default"},
	{ID: 32, Statement: "Ports run out for one destination only.", Expected: each(yes),
		Tests: []Test{
			{Scenario: "port-exhaustion", Property: "port-always-available", Says: no},
			{Scenario: "port-exhaustion", Property: "other-destination-still-reachable", Says: yes},
		}},
	{ID: 33, Statement: "A server in TIME_WAIT has no limit of ports, only of resources.", Expected: each(yes),
		Tests: []Test{
			{Scenario: "port-exhaustion", Set: []string{"population.closes_first=server"}, Property: "port-always-available", Says: yes},
			{Scenario: "port-exhaustion", Set: []string{"population.closes_first=server"}, Property: "server-side-never-short-of-ports", Says: yes},
			{Scenario: "port-exhaustion", Set: []string{"population.closes_first=server", "server" + sysctl + "tcp_max_tw_buckets=1000"}, Property: "buckets-never-overflow", Says: no},
		}},
	// The other profiles have no such rule: RFC 9293 and RFC 6191 let a SYN end TIME_WAIT,
	// and no connect(). Without RSTs nothing else ends it within the second.
	{ID: 34, Statement: "tcp_tw_reuse with timestamps lets connect() use a TIME_WAIT.", Expected: [3]checker.Verdict{no, no, yes},
		Tests: []Test{
			{Scenario: "tw-reuse-timestamps", Set: []string{"network.lose=[{from: server, segment: RST, nth: all}]"}, Property: "connected-again", Says: yes},
			{Scenario: "tw-reuse-no-timestamps", Property: "connect-refused", Says: yes},
		}},
	{ID: 35, Statement: "connect() picks at random a TIME_WAIT older than 1 s.", Unjudged: "one four-tuple is modelled, and the kernel reuses no other: a port is looked for by a hash"},
	{ID: 36, Statement: "The timestamps option holds two fields of 4 bytes.", Unjudged: "about the form of a header, which is not modelled"},
	{ID: 37, Statement: "With timestamps old duplicates are dropped, and the problem of 2·MSL is gone.", Expected: each(no),
		Tests: []Test{
			{Scenario: "tw-reuse-timestamps", Set: []string{"client.time_wait=100ms"}, Property: "no-old-duplicate-accepted", Says: yes},
			// An RST is exempt from PAWS: without initial numbers above the old ones it kills.
			{Scenario: "tw-reuse-timestamps", Set: []string{"client.time_wait=100ms", "isn.policy=arbitrary"}, Property: "old-rst-cannot-kill", Says: yes},
		}},
	{ID: 38, Statement: "tcp_max_tw_buckets is 18000 by default.", Unjudged: "the history of a default"},
	{ID: 39, Statement: "Beyond tcp_max_tw_buckets a connection is reset in place of TIME_WAIT.", Expected: each(no),
		// Without FIN_WAIT_2: Linux wants a bucket for an orphan's FIN_WAIT_2 too, and a FIN
		// that comes when it has got none is answered with an RST.
		Tests: []Test{{Scenario: "simultaneous-close", Set: []string{"client" + sysctl + "tcp_max_tw_buckets=0"}, Own: own(user.Reachable, "network.rst_from_client"), Says: yes}}},
	{ID: 40, Statement: "With SO_LINGER 0 close() sends an RST and skips the waves and TIME_WAIT.", Expected: each(yes),
		Tests: []Test{
			{Scenario: "linger-reset", Own: own(user.Reachable, "client.ended == ABORTED && network.rst_from_client"), Says: yes},
			{Scenario: "linger-reset", Own: own(user.Never, "client.state == TIME_WAIT || server.state == TIME_WAIT"), Says: yes},
		}},
	{ID: 41, Statement: "SO_LINGER 0 is dangerous: with the RST lost, the peer does not know.", Expected: each(yes),
		Tests: []Test{{Scenario: "linger-reset", Set: []string{"network.loss=1"}, Own: own(user.Eventually, "server.state == CLOSED"), Says: no}}},
	{ID: 42, Statement: "It is best that the server never closes first: then nothing is left with it.", Expected: each(no),
		Tests: []Test{
			{Scenario: "normal-close", Own: own(user.Never, "server.state == TIME_WAIT"), Says: yes},
			{Scenario: "normal-close", Set: []string{"client.app=never"}, Own: own(user.Eventually, "server.state == CLOSED"), Says: yes},
		}},
}
