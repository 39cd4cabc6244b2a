package checker

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// workers is the number of goroutines that Options.Workers asks for.
func (o *Options) workers() int {
	if o.Workers > 0 {
		return o.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// share does n tasks, each by one of some workers, and returns when all are done.
// A worker takes tasks in ascending order. A panic of a task is that of the caller.
func share(workers, n int, do func(worker, task int)) {
	workers = min(workers, n)
	if workers <= 1 {
		for task := range n {
			do(0, task)
		}
		return
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	var mu sync.Mutex
	var cause any
	work := func(worker int) {
		defer func() {
			if c := recover(); c != nil {
				mu.Lock()
				cause = c
				mu.Unlock()
			}
		}()
		for {
			task := int(next.Add(1)) - 1
			if task >= n {
				return
			}
			do(worker, task)
		}
	}
	for w := 1; w < workers; w++ {
		wait.Go(func() { work(w) })
	}
	work(0)
	wait.Wait()
	if cause != nil {
		panic(cause)
	}
}
