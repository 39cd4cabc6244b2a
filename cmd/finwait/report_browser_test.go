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
// request to the network; its player steps, by mouse and by keyboard; its search finds a
// state; and it fits on a telephone and on a desk, by day and by night.
func TestReportInBrowser(t *testing.T) {
	ctx := browser(t)
	dir := t.TempDir()
	r := finwait(t, "report", "first-wave-lost", "--profile", "linux", "--out", dir, "--progress", "none")
	require.Equal(t, 0, r.code, r.stderr)
	page := "file://" + filepath.Join(dir, "report.html")

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
	for _, width := range []int64{360, 1600} {
		for _, scheme := range []string{"light", "dark"} {
			t.Run(fmt.Sprintf("%d %s", width, scheme), func(t *testing.T) {
				var before, after, last, found, unfound, paper string
				var marked, row, nodes int
				var wide bool
				err := chromedp.Run(ctx,
					chromedp.EmulateViewport(width, 900),
					emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}),
					chromedp.Navigate(page),
					chromedp.WaitVisible(`.graph svg .node`, chromedp.ByQuery),
					chromedp.Text(`.player output`, &before, chromedp.ByQuery),
					chromedp.Click(`.player [data-go=next]`, chromedp.ByQuery),
					chromedp.Text(`.player output`, &after, chromedp.ByQuery),
					chromedp.Evaluate(`Number(document.querySelector(".player .row.now").dataset.row)`, &row),
					chromedp.Evaluate(`document.querySelector(".player").dispatchEvent(new KeyboardEvent("keydown", {key: "End"})); document.querySelector(".player output").textContent`, &last),
					chromedp.SendKeys(`.graph input`, "fin_wait_1", chromedp.ByQuery),
					chromedp.Text(`.graph output`, &found, chromedp.ByQuery),
					chromedp.Evaluate(`document.querySelectorAll(".node.found").length`, &marked),
					chromedp.Evaluate(`document.querySelectorAll(".graph .node").length`, &nodes),
					chromedp.SendKeys(`.graph input`, "zzz", chromedp.ByQuery),
					chromedp.Text(`.graph output`, &unfound, chromedp.ByQuery),
					chromedp.Evaluate(`document.documentElement.scrollWidth > innerWidth`, &wide),
					chromedp.Evaluate(`getComputedStyle(document.body).backgroundColor`, &paper),
				)
				require.NoError(t, err)
				require.Contains(t, before, "0 of 8: 0.000 s · the beginning")
				require.Contains(t, after, "1 of 8: 0.000 s · client: close()")
				require.Equal(t, 1, row)
				require.Contains(t, last, "8 of 8")
				require.Equal(t, fmt.Sprintf("1 of %d states match", nodes), found)
				require.Equal(t, 1, marked)
				require.Contains(t, unfound, "0 of")
				require.False(t, wide, "the page scrolls sideways")
				require.Equal(t, map[string]string{"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 26)"}[scheme], paper)
			})
		}
	}
	mu.Lock()
	defer mu.Unlock()
	require.Empty(t, complaints)
	for _, url := range requests {
		require.True(t, url == page || url[:5] == "data:", "a request to %s", url)
	}
	require.NotEmpty(t, requests)
}
