package rest_test

import (
	"io"
	"log/slog"
	"os"
	"testing"
)

// TestMain keeps the request log out of the tests' output.
func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	os.Exit(m.Run())
}
