// Package sqlplan turns a selection of entities into one SQL statement.
//
// It knows models, the query language and the dialects, and no database: the data layer runs what it returns.
// Every name in a statement comes from the model, every value is bound.
//
//	p := sqlplan.New(dialect.SQLite{})
//	s := &sqlplan.Source{Class: class, Conditions: []sqlplan.Condition{&sqlplan.Query{Query: q}}, Order: q.Order, Limit: 100}
//	st, err := p.Select(s, columns, sqlplan.Lens{})
//	if err != nil {
//		return err // *sqlplan.Error: what is wrong and where, fit for the client
//	}
//	rows, err := db.QueryContext(ctx, st.SQL, st.Args...)
package sqlplan

import (
	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// Source describes a set of entities of one class: the data layer's selection in a form that can become SQL.
// The zero Conditions mean all entities. A Source is not changed after it was handed over.
type Source struct {
	Class      *model.Class
	Conditions []Condition       // all must hold
	Order      []query.OrderItem // empty: by primary key
	Offset     int
	Limit      int  // < 0: no limit
	Backwards  bool // the order is reversed, and the window counted from the end
	Presence   bool // images and blobs are read as whether there is one, not with their bytes
}

// Condition is *Query, *Keys, *Related, *Within, *Reached, *Along, *Union or *Except.
type Condition interface{ condition() }

// Query is a parsed query string with the values of its placeholders.
type Query struct {
	Query  *query.Query
	Values Values
	// Trusted says that the program wrote the query, not the caller (a restriction, for example):
	// the lens is not asked for its conditions, nor for an order taken from it.
	Trusted bool
}

// Values are what placeholders stand for (O-137 to O-140). Canonical Go values (see model.Attribute) or what JSON gives:
// string, bool, int64, float64, json.Number, time.Time, model.Day, nil, []any of these, for a path: string or []string.
type Values struct {
	Indexed []any
	Named   map[string]any // parameters
	Paths   map[string]any // attributes: string or []string

	Args       any  // args: what formulas get beside the entity (O-143)
	NoFormulas bool // allowFormulas is false (O-146)
}

// Keys holds for entities whose primary key is in the list: canonical values, one slice per entity, or the numbers of a key that is
// one whole number.
type Keys struct {
	List    [][]any
	Numbers []int64
}

// Related holds for entities whose attribute (a storage attribute of the class) equals one of the canonical values.
type Related struct {
	Attribute *model.Attribute
	Values    []any
}

// Within holds for entities that are in another source of the same class (its order and window included).
type Within struct{ Source *Source }

func (*Query) condition()   {}
func (*Keys) condition()    {}
func (*Related) condition() {}
func (*Within) condition()  {}

// Lens is what the caller may see and use. The zero Lens sees everything: Go code without a web session.
type Lens struct {
	// Visible reports whether the attribute exists for this caller; nil: all do. What is not visible is unknown.
	Visible func(*model.Attribute) bool
	// Use is asked once for every attribute that a condition or a sort uses, each step of a path included (S-327);
	// its error is returned unchanged. nil: everything may be used.
	Use func(*model.Attribute) error
	// Key tells lenses apart: two with the same key give the same answers. Plans are kept for lenses with a key and for
	// the zero Lens; nil with Visible or Use set: nothing is kept.
	Key []byte
	// Restriction is what limits the entities of a class (O-390): the planner asks it for each class that a statement speaks of and
	// leaves out what is not in its answer, a source of that class whose conditions are trusted; nil restricts nothing.
	// Its error is returned unchanged. nil: no class is restricted.
	Restriction func(*model.Class) (*Source, error)
}

// Statement is SQL with its values, ready to run.
type Statement struct {
	SQL  string
	Args []any
}

// Planner writes statements in one dialect. It is safe for concurrent use.
type Planner struct {
	dialect    dialect.Dialect
	calculated Calculated                                 // nil: calculated attributes are refused
	formulas   func(class *model.Class, name string) bool // nil: formulas are refused
	cache      *cache
}

// New returns a planner for the dialect.
func New(d dialect.Dialect, options ...Option) *Planner {
	p := &Planner{dialect: d, cache: new(cache)}
	for _, option := range options {
		option(p)
	}
	return p
}
