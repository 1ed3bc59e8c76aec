package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/ordago/ordago/server"
)

func (a *app) catalogCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "catalog",
		Short: "Print what remote callers can reach: dataclasses, attributes, functions",
		Long: `Catalog prints the dataclasses with their attributes and the functions with their parameters, as they are exposed.
It uses no database of yours. The order of a function's parameters is part of the protocol.`,
		Example: `  ordago catalog
  ordago catalog --json`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error { return a.catalog(asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// catalog opens the datastore on an empty database, because what is exposed does not depend on one.
func (a *app) catalog(asJSON bool) error {
	dir, err := os.MkdirTemp("", "ordago-catalog")
	if err != nil {
		return fmt.Errorf("make a folder for an empty database: %w", err)
	}
	defer os.RemoveAll(dir)
	c := a.config()
	c.Database, c.RolesFile = filepath.Join(dir, "empty.db"), ""
	return a.withDatabase(c, func(d *server.Database) error {
		if asJSON {
			enc := json.NewEncoder(a.stdout)
			enc.SetIndent("", "  ")
			return enc.Encode(d.Catalog())
		}
		return writeCatalog(a.stdout, d.Catalog())
	})
}

func writeCatalog(w io.Writer, c server.Catalog) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "DataStore")
	writeFunctions(t, c.Functions)
	for _, d := range c.DataClasses {
		fmt.Fprintf(t, "\n%s\n", d.Name)
		for _, a := range d.Attributes {
			fmt.Fprintf(t, "  %s\t%s\t%s\n", a.Name, a.Type, attributeNote(a))
		}
		writeFunctions(t, d.Functions)
	}
	for _, s := range c.Singletons {
		fmt.Fprintf(t, "\nsingleton %s\n", s.Name)
		writeFunctions(t, s.Functions)
	}
	return t.Flush()
}

func attributeNote(a server.CatalogAttribute) string {
	if a.Key {
		return a.Kind + ", key"
	}
	return a.Kind
}

func writeFunctions(w io.Writer, functions []server.CatalogFunction) {
	for _, f := range functions {
		fmt.Fprintf(w, "  %s%s\n", f.Signature, functionNote(f))
	}
}

func functionNote(f server.CatalogFunction) string {
	var notes []string
	if f.Get {
		notes = append(notes, "GET")
	}
	if f.Local {
		notes = append(notes, "local")
	}
	if len(notes) == 0 {
		return ""
	}
	return "  [" + strings.Join(notes, ", ") + "]"
}

// printLine prints a text with exactly one line end.
func printLine(w io.Writer, text string) { fmt.Fprintln(w, strings.TrimRight(text, "\n")) }
