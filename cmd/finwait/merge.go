package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/spf13/cobra"

	"github.com/finwait/finwait/cmd/finwait/sweep"
)

func newMerge(a *app) *cobra.Command {
	var format *choice
	var chart string
	cmd := &cobra.Command{
		Use:   "merge RESULT…",
		Short: "Put the shards of a sweep or of fuzz together",
		Long: "Put the shards of one sweep, or of one search of finwait fuzz, together: files that were written\n" +
			"with --shard I/N --format json. A shard that is missing is named, and the rest is merged (exit code 3).",
		Example: "  finwait merge shard-*.json --format csv",
		Args:    operands(1, math.MaxInt),
		RunE: func(_ *cobra.Command, args []string) error {
			texts := make([][]byte, len(args))
			for i, name := range args {
				var err error
				if texts[i], err = os.ReadFile(name); err != nil {
					return fmt.Errorf("a result of finwait sweep or fuzz --format json is wanted: %w", err)
				}
			}
			if schemaOf(texts[0]) == fuzzSchema {
				if chart != "" {
					return errors.New("--chart is for sweeps; the results of finwait fuzz are no table")
				}
				parts, err := readAll(args, texts, readFuzz)
				if err != nil {
					return err
				}
				r, err := mergeFuzz(args, parts)
				if err != nil {
					return err
				}
				return a.tellFuzz(r, format.value)
			}
			parts, err := readAll(args, texts, sweep.Read)
			if err != nil {
				return err
			}
			r, err := sweep.Merge(args, parts)
			if err != nil {
				return err
			}
			return a.tell(r, format.value, "", chart)
		},
	}
	format = choose(cmd.Flags(), "format", "form of the result on stdout", "text", "json", "csv")
	cmd.Flags().StringVar(&chart, "chart", "", "draw the first column to `FILE`, .svg or .png")
	return cmd
}

// schemaOf is what a result says that it is; "" for what is no JSON, of which its reader
// tells more.
func schemaOf(text []byte) string {
	var head struct {
		Schema string `json:"schema"`
	}
	_ = json.Unmarshal(text, &head)
	return head.Schema
}

func readAll[R any](names []string, texts [][]byte, read func(name string, text []byte) (R, error)) (all []R, err error) {
	for i, name := range names {
		r, err := read(name, texts[i])
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}
