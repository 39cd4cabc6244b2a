package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/claims"
	"github.com/finwait/finwait/cmd/finwait/report"
)

func newClaims(a *app) *cobra.Command {
	var format *choice
	cmd := &cobra.Command{
		Use:   "claims",
		Short: "Judge the article's claims under each profile",
		Long: `Judge the article's claims one by one under each profile. A false one is shown with the
run that contradicts it. Claims that no model can judge are listed with the reason.
Exit code 1 when a verdict is not the expected one, marked (!).`,
		Example: "  finwait claims\n  finwait claims --format markdown",
		Args:    operands(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.claims(cmd.Context(), claims.Table(), format.value)
		},
	}
	format = choose(cmd.Flags(), "format", "form of the table", "text", "json", "markdown")
	return cmd
}

func (a *app) claims(ctx context.Context, table []claims.Claim, format string) error {
	all, err := claims.Judge(ctx, table, checker.Options{MaxTime: time.Minute, Reduction: checker.ReduceNone})
	if err != nil {
		return err
	}
	if format == "json" {
		err = writeJSON(a.stdout, map[string]any{"schema": "finwait.claims/1", "claims": all})
	} else {
		err = claims.Write(a.stdout, all, format == "markdown")
	}
	if err != nil {
		return err
	}
	code := report.AsExpected
	for _, j := range all {
		for _, answer := range j.Profiles {
			switch {
			case answer.Different():
				return codeError(report.Different)
			case answer.Verdict == checker.Unknown.String():
				code = report.Unknown
			}
		}
	}
	if code != report.AsExpected {
		return codeError(code)
	}
	return nil
}

func (l listing) claims() error {
	type item struct {
		ID        int      `json:"id"`
		Statement string   `json:"statement"`
		Judged    bool     `json:"judged"`
		Reason    string   `json:"reason"`
		Tests     []string `json:"tests"`
	}
	var items []item
	var table [][]string
	for _, c := range claims.Table() {
		tests := make([]string, 0, len(c.Tests))
		for _, t := range c.Tests {
			tests = append(tests, t.String())
		}
		items = append(items, item{c.ID, c.Statement, len(c.Tests) > 0, c.Unjudged, tests})
		text := c.Statement
		if c.Unjudged != "" {
			text += " (" + c.Unjudged + ")"
		}
		table = append(table, []string{fmt.Sprint(c.ID), text})
		if l.long {
			for _, t := range tests {
				table = append(table, []string{"", "· " + t})
			}
		}
	}
	return l.write("claims", items, table)
}
