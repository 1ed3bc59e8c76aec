package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
)

// engineDriver is made once: our functions stay registered with it for the life
// of the process.
var engineDriver = sync.OnceValues(newDriver)

// connector opens connections to one file. It has no name in database/sql, so
// it cannot be mixed up with a driver that lacks our functions.
type connector struct {
	driver driver.Driver
	uri    string
	also   io.Closer // closed after the pool; may be nil
}

// Connect implements [driver.Connector].
func (c *connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.uri) }

// Driver implements [driver.Connector].
func (c *connector) Driver() driver.Driver { return c.driver }

// Close is called by sql.DB.Close: closing the handle that GORM gives out must
// not leave the readers open.
func (c *connector) Close() error {
	if c.also == nil {
		return nil
	}
	return c.also.Close()
}

// pool returns a pool of up to n connections that stay open.
func pool(path, query string, n int, also io.Closer) (*sql.DB, error) {
	d, err := engineDriver()
	if err != nil {
		return nil, err
	}
	uri, err := uri(path, query)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(&connector{d, uri, also})
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	return db, nil
}

// pools are the connections of one dialector. Writer is nil if read-only.
type pools struct {
	writer, readers *sql.DB
}

// openPools opens and checks path; all errors say what to do.
func openPools(path string, o options) (pools, error) {
	if err := errors.Join(checkPath(path), o.check()); err != nil {
		return pools{}, err
	}
	if err := checkPlace(path, o.readOnly); err != nil {
		return pools{}, err
	}
	var p pools
	var err error
	if p.readers, err = pool(path, readerQuery(o), max(4, runtime.NumCPU()), nil); err != nil {
		return pools{}, err
	}
	if !o.readOnly {
		p.writer, err = pool(path, writerQuery(o), 1, p.readers)
	}
	if err == nil {
		err = p.check()
	}
	if err != nil {
		return pools{}, errors.Join(explain(err), p.close())
	}
	return p, nil
}

// check reads the header and the schema, and tries a write. The writer comes
// first because it turns a new file into a WAL database.
func (p pools) check() error {
	if p.writer != nil {
		if err := checkWrite(p.writer); err != nil {
			return err
		}
	}
	var n int
	return p.readers.QueryRow("SELECT count(*) FROM sqlite_schema").Scan(&n)
}

// checkWrite changes something to what it is, and takes that back: beginning
// alone succeeds on a file that may not be written.
func checkWrite(writer *sql.DB) error {
	tx, err := writer.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var version int
	if err := tx.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	_, err = tx.Exec(fmt.Sprintf("PRAGMA user_version = %d", version))
	return err
}

// close closes the readers first, so that the writer is the last connection and
// moves what is left in the WAL into the file.
func (p pools) close() error {
	var errs []error
	for _, db := range []*sql.DB{p.readers, p.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}
