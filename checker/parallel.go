package checker

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// workers is the number of goroutines of a search.
func (o Options) workers() int {
	if o.Workers > 0 {
		return o.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// inParallel calls do for 0 to n-1, a number of them at a time. What a call
// panics with, it panics with; of several, the one with the least number.
func inParallel(workers, n int, do func(worker, i int)) {
	if workers = min(workers, n); workers <= 1 {
		for i := range n {
			do(0, i)
		}
		return
	}
	var (
		next   atomic.Int64
		wait   sync.WaitGroup
		mu     sync.Mutex
		cause  any
		causer = n
	)
	one := func(worker, i int) {
		defer func() {
			if p := recover(); p != nil {
				mu.Lock()
				defer mu.Unlock()
				if i < causer {
					cause, causer = p, i
				}
			}
		}()
		do(worker, i)
	}
	for worker := range workers {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				one(worker, i)
			}
		}()
	}
	wait.Wait()
	if cause != nil {
		panic(cause)
	}
}
