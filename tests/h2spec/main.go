// Runs h2spec's cases against an HTTPS server: h2spec-run HOST PORT PATH [SECTION...]
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/summerwind/h2spec"
	"github.com/summerwind/h2spec/config"
)

func main() {
	if len(os.Args) < 4 {
		fmt.Fprintln(os.Stderr, "usage: h2spec-run HOST PORT PATH [SECTION...]")
		os.Exit(2)
	}
	port, err := strconv.Atoi(os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	passed, err := h2spec.Run(&config.Config{
		Host: os.Args[1], Port: port, Path: os.Args[3], Sections: os.Args[4:],
		TLS: true, Insecure: true, Strict: true,
		Timeout: 10 * time.Second, MaxHeaderLen: 4000,
		JUnitReport: os.Getenv("H2SPEC_REPORT"),
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	if !passed {
		os.Exit(1)
	}
}
