package shard

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	s, err := Parse("3/16")
	require.NoError(t, err)
	require.Equal(t, Shard{3, 16}, s)
	require.Equal(t, "3/16", s.String())
	for _, bad := range []string{"", "3", "0/4", "5/4", "-1/4", "a/b", "1/0", "1/2/3"} {
		_, err := Parse(bad)
		require.ErrorContains(t, err, "INDEX/COUNT is wanted", bad)
	}
}

// TestShares: every task is of one share, and shares differ by one task at most.
func TestShares(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count, tasks := rapid.IntRange(1, 20).Draw(t, "count"), rapid.IntRange(0, 200).Draw(t, "tasks")
		sizes := make([]int, count)
		for task := range tasks {
			for i := range count {
				if (Shard{i + 1, count}).Has(task) {
					sizes[i]++
				}
			}
		}
		sum, least, most := 0, tasks, 0
		for _, n := range sizes {
			sum, least, most = sum+n, min(least, n), max(most, n)
		}
		require.Equal(t, tasks, sum)
		require.LessOrEqual(t, most-least, 1)
	})
	require.True(t, Shard{}.Has(7))
}

func TestFromEnvironment(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want Shard
		from string
		err  string
	}{
		{nil, Shard{}, "", ""},
		{map[string]string{"JOB_COMPLETION_INDEX": "0", "JOB_COMPLETIONS": "16"}, Shard{1, 16}, "JOB_COMPLETION_INDEX", ""},
		{map[string]string{"TEST_SHARD_INDEX": "15", "TEST_TOTAL_SHARDS": "16"}, Shard{16, 16}, "TEST_SHARD_INDEX", ""},
		{map[string]string{"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "4"}, Shard{1, 4}, "CI_NODE_INDEX", ""},
		{map[string]string{"BUILDKITE_PARALLEL_JOB": "2", "BUILDKITE_PARALLEL_JOB_COUNT": "4"}, Shard{3, 4}, "BUILDKITE_PARALLEL_JOB", ""},
		{map[string]string{"JOB_COMPLETION_INDEX": "3"}, Shard{}, "JOB_COMPLETION_INDEX", "JOB_COMPLETIONS, their number, is not set"},
		{map[string]string{"CI_NODE_INDEX": "0", "CI_NODE_TOTAL": "4"}, Shard{}, "CI_NODE_INDEX", "are no share of GitLab"},
		{map[string]string{"CI_NODE_INDEX": "5", "CI_NODE_TOTAL": "4"}, Shard{}, "CI_NODE_INDEX", "are no share of GitLab"},
		{map[string]string{"TEST_SHARD_INDEX": "x", "TEST_TOTAL_SHARDS": "4"}, Shard{}, "TEST_SHARD_INDEX", "are no share of Bazel"},
	} {
		s, from, err := FromEnvironment(func(name string) string { return c.env[name] })
		require.Equal(t, c.from, from)
		require.Equal(t, c.want, s)
		if c.err == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, c.err)
		}
	}
}
