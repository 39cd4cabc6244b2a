package user_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/properties/user"
	"github.com/finwait/finwait/spec"
)

// The operand of && that is false is named, with the values of its variables.
func TestFailedConjunct(t *testing.T) {
	s := spec.State{Host: [2]spec.Endpoint{{State: spec.FinWait2, Open: true}, {State: spec.Closed}}}
	was := s
	was.Host[spec.Client].State = spec.FinWait1
	for _, c := range []struct {
		d    user.Definition
		want []properties.Part
	}{
		{user.Definition{Pattern: user.Always, Of: "client.open && (server.open && client.state != FIN_WAIT_2)"}, []properties.Part{
			{Says: "server.open", Values: []properties.Value{{Name: "server.open", Was: "false", Is: "false"}}},
			{Says: "client.state != FIN_WAIT_2", Values: []properties.Value{{Name: "client.state", Was: "FIN_WAIT_1", Is: "FIN_WAIT_2"}}},
		}},
		{user.Definition{Pattern: user.Eventually, Of: "client.state == CLOSED"}, []properties.Part{
			{Says: "client.state == CLOSED", Values: []properties.Value{{Name: "client.state", Was: "FIN_WAIT_1", Is: "FIN_WAIT_2"}}},
		}},
		{user.Definition{Pattern: user.Never, Of: "client.state == FIN_WAIT_2 && client.unread == 0"}, []properties.Part{
			{Says: "never client.state == FIN_WAIT_2 && client.unread == 0", Values: []properties.Value{
				{Name: "client.state", Was: "FIN_WAIT_1", Is: "FIN_WAIT_2"}, {Name: "client.unread", Was: "0", Is: "0"},
			}},
		}},
		{user.Definition{Pattern: user.Always, Of: "client.open || server.open"}, nil},
	} {
		c.d.Name = "p"
		p, err := user.Compile(c.d)
		require.NoError(t, err)
		require.True(t, p.InParts())
		require.Equal(t, c.want, p.Failed(spec.Params{}, was, checker.Event{}, checker.Label{}, s), c.d.Of)
	}
}
