package main

import (
	"fmt"
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// byteProgress shows how many bytes are done, where the total is known only when the work has begun: a bar if the writer is a terminal,
// else a line for each tenth of what takes long.
type byteProgress struct {
	w     io.Writer
	what  string
	bar   *progressbar.ProgressBar // nil without a terminal and before the first call
	tenth int64
}

func newByteProgress(w io.Writer, what string) *byteProgress { return &byteProgress{w: w, what: what} }

// tell is a Progress of package server.
func (p *byteProgress) tell(done, total int64) {
	if total <= 0 {
		return
	}
	if f, ok := p.w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.draw(done, total)
		return
	}
	if tenth := done * 10 / total; tenth > p.tenth && done < total {
		p.tenth = tenth
		fmt.Fprintf(p.w, "%s: %s of %s (%d%%)\n", p.what, bytesText(done), bytesText(total), done*100/total)
	}
}

func (p *byteProgress) draw(done, total int64) {
	if p.bar == nil {
		p.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(p.w), progressbar.OptionSetDescription(p.what),
			progressbar.OptionShowBytes(true), progressbar.OptionClearOnFinish())
	}
	p.bar.ChangeMax64(total)
	_ = p.bar.Set64(done)
}

// end takes an unfinished bar away, so that what follows begins a line.
func (p *byteProgress) end() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}

// bytesText is a size for people.
func bytesText(n int64) string {
	const kib, mib, gib = 1 << 10, 1 << 20, 1 << 30
	switch {
	case n >= gib:
		return fmt.Sprintf("%.1f GiB", float64(n)/gib)
	case n >= mib:
		return fmt.Sprintf("%.1f MiB", float64(n)/mib)
	case n >= kib:
		return fmt.Sprintf("%.1f KiB", float64(n)/kib)
	}
	return fmt.Sprintf("%d B", n)
}
