package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/server"
)

func (a *app) execCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "exec PROCEDURE [JSON]",
		Short: "Run a procedure now, without a server",
		Long: `Exec runs a procedure of the demo in a standalone application on the database, which must exist, and waits for its end.
JSON is its parameters as one object. What the procedure left in the storage of its session is printed as JSON.
A server may be running on the same database.

Procedures: ` + procedureNames() + `.`,
		Example: `  ordago exec cancelStaleDrafts
  ordago exec cancelStaleDrafts '{"days":30}' --db ordago.db`,
		Args: execArguments,
		RunE: func(cmd *cobra.Command, args []string) error {
			parameters := ""
			if len(args) > 1 {
				parameters = args[1]
			}
			return a.exec(cmd.Context(), args[0], parameters)
		},
	}
	a.use(cmd.Flags(), "db", "durable")
	return cmd
}

func procedureNames() string {
	var names []string
	for _, p := range invoices.New().Procedures() {
		names = append(names, p.Name())
	}
	return strings.Join(names, ", ")
}

func execArguments(_ *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return &usageError{fmt.Errorf("name a procedure: %s", procedureNames())}
	case len(args) > 2:
		return &usageError{fmt.Errorf("unknown argument %q: the parameters are one JSON object", args[2])}
	}
	return nil
}

func (a *app) exec(ctx context.Context, procedure, parameters string) error {
	c := a.config()
	c.MustExist, c.Standalone = true, true
	s, err := server.Open(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(a.call(ctx, s, procedure, parameters), s.Close())
}

// call runs the procedure in the one process of the application and prints what it left.
func (a *app) call(ctx context.Context, s *server.Server, procedure, parameters string) error {
	if err := s.Call(s.Context(ctx), procedure, json.RawMessage(parameters)); err != nil {
		return err
	}
	return json.NewEncoder(a.stdout).Encode(s.Session().Storage().Copy())
}
