// Package capture reads pcap and pcapng files and finds the teardowns of TCP
// connections in them. It knows segments and not the model.
//
// Of each connection it keeps what is not older than the last moment at which
// nothing was outstanding before the first FIN or RST, so that memory does not
// grow with the length of a transfer. Fragments and what is not TCP are counted
// and skipped.
package capture
