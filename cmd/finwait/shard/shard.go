// Package shard cuts a list of tasks into shares for many machines, the same way on
// each: task n belongs to share n modulo their number.
//
//	s, err := shard.Parse("3/16") // the third of sixteen
//	s.Has(18)                     // task 18 is one of it
package shard

import (
	"fmt"
	"strconv"
	"strings"
)

// Shard is one share of several. The zero value is the whole.
type Shard struct {
	Index int `json:"index"` // from 1 on; 0: all of it
	Count int `json:"count"`
}

// String is INDEX/COUNT.
func (s Shard) String() string {
	if s.Index == 0 {
		return "1/1"
	}
	return fmt.Sprintf("%d/%d", s.Index, s.Count)
}

// Has tells whether a task, counted from 0, is of the share.
func (s Shard) Has(task int) bool { return s.Count < 2 || task%s.Count == s.Index-1 }

// Parse reads INDEX/COUNT, the index from 1 to COUNT.
func Parse(text string) (Shard, error) {
	index, count, ok := strings.Cut(text, "/")
	i, err := strconv.Atoi(index)
	n, err2 := strconv.Atoi(count)
	if !ok || err != nil || err2 != nil || i < 1 || i > n {
		return Shard{}, fmt.Errorf("shard %q: INDEX/COUNT is wanted, from 1/16 to 16/16 for sixteen", text)
	}
	return Shard{i, n}, nil
}

// systems name the variables in which a CI system tells a job its share.
var systems = []struct {
	name, index, count string
	from               int // the first index
}{
	{"Bazel", "TEST_SHARD_INDEX", "TEST_TOTAL_SHARDS", 0},
	{"GitLab", "CI_NODE_INDEX", "CI_NODE_TOTAL", 1},
	{"Buildkite", "BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0},
	// Kubernetes tells an indexed Job its index; the number of completions is what the
	// manifest gives it (see .ci/kubernetes-sweep.yaml).
	{"Kubernetes", "JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", 0},
}

// FromEnvironment reads the share from the variables of Bazel, GitLab, Buildkite or a
// Kubernetes indexed Job. from names the variable, and is empty when there is none.
func FromEnvironment(getenv func(string) string) (s Shard, from string, err error) {
	for _, y := range systems {
		index, count := getenv(y.index), getenv(y.count)
		if index == "" {
			continue
		}
		if count == "" {
			return s, y.index, fmt.Errorf("%s=%s tells the share of %s, and %s, their number, is not set; set it, or give --shard", y.index, index, y.name, y.count)
		}
		i, err := strconv.Atoi(index)
		n, err2 := strconv.Atoi(count)
		if err != nil || err2 != nil || i < y.from || i-y.from >= n {
			return s, y.index, fmt.Errorf("%s=%s and %s=%s are no share of %s; give --shard INDEX/COUNT", y.index, index, y.count, count, y.name)
		}
		return Shard{i - y.from + 1, n}, y.index, nil
	}
	return s, "", nil
}
