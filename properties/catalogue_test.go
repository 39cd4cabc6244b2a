package properties_test

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/properties"
	"github.com/finwait/finwait/spec"
)

func TestEveryPropertyHasItsTexts(t *testing.T) {
	name := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for _, p := range properties.Catalogue() {
		t.Run(p.Name, func(t *testing.T) {
			require.Regexp(t, name, p.Name)
			require.False(t, seen[p.Name], "twice in the catalogue")
			seen[p.Name] = true
			for field, text := range map[string]string{
				"Claim": p.Claim, "About": p.About, "Source": p.Source, "HoldsWhen": p.HoldsWhen,
			} {
				require.NotEmpty(t, text, field)
				require.NotContains(t, text, "linux-tcp.md", field)
				require.NotContains(t, text, "\n", field)
			}
			require.Less(t, len(p.Claim), 160, "a claim is one line")
			for _, profile := range spec.Profiles() {
				params := params(profile, closeAtStart(), closeAfterEOF(0))
				require.NotPanics(t, func() { p.Excuse(params); p.Expect(params) })
				made := p.Make(params)
				require.Equal(t, p.Name, made.Name)
				require.Equal(t, p.Kind, made.Kind)
				switch p.Kind {
				case checker.StepAlways:
					require.NotNil(t, made.Guard, "without a guard it cannot be vacuous")
					require.NotNil(t, made.Step)
				case checker.StaysAtMost:
					require.NotNil(t, made.From)
					require.Positive(t, made.Bound)
				case checker.Always, checker.LeadsTo:
					require.NotNil(t, made.From, "without a guard it cannot be vacuous")
					require.NotNil(t, made.Goal)
				default:
					require.NotNil(t, made.Goal)
				}
			}
		})
	}
}

func TestSelect(t *testing.T) {
	names := func(patterns ...string) (of []string) {
		selected, err := properties.Select(patterns)
		require.NoError(t, err)
		for _, p := range selected {
			of = append(of, p.Name)
		}
		return of
	}
	require.Len(t, names("all"), len(properties.Catalogue()))
	require.Len(t, names(), len(properties.Catalogue()))
	require.Equal(t, []string{"fin-retries-bounded", "fin-one-sequence-number"}, names("fin-one-*", "fin-retries-bounded"),
		"the order is the catalogue's")
	require.Equal(t, []string{"both-closed"}, names("both-closed", "both-*"))

	for pattern, want := range map[string]string{
		"both-close":   `unknown property "both-close" (did you mean "both-closed"?)`,
		"fin-asked-*":  `no property matches "fin-asked-*"; finwait list properties shows their names`,
		"[":            `property pattern "[": syntax error in pattern; a glob has *, ? and [a-z]`,
		"no-stuckstat": `unknown property "no-stuckstat" (did you mean "no-stuck-state"?)`,
	} {
		_, err := properties.Select([]string{"all", pattern})
		require.EqualError(t, err, want)
	}
}

func ExampleSelect() {
	selected, _ := properties.Select([]string{"*-ack-*"})
	for _, p := range selected {
		fmt.Printf("%s (%s): %s\n", p.Name, p.Kind, p.Claim)
	}
	_, err := properties.Select([]string{"boht-closed"})
	fmt.Println(err)
	// Output:
	// last-ack-only-passive (always): only the passive closer is in LAST_ACK, and never both at once
	// syn-meets-last-ack-connects (leads-to): a SYN that meets LAST_ACK at the peer is followed by a connection
	// unknown property "boht-closed" (did you mean "both-closed"?)
}

func TestExcuses(t *testing.T) {
	shutdown := []spec.Call{{Do: spec.ShutdownWR, When: spec.Start}}
	for name, c := range map[string]struct {
		client, server []spec.Call
		want           string
	}{
		"both close":        {closeAtStart(), closeAfterEOF(0), ""},
		"waiting for EOF":   {closeAfterEOF(0), closeAfterEOF(0), ""},
		"shutdown, close":   {append(shutdown, closeAfterEOF(0)...), closeAfterEOF(0), ""},
		"half-open":         {shutdown, closeAfterEOF(0), "the client only shuts down its sending side (half-open shutdown)"},
		"never":             {closeAtStart(), nil, "the application of the server never closes"},
		"open-ended":        {closeAtStart(), closeAfterEOF(spec.Never), "the application of the server may wait for ever before it closes"},
		"crash":             {[]spec.Call{{Do: spec.Crash}}, closeAtStart(), "the client crashes"},
		"link down":         {append(closeAtStart(), spec.Call{Do: spec.LinkDown}), closeAtStart(), ""},
		"destroyed":         {closeAtStart(), append([]spec.Call{{Do: spec.Destroy}}, closeAtStart()...), ""},
		"open-ended, after": {append(closeAtStart(), spec.Call{Do: spec.Send, Within: spec.Never}), closeAtStart(), ""},
	} {
		t.Run(name, func(t *testing.T) {
			selected, err := properties.Select([]string{"both-closed"})
			require.NoError(t, err)
			require.Equal(t, c.want, selected[0].Excuse(params(spec.Linux, c.client, c.server)))
		})
	}
}
