package properties

// Candidate is one of the 47 properties that the rule book of the project proposes
// (linux-tcp.md, section 4), with the properties that judge it, of this catalogue or that of
// populations, or the reason why none does.
type Candidate struct {
	Number  int      `json:"number"`
	Text    string   `json:"text"`
	Judged  []string `json:"judged_by"`
	LeftOut string   `json:"left_out"`
}

// Candidates lists them in order.
func Candidates() []Candidate {
	by := func(names ...string) []string { return names }
	all := []Candidate{
		{Text: "the states of both sides go together", Judged: by("peer-of-time-wait-has-closed", "last-ack-only-passive")},
		{Text: "one FIN sequence number", Judged: by("fin-one-sequence-number", "nothing-behind-the-fin")},
		{Text: "TIME_WAIT has both FINs", Judged: by("states-match-fins")},
		{Text: "EOF only behind all data", Judged: by("eof-after-all-data")},
		{Text: "simultaneous close", Judged: by("simultaneous-close")},
		{Text: "three-segment close", Judged: by("three-segment-close")},
		{Text: "both closed at last", Judged: by("both-closed")},
		{Text: "an orphan is gone at its limit", Judged: by("fin-retries-bounded", "transitions-conform")},
		{Text: "copies of the FIN are bounded", Judged: by("fin-retries-bounded")},
		{Text: "0 retries act as 8", LeftOut: "a formula of parameters and no property of runs; the sweep orphan-retries and the tests of its rule hold it"},
		{Text: "a FIN of an open descriptor lives as long as tcp_retries2", LeftOut: "a lower bound of a stay: finwait check --stays measures it, shutdown() in the claims judges it"},
		{Text: "what was written is delivered, or somebody is told", Judged: by("no-silent-data-loss")},
		{Text: "close() with unread data resets", Judged: by("unread-data-is-told")},
		{Text: "RST although everything was written and closed in order", Judged: by("unread-data-is-told", "rst-only-when-allowed"), LeftOut: "as a goal: the scenario unread-data-reset shows the run"},
		{Text: "SO_LINGER 0 never comes to TIME_WAIT", LeftOut: "what close() does is in transitions-conform; the sweep fin-or-rst shows the stays"},
		{Text: "a lost RST leaves the peer half open", Judged: by("asymmetric-death")},
		{Text: "half-open after a crash ends with the next segment", Judged: by("rst-only-when-allowed", "connect-eventually-succeeds")},
		{Text: "reboot and immediate connection", Judged: by("connect-eventually-succeeds")},
		{Text: "CLOSE_WAIT is left", Judged: by("close-wait-left-eventually")},
		{Text: "FIN_WAIT_2 of an orphan is bounded", Judged: by("fin-wait-2-bounded-for-orphans")},
		{Text: "FIN_WAIT_2 is left", Judged: by("fin-wait-2-left-eventually")},
		{Text: "after FIN_WAIT_2 a late FIN is reset", Judged: by("passive-side-closes-properly")},
		{Text: "data is lost behind an orderly close", Judged: by("no-silent-data-loss", "late-data-is-reset")},
		{Text: "no RST for an RST, no ACK loop", Judged: by("no-answer-to-rst", "challenge-acks-limited")},
		{Text: "TIME_WAIT acknowledges each FIN", Judged: by("time-wait-re-acks-fin")},
		{Text: "TIME_WAIT ends its length after the last restart", Judged: by("time-wait-length")},
		{Text: "TIME_WAIT is finite", Judged: by("time-wait-bounded")},
		{Text: "every FIN of LAST_ACK finds TIME_WAIT", Judged: by("every-last-ack-fin-finds-time-wait")},
		{Text: "tcp_rfc1337 keeps TIME_WAIT", Judged: by("time-wait-assassination", "rst-accepted-exactly")},
		{Text: "quiescence at the end of TIME_WAIT", Judged: by("quiescence")},
		{Text: "no old duplicate is accepted", Judged: by("no-old-duplicate-accepted")},
		{Text: "... with initial numbers that ascend", Judged: by("no-old-duplicate-accepted")},
		{Text: "... with PAWS alone", Judged: by("no-old-duplicate-accepted")},
		{Text: "an old RST cannot kill", Judged: by("old-rst-cannot-kill")},
		{Text: "a SYN reopens TIME_WAIT", Judged: by("connected-again")},
		{Text: "an old SYN returns to TIME_WAIT", LeftOut: "RFC 9293's return to TIME_WAIT (MAY-2) is not modelled, and Linux never returns"},
		{Text: "a SYN that meets LAST_ACK connects", Judged: by("syn-meets-last-ack-connects")},
		{Text: "reuse needs its conditions", Judged: by("reuse-needs-its-conditions")},
		{Text: "mini-sockets within tcp_max_tw_buckets", Judged: by("buckets-never-overflow")},
		{Text: "after an overflow the passive side ends by RST", Judged: by("rst-only-when-allowed", "both-closed")},
		{Text: "orphans within tcp_max_orphans", Judged: by("orphans-within-limit")},
		{Text: "an orphan too many is reset", Judged: by("orphans-within-limit")},
		{Text: "close() with SO_LINGER returns in time", Judged: by("lingering-close-bounded", "lingering-close-returns")},
		{Text: "asymmetric death", Judged: by("asymmetric-death")},
		{Text: "data for an orphan is reset", Judged: by("late-data-is-reset")},
		{Text: "TCP_USER_TIMEOUT bounds the FIN", LeftOut: "the bound depends on when the FIN could be sent; finwait check --stays and a sweep over tcp_user_timeout measure it"},
		{Text: "an orphan at a closed window dies", Judged: by("orphan-at-zero-window-ends")},
	}
	for i := range all {
		all[i].Number = i + 1
	}
	return all
}
