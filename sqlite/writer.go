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
	_ gorm.ConnPool         = (*writerPool)(nil)
	_ gorm.ConnPoolBeginner = (*writerPool)(nil)
	_ gorm.GetDBConnector   = (*writerPool)(nil)
	_ gorm.TxCommitter      = (*writerTx)(nil)
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

// closeWhenUnused gives the connection back as soon as the rows on it have
// ended: Close waits for them.
func closeWhenUnused(conn *sql.Conn) { go conn.Close() }

// BeginTx implements [gorm.ConnPoolBeginner].
func (p *writerPool) BeginTx(ctx context.Context, opts *sql.TxOptions) (gorm.ConnPool, error) {
	conn, err := p.acquire(ctx)
	if err != nil {
		return nil, err
	}
	tx, err := conn.BeginTx(ctx, opts)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	// database/sql undoes a transaction whose context ends: then nobody may come to give the connection back.
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	return &writerTx{Tx: tx, conn: conn, stop: stop}, nil
}

// writerTx is a transaction that gives its connection back when it ends.
type writerTx struct {
	*sql.Tx
	conn *sql.Conn
	stop func() bool // the connection is given back here, not by the end of the context
}

// Commit implements [gorm.TxCommitter].
func (t *writerTx) Commit() error { return t.end(t.Tx.Commit()) }

// Rollback implements [gorm.TxCommitter].
func (t *writerTx) Rollback() error { return t.end(t.Tx.Rollback()) }

func (t *writerTx) end(err error) error {
	t.stop()
	if closed := t.conn.Close(); closed != nil && !errors.Is(closed, sql.ErrConnDone) {
		return errors.Join(err, closed)
	}
	return err
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
