package main

import (
	"context"
	"sync"

	"github.com/finwait/finwait/checker"
	"github.com/finwait/finwait/cmd/finwait/judge"
	"github.com/finwait/finwait/cmd/finwait/progress"
)

// answer is what judging one case gave.
type answer struct {
	scenario judge.Scenario
	err      error
}

// judgeAll judges the cases with a number of workers, as many cases at a time, and hands out the answers
// in the order of the cases, each as soon as it and those before it are there.
// The progress shown is that of the case whose answer is next. It stops at the
// first error of handle, or once ctx is done.
func judgeAll(ctx context.Context, cases []judge.Case, workers int, opt checker.Options, follow *progress.Reporter, handle func(i int, s judge.Scenario) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var mu sync.Mutex // of follow and shown
	shown := 0
	answers := make([]chan answer, len(cases))
	next := make(chan int)
	for i := range answers {
		answers[i] = make(chan answer, 1)
	}
	atOnce := min(max(workers, 1), len(cases))
	opt.Workers = max(1, workers/max(1, atOnce)) // of one search
	for range atOnce {
		go func() {
			for i := range next {
				opt := opt
				opt.Progress = func(p checker.Progress) {
					mu.Lock()
					defer mu.Unlock()
					if i == shown {
						follow.Update(p)
					}
				}
				s, err := judge.Judge(ctx, cases[i], opt)
				answers[i] <- answer{s, err}
			}
		}()
	}
	go func() {
		defer close(next)
		for i := range cases {
			if ctx.Err() != nil { // what was not begun is left out
				close(answers[i])
				continue
			}
			next <- i
		}
	}()
	for i := range cases {
		mu.Lock()
		shown = i
		follow.Begin(cases[i].String())
		mu.Unlock()
		a, judged := <-answers[i]
		mu.Lock()
		follow.Clear()
		mu.Unlock()
		if !judged {
			continue
		}
		if a.err != nil {
			return a.err
		}
		if err := handle(i, a.scenario); err != nil {
			return err
		}
	}
	return nil
}
