package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/server"
)

func (a *app) seedCommand() *cobra.Command {
	var count int
	cmd := &cobra.Command{
		Use:   "seed",
		Short: "Add many invoices to the demo",
		Long: `Seed adds invoices with lines, through the data layer and so through all triggers. It creates, migrates and fills the
database first where that is needed. When it is interrupted, what it reported stays.`,
		Example: `  ordago seed --invoices 10000
  ordago seed --invoices 100000 --db postgres://ordago@127.0.0.1/ordago`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if count < 1 {
				return &usageError{errors.New("--invoices must be 1 or more")}
			}
			return a.withDatabase(a.config(), func(d *server.Database) error { return a.seed(cmd.Context(), d, count) })
		},
	}
	cmd.Flags().IntVar(&count, "invoices", 1000, "how many invoices to add")
	a.use(cmd.Flags(), "db", "durable")
	return cmd
}

func (a *app) seed(ctx context.Context, d *server.Database, count int) error {
	if err := d.Migrate(ctx); err != nil {
		return err
	}
	done, err := a.addInvoices(ctx, d, count)
	if ctx.Err() != nil {
		return fmt.Errorf("interrupted: %d of %d invoices were added", done, count)
	}
	if err != nil {
		return fmt.Errorf("after %d of %d invoices: %w", done, count, err)
	}
	fmt.Fprintf(a.stdout, "added %d invoices to %s\n", done, d)
	return nil
}

// addInvoices shows its progress and returns how many were added. An empty database gets the demo first.
func (a *app) addInvoices(ctx context.Context, d *server.Database, count int) (int, error) {
	done := 0
	show := newProgress(a.stderr, "invoices", count)
	err := invoices.Seed(ctx, d.DataStore(), count, func(n int) {
		done = n
		show(n)
	})
	return done, err
}
