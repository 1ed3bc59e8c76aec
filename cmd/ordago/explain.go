package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/server"
)

// explainFlags say who does what.
type explainFlags struct {
	user   string
	action string
	caller privileges.Caller
}

func (a *app) explainCommand() *cobra.Command {
	var flags explainFlags
	cmd := &cobra.Command{
		Use:   "explain RESOURCE",
		Short: "Explain why somebody may or may not do something",
		Long: `Explain says whether a caller may do something, which list of roles.json decides and on which line, what the caller holds
and why, and which attributes are out of reach. Nothing is changed.

The resource is ds, Invoice, Invoice(3), Invoice.total, Invoice(3).total, Invoice.approve, ds.whoAmI or Pricing.quote.
Without --user, --role and --privilege the caller is a guest.

Exit codes: 0 allowed, 3 refused, 1 error, 2 wrong command line or configuration.`,
		Example: `  ordago explain --user mark --action update "Invoice(3)"
  ordago explain --role clerk Invoice.approve
  ordago explain --privilege ReadData --action read AuditEntry --roles roles.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return &usageError{errors.New("give one resource, such as Invoice or Invoice.approve")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			c := a.config()
			c.MustExist = true
			return a.withDatabase(c, func(d *server.Database) error { return a.explain(cmd.Context(), d, flags, args[0]) })
		},
	}
	a.use(cmd.Flags(), "db", "roles")
	cmd.Flags().StringVar(&flags.user, "user", "", "`name` of a sales person, who has that person's role")
	cmd.Flags().StringVar(&flags.action, "action", "", "read, create, update, drop or execute (default execute for a function, else read)")
	cmd.Flags().StringArrayVar(&flags.caller.Roles, "role", nil, "`role` that the caller has; may be repeated")
	cmd.Flags().StringArrayVar(&flags.caller.Privileges, "privilege", nil, "`privilege` that the caller has; may be repeated")
	return cmd
}

// errRefused makes the exit code that says so; its text was printed.
var errRefused = errors.New("refused")

func (a *app) explain(ctx context.Context, d *server.Database, f explainFlags, resource string) error {
	if f.user != "" {
		role, err := invoices.RoleOf(ctx, d.DataStore(), f.user)
		if err != nil {
			return err
		}
		if role != "" {
			f.caller.Roles = append(f.caller.Roles, role)
		}
	}
	answer, err := d.DataStore().Explain(ctx, dataclasses.Question{Action: f.action, Resource: resource, Caller: f.caller})
	if err != nil {
		return err
	}
	printLine(a.stdout, answer.String())
	if !answer.Allowed {
		return errRefused
	}
	return nil
}
