package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/spf13/cobra"

	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/server"
)

func (a *app) serveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the demo over REST and as web pages",
		Long: `Serve opens the database, creating an SQLite file that is missing, migrates it, fills an empty one with the demo,
and answers REST requests and serves pages until it is told to stop (Ctrl-C or SIGTERM): running requests may finish then.
A second signal stops it at once.

With --roles, the signal SIGHUP makes it read the file again (not on Windows): the new permissions hold at once, for running requests
too. With a mistake in the file those before stay in force. Sessions lose the privileges that the file does not declare any more. A
change of forceLogin needs a restart.`,
		Example: `  ordago serve
  ordago serve --listen 127.0.0.1:9000 --db invoices.db --durable full
  ORDAGO_DB=postgres://ordago:secret@127.0.0.1/ordago ordago serve --sessions sql
  ordago serve --web-folder examples/invoices/pages
  ORDAGO_ADMIN_KEY=a-long-secret-of-yours ordago serve --admin-listen 127.0.0.1:7080
  ordago serve --log-format json --grace 30s`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context()) },
	}
	a.use(cmd.Flags(), "db", "durable", "listen", "sessions", "cookie-name", "cookie-secure", "no-sessions", "web-folder", "admin-listen", "max-body", "grace", "slow-query",
		"roles", "roles-fail-open", "demo")
	return cmd
}

func (a *app) serve(ctx context.Context) error {
	c := a.config()
	if a.settings.webFolder != "" {
		root, err := os.OpenRoot(a.settings.webFolder)
		if err != nil {
			return fmt.Errorf("web folder: %w", err)
		}
		defer root.Close()
		c.Web.Root = root.FS()
	}
	s, err := server.Open(ctx, c)
	if err != nil {
		return err
	}
	return errors.Join(a.runServer(ctx, s), s.Close())
}

// runServer takes the address first: a port that is in use must not leave a half-made database.
func (a *app) runServer(ctx context.Context, s *server.Server) error {
	addr, err := s.Listen(ctx)
	if err != nil {
		return err
	}
	if a.settings.demo {
		if err := invoices.Fill(ctx, s.DataStore()); err != nil {
			return err
		}
	}
	a.warnOpenAddress(addr)
	if err := greet(a.stdout, s, addr); err != nil {
		return fmt.Errorf("print the address: %w", err)
	}
	defer a.reloadOnHangup(s)()
	a.log.Info("serving", "address", addr.String(), "database", s.String())
	return s.Run(ctx)
}

// warnOpenAddress says what it means to serve a demo whose passwords everybody knows.
func (a *app) warnOpenAddress(addr net.Addr) {
	if tcp, ok := addr.(*net.TCPAddr); ok && !tcp.IP.IsLoopback() {
		a.log.Warn("other machines can reach this address, and the demo's passwords are public", "address", addr.String())
	}
}
