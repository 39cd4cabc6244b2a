//go:build linux

package livelab

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// drop is what the router loses: the first few segments from a host that have
// these control bits.
type drop struct {
	from    netip.Addr
	control byte
	first   uint32
}

// The bits of the 14th byte of a TCP header.
const (
	onlyACK   = 0x10
	finAndACK = 0x11
	allOfThem = 0x17 // FIN, SYN, RST, ACK
)

// lose makes the router drop segments from now on, until the test ends.
func (n *network) lose(t *testing.T, drops ...drop) {
	t.Helper()
	if len(drops) == 0 {
		return
	}
	rules, err := nftables.New(nftables.WithNetNSFd(int(n.router.file.Fd())))
	require.NoError(t, err)
	table := rules.AddTable(&nftables.Table{Name: "lose", Family: nftables.TableFamilyIPv4})
	chain := rules.AddChain(&nftables.Chain{
		Name: "forward", Table: table, Type: nftables.ChainTypeFilter,
		Hooknum: nftables.ChainHookForward, Priority: nftables.ChainPriorityFilter,
	})
	for _, d := range drops {
		rules.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: d.rule()})
	}
	if err = lacks("the router cannot drop (nftables with numgen)", rules.Flush()); err != nil {
		skipOrFail(t, err)
	}
	t.Cleanup(func() {
		rules.DelTable(table)
		require.NoError(t, rules.Flush())
	})
}

func (d drop) rule() []expr.Any {
	const register = 1
	is := func(op expr.CmpOp, data []byte) expr.Any { return &expr.Cmp{Op: op, Register: register, Data: data} }
	// A counter in the machine's order of bytes, of which only one is not 0.
	counted := binary.NativeEndian.AppendUint32(nil, d.first)
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: register},
		is(expr.CmpOpEq, []byte{unix.IPPROTO_TCP}),
		&expr.Payload{DestRegister: register, Base: expr.PayloadBaseNetworkHeader, Offset: 12, Len: 4},
		is(expr.CmpOpEq, d.from.AsSlice()),
		&expr.Payload{DestRegister: register, Base: expr.PayloadBaseTransportHeader, Offset: 13, Len: 1},
		&expr.Bitwise{SourceRegister: register, DestRegister: register, Len: 1, Mask: []byte{allOfThem}, Xor: []byte{0}},
		is(expr.CmpOpEq, []byte{d.control}),
		&expr.Numgen{Register: register, Modulus: 256, Type: unix.NFT_NG_INCREMENTAL},
		is(expr.CmpOpLt, counted),
		&expr.Verdict{Kind: expr.VerdictDrop},
	}
}
