package scenario

import (
	"slices"
	"strings"
)

// linuxTCP are the names under net.ipv4.tcp_ of Linux, mainline 4.4 to 6.19,
// those that were removed on the way included: a sysctl.conf outlives kernels.
var linuxTCP = strings.Fields(`
	abort_on_overflow adv_win_scale allowed_congestion_control app_win autocorking available_congestion_control
	available_ulp backlog_ack_defer base_mss challenge_ack_limit child_ehash_entries comp_sack_delay_ns comp_sack_nr
	comp_sack_rtt_percent comp_sack_slack_ns congestion_control dsack early_demux early_retrans ecn ecn_fallback
	ecn_option ecn_option_beacon ehash_entries fack fastopen fastopen_blackhole_timeout_sec fastopen_key fin_timeout
	frto fwmark_accept invalid_ratelimit keepalive_intvl keepalive_probes keepalive_time l3mdev_accept
	limit_output_bytes low_latency max_orphans max_reordering max_syn_backlog max_tw_buckets mem migrate_req
	min_rtt_wlen min_snd_mss min_tso_segs moderate_rcvbuf mtu_probe_floor mtu_probing no_metrics_save
	no_ssthresh_metrics_save notsent_lowat orphan_retries pacing_ca_ratio pacing_ss_ratio pingpong_thresh
	plb_cong_thresh plb_enabled plb_idle_rehash_rounds plb_rehash_rounds plb_suspend_rto_sec probe_interval
	probe_threshold rcvbuf_low_rtt recovery reflect_tos reordering retrans_collapse retries1 retries2 rfc1337 rmem
	rto_max_ms rto_min_us rx_skb_cache sack shrink_window slow_start_after_idle stdurg syn_linear_timeouts
	syn_retries synack_retries syncookies thin_dupack thin_linear_timeouts timestamps tso_rtt_log tso_win_divisor
	tw_recycle tw_reuse tw_reuse_delay tx_skb_cache window_scaling wmem workaround_signed_windows
`)

// isTCP reports whether the name is one of TCP's, of which all names are known.
func isTCP(name string) bool { return strings.HasPrefix(name, sysctlPrefix+"tcp_") }

// inLinux reports whether Linux has a sysctl of TCP of this name.
func inLinux(name string) bool {
	short, tcp := strings.CutPrefix(name, sysctlPrefix+"tcp_")
	return tcp && slices.Contains(linuxTCP, short)
}

// linuxNames are the full names under net.ipv4.tcp_, those of the model first.
func (t *schema) linuxNames() []string {
	all := t.sysctlNames()
	for _, n := range linuxTCP {
		if full := sysctlPrefix + "tcp_" + n; !slices.Contains(all, full) {
			all = append(all, full)
		}
	}
	return all
}
