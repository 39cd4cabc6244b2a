// Package scenario turns scenario files into the parameters of a model.
//
// A scenario is a YAML file: who calls what and when, the sysctls and socket
// options of both hosts, and what the network does to their segments. One file
// serves several profiles (sets of rules), each with an overlay:
//
//	name: first-wave-lost
//	client:
//	  app: [{do: close}]
//	  sysctl: {net.ipv4.tcp_orphan_retries: 3}
//	server: {app: [{do: close, when: after-eof, within: 1s}]}
//	network: {lose: [{from: client, segment: FIN, nth: all}]}
//	profiles:
//	  article: {expect: {both-closed: violated}}
//	  linux: {expect: {both-closed: violated}}
//
// The table of keys (see Keys) is the only place that knows what a key means: it
// drives reading, --set, --sysctl, --host, the suggestions of error messages,
// the printed table of `finwait explain scenario-file`, and the complete file
// that Instance.YAML writes.
//
// Settings are applied one after the other, the later over the earlier: the
// defaults of the profile, the file, the file's overlay for the profile, --host,
// --sysctl, --set. A map is merged key by key, a list replaces the list before.
// What follows from other keys (srtt, time_wait, the loss probe that needs SACK
// on both hosts) is worked out last.
//
// Limits: a file holds one scenario and at most 32 KiB; names of properties are
// not known here, Instance.CheckProperties compares them with a list.
package scenario
