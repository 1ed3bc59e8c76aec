package main

import (
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// newProgress returns a function to be told how much of total is done: a bar if w is a terminal, else a line for each tenth.
func newProgress(w io.Writer, what string, total int) func(done int) {
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return progressOnTerminal(w, what, total)
	}
	shown := 0
	return func(done int) {
		if tenth := done * 10 / total; tenth > shown {
			shown = tenth
			fmt.Fprintf(w, "%d of %d %s (%d%%)\n", done, total, what, done*100/total)
		}
	}
}

func progressOnTerminal(w io.Writer, what string, total int) func(done int) {
	bar := progressbar.NewOptions(total,
		progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what), progressbar.OptionShowCount(),
		progressbar.OptionShowIts(), progressbar.OptionOnCompletion(func() { fmt.Fprintln(w) }))
	return func(done int) { _ = bar.Set(done) }
}
