package spec

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
)

// Symmetric is nil when client and server are configured alike, so that the mirror
// image of every run is a run too, and otherwise names what tells them apart.
func (m *Model) Symmetric() error {
	client, server := reflect.ValueOf(m.p.Host[Client]), reflect.ValueOf(m.p.Host[Server])
	for i := range client.NumField() {
		a, b := client.Field(i), server.Field(i)
		if a.Kind() == reflect.Slice && a.Len()+b.Len() == 0 {
			continue // no script and an empty one are the same
		}
		if !reflect.DeepEqual(a.Interface(), b.Interface()) {
			return fmt.Errorf("client and server are not configured alike: their %s differs", client.Type().Field(i).Name)
		}
	}
	if m.p.Net.Delay[Client] != m.p.Net.Delay[Server] {
		return errors.New("client and server are not alike: the network delays their segments differently")
	}
	for _, r := range m.p.Net.Lose {
		if !slices.ContainsFunc(m.p.Net.Lose, func(o LossRule) bool {
			return o.From == r.From.Peer() && o.Kind == r.Kind && slices.Equal(o.Nth, r.Nth) && slices.Equal(o.Except, r.Except)
		}) {
			return fmt.Errorf("client and server are not alike: a loss rule is for %v of the %v only", r.Kind, r.From)
		}
	}
	return nil
}

// Mirror exchanges client and server.
func (m *Model) Mirror(s State) State {
	s.Host[Client], s.Host[Server] = s.Host[Server], s.Host[Client]
	s.Net[Client], s.Net[Server] = s.Net[Server], s.Net[Client]
	s.Sent[Client], s.Sent[Server] = s.Sent[Server], s.Sent[Client]
	return s
}

// MirrorEvent is the event that does to the mirror image of a state what e does to
// the state.
func (m *Model) MirrorEvent(e Event) Event {
	i := EventOf(e.ID)
	i.Host = i.Host.Peer()
	e.ID = i.id()
	return e
}

// MirrorLabel exchanges client and server in a label.
func (m *Model) MirrorLabel(label [2]uint64) [2]uint64 {
	sent := SentIn(label)
	for i := range sent {
		sent[i].From = sent[i].From.Peer()
	}
	image := packLabel(sent)
	for h := Client; h <= Server; h++ {
		for _, bit := range [...]uint{stateTimerBit, rexmtTimerBit, keepaliveTimerBit} {
			image[1] |= label[1] >> (bit + uint(h)) & 1 << (bit + uint(h.Peer()))
		}
	}
	return image
}
