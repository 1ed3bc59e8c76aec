package dataclasses

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"gorm.io/gorm"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/triggers"
)

// Open puts definitions and a database together. It checks everything that can be checked and reports all mistakes at once,
// each with the file and line of its declaration; the database's tables are not touched (see package migrations).
// The result is safe for concurrent use, and nothing of it changes but its permissions, when [DataStore.SetRoles] is called.
//
// Open the handle with github.com/ordago/ordago/sqlite for SQLite, with gorm.io/driver/postgres for PostgreSQL.
// GORM's hooks of the models become triggers on this handle: see package triggers.
func Open(db *gorm.DB, defs ...Definition) (*DataStore, error) {
	b := &builder{}
	for _, d := range defs {
		if d == nil {
			b.mistake("a nil definition")
			continue
		}
		d.define(b)
	}
	ds := &DataStore{alterable: b.alterable, functions: map[*function]*boundFunction{}, byName: map[string]*class{}}
	b.describe(ds, db)
	b.link(ds)
	if err := b.err(); err != nil {
		return nil, err
	}
	b.extend(ds)
	b.bind(ds)
	if err := ds.permission.open(ds, b.roles); err != nil {
		b.mistake("roles.json: %w", err)
	}
	if err := b.err(); err != nil {
		return nil, err
	}
	if err := ds.attach(db); err != nil {
		return nil, fmt.Errorf("open datastore: %w", err)
	}
	return ds, nil
}

// Permissions says which roles.json decides about rights (see package privileges). Without it everything that is exposed is open.
// Give the same roles to the session manager: session.Manager{Roles: ds.Roles()}.
func Permissions(r *privileges.Roles) Definition { return permissions{r} }

type permissions struct{ roles *privileges.Roles }

func (p permissions) define(b *builder) { b.roles = p.roles }

// builder collects what definitions say.
type builder struct {
	classes    []*classSpec
	functions  []*function
	singletons []*singletonSpec
	roles      *privileges.Roles
	alterable  bool
	mistakes   []error
}

func (b *builder) mistake(format string, args ...any) {
	b.mistakes = append(b.mistakes, fmt.Errorf(format, args...))
}

func (b *builder) err() error {
	if len(b.mistakes) == 0 {
		return nil
	}
	return fmt.Errorf("open datastore: %w", errors.Join(b.mistakes...))
}

// describe reads the models.
func (b *builder) describe(ds *DataStore, db *gorm.DB) {
	for _, spec := range b.classes {
		b.mistakes = append(b.mistakes, spec.mistakes...)
		m, err := model.Describe(spec.types.model(), db.NamingStrategy, spec.position)
		if err == nil {
			err = triggers.Check(spec.types.model())
		}
		if err != nil {
			b.mistake("%s: %w", spec.position, err)
			continue
		}
		if m.Stamp == nil && !spec.withoutStamp {
			b.mistake("%s: %s has no stamp, two writers would silently overwrite each other: embed model.Record, or declare it with dataclasses.WithoutStamp", spec.position, m.Name)
		}
		ds.classes = append(ds.classes, newClassOf(ds, m, spec, len(ds.classes)))
		ds.restricted = ds.restricted || spec.restrict != nil
	}
}

// link connects the models' relations.
func (b *builder) link(ds *DataStore) {
	if len(b.mistakes) > 0 {
		return
	}
	models := make([]*model.Class, len(ds.classes))
	for i, c := range ds.classes {
		models[i] = c.model
		ds.byName[c.model.Name] = c
		ds.byModel(c)
	}
	if err := model.Link(models); err != nil {
		b.mistake("%w", err)
		return
	}
	for _, c := range ds.classes {
		b.checkCascades(c)
	}
}

// checkCascades refuses constraints by which the database would change rows past their triggers (O-047).
func (b *builder) checkCascades(c *class) {
	for _, a := range c.model.Attributes {
		if a.Kind != model.RelatedEntities || !a.Target.Hooks.Triggers() {
			continue
		}
		switch a.OnDelete {
		case "CASCADE", "SET NULL", "SET DEFAULT":
			b.mistake("%s: %s.%s: ON DELETE %s would change rows of %s without their triggers: take it out of the gorm tag and change the rows in a Dropping event or in BeforeDelete",
				c.spec.position, c.model.Name, a.Name, a.OnDelete, a.Target.Name)
		}
	}
}

// extend adds calculated and alias attributes, which are not in the structs.
func (b *builder) extend(ds *DataStore) {
	for _, c := range ds.classes {
		for _, calc := range c.spec.calculated {
			for _, msg := range calc.mistakes {
				b.mistake("%s: computed attribute %s of %s: %s", calc.position, calc.name, c.model.Name, msg)
			}
			if err := c.addCalculated(calc); err != nil {
				b.mistake("%s: %w", calc.position, err)
			}
		}
	}
	b.addAliases(ds)
	for _, c := range ds.classes {
		b.addFormulas(c)
	}
	ds.noteCalculated()
	for _, c := range ds.classes {
		c.prepare()
	}
}

// bind makes functions callable in this datastore.
func (b *builder) bind(ds *DataStore) {
	ds.own = b.bindAll(ds, owner{}, b.functions, map[string]*function{})
	for _, c := range ds.classes {
		scopes := map[Scope]map[string]*function{OfClass: {}, OfSelection: {}, OfEntity: {}}
		for _, fn := range c.spec.functions {
			c.functions = append(c.functions, b.bindAll(ds, owner{class: c}, []*function{fn}, scopes[fn.scope])...)
		}
	}
	b.bindSingletons(ds)
}

func (b *builder) bindAll(ds *DataStore, o owner, fns []*function, taken map[string]*function) []*boundFunction {
	var all []*boundFunction
	for _, fn := range fns {
		if err := fn.check(o.class, taken); err != nil {
			b.mistake("%s: %w", fn.position, err)
			continue
		}
		taken[fn.name] = fn
		bound, err := ds.bindFunction(o, fn)
		if err != nil {
			b.mistake("%s: function %s: %w", fn.position, fn.name, err)
			continue
		}
		ds.functions[fn] = bound
		all = append(all, bound)
	}
	return all
}

var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,30}$`)

// check finds mistakes in a function's declaration. O-014, O-402.
func (f *function) check(c *class, taken map[string]*function) error {
	switch other := taken[f.name]; {
	case !identifier.MatchString(f.name):
		return fmt.Errorf("function name %q: use a letter, then letters, digits and _, 31 at most", f.name)
	case f.missing:
		return fmt.Errorf("function %s has no Go function", f.name)
	case reservedFunction(f.scope, f.name):
		return fmt.Errorf("function name %s is reserved for the built-in one, choose another", f.name)
	case other != nil:
		return fmt.Errorf("function %s is declared twice on the same receiver, first at %s", f.name, other.position)
	case c != nil && c.model.Attribute(f.name) != nil:
		return fmt.Errorf("function %s has the name of an attribute of %s, choose another", f.name, c.model.Name)
	}
	return nil
}

// attach connects the datastore with the database: dialect, pools, the triggers' plugin.
func (ds *DataStore) attach(db *gorm.DB) error {
	d, err := dialect.Of(db.Name())
	if err != nil {
		return err
	}
	pool, err := db.DB()
	if err != nil {
		return err
	}
	if err := d.Setup(context.Background(), pool); err != nil {
		return err
	}
	if err := ds.useTriggers(db); err != nil {
		return err
	}
	ds.dialect, ds.planner, ds.writer, ds.readers = d, sqlplan.New(d), ownHandle(db), pool
	if r, ok := db.Dialector.(readerPool); ok && r.Readers() != nil {
		ds.readers = r.Readers()
	}
	return ds.plan()
}

// plan prepares what every request needs.
func (ds *DataStore) plan() error {
	for _, c := range ds.classes {
		if err := c.planKey(); err != nil {
			return err
		}
	}
	for _, c := range ds.classes {
		c.outside = c.remoteClass()
	}
	return nil
}
