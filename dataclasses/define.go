package dataclasses

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
)

// Definition adds something to a datastore: a dataclass ([Define], [DefineExposed]), functions of the datastore ([OnStore]),
// permissions ([Permissions]) or another setting. Definitions are immutable and not tied to a database.
type Definition interface{ define(*builder) }

// Option adds something to the dataclass of T: functions, attributes, events.
// The type parameter keeps options of another class from compiling.
type Option[T any] interface{ apply(*classSpec, *T) }

// Class is the declaration of a dataclass. It does nothing before [Open].
type Class[T any] struct{ spec classSpec }

// Define declares the dataclass of the GORM model T.
// Its functions are reachable from outside where they are exposed; its data is not: see [DefineExposed].
func Define[T any](opts ...Option[T]) *Class[T] { return newClass(false, callerPosition(), opts) }

// DefineExposed declares the dataclass of T and exposes its data: remote callers may read and write its attributes
// (those marked orda:"-" excepted) as far as their permissions go (O-017, O-410).
func DefineExposed[T any](opts ...Option[T]) *Class[T] { return newClass(true, callerPosition(), opts) }

func newClass[T any](exposed bool, position string, opts []Option[T]) *Class[T] {
	c := &Class[T]{spec: classSpec{exposed: exposed, position: position, types: typed[T]{}}}
	for _, o := range opts {
		if o == nil {
			c.spec.mistake("a nil option")
			continue
		}
		o.apply(&c.spec, nil)
	}
	return c
}

func (c *Class[T]) define(b *builder) { b.classes = append(b.classes, &c.spec) }

// classSpec is what a declaration says, without its type parameter.
type classSpec struct {
	position     string
	exposed      bool
	withoutStamp bool
	types        types
	functions    []*function
	calculated   []*calculation
	aliases      []aliasSpec
	formulas     []*declaredFormula
	restrict     func(context.Context, *class) (*selection, error) // nil: everything can be seen
	events       eventSpecs
	mistakes     []error
}

func (s *classSpec) mistake(format string, args ...any) {
	s.mistakes = append(s.mistakes, fmt.Errorf("%s: %s", s.position, fmt.Sprintf(format, args...)))
}

// types makes the typed faces of entities and selections of one class. It is the only place where a type parameter meets plain code.
type types interface {
	model() any        // *T, nil
	copy(to, from any) // from one *T to another
	shallow(ptr any) any
	newEntity(*class) *record
	selection(*selection) any // *Selection[T]
	dataClass(*class) any     // *DataClass[T]
}

type typed[T any] struct{}

func (typed[T]) model() any { return (*T)(nil) }

func (typed[T]) copy(to, from any) { *to.(*T) = *from.(*T) }

func (typed[T]) shallow(ptr any) any {
	v := *ptr.(*T)
	return &v
}

func (typed[T]) newEntity(c *class) *record {
	e := &Entity[T]{}
	e.record = record{class: c, ptr: &e.Value, self: e}
	return &e.record
}

func (typed[T]) selection(s *selection) any { return &Selection[T]{core: s} }
func (typed[T]) dataClass(c *class) any     { return &DataClass[T]{core: c} }

// optionFunc is an option that is a function.
type optionFunc[T any] func(*classSpec)

func (f optionFunc[T]) apply(s *classSpec, _ *T) { f(s) }

// OnClass adds functions of the dataclass.
func OnClass[T any](fns ...Function[*DataClass[T]]) Option[T] {
	return functionsOption[T](fns)
}

// OnSelection adds functions of entity selections.
func OnSelection[T any](fns ...Function[*Selection[T]]) Option[T] {
	return functionsOption[T](fns)
}

// OnEntity adds functions of entities.
func OnEntity[T any](fns ...Function[*Entity[T]]) Option[T] {
	return functionsOption[T](fns)
}

func functionsOption[T any, R Receiver](fns []Function[R]) Option[T] {
	return optionFunc[T](func(s *classSpec) {
		for _, f := range fns {
			if f == nil {
				s.mistake("a nil function: use Exposed, Private, Local or ExposedLocal")
				continue
			}
			var none R
			s.functions = append(s.functions, f.on(none))
		}
	})
}

// OnStore adds functions of the datastore.
func OnStore(fns ...Function[*DataStore]) Definition {
	return &storeFunctions{fns: fns, position: callerPosition()}
}

type storeFunctions struct {
	fns      []Function[*DataStore]
	position string
}

func (d *storeFunctions) define(b *builder) {
	for _, f := range d.fns {
		if f == nil {
			b.mistake("%s: a nil function: use Exposed, Private, Local or ExposedLocal", d.position)
			continue
		}
		b.functions = append(b.functions, f.on(nil))
	}
}

// WithoutStamp allows a model that does not embed model.Record. Two writers of such an entity overwrite each other silently,
// __STAMP is always 1 and conflicts are not found.
func WithoutStamp[T any]() Option[T] {
	return optionFunc[T](func(s *classSpec) { s.withoutStamp = true })
}

// callerPosition is file:line of the code that called the exported function that called it.
func callerPosition() string {
	_, file, line, ok := runtime.Caller(2)
	if !ok {
		return "unknown position"
	}
	return fmt.Sprintf("%s:%d", filepath.Base(file), line)
}
