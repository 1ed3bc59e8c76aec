package dataclasses

import (
	"context"
	"database/sql"
	"fmt"
	"sync"

	"gorm.io/gorm"

	"github.com/ordago/ordago/triggers"
)

// unit is a unit of work: all that one function, one save or one call of Transaction writes, in one transaction.
// The transaction begins with the first write; until then reads go to the readers.
type unit struct {
	mu         sync.Mutex
	tx         *gorm.DB // nil before the first write
	savepoints int
	after      []func()
	external   bool // the transaction belongs to someone who began it with GORM
}

type unitKey struct{ ds *DataStore }

func (ds *DataStore) unitOf(ctx context.Context) *unit {
	if u, ok := ctx.Value(unitKey{ds}).(*unit); ok {
		return u
	}
	if pool, ok := triggers.Pool(ctx); ok {
		return ds.externalUnit(pool)
	}
	return nil
}

// externalUnit lets a trigger of a plain GORM write use the data layer inside GORM's transaction.
func (ds *DataStore) externalUnit(pool gorm.ConnPool) *unit {
	tx := ds.writer.Session(&gorm.Session{NewDB: true})
	tx.Statement.ConnPool = pool
	return &unit{tx: tx, external: true}
}

// Transaction runs fn in one transaction: all reads and writes with its context belong to it. An error or a panic undoes them.
// Inside another transaction, of a function or a trigger for example, it is a part of that one that can be undone on its own (O-641, O-642).
// Entities in memory are not changed by undoing: reload them (O-644).
func (ds *DataStore) Transaction(ctx context.Context, fn func(ctx context.Context) error) error {
	return ds.work(ctx, func(ctx context.Context, _ *gorm.DB) error { return fn(ctx) })
}

// work runs fn in a transaction: a savepoint of the running one, or a new one.
func (ds *DataStore) work(ctx context.Context, fn func(ctx context.Context, tx *gorm.DB) error) error {
	if u := ds.unitOf(ctx); u != nil {
		return u.nested(ctx, ds, fn)
	}
	return ds.lazily(ctx, func(ctx context.Context) error {
		u := ds.unitOf(ctx)
		if err := u.begin(ctx, ds); err != nil {
			return err
		}
		return fn(u.bind(ctx), u.tx.WithContext(u.bind(ctx)))
	})
}

// lazily runs fn in a unit of work that begins its transaction with the first write.
func (ds *DataStore) lazily(ctx context.Context, fn func(ctx context.Context) error) (err error) {
	if ds.unitOf(ctx) != nil {
		return fn(ctx)
	}
	u := &unit{}
	defer func() {
		if p := recover(); p != nil {
			u.rollback()
			panic(p)
		}
	}()
	if err := fn(context.WithValue(ctx, unitKey{ds}, u)); err != nil {
		u.rollback()
		return err
	}
	return u.commit(ctx)
}

// begin starts the transaction if it has not begun.
func (u *unit) begin(ctx context.Context, ds *DataStore) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.tx != nil {
		return nil
	}
	tx := ds.writer.WithContext(ctx).Begin()
	if tx.Error != nil {
		return databaseError(tx.Error)
	}
	u.tx = tx
	return nil
}

// bind marks ctx as belonging to the transaction, so that the triggers' plugin can refuse other handles.
func (u *unit) bind(ctx context.Context) context.Context {
	if pool, ok := triggers.Pool(ctx); ok && pool == u.tx.Statement.ConnPool {
		return ctx
	}
	return triggers.Within(ctx, u.tx.Statement.ConnPool)
}

// nested runs fn between savepoints of the unit's transaction.
func (u *unit) nested(ctx context.Context, ds *DataStore, fn func(ctx context.Context, tx *gorm.DB) error) (err error) {
	if err := u.begin(ctx, ds); err != nil {
		return err
	}
	ctx = u.bind(ctx)
	tx := u.tx.WithContext(ctx)
	u.mu.Lock()
	u.savepoints++
	name := fmt.Sprintf("ordago%d", u.savepoints)
	u.mu.Unlock()
	if err := execute(ctx, tx, "SAVEPOINT "+name); err != nil {
		return err
	}
	defer func() {
		if p := recover(); p != nil {
			_ = undo(ctx, tx, name)
			panic(p)
		}
	}()
	if err := fn(ctx, tx); err != nil {
		if undone := undo(ctx, tx, name); undone != nil {
			return fmt.Errorf("%w (and undo it: %w)", err, undone)
		}
		return err
	}
	return execute(ctx, tx, "RELEASE SAVEPOINT "+name)
}

// undo rolls back to the savepoint. A cancelled request must still be able to do so.
func undo(ctx context.Context, tx *gorm.DB, name string) error {
	ctx = context.WithoutCancel(ctx)
	if err := execute(ctx, tx, "ROLLBACK TO SAVEPOINT "+name); err != nil {
		return err
	}
	return execute(ctx, tx, "RELEASE SAVEPOINT "+name)
}

func execute(ctx context.Context, tx *gorm.DB, statement string) error {
	_, err := tx.Statement.ConnPool.ExecContext(ctx, statement)
	return databaseError(err)
}

// afterCommit runs fn once the transaction is committed, never if it is undone.
func (u *unit) afterCommit(fn func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.after = append(u.after, fn)
}

func (u *unit) commit(_ context.Context) error {
	if u.tx != nil && !u.external {
		if err := u.tx.Commit().Error; err != nil {
			u.rollback()
			return databaseError(err)
		}
	}
	for _, fn := range u.after {
		fn()
	}
	return nil
}

func (u *unit) rollback() {
	if u.tx != nil && !u.external {
		u.tx.Rollback()
	}
}

// connection is what both pools and transactions offer for reading.
type connection interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// reader is where reads with this context go: the running transaction, or the readers.
func (ds *DataStore) reader(ctx context.Context) connection {
	if u := ds.unitOf(ctx); u != nil {
		u.mu.Lock()
		defer u.mu.Unlock()
		if u.tx != nil {
			return u.tx.Statement.ConnPool
		}
	}
	return ds.readers
}
