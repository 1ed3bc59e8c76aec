package dataclasses

import (
	"context"
	"fmt"

	"github.com/ordago/ordago/model"
)

// calculation is a calculated attribute: its getter works on many entities at once, so that a page costs one call.
type calculation struct {
	name     string
	position string
	kind     model.Type
	simple   bool
	behavior model.Kind // RelatedEntity or RelatedEntities of an attribute whose values are entities or selections of target
	target   types
	mistakes []string

	get   func(context.Context, []*record) ([]any, error)             // canonical values
	set   func(context.Context, *record, *model.Attribute, any) error // nil: read-only
	query func(context.Context, ComputedQuery) (string, []any, error) // nil: the getter is evaluated
	order func(context.Context, bool) (string, error)                 // nil: the getter is evaluated
}

// ComputedAttribute is a calculated attribute of the dataclass of T with values of type V: an option of its declaration.
// Its methods return a changed copy.
type ComputedAttribute[T, V any] struct{ calc calculation }

func (a *ComputedAttribute[T, V]) apply(s *classSpec, _ *T) {
	calc := a.calc
	s.calculated = append(s.calculated, &calc)
}

// Computed declares a calculated attribute (O-450): get runs at each access and never otherwise. Its result type is the attribute's type;
// a nil pointer is null. *Entity and *Selection of a dataclass are types too (O-452): answers expand them like relations. Remote callers see it with an exposed dataclass. When get reads the database, declare it with [ComputedMany].
//
//	dataclasses.Computed("fullName", fullName).Set(splitName).Query(byName).OrderBy(lastNameFirst)
//
// get may ask for other calculated attributes with [Entity.Compute] and the context it got; one that leads back to the same attribute of
// the same entity is an error (O-451).
func Computed[T, V any](name string, get func(context.Context, *Entity[T]) (V, error)) *ComputedAttribute[T, V] {
	if get == nil {
		return computed[T, V](name, callerPosition(), nil)
	}
	return computed(name, callerPosition(), func(ctx context.Context, entities []*Entity[T]) ([]V, error) {
		values := make([]V, len(entities))
		for i, e := range entities {
			v, err := get(ctx, e)
			if err != nil {
				return nil, err
			}
			values[i] = v
		}
		return values, nil
	})
}

// ComputedMany declares a calculated attribute whose getter works on all entities of a page at once and returns one value for each,
// so that it can read what it needs in one query.
func ComputedMany[T, V any](name string, get func(context.Context, []*Entity[T]) ([]V, error)) *ComputedAttribute[T, V] {
	return computed(name, callerPosition(), get)
}

func computed[T, V any](name, position string, get func(context.Context, []*Entity[T]) ([]V, error)) *ComputedAttribute[T, V] {
	kind, simple := typeOf(*new(V))
	a := &ComputedAttribute[T, V]{calc: calculation{name: name, position: position, kind: kind, simple: simple}}
	switch v := any(*new(V)).(type) {
	case entityParameter:
		a.calc.behavior, a.calc.target = model.RelatedEntity, v.entityTypes()
	case selectionParameter:
		a.calc.behavior, a.calc.target = model.RelatedEntities, v.selectionTypes()
	}
	if get == nil {
		a.calc.mistakes = append(a.calc.mistakes, "has no getter")
		return a
	}
	a.calc.get = func(ctx context.Context, records []*record) (values []any, err error) {
		defer guard("computed attribute "+name, &err)
		entities := make([]*Entity[T], len(records))
		for i, r := range records {
			entities[i] = entityOf[T](r)
		}
		got, err := get(newReads(ctx), entities)
		if err != nil {
			return nil, err
		}
		return canonicalValues(name, got, len(records))
	}
	return a
}

// Set makes the attribute writable (O-454): set gets what is assigned with [Entity.Set] or sent by a remote caller, and normally hands it
// on to stored attributes, which become touched. Null is the zero value of V, nil where V is a pointer.
// A caller needs the right to update the calculated attribute; what set changes is the program's choice.
func (a *ComputedAttribute[T, V]) Set(set func(context.Context, *Entity[T], V) error) *ComputedAttribute[T, V] {
	changed := *a
	changed.calc.set = func(ctx context.Context, r *record, attribute *model.Attribute, value any) (err error) {
		defer guard("the setter of "+attribute.Name, &err)
		v, err := goValue[V](attribute, value)
		if err != nil {
			return &ValueError{Class: r.class.model.Name, Attribute: attribute.Name, Msg: err.Error()}
		}
		return set(ctx, entityOf[T](r), v)
	}
	if set == nil {
		changed.calc.mistake("Set needs a function")
	}
	return &changed
}

// ComputedQuery is a condition on a calculated attribute that its query function replaces (O-455).
type ComputedQuery struct {
	Operator string // "==", "===", "!=", "!==", "<", "<=", ">", ">=", "IN" or "%"
	Value    any    // string, bool, int64, float64, model.Day, time.Time, time.Duration; []any of these for IN; nil for null
}

// Query gives the attribute a query function (O-165, O-455): query answers a condition on the attribute with a query string and the values
// of its placeholders, which replace the condition. An empty string finds nothing. With [errors.ErrUnsupported] the getter is evaluated on
// each entity instead, as it is without query function. A string with "order by" is an error (O-456).
func (a *ComputedAttribute[T, V]) Query(query func(context.Context, ComputedQuery) (text string, values []any, err error)) *ComputedAttribute[T, V] {
	changed := *a
	switch changed.calc.query = query; {
	case query == nil:
		changed.calc.mistake("Query needs a function")
	case a.calc.target != nil:
		changed.calc.mistake("an attribute whose values are entities or selections has no query function")
	}
	return &changed
}

// OrderBy gives the attribute a sort function (O-457): order answers a sort by the attribute with a sort list such as
// "lastName desc, firstName desc", which replaces it. With [errors.ErrUnsupported] or without sort function the getter is evaluated.
func (a *ComputedAttribute[T, V]) OrderBy(order func(ctx context.Context, descending bool) (string, error)) *ComputedAttribute[T, V] {
	changed := *a
	switch changed.calc.order = order; {
	case order == nil:
		changed.calc.mistake("OrderBy needs a function")
	case a.calc.target != nil:
		changed.calc.mistake("an attribute whose values are entities or selections has no sort function")
	}
	return &changed
}

func (c *calculation) mistake(msg string) {
	c.mistakes = append(c.mistakes[:len(c.mistakes):len(c.mistakes)], msg)
}

func canonicalValues[V any](name string, got []V, want int) ([]any, error) {
	if len(got) != want {
		return nil, fmt.Errorf("computed attribute %s: the getter returned %d values for %d entities", name, len(got), want)
	}
	values := make([]any, len(got))
	for i, v := range got {
		canonical, err := canonicalOf(v)
		if err != nil {
			return nil, fmt.Errorf("computed attribute %s: %w", name, err)
		}
		values[i] = canonical
	}
	return values, nil
}

// addCalculated adds the attribute to the model.
func (c *class) addCalculated(calc *calculation) error {
	a := &model.Attribute{Name: calc.name, Kind: model.Calculated, Type: calc.kind, SimpleDate: calc.simple, Nullable: true, ReadOnly: calc.set == nil}
	if calc.target != nil {
		target := c.ds.byType[calc.target]
		if target == nil {
			return fmt.Errorf("computed attribute %s of %s: its values are of a dataclass that is not in this datastore", calc.name, c.model.Name)
		}
		a.Target, a.Behavior = target.model, calc.behavior
	}
	if err := c.model.Add(a); err != nil {
		return err
	}
	c.calculated[a] = calc
	return nil
}
