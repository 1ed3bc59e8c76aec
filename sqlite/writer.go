package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// writerPool is GORM's view of the only writing connection. It gives up waiting
// for it after a time, so that code that asks for the connection it already
// holds gets an error instead of a silent stop.
//
// Each call takes a *sql.Conn under a context that ends with the wait, and then
// works on it under the caller's own context: the limit is for the wait alone.
type writerPool struct {
	db   *sql.DB
	wait time.Duration
}

var (
	_ gorm.ConnPool       = (*writerPool)(nil)
	_ gorm.TxBeginner     = (*writerPool)(nil)
	_ gorm.GetDBConnector = (*writerPool)(nil)
)

// acquire waits for the connection; the caller must close what it gets.
func (p *writerPool) acquire(ctx context.Context) (*sql.Conn, error) {
	waiting, cancel := context.WithTimeout(ctx, p.wait)
	defer cancel()
	conn, err := p.db.Conn(waiting)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return nil, fmt.Errorf("%w for %v: inside a trigger or transaction use the tx or ctx handed to it", ErrWriterBusy, p.wait)
	}
	return conn, err
}

// closeWhenUnused gives the connection back as soon as the rows or the
// transaction on it have ended: Close waits for them.
func closeWhenUnused(conn *sql.Conn) { go conn.Close() }

// BeginTx implements [gorm.TxBeginner].
func (p *writerPool) BeginTx(ctx context.Context, opts *sql.TxOptions) (*sql.Tx, error) {
	conn, err := p.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer closeWhenUnused(conn)
	return conn.BeginTx(ctx, opts)
}

// ExecContext implements [gorm.ConnPool].
func (p *writerPool) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	conn, err := p.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return conn.ExecContext(ctx, query, args...)
}

// QueryContext implements [gorm.ConnPool].
func (p *writerPool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	conn, err := p.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer closeWhenUnused(conn)
	return conn.QueryContext(ctx, query, args...)
}

// QueryRowContext implements [gorm.ConnPool].
func (p *writerPool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	conn, err := p.acquire(ctx)
	if err != nil {
		return p.db.QueryRowContext(failed{ctx, err}, query, args...)
	}
	defer closeWhenUnused(conn)
	return conn.QueryRowContext(ctx, query, args...)
}

// PrepareContext implements [gorm.ConnPool]. A statement must outlive the
// connection it was made on, so only the first wait is limited.
func (p *writerPool) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	conn, err := p.acquire(ctx)
	if err != nil {
		return nil, err
	}
	if err := conn.Close(); err != nil {
		return nil, err
	}
	return p.db.PrepareContext(ctx, query)
}

// Ping is what GORM calls after opening.
func (p *writerPool) Ping() error {
	conn, err := p.acquire(context.Background())
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.PingContext(context.Background())
}

// GetDBConn implements [gorm.GetDBConnector]. Waits on the result have no limit
// but their context.
func (p *writerPool) GetDBConn() (*sql.DB, error) { return p.db, nil }

// failed is a context that has ended with err. It is the only way to make a
// *sql.Row that reports err: the query under it is never run.
type failed struct {
	context.Context
	err error
}

// Done returns a closed channel.
func (failed) Done() <-chan struct{} {
	done := make(chan struct{})
	close(done)
	return done
}

// Err returns the reason.
func (f failed) Err() error { return f.err }
