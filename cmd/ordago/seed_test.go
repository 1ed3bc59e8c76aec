package main_test

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"

	main "github.com/ordago/ordago/cmd/ordago"
)

func TestSeed(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "s.db")
	got := ordago(t, "seed", "--db", db, "--invoices", "200", "--log-level", "error")
	wantResult(t, got, result{0, "added 200 invoices to " + db + "\n", "100 of 200 invoices (50%)\n200 of 200 invoices (100%)\n"})
	got = ordago(t, "seed", "--db", db, "--invoices", "1", "--log-level", "error")
	wantResult(t, got, result{0, "added 1 invoices to " + db + "\n", "1 of 1 invoices (100%)\n"})
}

// cancelOnWrite ends a context when something is written.
type cancelOnWrite struct {
	bytes.Buffer
	cancel context.CancelFunc
}

func (c *cancelOnWrite) Write(p []byte) (int, error) {
	c.cancel()
	return c.Buffer.Write(p)
}

func TestSeedInterrupted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	stdout, stderr := new(bytes.Buffer), &cancelOnWrite{cancel: cancel}
	args := []string{"seed", "--db", filepath.Join(t.TempDir(), "s.db"), "--invoices", "1000", "--log-level", "error"}
	code := main.Run(ctx, args, nil, stdout, stderr)
	want := result{1, "", "100 of 1000 invoices (10%)\nordago: interrupted: 100 of 1000 invoices were added\n"}
	wantResult(t, result{code, stdout.String(), stderr.String()}, want)
}
