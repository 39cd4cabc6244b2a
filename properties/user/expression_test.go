package user_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/properties/user"
	"github.com/finwait/finwait/spec"
)

func TestExpressions(t *testing.T) {
	var s spec.State
	s.Host[spec.Client] = spec.Endpoint{State: spec.TimeWait, FinsSent: 3, SawErr: spec.EPIPE, Open: true}
	s.Host[spec.Server] = spec.Endpoint{State: spec.LastAck, FinsSent: 5, Ending: spec.EndedGaveUp}
	for text, want := range map[string]string{
		"client.state":                                        "TIME_WAIT",
		"client.state in [CLOSED, TIME_WAIT]":                 "true",
		"client.fins_sent - server.fins_sent":                 "-2",
		"client.open ? client.saw_error : NO_ERROR":           "EPIPE",
		"server.ended":                                        "GAVE_UP",
		"client.state == TIME_WAIT && server.state == CLOSED": "false",
	} {
		e, err := user.CompileExpression(text)
		require.NoError(t, err, text)
		require.Equal(t, want, e.Word(e.Value(&s)), text)
		require.Equal(t, want, e.Word(e.Value(&s)), "the second time it is looked up")
	}
	for text, want := range map[string]string{
		"client.stat == CLOSED":        "client.state (the nearest name)",
		"TIME_WAIT":                    "a variable such as client.state",
		"[client.state, server.state]": "one value",
		"client.state = CLOSED":        "== for a comparison",
		"client.state == 7":            "operands that go together",
		`client.open ? "a" : "b"`:      "one value",
		`"x"`:                          "a variable",
	} {
		_, err := user.CompileExpression(text)
		var e *user.Error
		require.ErrorAs(t, err, &e, text)
		require.Contains(t, e.Want, want, text)
	}
}
