package backup

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// Postgres copies the first schema of the connection's search path to dest, an archive of pg_dump --format=custom, while others go on
// reading and writing. It needs pg_dump and pg_restore of at least the server's version.
//
// The archive has what was committed at the moment the backup began: pg_dump works on the snapshot in which the rows of every table
// have been counted before, and all of the archive is read back and must have as many. On every error, also the end of ctx, dest is as
// it was.
func Postgres(ctx context.Context, conn *pgx.ConnConfig, dest string, o Options) (Report, error) {
	began := time.Now()
	t, err := newTarget(dest, o)
	if err != nil {
		return Report{}, err
	}
	defer t.discard()
	tools := newTools(conn)
	counted, err := tools.dump(ctx, conn, t, o)
	if err != nil {
		return Report{}, fmt.Errorf("back up database %s: %w", tools.database, stopped(ctx, err))
	}
	read, err := tools.readArchive(ctx, t.temp, o.VersionTable)
	if err == nil {
		err = sameRows(counted, read.Rows)
	}
	if err != nil {
		return Report{}, fmt.Errorf("check the backup of database %s: %w", tools.database, err)
	}
	if err := accept(o.Accept, read); err != nil {
		return Report{}, fmt.Errorf("back up database %s: %w", tools.database, err)
	}
	return t.finish(ctx, read, o.Progress, began)
}

// dump writes the archive of one snapshot and returns the number of rows of each table in it.
func (t tools) dump(ctx context.Context, conn *pgx.ConnConfig, to *target, o Options) (map[string]int64, error) {
	c, err := pgx.ConnectConfig(ctx, conn)
	if err != nil {
		return nil, err
	}
	defer c.Close(context.WithoutCancel(ctx))
	if err := t.atLeast(ctx, "pg_dump", serverVersion(c)); err != nil {
		return nil, err
	}
	s, err := takeSnapshot(ctx, c, o.Transient)
	if err != nil {
		return nil, err
	}
	args := []string{
		"--format=custom", "--verbose", "--no-password", "--snapshot=" + s.id, "--file=" + to.temp, "--schema=" + quote(s.schema),
	}
	for _, table := range o.Transient {
		args = append(args, "--exclude-table="+quote(s.schema)+"."+quote(table))
	}
	p := s.progress()
	look := func() { o.Progress.tell(p.done.Load(), p.total) }
	err = watch(ctx, look, func(ctx context.Context) error {
		return t.run(ctx, "pg_dump", args, output{messages: p.message})
	})
	return s.rows, err
}

func serverVersion(c *pgx.Conn) int {
	var major int
	_, _ = fmt.Sscanf(c.PgConn().ParameterStatus("server_version"), "%d", &major)
	return major
}

// snapshot is one state of a schema, which lives as long as the transaction that took it.
type snapshot struct {
	id, schema string
	tables     []table
	rows       map[string]int64
}

type table struct {
	name string
	size int64 // bytes on the server's disk
}

// errNoSchema is the state of a database whose search path leads nowhere.
var errNoSchema = errors.New("the search_path of this role names no schema that exists: create the schema first")

// takeSnapshot counts the rows of all tables that pg_dump will write.
func takeSnapshot(ctx context.Context, c *pgx.Conn, without []string) (*snapshot, error) {
	for _, statement := range []string{
		"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
		"SET LOCAL statement_timeout = 0",
		"SET LOCAL idle_in_transaction_session_timeout = 0",
	} {
		if _, err := c.Exec(ctx, statement); err != nil {
			return nil, err
		}
	}
	s := &snapshot{rows: map[string]int64{}}
	var err error
	if s.schema, err = currentSchema(ctx, c); err != nil {
		return nil, err
	}
	if err := c.QueryRow(ctx, "SELECT pg_export_snapshot()").Scan(&s.id); err != nil {
		return nil, err
	}
	if s.tables, err = tablesOf(ctx, c, s.schema, without); err != nil {
		return nil, err
	}
	for _, t := range s.tables {
		var n int64
		if err := c.QueryRow(ctx, "SELECT count(*) FROM ONLY "+quote(s.schema)+"."+quote(t.name)).Scan(&n); err != nil {
			return nil, fmt.Errorf("count table %s: %w", t.name, err)
		}
		s.rows[t.name] = n
	}
	return s, nil
}

func currentSchema(ctx context.Context, c *pgx.Conn) (string, error) {
	var schema *string
	if err := c.QueryRow(ctx, "SELECT current_schema()").Scan(&schema); err != nil {
		return "", err
	}
	if schema == nil {
		return "", errNoSchema
	}
	return *schema, nil
}

// tablesOf lists the tables with rows of their own, but those of extensions, which an archive does not have.
func tablesOf(ctx context.Context, c *pgx.Conn, schema string, without []string) ([]table, error) {
	rows, err := c.Query(ctx, `SELECT c.relname, pg_table_size(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind = 'r' AND NOT EXISTS (
  SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY c.relname`, schema)
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (t table, err error) {
		err = row.Scan(&t.name, &t.size)
		return t, err
	})
	return slices.DeleteFunc(list, func(t table) bool { return slices.Contains(without, t.name) }), err
}

// tableProgress adds up the tables that a tool has done, from what it says when it begins one.
type tableProgress struct {
	sizes map[string]int64 // by the name as the tool prints it
	total int64
	begun int64 // size of the table that is being done
	done  atomic.Int64
}

func newTableProgress(schema string, sizes map[string]int64) *tableProgress {
	p := &tableProgress{sizes: map[string]int64{}}
	for name, size := range sizes {
		p.sizes[schema+"."+name] = size
		p.total += size
	}
	return p
}

func (s *snapshot) progress() *tableProgress {
	sizes := map[string]int64{}
	for _, t := range s.tables {
		sizes[t.name] = t.size
	}
	return newTableProgress(s.schema, sizes)
}

var beginsTable = regexp.MustCompile(`(?:dumping contents of|processing data for) table "(.*)"$`)

// message reads one line of a tool.
func (p *tableProgress) message(line string) {
	if match := beginsTable.FindStringSubmatch(line); match != nil {
		p.done.Add(p.begun)
		p.begun = p.sizes[match[1]]
	}
}
