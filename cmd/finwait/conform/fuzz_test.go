package conform

import (
	"bytes"
	"context"
	"os"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/conform/capture"
	"github.com/finwait/finwait/spec"
)

// FuzzPcap: whatever a capture file holds, what is found in it can be judged, or
// is refused with a reason.
func FuzzPcap(f *testing.F) {
	var ng bytes.Buffer
	w, err := pcapgo.NewNgWriter(&ng, layers.LinkTypeEthernet)
	require.NoError(f, err)
	for _, name := range []string{"a_normal", "a_simul", "b_retries1", "g_linger0", "j_kill_fw2_rst"} {
		whole, err := os.ReadFile("testdata/scenarios/" + name + ".pcap")
		require.NoError(f, err)
		f.Add(whole)
		f.Add(whole[:len(whole)-5])
		r, err := pcapgo.NewReader(bytes.NewReader(whole))
		require.NoError(f, err)
		for {
			data, info, err := r.ReadPacketData()
			if err != nil {
				break
			}
			require.NoError(f, w.WritePacket(gopacket.CaptureInfo{Timestamp: info.Timestamp, CaptureLength: len(data), Length: len(data)}, data))
		}
	}
	require.NoError(f, w.Flush())
	f.Add(ng.Bytes())
	f.Add(ng.Bytes()[:200])
	for _, text := range []string{"", "abc", "\x1f\x8b\x08\x00", "\x0a\x0d\x0d\x0a\xff\xff\xff\xff\x4d\x3c\x2b\x1a"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		connections, skipped, err := capture.ReadFrom(bytes.NewReader(data))
		if err != nil {
			require.NotEmpty(t, err.Error())
			return
		}
		found, _, err := teardowns("fuzz.pcap", connections, skipped, Options{Tolerance: spec.Millisecond})
		require.NoError(t, err)
		for _, source := range found[:min(2, len(found))] {
			_, err := Judge(context.Background(), source.Observation, checker.Options{MaxStates: 200})
			require.NoError(t, err)
		}
	})
}
