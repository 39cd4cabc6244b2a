package main

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/scenario"
	"github.com/finwait/finwait/spec"
)

// where is a scenario in a profile, with some keys set.
type where struct {
	scenario string
	profile  spec.Profile
	set      []string
}

// holdsAndFails has for every property parameters under which it must hold, and not for
// want of an occasion, and others, or a mutant, under which it must fail.
var holdsAndFails = map[string]struct{ holds, fails where }{
	"both-closed":                        {where{"linger-reset", spec.Linux, nil}, where{"first-wave-lost", spec.Article, nil}},
	"no-stuck-state":                     {where{"fin-wait-2-after-shutdown", spec.Article, nil}, where{"unread-data-reset", spec.Linux, []string{"client.mutant=unread-close-resets-and-waits"}}},
	"fin-retries-bounded":                {where{"fin-wait-2-after-shutdown", spec.Article, nil}, where{"first-wave-lost", spec.Linux, []string{"client.mutant=no-retry-limit"}}},
	"fin-one-sequence-number":            {where{"fin-wait-2-after-shutdown", spec.Article, nil}, where{"fin-at-zero-window", spec.Linux, []string{"client.mutant=fin-before-data"}}},
	"fin-acked-before-leaving":           {where{"fin-wait-2-after-shutdown", spec.Article, nil}, where{"peer-reboot", spec.Linux, []string{"client.mutant=last-ack-any-ack"}}},
	"fin-is-acknowledged":                {where{"fin-wait-2-after-shutdown", spec.Article, nil}, where{"peer-reboot", spec.Linux, []string{"client.mutant=fin-not-acknowledged"}}},
	"fin-is-retransmitted":               {where{"first-wave-lost", spec.Article, nil}, where{"first-wave-lost", spec.Linux, []string{"client.mutant=rexmt-skips-fin"}}},
	"only-the-application-closes":        {where{"fin-wait-2-after-shutdown", spec.Article, nil}, where{"normal-close", spec.Linux, []string{"server.mutant=fin-closes-our-side"}}},
	"nothing-behind-the-fin":             {where{"fin-wait-2-after-shutdown", spec.Article, nil}, where{}},
	"eof-after-all-data":                 {where{"three-segment-close", spec.Linux, nil}, where{"fin-at-zero-window", spec.Linux, []string{"client.mutant=fin-before-data"}}},
	"no-silent-data-loss":                {where{"unread-data-reset", spec.Linux, nil}, where{"fin-at-zero-window", spec.Linux, []string{"client.mutant=fin-wait-1-ack-before-fin"}}},
	"half-close-still-receives":          {where{"late-copy-meets-reboot", spec.Linux, nil}, where{"peer-reboot", spec.Linux, []string{"client.mutant=fin-wait-1-ignores-text"}}},
	"half-close-waits":                   {where{"fin-wait-2-after-shutdown", spec.Article, nil}, where{"peer-reboot", spec.Linux, []string{"client.mutant=fin-wait-2-timeout-after-shutdown"}}},
	"half-close-can-still-send":          {where{"late-copy-meets-reboot", spec.Linux, nil}, where{"mutants/scenarios/data-both-ways.yaml", spec.Linux, []string{"server.mutant=close-wait-cannot-send"}}},
	"eof-is-told":                        {where{"fin-wait-2-after-shutdown", spec.Article, nil}, where{"normal-close", spec.Linux, []string{"server.mutant=eof-lost"}}},
	"received-data-stays-readable":       {where{"fin-wait-2-after-shutdown", spec.Article, nil}, where{"peer-reboot", spec.Linux, []string{"client.mutant=fin-drops-unread"}}},
	"bare-fin-accepted-at-zero-window":   {where{"fin-at-zero-window", spec.Linux, []string{"client.app=[{do: send, n: 1}, {do: close}]"}}, where{}},
	"unread-data-is-told":                {where{"unread-data-reset", spec.Linux, nil}, where{"unread-data-reset", spec.Linux, []string{"client.mutant=unread-close-sends-fin"}}},
	"late-data-is-reset":                 {where{"normal-close", spec.Linux, []string{"server.app=[{do: send, n: 1, when: after-eof}, {do: close}]"}}, where{"mutants/scenarios/data-with-fin.yaml", spec.Linux, []string{"client.mutant=late-data-accepted"}}},
	"time-wait-only-active-closer":       {where{"three-segment-close", spec.Linux, nil}, where{"normal-close", spec.Linux, []string{"server.mutant=time-wait-for-passive-closer"}}},
	"time-wait-re-acks-fin":              {where{"fourth-wave-lost", spec.Article, nil}, where{"fourth-wave-lost", spec.Linux, []string{"client.mutant=time-wait-ignores-fin"}}},
	"time-wait-length":                   {where{"three-segment-close", spec.Linux, nil}, where{"normal-close", spec.Linux, []string{"client.mutant=time-wait-two-seconds"}}},
	"time-wait-bounded":                  {where{"three-segment-close", spec.Linux, nil}, where{}},
	"fin-wait-2-bounded-for-orphans":     {where{"fin-wait-2-after-close", spec.Article, nil}, where{"fin-at-zero-window", spec.Linux, []string{"client.mutant=fin-wait-2-no-timeout"}}},
	"fin-wait-2-left-eventually":         {where{"fin-wait-2-after-close", spec.Article, nil}, where{"fin-wait-2-after-shutdown", spec.Article, nil}},
	"close-wait-left-eventually":         {where{"three-segment-close", spec.Linux, nil}, where{"fin-wait-2-after-shutdown", spec.Article, nil}},
	"last-ack-only-passive":              {where{"three-segment-close", spec.Linux, nil}, where{"peer-reboot", spec.Linux, []string{"client.mutant=fin-wait-1-fin-to-last-ack"}}},
	"every-wait-has-a-timer":             {where{"fin-wait-2-after-shutdown", spec.Article, nil}, where{"unread-data-reset", spec.Linux, []string{"client.mutant=unread-close-resets-and-waits"}}},
	"ack-never-retransmitted-by-timer":   {where{"fin-wait-2-after-shutdown", spec.Linux, nil}, where{"mutants/scenarios/window-closed-and-gone.yaml", spec.RFC9293, []string{"server.mutant=uncleared.delayed-ack.ESTABLISHED"}}},
	"rst-only-when-allowed":              {where{"linger-reset", spec.Linux, nil}, where{"unread-data-reset", spec.Linux, []string{"client.mutant=unread-close-resets-and-waits"}}},
	"states-match-fins":                  {where{"linger-reset", spec.Linux, nil}, where{"peer-reboot", spec.Linux, []string{"client.mutant=fin-wait-1-fin-to-close-wait"}}},
	"peer-of-time-wait-has-closed":       {where{"three-segment-close", spec.Linux, nil}, where{"normal-close", spec.Linux, []string{"server.mutant=fin-stays-established"}}},
	"active-closer-waits":                {where{"fin-wait-2-after-close", spec.Article, nil}, where{"normal-close", spec.Linux, []string{"client.mutant=time-wait-skipped"}}},
	"rst-accepted-exactly":               {where{"linger-reset", spec.Linux, nil}, where{"peer-reboot", spec.Linux, []string{"client.mutant=time-wait-ended-by-any-rst"}}},
	"no-answer-to-rst":                   {where{"linger-reset", spec.Linux, nil}, where{"peer-reboot", spec.Linux, []string{"client.mutant=rst-answered"}}},
	"challenge-acks-limited":             {where{"normal-close", spec.Linux, nil}, where{"peer-reboot", spec.Linux, []string{"client.mutant=challenge-ack-unlimited"}}},
	"lingering-close-returns":            {where{"lingering-close", spec.Article, nil}, where{"lingering-close", spec.Linux, []string{"client.mutant=close-done-lost"}}},
	"lingering-close-bounded":            {where{"lingering-close", spec.Article, nil}, where{}},
	"orphan-at-zero-window-ends":         {where{"fin-at-zero-window", spec.Linux, nil}, where{"mutants/scenarios/closed-window-for-ever.yaml", spec.Linux, []string{"client.mutant=orphan-probes-for-ever"}}},
	"transitions-conform":                {where{"linger-reset", spec.Linux, nil}, where{"fin-at-zero-window", spec.Linux, []string{"client.mutant=close-waits-for-window"}}},
	"simultaneous-close":                 {where{"simultaneous-close", spec.Linux, nil}, where{"linger-reset", spec.Linux, nil}},
	"three-segment-close":                {where{"three-segment-close", spec.Linux, nil}, where{"linger-reset", spec.Linux, nil}},
	"asymmetric-death":                   {where{"fin-wait-2-after-close", spec.Article, nil}, where{"linger-reset", spec.Linux, nil}},
	"quiescence":                         {where{"tw-reuse-no-timestamps", spec.Linux, nil}, where{"old-text-beyond-fin", spec.RFC9293, nil}},
	"no-old-duplicate-accepted":          {where{"syn-meets-last-ack", spec.Linux, nil}, where{"old-text-beyond-fin", spec.RFC9293, nil}},
	"old-rst-cannot-kill":                {where{"tw-reuse-bound-port", spec.Linux, nil}, where{"old-text-beyond-fin", spec.RFC9293, nil}},
	"every-last-ack-fin-finds-time-wait": {where{"tw-reuse-no-timestamps", spec.Linux, nil}, where{"syn-meets-last-ack", spec.Linux, nil}},
	"passive-side-closes-properly":       {where{"tw-reuse-no-timestamps", spec.Linux, nil}, where{"syn-meets-last-ack", spec.Linux, nil}},
	"reuse-needs-its-conditions":         {where{"tw-reuse-no-timestamps", spec.Linux, nil}, where{}},
	"time-wait-assassination":            {where{"tw-reuse-no-timestamps", spec.Linux, nil}, where{"syn-meets-last-ack", spec.Linux, nil}},
	"connected-again":                    {where{"tw-reuse-no-timestamps", spec.Linux, nil}, where{"tw-reuse-timestamps", spec.Linux, []string{"network.lose=[{from: client, segment: SYN, nth: all}]"}}},
	"old-fin-ends-new-connection":        {where{"old-text-beyond-fin", spec.RFC9293, nil}, where{"tw-reuse-no-timestamps", spec.Linux, nil}},
	"connect-refused":                    {where{"tw-reuse-no-timestamps", spec.Linux, nil}, where{"syn-meets-last-ack", spec.Linux, nil}},
	"connect-eventually-succeeds":        {where{"tw-reuse-no-timestamps", spec.Linux, nil}, where{"simultaneous-open", spec.Linux, nil}},
	"syn-meets-last-ack-connects":        {where{"syn-meets-last-ack", spec.Linux, nil}, where{"bucket-overflow", spec.Linux, nil}},
	"opened-window-is-told":              {where{"fin-at-zero-window", spec.Article, nil}, where{"fin-at-zero-window", spec.RFC9293, []string{"server.mutant=drop.ACK.ESTABLISHED.call"}}},
	"time-wait-begins-anew":              {where{"normal-close", spec.Article, nil}, where{"fin-wait-2-after-shutdown", spec.Article, []string{"client.mutant=on-close.ESTABLISHED.TIME_WAIT"}}},
	"keepalive-notices-a-dead-peer":      {where{"keepalive-dead-peer", spec.Article, nil}, where{}},
	"dead-peer-is-given-up":              {where{"peer-crash", spec.RFC9293, nil}, where{"mutants/scenarios/window-closed-and-gone.yaml", spec.Linux, []string{"client.mutant=no-persist-timer"}}},
	"keepalive-waits-for-silence":        {where{"mutants/scenarios/keepalive-in-close-wait.yaml", spec.Linux, nil}, where{"mutants/scenarios/keepalive-in-close-wait.yaml", spec.Linux, []string{"server.mutant=unarmed.keepalive"}}},
	"counted-as-sent-is-sent":            {where{"normal-close", spec.Article, nil}, where{"unread-data-reset", spec.Linux, []string{"client.mutant=unread-close-resets-and-waits"}}},
	"every-expiry-does-its-work":         {where{"normal-close", spec.RFC9293, nil}, where{"first-wave-lost", spec.Article, []string{"client.mutant=rexmt-skips-fin"}}},
	"segments-carry-current-numbers":     {where{"normal-close", spec.Article, nil}, where{"mutants/scenarios/half-close-slow.yaml", spec.Linux, []string{"client.mutant=fin-beyond-hole-accepted"}}},
	"no-needless-ack":                    {where{"normal-close", spec.Article, nil}, where{"mutants/scenarios/half-close-slow.yaml", spec.Linux, []string{"client.mutant=fin-beyond-hole-accepted"}}},
	"ack-of-the-unsent-is-answered":      {where{"time-wait-1msl", spec.Linux, []string{"isn.policy=same", "network.duplicates=1"}}, where{}},
	"owed-ack-has-its-timer":             {where{"normal-close", spec.RFC9293, nil}, where{"unread-data-reset", spec.Linux, []string{"client.mutant=unarmed.delayed-ack.ESTABLISHED"}}},
	"progress-ends-the-give-up-clocks":   {where{"normal-close", spec.Article, nil}, where{"fin-at-zero-window", spec.RFC9293, []string{"client.mutant=uncleared.persist.FIN_WAIT_1"}}},
	"retransmissions-have-a-limit":       {where{"first-wave-lost", spec.RFC9293, nil}, where{"fin-at-zero-window", spec.RFC9293, []string{"client.mutant=fin-wait-1-ack-before-fin"}}},
	"limits-are-those-set":               {where{"first-wave-lost", spec.RFC9293, nil}, where{"first-wave-lost", spec.Linux, []string{"client.mutant=limit.tcp_orphan_retries.-1"}}},
	"progress-restarts-the-rto":          {where{"peer-reboot", spec.Article, nil}, where{"mutants/scenarios/unread-at-eof.yaml", spec.RFC9293, []string{"client.mutant=fin-wait-1-ack-of-data"}}},
	"rto-doubles":                        {where{"first-wave-lost", spec.Article, nil}, where{"first-wave-lost", spec.Article, []string{"client.mutant=no-retry-limit"}}},
	"no-connection-is-told":              {where{"normal-close", spec.Article, nil}, where{"mutants/scenarios/reboot.yaml", spec.RFC9293, []string{"client.mutant=closed-ignores-segments"}}},
	"error-tells-how-it-ended":           {where{"linger-reset", spec.Article, nil}, where{"second-wave-lost", spec.Article, []string{"server.mutant=unacceptable-ack-resets"}}},
	"error-is-told-once":                 {where{"linger-reset", spec.Article, nil}, where{}},
	"write-after-the-fin-fails":          {where{"mutants/scenarios/write-after-shutdown.yaml", spec.Linux, nil}, where{}},
	"abort-sends-rst":                    {where{"linger-reset", spec.Article, nil}, where{"unread-data-reset", spec.Linux, []string{"client.mutant=unread-close-resets-and-waits"}}},
	"lingering-close-waits":              {where{"lingering-close", spec.Article, nil}, where{"mutants/scenarios/linger-runs-out.yaml", spec.Linux, []string{"client.mutant=lingers.FIN_WAIT_1.not"}}},
	"time-wait-takes-a-newer-syn-only":   {where{"mutants/scenarios/syn-meets-time-wait.yaml", spec.Linux, nil}, where{"mutants/scenarios/old-syn-meets-time-wait.yaml", spec.Linux, []string{"server.mutant=syn-in-time-wait-always-taken"}}},
	"old-syn-cannot-end-time-wait":       {where{"old-syn-in-time-wait", spec.RFC9293, nil}, where{"old-syn-in-time-wait", spec.Linux, nil}},
	"port-always-available":              {where{"port-exhaustion", spec.Linux, []string{"population.rate=400"}}, where{"port-exhaustion", spec.Linux, nil}},
	"other-destination-still-reachable":  {where{"port-exhaustion", spec.Linux, nil}, where{"port-exhaustion", spec.Linux, []string{"population.bind=true"}}},
	"server-side-never-short-of-ports":   {where{"port-exhaustion", spec.Linux, nil}, where{"port-exhaustion", spec.Linux, []string{"population.closes_first=server", "client.sysctl.net.ipv4.tcp_timestamps=0", "population.isn=arbitrary"}}},
	"buckets-never-overflow":             {where{"port-exhaustion", spec.Linux, nil}, where{"port-exhaustion", spec.Linux, []string{"client.sysctl.net.ipv4.tcp_max_tw_buckets=1000"}}},
	"orphans-within-limit":               {where{"port-exhaustion", spec.Linux, nil}, where{"port-exhaustion", spec.Linux, []string{"client.sysctl.net.ipv4.tcp_max_orphans=1", "population.orphan_time=1s"}}},
}

// byHand are the properties that no scenario here breaks. That they can fail is shown in
// TestBrokenByHand, TestStaysBrokenByHand, TestSteps and TestStates of package properties.
var byHand = []string{"nothing-behind-the-fin", "bare-fin-accepted-at-zero-window", "time-wait-bounded", "lingering-close-bounded", "reuse-needs-its-conditions",
	"keepalive-notices-a-dead-peer", "error-is-told-once", "write-after-the-fin-fails", "ack-of-the-unsent-is-answered"}

// TestEveryPropertyHoldsAndFails walks the catalogue: one without parameters under which
// it holds and ones under which it fails is refused.
func TestEveryPropertyHoldsAndFails(t *testing.T) {
	all := everyProperty()
	require.GreaterOrEqual(t, len(all), 45)
	require.Len(t, holdsAndFails, len(all))
	in := checker.Exact
	found := func(w where, property string) judge.Outcome {
		s, err := scenario.Find(w.scenario)
		require.NoError(t, err)
		i, err := s[0].Instantiate(w.profile, scenario.Overrides{Set: w.set})
		require.NoError(t, err)
		c, err := judge.Of(i, []string{property})
		require.NoError(t, err)
		c.Coverage = i.Population == nil && in == checker.Exact // vacuity in exact time
		opt := checker.Options{Time: in}
		if in == checker.Any {
			opt.MaxStates = 3000 // many are proved within that
		}
		j, err := judge.Judge(context.Background(), c, opt)
		require.NoError(t, err)
		require.Len(t, j.Outcomes, 1, property)
		return j.Outcomes[0]
	}
	proved := 0
	for _, p := range all {
		t.Run(p.Name, func(t *testing.T) {
			w, listed := holdsAndFails[p.Name]
			require.True(t, listed)
			o := found(w.holds, p.Name)
			require.Equal(t, checker.Holds.String(), o.Verdict, o.Reason)
			require.False(t, o.Excused || o.Vacuous, "it says nothing there")
			in = checker.Any
			o = found(w.holds, p.Name)
			in = checker.Exact
			if o.Scope == checker.AllDurations.String() {
				require.Equal(t, checker.AllDurations, p.Scope())
				proved++
			}
			if slices.Contains(byHand, p.Name) {
				require.Empty(t, w.fails.scenario)
				return
			}
			o = found(w.fails, p.Name)
			require.Equal(t, checker.Violated.String(), o.Verdict, o.Reason)
			require.False(t, o.Excused)
		})
	}
	require.Greater(t, proved, 25, "for all durations")
}

// TestExplainTellsAllOfAProperty: explain and list --long have each of the parts of every
// property.
func TestExplainTellsAllOfAProperty(t *testing.T) {
	long := finwait(t, "list", "properties", "--long").stdout
	for _, p := range everyProperty() {
		text, _, _ := strings.Cut(finwait(t, "explain", p.Name).stdout, "\nAlso:\n") // a scenario of this name
		require.Contains(t, long, text)
		require.Contains(t, text, p.Name+" ("+p.Kind.String()+")\n")
		for _, part := range []string{"\nExpected:   ", "\nAssumes:    ", "\nDurations:  ", "\nSource:     "} {
			require.Regexp(t, part+`\S`, text, p.Name)
		}
		j := parse(t, finwait(t, "explain", p.Name, "--format", "json").stdout)["property"].(map[string]any)
		require.Equal(t, []string{"about", "assumptions", "claim", "holds_when", "kind", "name", "scope", "source"}, keysOf(j))
		for key, value := range j {
			require.NotNil(t, value, key)
			require.NotEqual(t, "", value, key)
		}
	}
}
