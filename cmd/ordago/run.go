package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/server"
)

// Exit codes.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2 // wrong command line or configuration

	exitRefused = 3 // explain: the answer is no
)

// app is one call of the program.
type app struct {
	env            []string
	stdout, stderr io.Writer
	settings       settings
	options        *pflag.FlagSet // every option of every command, by the name it has in all sources
	log            *slog.Logger
}

// run does what the arguments say and returns the exit code. Results go to stdout, logs, progress and errors to stderr.
func run(ctx context.Context, args, env []string, stdout, stderr io.Writer) int {
	a := &app{env: env, stdout: stdout, stderr: stderr, log: slog.New(slog.DiscardHandler)}
	a.options = a.settings.flags()
	root := a.root()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	if err == errRefused { // alone: closing the database may have failed too
		return exitRefused
	}
	fmt.Fprintf(stderr, "ordago: %v\n", err)
	if _, ok := errors.AsType[*usageError](err); ok {
		fmt.Fprintf(stderr, "See %q.\n", cmd.CommandPath()+" --help")
		return exitUsage
	}
	return exitError
}

// usageError is a mistake on the command line or in the configuration.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "ordago",
		Short:         "ORDA for Go: the invoice demo, its server and its database",
		Long:          rootHelp,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noArguments,
		RunE:          needCommand,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if err := a.configure(); err != nil {
				return &usageError{err}
			}
			a.log = a.settings.logger(a.stderr)
			return nil
		},
	}
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	a.use(root.PersistentFlags(), fileOption, "log-level", "log-format")
	root.AddCommand(a.serveCommand(), a.migrateCommand(), a.catalogCommand(), a.seedCommand(), a.execCommand(), a.versionCommand())
	root.AddCommand(a.backupCommand(), a.restoreCommand(), a.explainCommand())
	return root
}

// use gives a command some of the options.
func (a *app) use(flags *pflag.FlagSet, names ...string) {
	for _, name := range names {
		flags.AddFlag(a.options.Lookup(name))
	}
}

func noArguments(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return &usageError{fmt.Errorf("unknown command or argument %q", args[0])}
	}
	return nil
}

// needCommand is what a command does that only has others below it.
func needCommand(cmd *cobra.Command, _ []string) error {
	return &usageError{fmt.Errorf("%s needs a command", cmd.CommandPath())}
}

// config is the demo application under the settings.
func (a *app) config() server.Config {
	c, demo := a.settings.config(), invoices.New()
	c.Definitions, c.Web = demo.Definitions(), demo.Web()
	c.Procedures, c.Schedule = demo.Procedures(), demo.Schedule()
	c.Migrations = invoices.Migrations()
	c.Log = a.log
	return c
}

// withDatabase runs fn on the opened database and closes it.
func (a *app) withDatabase(c server.Config, fn func(*server.Database) error) error {
	d, err := server.OpenDatabase(c)
	if err != nil {
		return err
	}
	err = fn(d)
	if closing := d.Close(); closing != nil {
		return errors.Join(err, closing)
	}
	return err
}

const rootHelp = `Ordago is ORDA for Go. This program serves the invoice demo and looks after its database.

Options are read from, in rising order:
  a YAML file        ./ordago.yaml if there is one, or --config FILE; keys are the names of the flags
  the environment    ORDAGO_ and the name in capitals: ORDAGO_LOG_LEVEL=debug
  the command line   --log-level debug

A file for a server on PostgreSQL:
  db: postgres://ordago:secret@db.example.com/ordago
  listen: 0.0.0.0:8080
  sessions: sql
  durable: full

The access key of the administration web server is no flag, because command lines can be seen: ORDAGO_ADMIN_KEY, or admin-key in the
file.

Exit codes: 0 done, 1 error, 2 wrong command line or configuration. Explain adds 3, refused.`
