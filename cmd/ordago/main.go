// Command ordago serves the invoice demo over the ORDA REST protocol and as web pages, and migrates, fills and describes its database.
//
//	ordago serve --listen 127.0.0.1:8080 --db ordago.db
//
// It is also the example of how to wire package server into a program of one's own.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(run(untilSignal(), os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

// untilSignal returns a context that ends at the first signal to stop. A second one ends the program at once, as if nobody listened:
// that must be so before the context ends, so [signal.NotifyContext] does not do.
func untilSignal() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		signal.Stop(signals)
		cancel()
	}()
	return ctx
}
