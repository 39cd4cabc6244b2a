package checker

import (
	"os"
	"strconv"
	"strings"
)

// residentFiles is how many bytes of files are resident in the process: mostly of its
// program, which Go's runtime does not count. It is 0 where the system has no
// /proc/self/statm (see proc(5)), as elsewhere than on Linux.
func residentFiles() uint64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text)) // in pages: size, resident, shared, ...
	if len(fields) < 3 {
		return 0
	}
	pages, _ := strconv.ParseUint(fields[2], 10, 64) // 0 if it is no number
	return pages * uint64(os.Getpagesize())
}
