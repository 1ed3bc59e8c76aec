package server_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
)

// A procedure runs in a process of its own, in the session of the application.
func ExampleNewProcedure() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	done := make(chan bool)
	greet := server.NewProcedure("greet", func(ctx context.Context, s *session.Session, in struct{ Name string }) error {
		defer close(done)
		fmt.Println("hello", in.Name, "from a process of kind", s.Kind())
		return nil
	})
	app, err := server.Open(context.Background(), server.Config{
		Database: filepath.Join(dir, "notes.db"), Definitions: newNotes().definitions(), Log: slog.New(slog.DiscardHandler),
		Procedures: []server.Procedure{greet},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer app.Close()
	number, err := greet.Execute(app.Context(context.Background()), struct{ Name string }{"Ada"}, server.ProcessName("greeting"))
	<-done
	fmt.Println(number, err)
	// Output:
	// hello Ada from a process of kind storedProcedure
	// 1 <nil>
}
