package generate

import (
	"slices"
	"strings"

	"github.com/finwait/finwait/spec"
)

// Focus is what a part of the runs is about: rules and properties come in families, each
// of which needs several keys together that are seldom drawn together, as a closed window
// needs a small buffer, a peer that writes twice and an application that reads late. A
// focus draws these always or often, and all else seldom.
//
// Keys begin with one, other or both for the hosts, either of which may play the one;
// each has the choices that are drawn, none for all but the first.
type Focus struct {
	Name          string
	Always, Often map[string][]string
}

// Focuses are the families. They say what a theme needs, and nothing of single bugs.
func Focuses() []Focus {
	closers := []string{closeAtOnce, closeAfterEOF, closeAnytime, halfCloses, writes}
	return []Focus{
		{
			"closed window",
			map[string][]string{
				"one.socket.receive_buffer": nil, "one.app": {readsLate, leavesUnread, halfCloses}, "other.app": {writes, answers},
			},
			map[string][]string{"network.loss": {"1"}},
		},
		{
			"half-closed",
			map[string][]string{"one.app": {halfCloses, readsLate, leavesUnread}, "other.app": {answers, writes, closeAfterEOF}},
			map[string][]string{"network.loss": {"1", "2"}, "one.socket.receive_buffer": nil},
		},
		{
			"both close",
			map[string][]string{"both.app": closers},
			map[string][]string{"network.delay": nil, "network.loss": {"1", "2"}, "network.duplicates": nil},
		},
		{
			"no answer",
			map[string][]string{"both.app": closers, "network.lose": nil},
			map[string][]string{
				"network.loss": {"unlimited", "1"}, "both.sysctl.net.ipv4.tcp_orphan_retries": nil, "both.sysctl.net.ipv4.tcp_retries2": nil,
				"both.socket.tcp_user_timeout": nil, "both.sysctl.net.ipv4.tcp_fin_timeout": nil, "both.socket.tcp_linger2": nil,
			},
		},
		{
			"reset",
			map[string][]string{
				"one.app": {isEnded, leavesUnread, writes, closeAnytime}, "other.app": {writes, halfCloses, closeAtOnce, closeAnytime, closeAfterEOF},
			},
			map[string][]string{"one.socket.so_linger": {"0s"}, "network.loss": {"1"}, "network.delay": nil},
		},
		{
			"old segments",
			map[string][]string{"both.app": append([]string{answers, readsLate}, closers...), "network.duplicates": nil},
			map[string][]string{"both.rto": nil, "network.delay": nil, "network.loss": {"1"}},
		},
		{
			"opened again",
			map[string][]string{
				"incarnations": nil, "one.app": {connectsAgain}, "other.app": {acceptsAgain, closeAtOnce, closeAfterEOF}, "other.listens": nil,
			},
			map[string][]string{
				"isn.policy": nil, "isn.step": nil, "both.sysctl.net.ipv4.tcp_timestamps": {"0"}, "one.socket.bound_port": nil, "one.sysctl.net.ipv4.tcp_tw_reuse": nil,
			},
		},
		{
			"silence",
			map[string][]string{
				"one.socket.so_keepalive": nil, "one.app": {halfCloses, closeAfterEOF, Default}, "other.app": {isEnded, halfCloses, closeAtOnce, Default},
			},
			map[string][]string{
				"both.sysctl.net.ipv4.tcp_keepalive_time": nil, "both.sysctl.net.ipv4.tcp_keepalive_probes": nil, "network.lose": nil, "network.loss": nil,
			},
		},
		{
			"lingering",
			map[string][]string{
				"one.socket.so_linger": nil, "one.app": {closeAtOnce, closeAfterEOF, closeAnytime, writes}, "other.app": {closeAtOnce, closeAfterEOF, answers, readsLate, isEnded},
			},
			map[string][]string{"network.loss": {"1"}, "network.lose": nil, "other.socket.receive_buffer": nil},
		},
	}
}

// How often, of slots, the first choice is taken: of what a focus always draws, where it
// is left for shrinking, of what it draws often, and of all else.
const (
	rareAlways = 1
	rareOften  = 12
	rareBeside = 30
)

// Of is a space as the focus draws from it, with the host that plays one. What the space
// lacks is left alone.
func (f Focus) Of(space []Dimension, one spec.Host) []Dimension {
	space = slices.Clone(space)
	for i := range space {
		d := &space[i]
		if len(d.Choices) == 1 || strings.HasSuffix(d.Key, Mutant) {
			continue
		}
		d.Rare = max(d.Rare, rareBeside)
		for _, key := range roles(d.Key, one) {
			if labels, ok := f.Always[key]; ok {
				d.Rare, d.Often = rareAlways, d.labelled(labels)
			} else if labels, ok := f.Often[key]; ok {
				d.Rare, d.Often = rareOften, d.labelled(labels)
			}
		}
	}
	return space
}

// roles are the names of a key in a focus.
func roles(key string, one spec.Host) []string {
	for host, role := range map[spec.Host]string{one: "one", one.Peer(): "other"} {
		if rest, ok := strings.CutPrefix(key, host.String()+"."); ok {
			return []string{role + "." + rest, "both." + rest}
		}
	}
	return []string{key}
}

// labelled are the indices of the choices with these labels.
func (d Dimension) labelled(labels []string) (all []int) {
	for i, c := range d.Choices {
		if slices.Contains(labels, c.Label) {
			all = append(all, i)
		}
	}
	return all
}
