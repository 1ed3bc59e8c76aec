package e2e_test

import (
	"bytes"
	"flag"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
)

// update rewrites golden files.
var update = flag.Bool("update", false, "rewrite the golden files")

// tap hands everything that is logged to the tests that listen.
type tap struct {
	mu        sync.Mutex
	listeners map[*logged]bool
}

// Write implements [io.Writer].
func (t *tap) Write(line []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for l := range t.listeners {
		l.buf.Write(line)
	}
	return len(line), nil
}

// logTap receives the log of the whole process: rest.New writes to slog's default. It is set once, before any test.
var logTap = &tap{listeners: map[*logged]bool{}}

// logged is what was logged since a test listens.
type logged struct{ buf bytes.Buffer }

func listen(t *testing.T) *logged {
	t.Helper()
	l := &logged{}
	logTap.mu.Lock()
	defer logTap.mu.Unlock()
	logTap.listeners[l] = true
	t.Cleanup(func() {
		logTap.mu.Lock()
		defer logTap.mu.Unlock()
		delete(logTap.listeners, l)
	})
	return l
}

func (l *logged) String() string {
	logTap.mu.Lock()
	defer logTap.mu.Unlock()
	return l.buf.String()
}

// lines returns the logged lines that hold text.
func (l *logged) lines(text string) []string {
	var found []string
	for line := range strings.Lines(l.String()) {
		if strings.Contains(line, text) {
			found = append(found, line)
		}
	}
	return found
}

func TestMain(m *testing.M) {
	flag.Parse()
	slog.SetDefault(slog.New(slog.NewTextHandler(logTap, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if database := os.Getenv(crashEnv); database != "" {
		os.Exit(serveUntilKilled(database, os.Stdout))
	}
	if spec := os.Getenv(matrixEnv); spec != "" {
		os.Exit(runMatrixApp(spec, os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

var _ io.Writer = logTap
