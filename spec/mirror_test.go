package spec

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// drawTwins draws parameters that are the same for both hosts.
func drawTwins(t *rapid.T) Params {
	p := genParams().Draw(t, "params")
	p.Host[Server], p.Net.Delay[Server] = p.Host[Client], p.Net.Delay[Client]
	for _, r := range p.Net.Lose {
		r.From = r.From.Peer()
		p.Net.Lose = append(p.Net.Lose, r)
	}
	return p
}

// TestMirrorImages takes random walks through models of two hosts alike and finds the
// mirror image of each step among those of the mirror image.
func TestMirrorImages(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, err := New(drawTwins(t))
		require.NoError(t, err)
		if rapid.Bool().Draw(t, "any") {
			m = m.Any()
		}
		require.NoError(t, m.Symmetric())
		require.Equal(t, m.Init()[0], m.Mirror(m.Init()[0]))
		walk(t, m, func(from State, e Event, _ State, _ Effect) {
			require.Equal(t, from, m.Mirror(m.Mirror(from)))
			image := m.MirrorEvent(e)
			require.Equal(t, e, m.MirrorEvent(image))
			require.Contains(t, m.Events(m.Mirror(from), nil), image)
			all, _ := outcomes(m, from, e)
			images, _ := outcomes(m, m.Mirror(from), image)
			require.Len(t, images, len(all))
			for n, o := range all {
				if o.to == (State{}) {
					continue // no room
				}
				require.Equal(t, outcome{m.Mirror(o.to), m.MirrorLabel(o.label)}, images[n])
				require.Equal(t, o.label, m.MirrorLabel(images[n].label))
			}
		})
	})
}

// TestWhatTellsHostsApart changes one parameter after the other.
func TestWhatTellsHostsApart(t *testing.T) {
	alike := func() Params {
		p := Params{Net: DefaultNet()}
		for h := range p.Host {
			p.Host[h] = DefaultHost()
			p.Host[h].Script = []Call{{Do: Close}}
		}
		return p
	}
	for says, change := range map[string]func(p *Params){
		"":                 func(*Params) {},
		"their Script":     func(p *Params) { p.Host[Server].Script = nil },
		"TCPOrphanRetries": func(p *Params) { p.Host[Client].TCPOrphanRetries = 3 },
		"SoLinger":         func(p *Params) { p.Host[Server].SoLinger.On = true },
		"DelayedAck":       func(p *Params) { p.Host[Server].DelayedAck[0] = 0 },
		"delays their":     func(p *Params) { p.Net.Delay[Server][1]++ },
		"FIN of the client": func(p *Params) {
			p.Net.Lose = []LossRule{{From: Client, Kind: KindFIN, Nth: []uint8{1}}, {From: Server, Kind: KindFIN}}
		},
	} {
		p := alike()
		change(&p)
		m, err := New(p)
		require.NoError(t, err)
		if says == "" {
			require.NoError(t, m.Symmetric())
		} else {
			require.ErrorContains(t, m.Symmetric(), says)
		}
	}
}
