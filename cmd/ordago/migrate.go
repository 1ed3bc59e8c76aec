package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/ordago/ordago/server"
)

func (a *app) migrateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database to the form the program needs",
		Long: `Migrate runs numbered SQL files, each in a transaction, and compares the database with the models.
serve and seed run "migrate up" themselves.`,
		Example: `  ordago migrate status
  ordago migrate up --db postgres://ordago@127.0.0.1/ordago
  ordago migrate diff --sql > 00002_next.sql`,
		Args: noArguments,
		RunE: needCommand,
	}
	a.use(cmd.PersistentFlags(), "db", "durable")
	cmd.AddCommand(
		a.migrateStep("up", "Run all migrations that have not run", a.migrateUp),
		a.migrateStep("down", "Take the last migration back, WITH THE DATA in what it created", a.migrateDown),
		a.migrateStep("status", "List the migrations and when they ran", a.migrateStatus),
		a.migrateDiffCommand(),
	)
	return cmd
}

// migrateStep is a command that works with the numbered migrations.
func (a *app) migrateStep(name, short string, fn func(context.Context, *server.Database) error) *cobra.Command {
	return &cobra.Command{
		Use: name, Short: short, Args: noArguments,
		Example: "  ordago migrate " + name + " --db ordago.db",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c := a.config()
			c.MustExist = name != "up"
			return a.withDatabase(c, func(d *server.Database) error { return fn(cmd.Context(), d) })
		},
	}
}

func (a *app) migrateUp(ctx context.Context, d *server.Database) error {
	m, err := d.Migrator()
	if err != nil {
		return err
	}
	done, err := m.Up(ctx)
	for _, step := range done {
		fmt.Fprintf(a.stdout, "applied %s\n", step.Name)
	}
	if err == nil && len(done) == 0 {
		fmt.Fprintf(a.stdout, "%s is up to date\n", d)
	}
	return err
}

func (a *app) migrateDown(ctx context.Context, d *server.Database) error {
	m, err := d.Migrator()
	if err != nil {
		return err
	}
	step, err := m.Down(ctx)
	if err != nil {
		return err
	}
	if step.Version == 0 {
		fmt.Fprintf(a.stdout, "%s has no migration to take back\n", d)
		return nil
	}
	fmt.Fprintf(a.stdout, "took back %s\n", step.Name)
	return nil
}

func (a *app) migrateStatus(ctx context.Context, d *server.Database) error {
	m, err := d.Migrator()
	if err != nil {
		return err
	}
	list, err := m.Status(ctx)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "VERSION\tMIGRATION\tAPPLIED")
	for _, step := range list {
		applied := "pending"
		if !step.AppliedAt.IsZero() {
			applied = step.AppliedAt.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(w, "%d\t%s\t%s\n", step.Version, step.Name, applied)
	}
	return w.Flush()
}

// diffFlags choose what "migrate diff" prints.
type diffFlags struct{ sql, allowDrop, check bool }

func (a *app) migrateDiffCommand() *cobra.Command {
	var flags diffFlags
	cmd := &cobra.Command{
		Use:   "diff",
		Short: "Compare the database with the models",
		Long: `Diff lists what the database lacks or has differently. With --sql it writes the migration that removes the differences;
what would lose data is in comments unless --allow-drop is given.`,
		Example: `  ordago migrate diff
  ordago migrate diff --sql > 00002_next.sql
  ordago migrate diff --check      (exit code 1 if there are differences)`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c := a.config()
			c.MustExist = true
			return a.withDatabase(c, func(d *server.Database) error { return a.migrateDiff(cmd.Context(), d, flags) })
		},
	}
	cmd.Flags().BoolVar(&flags.sql, "sql", false, "print a migration file instead of the list")
	cmd.Flags().BoolVar(&flags.allowDrop, "allow-drop", false, "with --sql, write the statements that lose data too")
	cmd.Flags().BoolVar(&flags.check, "check", false, "differences are an error")
	return cmd
}

func (a *app) migrateDiff(ctx context.Context, d *server.Database, flags diffFlags) error {
	report, err := d.Diff(ctx)
	if err != nil {
		return err
	}
	text := report.String()
	if flags.sql && !report.Empty() {
		text = report.Migration(server.SQLOptions{AllowDrop: flags.allowDrop})
	}
	printLine(a.stdout, text)
	if flags.check && !report.Empty() {
		return errors.New("the database differs from the models")
	}
	return nil
}
