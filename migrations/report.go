package migrations

import (
	"fmt"
	"slices"
	"strings"
)

// Report is the drift between models and database. The zero Report has none.
type Report struct {
	Differences []Difference
	changes     []change
}

// SQLOptions choose what [Report.SQL] writes. The zero value writes nothing that loses data.
type SQLOptions struct {
	// AllowDrop writes DROP statements: for unknown columns in the up part, and for all that was created in the down part.
	// Without it they are comments.
	AllowDrop bool
}

// Empty reports whether models and database agree.
func (r Report) Empty() bool { return len(r.Differences) == 0 }

// String lists the differences for people, a line each; models and database that agree give one line that says so.
func (r Report) String() string {
	if r.Empty() {
		return "the database is as the models need it\n"
	}
	var b strings.Builder
	for _, d := range r.Differences {
		b.WriteString(d.String())
		b.WriteByte('\n')
	}
	return b.String()
}

// String is the difference in one line.
func (d Difference) String() string {
	s := fmt.Sprintf("%s: %s", d.Table, d.Kind)
	if d.Name != "" {
		s += " " + d.Name
	}
	switch {
	case d.Want != "" && d.Got != "":
		s += fmt.Sprintf(": is %s, must be %s", d.Got, d.Want)
	case d.Want != "" || d.Got != "":
		s += " (" + d.Want + d.Got + ")"
	}
	return s
}

// SQL writes the statements that remove the differences, and those that take them back, for the database that was compared.
// What no statement can do without knowing the data is a comment that begins with "by hand".
func (r Report) SQL(o SQLOptions) (up, down string) {
	var u, d strings.Builder
	for _, c := range r.changes {
		switch {
		case c.up == "":
			u.WriteString("-- by hand: " + c.what + "\n")
		case c.drops && !o.AllowDrop:
			u.WriteString(comment(c.up))
		default:
			u.WriteString(terminated(c.up))
		}
	}
	for _, c := range slices.Backward(r.changes) {
		switch {
		case c.down == "":
		case o.AllowDrop:
			d.WriteString(c.down + ";\n")
		default:
			d.WriteString(comment(c.down))
		}
	}
	return u.String(), d.String()
}

// Migration writes a migration file for [Migrator] with both parts of [Report.SQL].
func (r Report) Migration(o SQLOptions) string {
	up, down := r.SQL(o)
	return "-- +goose Up\n" + up + "\n-- +goose Down\n" + down
}

// terminated ends a statement with a semicolon, unless it is a block that does so itself.
func terminated(statement string) string {
	if strings.HasSuffix(statement, "StatementEnd") {
		return statement + "\n"
	}
	return statement + ";\n"
}

// comment makes comments of a statement's lines.
func comment(statement string) string {
	return "-- " + strings.ReplaceAll(statement, "\n", "\n-- ") + ";\n"
}
