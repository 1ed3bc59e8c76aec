package sqlite

import (
	"database/sql"
	"fmt"
	"sync"

	gormsqlite "gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
)

// Dialector is GORM's SQLite dialector on our connections. Make one with [Open]
// for every gorm.Open; its methods are safe for concurrent use.
type Dialector struct {
	gormsqlite.Dialector
	path    string
	options options

	mu    sync.Mutex
	pools *pools // nil until Initialize
}

var (
	_ gorm.Dialector       = (*Dialector)(nil)
	_ gorm.ErrorTranslator = (*Dialector)(nil)
)

// Open returns a dialector for the SQLite file at path, which is created if it
// is missing. The file is opened, and all mistakes are found, by gorm.Open.
// ":memory:" and URIs are refused.
func Open(path string, opts ...Option) *Dialector {
	return &Dialector{path: path, options: newOptions(opts)}
}

// Initialize is called by gorm.Open. It opens and checks the file; the errors
// name it and say what to do, so they are for the operator and not for clients.
func (d *Dialector) Initialize(db *gorm.DB) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pools != nil {
		return fmt.Errorf("open database %s: this dialector was used before: call sqlite.Open for each gorm.Open", d.path)
	}
	p, err := openPools(d.path, d.options)
	if err != nil {
		return fmt.Errorf("open database %s: %w", d.path, err)
	}
	d.pools = &p
	db.ConnPool = p.connPool(d.options)
	d.registerCallbacks(db)
	return nil
}

func (p pools) connPool(o options) gorm.ConnPool {
	if p.writer == nil {
		return p.readers
	}
	return &writerPool{db: p.writer, wait: o.writerWait}
}

// registerCallbacks differs from the original in one word: no RETURNING for
// Create. GORM reads its one row and leaves the statement open until it is
// reset, which keeps SQLite from moving the WAL into the file: under load the
// WAL grows by hundreds of megabytes.
func (d *Dialector) registerCallbacks(db *gorm.DB) {
	callbacks.RegisterDefaultCallbacks(db, &callbacks.Config{
		CreateClauses:        []string{"INSERT", "VALUES", "ON CONFLICT"},
		UpdateClauses:        []string{"UPDATE", "SET", "FROM", "WHERE", "RETURNING"},
		DeleteClauses:        []string{"DELETE", "FROM", "WHERE", "RETURNING"},
		LastInsertIDReversed: true,
	})
	for name, build := range d.ClauseBuilders() {
		if _, ok := db.ClauseBuilders[name]; !ok {
			db.ClauseBuilders[name] = build
		}
	}
}

// Readers returns the connections that cannot write, for reads outside a
// transaction: they run beside the writer and see what is committed. It returns
// nil before gorm.Open. Close rows soon: while one is open the WAL grows.
func (d *Dialector) Readers() *sql.DB {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pools == nil {
		return nil
	}
	return d.pools.readers
}

// Close closes the readers and the writer, and waits for what runs on them. It
// does nothing before gorm.Open and when called again.
func (d *Dialector) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.pools == nil {
		return nil
	}
	if err := d.pools.close(); err != nil {
		return fmt.Errorf("close database %s: %w", d.path, err)
	}
	return nil
}
