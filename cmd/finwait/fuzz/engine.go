package fuzz

import (
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// engine runs rapid outside of a test binary. rapid takes its settings from the flags of
// package flag, beside those of package testing, which it asks whether it is to be short;
// both are made ready here and nowhere else, and nobody parses them.
type engine struct{ restore map[string]string }

// shrinkTime bounds the time for making one finding smaller. It is a time because rapid
// knows no other bound; findings are small after a few seconds.
const shrinkTime = 20 * time.Second

var ready = sync.OnceValue(func() error {
	testing.Init()
	if flag.Parsed() { // by a test binary
		return nil
	}
	return flag.CommandLine.Parse(nil) // and not the arguments of finwait
})

// start sets what rapid reads. One check of rapid is one run of ours; stop puts back what
// was set before, for a test binary that uses rapid itself.
func start() (*engine, error) {
	if err := ready(); err != nil {
		return nil, err
	}
	checks := "1"
	if testing.Short() {
		checks = "5" // of which rapid takes a fifth
	}
	e := &engine{restore: map[string]string{"rapid.seed": flag.Lookup("rapid.seed").Value.String()}}
	for name, value := range map[string]string{
		"rapid.checks": checks, "rapid.nofailfile": "true", "rapid.failfile": "", "rapid.shrinktime": shrinkTime.String(),
	} {
		e.restore[name] = flag.Lookup(name).Value.String()
		if err := flag.Set(name, value); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func (e *engine) stop() {
	for name, value := range e.restore {
		_ = flag.Set(name, value) // it was a value of this flag
	}
}

// seeding is held from setting the seed to the first draw, by which rapid has read it.
var seeding sync.Mutex

// check draws from a seed, again as long as prop skips, and shrinks what fails. The last
// call of prop that fails is the one of the smallest.
func (e *engine) check(seed uint64, prop func(t *rapid.T)) (err error) {
	t := &silent{}
	seeding.Lock()
	var once sync.Once
	release := func() { once.Do(seeding.Unlock) }
	defer release()
	defer func() {
		switch cause := recover().(type) {
		case nil:
		case failed:
			if t.flaky() {
				err = errors.New(strings.Join(t.messages, "\n"))
			}
		default:
			panic(cause)
		}
	}()
	if err := flag.Set("rapid.seed", strconv.FormatUint(max(seed, 1), 10)); err != nil { // 0 is any
		return err
	}
	rapid.Check(t, func(t *rapid.T) {
		release()
		prop(t)
	})
	return nil
}

// failed unwinds a check that has failed.
type failed struct{}

// silent is a testing.TB that only keeps what it is told.
type silent struct {
	failed   bool
	messages []string
}

func (t *silent) Helper()                           {}
func (t *silent) Name() string                      { return "finwait-fuzz" }
func (t *silent) Log(args ...any)                   {}
func (t *silent) Logf(format string, args ...any)   {}
func (t *silent) Skip(args ...any)                  { t.SkipNow() }
func (t *silent) Skipf(format string, args ...any)  { t.SkipNow() }
func (t *silent) SkipNow()                          { panic(failed{}) }
func (t *silent) Error(args ...any)                 { t.Errorf("%s", fmt.Sprint(args...)) }
func (t *silent) Fatal(args ...any)                 { t.Error(args...); t.FailNow() }
func (t *silent) Fatalf(format string, args ...any) { t.Errorf(format, args...); t.FailNow() }
func (t *silent) FailNow()                          { t.failed = true; panic(failed{}) }
func (t *silent) Fail()                             { t.failed = true }
func (t *silent) Failed() bool                      { return t.failed }
func (t *silent) Errorf(format string, args ...any) {
	t.failed = true
	t.messages = append(t.messages, fmt.Sprintf(format, args...))
}

// flaky: rapid met a failure once and not again, or a panic.
func (t *silent) flaky() bool {
	for _, m := range t.messages {
		if strings.Contains(m, "flaky test") || strings.Contains(m, "panic after") {
			return true
		}
	}
	return false
}
