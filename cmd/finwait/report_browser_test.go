package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// browser is a headless Chromium; the test is skipped where there is none.
func browser(t *testing.T) context.Context {
	if testing.Short() {
		t.Skip("a browser takes seconds to start")
	}
	name := ""
	for _, candidate := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(candidate); err == nil && name == "" {
			name = found
		}
	}
	if name == "" {
		t.Skip("no Chromium is installed (Debian package chromium)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(name), chromedp.NoSandbox)
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(allocator)
	t.Cleanup(end)
	ctx, late := context.WithTimeout(ctx, 90*time.Second)
	t.Cleanup(late)
	return ctx
}

// The report opens from disk in a real browser without a complaint on its console or a
// request to the network; its players step, by mouse and by keyboard, forwards and
// backwards; its search finds a state; it fits on a telephone and on a desk, by day and by
// night; and what can be used has a name for those who do not see it.
func TestReportInBrowser(t *testing.T) {
	ctx := browser(t)
	var mu sync.Mutex
	var complaints, requests []string
	chromedp.ListenTarget(ctx, func(event any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := event.(type) {
		case *log.EventEntryAdded:
			complaints = append(complaints, e.Entry.Text)
		case *runtime.EventConsoleAPICalled:
			complaints = append(complaints, fmt.Sprint(e.Type, e.Args))
		case *runtime.EventExceptionThrown:
			complaints = append(complaints, e.ExceptionDetails.Text)
		case *network.EventRequestWillBeSent:
			requests = append(requests, e.Request.URL[:min(100, len(e.Request.URL))])
		}
	})
	require.NoError(t, chromedp.Run(ctx, log.Enable(), runtime.Enable(), network.Enable()))
	pages := map[string]bool{}
	for _, c := range []struct {
		args    []string
		widths  []int64
		schemes []string
	}{
		{[]string{"first-wave-lost", "--profile", "linux"}, []int64{360, 1600}, []string{"light", "dark"}},
		{[]string{"time-wait-1msl", "--profile", "rfc9293", "--property", "quiescence"}, []int64{360}, []string{"dark"}},
		{[]string{"lossy-network", "--profile", "linux", "--property", "both-closed"}, []int64{1600}, []string{"light"}},
		{[]string{"simultaneous-close", "--profile", "article", "--set", "client.mutant=closing-ack-ignored"}, []int64{360, 1600}, []string{"light"}},
	} {
		dir := t.TempDir()
		r := finwait(t, append([]string{"report", "--out", dir, "--progress", "none"}, c.args...)...)
		require.Less(t, r.code, 2, r.stderr)
		page := "file://" + filepath.Join(dir, "report.html")
		pages[page] = true
		for _, width := range c.widths {
			for _, scheme := range c.schemes {
				t.Run(fmt.Sprintf("%s %d %s", c.args[0], width, scheme), func(t *testing.T) { usable(ctx, t, page, width, scheme) })
			}
		}
	}
	mu.Lock()
	defer mu.Unlock()
	require.Empty(t, complaints)
	for _, url := range requests {
		require.True(t, pages[url] || url[:5] == "data:", "a request to %s", url)
	}
	require.NotEmpty(t, requests)
}

// nameless are the things to use or to look at that have no name to be read aloud.
const nameless = `[...document.querySelectorAll("button, input, [role=region], [role=group], svg[role=img], a")].filter(e =>
	!(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.[0]?.textContent.trim())).map(e => e.outerHTML)`

// usable uses a report as a reader does.
func usable(ctx context.Context, t *testing.T, page string, width int64, scheme string) {
	require.NoError(t, chromedp.Run(ctx,
		chromedp.EmulateViewport(width, 900),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}),
		chromedp.Navigate(page),
	))
	value := func(script string) (v string) {
		require.NoError(t, chromedp.Run(ctx, chromedp.Evaluate("String("+script+")", &v)))
		return v
	}
	do := func(actions ...chromedp.Action) { require.NoError(t, chromedp.Run(ctx, actions...)) }
	require.Equal(t, map[string]string{"light": "rgb(255, 255, 255)", "dark": "rgb(27, 27, 27)"}[scheme], value(`getComputedStyle(document.body).backgroundColor`))
	require.Equal(t, map[string]string{"light": "rgb(255, 255, 255)", "dark": "rgb(27, 27, 27)"}[scheme], value(`getComputedStyle(document.querySelector(".picture svg > rect")).fill`))
	require.Equal(t, "auto", value(`getComputedStyle(document.documentElement).scrollBehavior`), "motion is not wanted")
	require.Empty(t, value(nameless))
	require.Equal(t, "false", value(`[...document.querySelectorAll("details.verdicts")].some(d => d.open)`), "what has nothing to say is folded")

	// The player.
	last := value(`document.querySelector(".evidence.violated .player").querySelectorAll(".step").length - 1`)
	at := func() string { return value(`document.querySelector(".evidence.violated .player output").textContent`) }
	player := ".evidence.violated .player "
	require.Regexp(t, "^0 of "+last+": .*the beginning$", at())
	do(chromedp.Click(player+"[data-go=next]", chromedp.ByQuery))
	require.Regexp(t, "^1 of "+last+": .*(client|server): ", at())
	require.Equal(t, "1", value(`document.querySelector(".evidence.violated .row.now").dataset.row`), "the row of the chart")
	require.NotEqual(t, "none", value(`getComputedStyle(document.querySelector(".evidence.violated .row.now")).fill`))
	require.Equal(t, "1", value(`[...document.querySelector(".evidence.violated .player").querySelectorAll(".step")].filter(s => s.checkVisibility()).map(s => s.dataset.step)`))
	for _, press := range []struct{ key, at string }{{kb.End, last}, {kb.Home, "0"}, {kb.ArrowRight, "1"}, {kb.ArrowRight, "2"}, {kb.ArrowLeft, "1"}, {kb.ArrowLeft, "0"}, {kb.ArrowLeft, "0"}} {
		do(chromedp.SendKeys(player+".picture", press.key, chromedp.ByQuery))
		require.Regexp(t, "^"+press.at+" of "+last+":", at())
	}
	do(chromedp.SendKeys(player+"input", kb.ArrowRight, chromedp.ByQuery)) // the slider has its own keys
	require.Regexp(t, "^1 of "+last+":", at())
	if value(`document.querySelector(".evidence.violated .show") !== null`) == "true" {
		do(chromedp.Click(".evidence.violated .show", chromedp.ByQuery))
		require.Equal(t, value(`document.querySelector(".evidence.violated .show").dataset.show`), value(`document.querySelector(".evidence.violated .step.now").dataset.step`))
	}

	// The graph, which is laid out when it comes into sight.
	do(chromedp.ScrollIntoView(".graph", chromedp.ByQuery), chromedp.WaitVisible(".graph svg .node", chromedp.ByQuery))
	nodes := value(`document.querySelectorAll(".graph .node").length`)
	matching := value(`[...document.querySelectorAll(".graph .node")].filter(n => n.textContent.includes("ESTABLISHED")).length`)
	do(chromedp.SendKeys(".graph input", "established", chromedp.ByQuery))
	require.Equal(t, matching+" of "+nodes+" states match", value(`document.querySelector(".graph output").textContent`))
	require.Equal(t, matching, value(`document.querySelectorAll(".node.found").length`))
	require.NotEqual(t, "0", matching)
	do(chromedp.SendKeys(".graph input", "zzz", chromedp.ByQuery))
	require.Equal(t, "0 of "+nodes+" states match", value(`document.querySelector(".graph output").textContent`))

	do(chromedp.Evaluate(`document.querySelectorAll("details").forEach(d => { d.open = true; })`, nil))
	require.Equal(t, "false", value(`document.documentElement.scrollWidth > innerWidth`), "the page scrolls sideways")

	// The first thing that the keyboard comes to leads to the results.
	do(chromedp.Evaluate(`document.activeElement.blur(); scrollTo(0, 0)`, nil), chromedp.Navigate(page), chromedp.KeyEvent(kb.Tab))
	require.Equal(t, "#main", value(`document.activeElement.getAttribute("href")`))
	require.NotEqual(t, "none", value(`getComputedStyle(document.activeElement).outlineStyle`), "the focus is seen")
}
