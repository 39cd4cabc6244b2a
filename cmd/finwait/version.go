package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is the module's version, or the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

func newVersion(a *app) *cobra.Command {
	var format *choice
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  operands(0, 0),
		RunE: func(*cobra.Command, []string) error {
			if format.value == "json" {
				return writeJSON(a.stdout, map[string]string{
					"schema": "finwait.version/1", "version": version(),
					"go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH,
				})
			}
			_, err := fmt.Fprintf(a.stdout, "finwait %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
	format = choose(cmd.Flags(), "format", "form of the answer", "text", "json")
	return cmd
}
