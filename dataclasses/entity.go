package dataclasses

import (
	"context"
	"errors"
	"slices"

	"github.com/ordago/ordago/model"
)

// Entity is an in-memory object that references one row (O-200). Its attributes are the fields of Value; change them there,
// or with [Entity.Set] by attribute name, and write them with [Entity.Save].
// Get one with [DataClass.New], [DataClass.Get] or from a [Selection]. It must not be copied and is used by one goroutine at a time.
type Entity[T any] struct {
	Value T
	record
}

func (e *Entity[T]) scope() Scope { return OfEntity }

func (e *Entity[T]) store() *DataStore {
	if e == nil {
		return nil
	}
	return e.class.ds
}

// MarshalJSON refuses: what of an entity may be shown depends on who asks. Functions return the entity itself.
func (e *Entity[T]) MarshalJSON() ([]byte, error) {
	return nil, errors.New("an entity has no JSON form of its own: return it alone from a function, or a struct of your own")
}

func entityOf[T any](r *record) *Entity[T] { return r.self.(*Entity[T]) }

// DataClass returns the dataclass of the entity (O-218).
func (e *Entity[T]) DataClass() *DataClass[T] { return &DataClass[T]{core: e.class} }

// record is an entity without its type parameter.
type record struct {
	class    *class
	self     any   // the *Entity[T] that this is a part of
	ptr      any   // *T: its Value
	original any   // *T as loaded or last saved; nil until before makes it
	raw      []any // the row it was loaded from, what original is made of
	assigned map[*model.Attribute]bool
	bySetter map[*model.Attribute]bool // assigned by the setter of a calculated attribute, not by the caller
	related  map[*model.Attribute]*record
	isNew    bool
	expected *int64 // stamp to compare with on save instead of the loaded one; see compareStamp
	saving   bool   // Save is running: its events must not call it again
	dropping bool   // Drop is running
}

// IsNew reports whether the entity was never saved (O-217).
func (r *record) IsNew() bool { return r.isNew }

// Key returns the primary key as text (O-215), "" for a new entity without key. Parts of a composite key are joined by commas.
func (r *record) Key() string {
	key, err := r.class.model.KeyOf(r.ptr)
	if err != nil {
		return ""
	}
	return key
}

// Stamp returns the stamp the entity was loaded with or got at its last save; 0 if never saved (O-035, O-036),
// 1 for a saved entity of a dataclass without stamp.
func (r *record) Stamp() int64 {
	if r.isNew {
		return 0
	}
	if r.class.model.Stamp == nil {
		return 1
	}
	return r.stampOf(r.ptr)
}

func (r *record) stampOf(ptr any) int64 {
	v, err := r.class.model.Stamp.Value(ptr)
	if err != nil {
		return 0
	}
	n, _ := v.(int64)
	return n
}

// Touched reports whether an attribute differs from what was loaded or last saved, or was assigned with [Entity.Set],
// even to an equal value (O-210, O-211). A field that was set to the value it had cannot be seen.
func (r *record) Touched() bool {
	return slices.ContainsFunc(r.class.stored, r.touched)
}

// TouchedAttributes returns the names of the touched attributes, in model order: for a changed link the foreign key
// and the relation (O-212).
func (r *record) TouchedAttributes() []string {
	names := []string{}
	for _, a := range r.class.model.Attributes {
		if r.touchedName(a) {
			names = append(names, a.Name)
		}
	}
	return names
}

func (r *record) touchedName(a *model.Attribute) bool {
	switch a.Kind {
	case model.Storage:
		return r.touched(a)
	case model.RelatedEntity:
		return r.touched(a.ForeignKey)
	}
	return false
}

func (r *record) touched(a *model.Attribute) bool {
	if r.class.isRecordField(a) {
		return false
	}
	return r.assigned[a] || !a.Equal(r.ptr, r.before())
}

// isRecordField reports whether the attribute is one of model.Record's, which the data layer writes itself.
func (c *class) isRecordField(a *model.Attribute) bool {
	return a == c.model.Stamp || a == c.model.Created || a == c.model.Modified
}

// before is the entity as it was loaded or last saved, as a *T; a blank one for a new entity. Most entities are read and not changed,
// so it is made of the row only when it is asked for.
func (r *record) before() any {
	if r.original == nil {
		r.original = r.class.model.New()
		for i, raw := range r.raw {
			_ = r.class.stored[i].Scan(r.original, raw) // it was scanned once without an error
		}
	}
	return r.original
}

// clean makes the present values the reference for Touched.
func (r *record) clean() {
	r.original, r.raw = r.class.model.Clone(r.ptr), nil
	r.assigned, r.bySetter, r.related, r.expected = nil, nil, nil, nil
	r.isNew = false
}

// Save writes the entity: it creates the row if the entity is new, else it updates it if something is touched (O-250, O-251).
// In one transaction, one entity at a time: permission, validate events, saving events, the model's triggers, the row; then the after events.
// On success the stamp is one higher and nothing is touched; on failure nothing is written and the entity keeps its values (O-256, O-257).
//
// Errors: [ErrConflict] (the stored stamp is another), [ErrNotFound] (the row is gone), *[PermissionError], *[ValidationError],
// *[ConstraintError], *triggers.RejectedError. [StatusOf] makes ORDA's status object of any of them.
func (r *record) Save(ctx context.Context) error { return r.save(ctx) }

// Drop deletes the row (O-265), if its stamp is still that of the entity. The entity stays readable in memory.
// Errors as [Entity.Save]; [ErrNotFound] for a new entity.
func (r *record) Drop(ctx context.Context) error { return r.drop(ctx, false) }

// ForceDrop is Drop whatever the stored stamp is (O-266).
func (r *record) ForceDrop(ctx context.Context) error { return r.drop(ctx, true) }

// Reload reads the row again and discards unsaved changes (O-274). [ErrNotFound] when it is gone or was never saved.
func (r *record) Reload(ctx context.Context) error { return r.reload(ctx) }

// Set assigns a value to an attribute by name: a Go or JSON value of the attribute's type or convertible to it, nil for null.
// The attribute is touched even if the value is equal (O-210). A relation takes an entity, its key, or nil (O-043).
// An alias of an attribute of the same dataclass sets that one (O-465); a calculated attribute needs a setter, which runs without
// the caller's context: see [Entity.Assign].
// Errors: *[AttributeError] for an unknown name, *[ValueError] for a value that does not fit or an attribute that is read-only.
func (r *record) Set(attribute string, value any) error {
	return r.Assign(context.Background(), attribute, value)
}

// Assign is [Entity.Set] with a context for the setter of a calculated attribute (O-454).
func (r *record) Assign(ctx context.Context, attribute string, value any) error {
	a := r.class.model.Attribute(attribute)
	if a == nil {
		return &AttributeError{Class: r.class.model.Name, Attribute: attribute}
	}
	return r.assign(ctx, a, value)
}

// Get returns the value of an attribute by name as its canonical Go value (string, bool, int64, float64, time.Time, model.Day,
// time.Duration, json.RawMessage, []byte), nil for null. Calculated and alias attributes and relations need a context: see [Entity.Compute].
func (r *record) Get(attribute string) (any, error) {
	a := r.class.model.Attribute(attribute)
	if a == nil || a.Kind != model.Storage {
		return nil, &AttributeError{Class: r.class.model.Name, Attribute: attribute}
	}
	return a.Value(r.ptr)
}

// Compute returns the value of a calculated or alias attribute.
func (r *record) Compute(ctx context.Context, attribute string) (any, error) {
	a := r.class.model.Attribute(attribute)
	if a == nil {
		return nil, &AttributeError{Class: r.class.model.Name, Attribute: attribute}
	}
	values, err := r.class.derived(ctx, []*record{r}, a)
	if err != nil {
		return nil, err
	}
	return values[0], nil
}
