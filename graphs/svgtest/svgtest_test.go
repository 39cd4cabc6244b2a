package svgtest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProblems(t *testing.T) {
	picture := func(texts string) []byte {
		return []byte(`<svg viewBox="0 0 100 50"><g transform="translate(10 5)">` + texts + `</g></svg>`)
	}
	const a = `<text x="0" y="20" font-size="10">abcd</text>`
	for name, c := range map[string]struct {
		svg  []byte
		want []string
	}{
		"apart":        {picture(a + `<text x="60" y="20" text-anchor="middle" font-size="10">efgh</text>`), nil},
		"below":        {picture(a + `<text x="0" y="30" font-size="10">efgh</text>`), nil},
		"over":         {picture(a + `<text x="60" y="22" text-anchor="end" font-size="10">efghefgh</text>`), []string{`"abcd" and "efghefgh"`}},
		"cut off":      {picture(`<text x="80" y="20" font-size="10">abcd</text>`), []string{`"abcd" is cut off`}},
		"cut off left": {picture(`<text x="0" y="20" text-anchor="middle" font-size="10">abcd</text>`), []string{`"abcd" is cut off`}},
	} {
		got, err := Problems(c.svg)
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
	for _, bad := range []string{"", "<svg>", `<svg viewBox="0 0 1 1"><text>a</text></svg>`, `<p></p>`, `<svg viewBox="0 0 1 1">`} {
		_, err := Problems([]byte(bad))
		require.Error(t, err, bad)
	}
}
