package backup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// longestLine is how much of a line of an archive is looked at: more than any that is not data.
const longestLine = 1 << 20

// entries returns the table of contents of an archive, a line each, without what concerns the schema itself: a restore fills it.
func (t tools) entries(ctx context.Context, path string) ([]string, error) {
	var list []string
	err := t.run(ctx, "pg_restore", []string{"--list", path}, output{results: func(r io.Reader) error {
		return eachLine(r, longestLine, func(line []byte, _ int) error {
			if text := string(line); text != "" && !strings.HasPrefix(text, ";") && !ofSchema.MatchString(text) {
				list = append(list, text)
			}
			return nil
		})
	}})
	return list, err
}

var ofSchema = regexp.MustCompile(`^\d+; \d+ \d+ (SCHEMA|COMMENT|ACL) - (SCHEMA )?`)

// readArchive reads all of an archive, which finds what is damaged, and returns what it has.
func (t tools) readArchive(ctx context.Context, path, versionTable string) (Contents, error) {
	rows := rowReader{Contents: Contents{Rows: map[string]int64{}, bytes: map[string]int64{}}, versionTable: versionTable}
	err := t.run(ctx, "pg_restore", []string{"--data-only", "--file=-", path}, output{results: func(r io.Reader) error {
		return eachLine(r, longestLine, rows.line)
	}})
	if err == nil && rows.table != "" {
		err = errors.New("the archive ends inside table " + rows.table)
	}
	return rows.Contents, err
}

// rowReader counts rows in the SQL that pg_restore prints.
type rowReader struct {
	Contents
	versionTable string
	table        string // whose rows are read; "" between tables
	column       int    // of the version; -1 where there is none
}

func (r *rowReader) line(line []byte, size int) error {
	switch {
	case r.table == "":
		return r.begin(string(line))
	case string(line) == `\.`:
		r.table = ""
		return nil
	}
	r.Rows[r.table]++
	r.bytes[r.table] += int64(size)
	return r.version(line)
}

// begin looks for the statement that rows follow: COPY schema.table (columns) FROM stdin;
func (r *rowReader) begin(line string) error {
	text, isCopy := strings.CutPrefix(line, "COPY ")
	text, hasRows := strings.CutSuffix(text, " FROM stdin;")
	if !isCopy || !hasRows {
		return nil
	}
	schema, rest, ok := identifier(text)
	if ok && strings.HasPrefix(rest, ".") {
		r.table, rest, ok = identifier(rest[1:])
	}
	if !ok || r.table == "" {
		return fmt.Errorf("the archive has a table whose name cannot be read: %.100s", line)
	}
	if r.schema != "" && r.schema != schema {
		return fmt.Errorf("the archive has tables of schema %s and of schema %s", r.schema, schema)
	}
	r.schema = schema
	r.Rows[r.table] += 0
	r.bytes[r.table] += 0
	r.column = -1
	if r.table == r.versionTable {
		columns := strings.Split(strings.Trim(rest, " ()"), ", ")
		r.column = slices.Index(columns, "version_id")
	}
	return nil
}

// version takes the version out of a row of the version table.
func (r *rowReader) version(row []byte) error {
	if r.table != r.versionTable || r.column < 0 {
		return nil
	}
	values := bytes.Split(row, []byte("\t"))
	if len(values) <= r.column {
		return fmt.Errorf("a row of table %s has too few values", r.table)
	}
	v, err := strconv.ParseInt(string(values[r.column]), 10, 64)
	if err != nil {
		return fmt.Errorf("table %s has a version that is no number", r.table)
	}
	r.Version = max(r.Version, v)
	return nil
}

// identifier reads a name that is quoted if need be, and returns what follows it.
func identifier(text string) (name, rest string, ok bool) {
	if !strings.HasPrefix(text, `"`) {
		end := strings.IndexAny(text, ". (")
		if end <= 0 {
			return "", "", false
		}
		return text[:end], text[end:], true
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] != '"':
			b.WriteByte(text[i])
		case i+1 < len(text) && text[i+1] == '"':
			b.WriteByte('"')
			i++
		default:
			return b.String(), text[i+1:], true
		}
	}
	return "", "", false
}
