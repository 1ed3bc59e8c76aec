package main_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	main "github.com/ordago/ordago/examples/employees"
)

// The README shows this program to the letter.
func TestReadmeShowsTheProgram(t *testing.T) {
	t.Parallel()
	readme, program := read(t, "../../README.md"), read(t, "main.go")
	if !strings.Contains(readme, "```go\n"+program+"```\n") {
		t.Error("README.md does not contain main.go: copy it there")
	}
	if n := strings.Count(program, "\n"); n > 60 {
		t.Errorf("main.go has %d lines; the README promises 60", n)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestProgram(t *testing.T) {
	t.Parallel()
	address := freeAddress(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- main.Run(ctx, filepath.Join(t.TempDir(), "hr.db"), address) }()
	base := "http://" + address + "/rest/"
	post(t, base+"Employee?$method=update", `{"name":"Ana","salary":100}`, `"salary":100`)
	post(t, base+"Employee(1)/raise", `[50]`, `{"result":150}`)
	post(t, base+"Employee?$method=update", `{"__KEY":"1","salary":10}`, `salary of Ana is halved`)
	stop()
	if err := <-done; err != nil {
		t.Errorf("run: %v", err)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// post sends a request, waiting for the server to answer for the first time.
func post(t *testing.T, target, body, want string) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		response, err := http.Post(target, "application/json", strings.NewReader(body))
		if err != nil && time.Now().Before(deadline) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || !strings.Contains(string(answer), want) {
			t.Errorf("%s: %s, %v; want %s", target, answer, err, want)
		}
		return
	}
}
