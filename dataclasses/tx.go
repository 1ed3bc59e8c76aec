package dataclasses

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"sync"

	"gorm.io/gorm"

	"github.com/ordago/ordago/triggers"
)

// unit is a unit of work: all that one function, one save or one call of Transaction writes, in one transaction.
// The transaction begins with the first write; until then reads go to the readers.
type unit struct {
	start    func() *gorm.DB // begins the transaction with the context of the whole unit: that of one save may end before it
	external bool            // the transaction belongs to someone who began it with GORM

	mu         sync.Mutex
	tx         *gorm.DB // nil before the first write
	ended      bool
	savepoints int
	after      []func()
}

type unitKey struct{ ds *DataStore }

// boundKey is where a context has the connection that a unit has bound it to.
type boundKey struct{}

// unitOf is the running unit that ctx belongs to, nil outside any. A transaction that no unit has bound is one of GORM's.
func (ds *DataStore) unitOf(ctx context.Context) *unit {
	if pool, ok := triggers.Pool(ctx); ok && ctx.Value(boundKey{}) != pool {
		return ds.externalUnit(pool)
	}
	if u, ok := ctx.Value(unitKey{ds}).(*unit); ok && !u.hasEnded() {
		return u
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
// Entities in memory are not changed by undoing: reload them (O-644). Its context is for one goroutine at a time.
func (ds *DataStore) Transaction(ctx context.Context, fn func(ctx context.Context) error) error {
	return ds.work(ctx, func(ctx context.Context, _ *gorm.DB) error { return fn(ctx) })
}

// work runs fn in a transaction: a savepoint of the running one, or a new one.
func (ds *DataStore) work(ctx context.Context, fn func(ctx context.Context, tx *gorm.DB) error) error {
	if u := ds.unitOf(ctx); u != nil {
		return u.nested(ctx, fn)
	}
	return ds.newUnit(ctx, func(ctx context.Context, u *unit) error {
		if err := u.begin(); err != nil {
			return err
		}
		ctx = u.bind(ctx)
		return fn(ctx, u.tx.WithContext(ctx))
	})
}

// lazily runs fn in a unit of work that begins its transaction with the first write; inside another unit, as a part of that one.
func (ds *DataStore) lazily(ctx context.Context, fn func(ctx context.Context) error) error {
	if u := ds.unitOf(ctx); u != nil {
		return u.part(ctx, fn)
	}
	return ds.newUnit(ctx, func(ctx context.Context, _ *unit) error { return fn(ctx) })
}

// newUnit runs fn in a new unit and ends it. A panic undoes it too.
func (ds *DataStore) newUnit(ctx context.Context, fn func(context.Context, *unit) error) error {
	u := &unit{start: func() *gorm.DB { return begin(ctx, ds.writer) }}
	committed := false
	defer func() {
		if !committed {
			u.rollback()
		}
	}()
	if err := fn(context.WithValue(ctx, unitKey{ds}, u), u); err != nil {
		return err
	}
	if err := u.commit(); err != nil {
		return err
	}
	committed = true
	for _, fn := range u.after {
		runAfterCommit(ctx, fn)
	}
	return nil
}

// begin does what GORM's Begin does, with one copy of the handle instead of three.
func begin(ctx context.Context, db *gorm.DB) *gorm.DB {
	tx := db.WithContext(ctx)
	err := gorm.ErrInvalidTransaction
	switch pool := tx.Statement.ConnPool.(type) {
	case gorm.TxBeginner:
		tx.Statement.ConnPool, err = pool.BeginTx(ctx, nil)
	case gorm.ConnPoolBeginner:
		tx.Statement.ConnPool, err = pool.BeginTx(ctx, nil)
	}
	_ = tx.AddError(err)
	return tx
}

// runAfterCommit logs a panic: what was committed has not failed.
func runAfterCommit(ctx context.Context, fn func()) {
	var err error
	defer func() {
		if p, ok := err.(*PanicError); ok {
			slog.ErrorContext(ctx, p.Error(), slog.Any("panic", p.Value), slog.String("stack", string(p.Stack)))
		}
	}()
	defer guard("a function after the commit", &err)
	fn()
}

// begin starts the transaction if it has not begun.
func (u *unit) begin() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.tx != nil {
		return nil
	}
	tx := u.start()
	if tx.Error != nil {
		return databaseError(tx.Error)
	}
	u.tx = tx
	return nil
}

func (u *unit) hasBegun() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.tx != nil
}

func (u *unit) hasEnded() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.ended
}

// bind marks ctx as belonging to the transaction, so that the triggers' plugin can refuse other handles.
func (u *unit) bind(ctx context.Context) context.Context {
	pool := u.tx.Statement.ConnPool
	if bound, ok := triggers.Pool(ctx); ok && bound == pool {
		return ctx
	}
	return context.WithValue(triggers.Within(ctx, pool), boundKey{}, pool)
}

// part runs fn so that it can be undone on its own: by a savepoint, or as a whole where nothing was written before.
func (u *unit) part(ctx context.Context, fn func(context.Context) error) error {
	if u.hasBegun() {
		return u.nested(ctx, func(ctx context.Context, _ *gorm.DB) error { return fn(ctx) })
	}
	mark := len(u.after)
	err := fn(ctx)
	if err != nil {
		u.restart(mark)
	}
	return err
}

// nested runs fn between savepoints of the unit's transaction.
func (u *unit) nested(ctx context.Context, fn func(ctx context.Context, tx *gorm.DB) error) (err error) {
	if err := u.begin(); err != nil {
		return err
	}
	ctx = u.bind(ctx)
	tx := u.tx.WithContext(ctx)
	u.mu.Lock()
	u.savepoints++
	name, mark := fmt.Sprintf("ordago%d", u.savepoints), len(u.after)
	u.mu.Unlock()
	if err := execute(ctx, tx, "SAVEPOINT "+name); err != nil {
		return err
	}
	released := false
	defer func() {
		if released {
			return
		}
		u.forget(mark)
		if undone := undo(ctx, tx, name); undone != nil && err != nil {
			err = fmt.Errorf("%w (and undo it: %w)", err, undone)
		}
	}()
	if err := fn(ctx, tx); err != nil {
		return err
	}
	// What was written stays, even if the request was cancelled meanwhile: its transaction ends without it anyway.
	err = execute(context.WithoutCancel(ctx), tx, "RELEASE SAVEPOINT "+name)
	released = err == nil
	return err
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

// forget drops what a part that is undone wanted to do after the commit.
func (u *unit) forget(mark int) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.after = u.after[:mark]
}

// restart undoes all that was written; the next write begins a new transaction.
func (u *unit) restart(mark int) {
	u.forget(mark)
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.tx != nil {
		u.tx.Rollback()
		u.tx = nil
	}
}

func (u *unit) commit() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.ended = true
	if u.tx == nil {
		return nil
	}
	return databaseError(u.tx.Commit().Error)
}

func (u *unit) rollback() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.ended = true
	if u.tx != nil {
		u.tx.Rollback()
	}
}

// connection is what both pools and transactions offer for reading.
type connection interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// reader is where reads with this context go: the running transaction, or the readers.
func (ds *DataStore) reader(ctx context.Context) connection {
	if u := ds.unitOf(ctx); u != nil && u.hasBegun() {
		return u.tx.Statement.ConnPool
	}
	return ds.readers
}

// handle is the GORM handle for hooks that read.
func (ds *DataStore) handle(ctx context.Context) *gorm.DB {
	if u := ds.unitOf(ctx); u != nil && u.hasBegun() {
		return u.tx.WithContext(u.bind(ctx))
	}
	return ds.writer.WithContext(triggers.Outside(ctx))
}
