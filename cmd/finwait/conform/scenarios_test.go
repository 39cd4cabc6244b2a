package conform

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/spec"
)

// wrong are parameters that the observed hosts did not have.
var wrong = map[string]func(p *spec.Params){
	"one retry fewer":       both(func(c *spec.HostParams) { c.TCPOrphanRetries = retries(c) - 1 }),
	"one retry more":        both(func(c *spec.HostParams) { c.TCPOrphanRetries = retries(c) + 1 }),
	"retries2 one fewer":    both(func(c *spec.HostParams) { c.TCPRetries2-- }),
	"TIME_WAIT 30 s":        both(func(c *spec.HostParams) { c.TimeWait = 30 * spec.Second }),
	"TIME_WAIT 90 s":        both(func(c *spec.HostParams) { c.TimeWait = 90 * spec.Second }),
	"fin_timeout half":      both(func(c *spec.HostParams) { c.TCPFinTimeout /= 2 }),
	"fin_timeout 2 s more":  both(func(c *spec.HostParams) { c.TCPFinTimeout += 2 * spec.Second }),
	"no tail loss probe":    both(func(c *spec.HostParams) { c.TCPEarlyRetrans = false }),
	"tail loss probe":       both(func(c *spec.HostParams) { c.TCPEarlyRetrans = true }),
	"ACKs at once":          both(func(c *spec.HostParams) { c.DelayedAck = [2]int64{} }),
	"ACKs late":             both(func(c *spec.HostParams) { c.DelayedAck[0] = 30 * spec.Millisecond }),
	"RTO 50 ms":             both(func(c *spec.HostParams) { c.RTO = 50 * spec.Millisecond }),
	"no linger":             both(func(c *spec.HostParams) { c.SoLinger.On, c.TCPLinger2 = false, 0 }),
	"buckets":               both(func(c *spec.HostParams) { c.TCPMaxTwBuckets = 1000 }),
	"no Nagle":              both(func(c *spec.HostParams) { c.Nagle = false }),
	"reuse":                 both(func(c *spec.HostParams) { c.TCPTwReuse, c.TCPTimestamps = 1, true }),
	"no reuse":              both(func(c *spec.HostParams) { c.TCPTwReuse, c.BoundPort = 0, false }),
	"bound port":            both(func(c *spec.HostParams) { c.BoundPort, c.TCPTimestamps = true, true }),
	"reuse delay 100 ms":    both(func(c *spec.HostParams) { c.TCPTwReuseDelay = 100 * spec.Millisecond }),
	"reuse delay 5 s":       both(func(c *spec.HostParams) { c.TCPTwReuseDelay = 5 * spec.Second }),
	"no timestamps":         both(func(c *spec.HostParams) { c.TCPTimestamps = false }),
	"nobody listens":        both(func(c *spec.HostParams) { c.Listens = false }),
	"no TIME_WAIT":          both(func(c *spec.HostParams) { c.TCPMaxTwBuckets = 0 }),
	"rules of the article":  func(p *spec.Params) { p.Profile = spec.Article },
	"rules of the RFC only": func(p *spec.Params) { p.Profile = spec.RFC9293 },
}

func both(f func(c *spec.HostParams)) func(p *spec.Params) {
	return func(p *spec.Params) { f(&p.Host[0]); f(&p.Host[1]) }
}

// retries is the number that 0 stands for.
func retries(c *spec.HostParams) uint8 {
	if c.TCPOrphanRetries == 0 {
		return 8
	}
	return c.TCPOrphanRetries
}

// scenarios are all that were measured, each with parameters under which it is no
// behaviour of the model.
var scenarios = map[string][]string{
	"a_3seg":                  {"ACKs at once"},
	"a_3seg_20ms":             {"ACKs at once"},
	"a_normal":                {"TIME_WAIT 30 s", "TIME_WAIT 90 s", "ACKs at once"},
	"a_simul":                 {"RTO 50 ms"},
	"a_simul_acks_lost":       {"RTO 50 ms", "rules of the article"},
	"b_first1_notlp":          {"RTO 50 ms"},
	"b_retries0":              {"one retry fewer", "one retry more", "no tail loss probe"},
	"b_retries1":              {"one retry fewer", "one retry more", "no tail loss probe", "rules of the article"},
	"b_retries1_notlp":        {"one retry fewer", "one retry more", "tail loss probe"},
	"b_retries2":              {"one retry fewer", "one retry more", "no tail loss probe"},
	"b_retries2_notlp":        {"one retry fewer", "one retry more", "tail loss probe"},
	"b_retries3":              {"one retry fewer", "no tail loss probe"},
	"b_retries3_notlp":        {"one retry fewer", "tail loss probe"},
	"b_retries3_rto210_notlp": {"one retry more", "tail loss probe"},
	"b_retries3_rto230_notlp": {"one retry fewer", "one retry more", "tail loss probe"},
	"b_retries3_rto250":       {"one retry fewer", "one retry more", "no tail loss probe"},
	"b_retries3_rto250_notlp": {"one retry fewer", "one retry more", "tail loss probe"},
	"b_retries4":              {"one retry more", "no tail loss probe"},
	"b_retries5":              {"one retry fewer", "one retry more", "no tail loss probe"},
	"b_shutdown_retries2eq3":  {"retries2 one fewer", "no tail loss probe"},
	"c_retries0":              {"one retry fewer", "one retry more", "no tail loss probe"},
	"c_retries1":              {"one retry fewer", "one retry more", "no tail loss probe"},
	"c_retries2":              {"one retry fewer", "one retry more", "no tail loss probe"},
	"c_retries4":              {"one retry more", "no tail loss probe"},
	"c_retries5":              {"one retry fewer", "one retry more", "no tail loss probe"},
	"d_fin0":                  {"fin_timeout 2 s more", "rules of the RFC only"},
	"d_fin1":                  {"fin_timeout half", "fin_timeout 2 s more"},
	"d_fin120":                {"fin_timeout half", "fin_timeout 2 s more"},
	"d_fin60":                 {"fin_timeout half", "fin_timeout 2 s more"},
	"d_fin61":                 {"fin_timeout half", "fin_timeout 2 s more"},
	"d_fin70":                 {"fin_timeout half", "fin_timeout 2 s more"},
	"d_linger2_neg":           {"no linger"},
	"d_shutdown":              {"fin_timeout half", "fin_timeout 2 s more"},
	"e_close":                 {"one retry fewer", "no tail loss probe"},
	"e_shutdown":              {"no tail loss probe", "rules of the RFC only"},
	"f_always_r2":             {"one retry fewer", "one retry more", "TIME_WAIT 30 s", "TIME_WAIT 90 s"},
	"f_once":                  {"TIME_WAIT 30 s", "TIME_WAIT 90 s"},
	"g_data_after_close_fw1":  {"ACKs at once"},
	"g_data_after_shutdown":   {"ACKs at once", "ACKs late"},
	"g_linger0":               {"no linger"},
	"g_linger0_fw2":           {"no linger"},
	"g_linger0_rst_lost":      {"no Nagle", "no tail loss probe"},
	"g_unread":                {"ACKs late"},
	"g_unread_eof_close_wait": {"no tail loss probe"},
	"g_unread_fw2":            {"ACKs late", "ACKs at once"},
	"h_auto_reuse0_ts0":       {"ACKs at once", "reuse", "bound port", "no TIME_WAIT"},
	"h_auto_reuse0_ts1":       {"reuse", "bound port"},
	"h_auto_reuse1_delay1":    {"no reuse", "reuse delay 100 ms", "no timestamps", "nobody listens"},
	"h_auto_reuse1_ts0":       {"reuse", "bound port"},
	"h_auto_reuse1_ts1":       {"ACKs at once", "no reuse", "bound port", "reuse delay 100 ms", "reuse delay 5 s", "no timestamps", "nobody listens"},
	"h_bind_reuse0_ts0":       {"bound port", "no TIME_WAIT"},
	"h_bind_reuse0_ts1":       {"no reuse", "no timestamps", "nobody listens"},
	"h_bind_reuse1_ts1":       {"no reuse", "no timestamps", "nobody listens"},
	"h_server_tw_ts0":         {"nobody listens", "no TIME_WAIT"},
	"h_server_tw_ts1":         {"nobody listens", "no TIME_WAIT", "ACKs at once"},
	"i_buckets1":              {"ACKs at once"},
	"i_buckets2":              {"ACKs at once"},
	"i_fw2_overflow":          {"buckets"},
	"j_ifdown_fw2":            {"one retry fewer", "one retry more"},
	"j_kill_fw1":              {"RTO 50 ms"},
	"j_kill_fw2":              {"fin_timeout half", "fin_timeout 2 s more"},
	"j_kill_fw2_rst":          {"ACKs at once"},
	"j_kill_rst_always_lost":  {"one retry fewer", "no tail loss probe"},
	"j_ssK_timewait":          {"ACKs at once"},
}

// Every teardown of the lab is a behaviour of the linux profile, and none under
// parameters that its hosts did not have.
func TestScenarios(t *testing.T) {
	in, err := Load("testdata/scenarios", Options{Tolerance: spec.Millisecond})
	require.NoError(t, err)
	all := slices.DeleteFunc(in.Observed, func(s Source) bool { return s.Kind != KindTeardowns })
	require.Len(t, all, len(scenarios))
	for _, source := range all {
		file := source.File
		name := strings.TrimSuffix(filepath.Base(file), wireSuffix)
		t.Run(name, func(t *testing.T) {
			r := judged(t, file, nil)
			require.Equal(t, Conforms, r.Verdict, "not explained: %s at %d µs; allowed: %v", r.Unexplained, r.UnexplainedAt, r.Allowed)
			require.NoError(t, checker.Replay(r.Run.Model, r.Run.Trace), "the explanation is a run of the product")
			require.NotEmpty(t, scenarios[name])
			for _, what := range scenarios[name] {
				require.Contains(t, wrong, what)
				r := judged(t, file, wrong[what])
				require.Equal(t, Deviates, r.Verdict, what)
				require.Less(t, r.Matched, r.Of, what)
				require.NotEmpty(t, r.Unexplained, what)
			}
		})
	}
}

func judged(t *testing.T, file string, change func(p *spec.Params)) Result {
	o, err := ReadLab(file, spec.Millisecond)
	require.NoError(t, err)
	if change != nil {
		for _, choice := range o.Open { // what explains it is what is to be wrong
			if r := judged(t, file, nil); r.Assumed == choice.Text {
				choice.Set(&o.Params)
			}
		}
		o.Open = nil
		change(&o.Params)
	}
	r, err := Judge(context.Background(), o, checker.Options{MaxStates: 100_000})
	require.NoError(t, err)
	return r
}
