package dataclasses

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/triggers"
)

// DataStore gives access to the dataclasses of one database (O-005). It is made by [Open] and safe for concurrent use. Nothing of it
// changes afterwards but the permissions, see [DataStore.SetRoles].
type DataStore struct {
	classes    []*class
	byName     map[string]*class
	byType     map[types]*class
	functions  map[*function]*boundFunction
	own        []*boundFunction // functions of the datastore
	permission permissionState
	alterable  bool // see MakeSelectionsAlterable

	singletons  []*singleton
	singletonOf map[any]*singleton // by singletonType

	dialect dialect.Dialect
	planner *sqlplan.Planner

	evaluates       bool            // a dataclass has calculated attributes or formulas
	calculatedNames map[string]bool // of calculated attributes and aliases of them, in any dataclass
	restricted      bool            // a dataclass has a restriction
	writer          *gorm.DB        // all writes and what is read in their transactions
	readers         *sql.DB         // reads outside transactions
}

func (ds *DataStore) scope() Scope      { return OfStore }
func (ds *DataStore) store() *DataStore { return ds }

// readerPool is a dialector with a pool of its own for reads, as package sqlite's.
type readerPool interface{ Readers() *sql.DB }

// Of returns the dataclass of the model T. It panics when T was not declared in [Open]: that is a mistake of the program, not of a request.
func Of[T any](ds *DataStore) *DataClass[T] {
	c := ds.byType[typed[T]{}]
	if c == nil {
		panic(fmt.Sprintf("dataclasses: %T is not declared in this datastore: add dataclasses.Define[…] to Open", *new(T)))
	}
	return &DataClass[T]{core: c}
}

// FromTx returns the datastore that a trigger's tx belongs to, or nil when the handle is not one of an open datastore.
// With the tx's context it lets a trigger use the data layer in the same transaction:
//
//	invoices := dataclasses.Of[Invoice](dataclasses.FromTx(tx))
//	inv, err := invoices.Get(tx.Statement.Context, line.InvoiceID)
func FromTx(tx *gorm.DB) *DataStore {
	if p, ok := tx.Config.Plugins[pluginName].(*plugin); ok {
		return p.ds
	}
	return nil
}

// Models returns the description of every dataclass, in the order of declaration: for migrations and tools.
func (ds *DataStore) Models() []*model.Class {
	models := make([]*model.Class, len(ds.classes))
	for i, c := range ds.classes {
		models[i] = c.model
	}
	return models
}

// Close closes the database's connections.
func (ds *DataStore) Close() error {
	if c, ok := ds.writer.Dialector.(io.Closer); ok {
		return c.Close()
	}
	pool, err := ds.writer.DB()
	if err != nil {
		return err
	}
	return pool.Close()
}

func (ds *DataStore) byModel(c *class) {
	if ds.byType == nil {
		ds.byType = map[types]*class{}
	}
	ds.byType[c.spec.types] = c
}

// ofModel is the class of a model description.
func (ds *DataStore) ofModel(m *model.Class) *class { return ds.byName[m.Name] }

// bound is the function as it was bound by Open.
func (ds *DataStore) bound(fn *function) (*boundFunction, error) {
	if b := ds.functions[fn]; b != nil {
		return b, nil
	}
	return nil, fmt.Errorf("function %s is not declared in this datastore: add it to Define or OnStore (declared at %s)", fn.name, fn.position)
}

const pluginName = "ordago:datastore"

// plugin lets a hook find the datastore from its tx.
type plugin struct{ ds *DataStore }

func (*plugin) Name() string                { return pluginName }
func (*plugin) Initialize(_ *gorm.DB) error { return nil }

// useTriggers makes GORM's hooks triggers on the handle that the program opened.
func (ds *DataStore) useTriggers(db *gorm.DB) error {
	if _, taken := db.Plugins[pluginName]; taken {
		return errors.New("the database handle belongs to another datastore already: open the database once more")
	}
	if err := db.Use(triggers.NewPlugin(ds.schemas()...)); err != nil {
		return err
	}
	return db.Use(&plugin{ds})
}

func (ds *DataStore) schemas() []*schema.Schema {
	schemas := make([]*schema.Schema, len(ds.classes))
	for i, c := range ds.classes {
		schemas[i] = c.model.Schema
	}
	return schemas
}

// ownHandle is the handle the data layer writes with: one transaction around everything is ours to open.
func ownHandle(db *gorm.DB) *gorm.DB {
	own := db.Session(&gorm.Session{NewDB: true, SkipDefaultTransaction: true, Context: context.Background()})
	own.TranslateError = true
	return own
}
