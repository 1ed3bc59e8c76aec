package dataclasses

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/ordago/ordago/model"
)

// This file turns the JSON arguments of a call into the parameter struct of a function. Reflection makes a plan of the struct when
// the datastore opens; a call follows the plan.

// Param is a parameter of a function.
type Param struct{ Name, Type string }

// parameters is the plan of a parameter struct.
type parameters struct {
	list   []Param
	fields []parameter
}

// parameter is the plan of one field.
type parameter struct {
	name     string
	index    int
	optional bool // a pointer: may be missing or null
	class    types
	set      func(field any, ctx context.Context, b *boundFunction, raw json.RawMessage, sets SetResolver) error
}

// planParameters describes the parameter struct that in points to.
func planParameters(in any) (*parameters, error) {
	t := reflect.TypeOf(in).Elem()
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("the parameters must be a struct, not %s: use dataclasses.None for no parameters", t)
	}
	p := &parameters{}
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() || f.Anonymous {
			return nil, fmt.Errorf("field %s of the parameters %s must be exported and not embedded", f.Name, t)
		}
		if err := p.add(f, i); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *parameters) add(f reflect.StructField, index int) error {
	field := parameter{name: parameterName(f), index: index, optional: f.Type.Kind() == reflect.Pointer}
	if _, _, ok := receiverParameter(reflect.PointerTo(f.Type)); ok {
		return fmt.Errorf("field %s of the parameters: entities and selections are passed as pointers, *%s", f.Name, f.Type)
	}
	if kind, class, ok := receiverParameter(f.Type); ok {
		field.class, field.optional = class, false
		field.set = setEntity
		if kind == OfSelection {
			field.set = setSelection
		}
	} else if err := checkType(f.Type, nil, map[reflect.Type]bool{}); err != nil {
		return fmt.Errorf("field %s of the parameters %w: give it a field of its own", f.Name, err)
	} else {
		field.set = setterOf(f.Type)
	}
	p.fields = append(p.fields, field)
	p.list = append(p.list, Param{Name: field.name, Type: typeName(f.Type)})
	return nil
}

// parameterName is the field's json name, or the field in lowerCamel.
func parameterName(f reflect.StructField) string {
	if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
		return name
	}
	return model.LowerCamel(f.Name)
}

// entityParameter is a typed entity, selectionParameter a typed selection: what their pointers' methods tell without an instance.
type entityParameter interface{ entityTypes() types }

type selectionParameter interface{ selectionTypes() types }

func (*Entity[T]) entityTypes() types       { return typed[T]{} }
func (*Selection[T]) selectionTypes() types { return typed[T]{} }

// receiverParameter recognises *Entity[X] and *Selection[X].
func receiverParameter(t reflect.Type) (Scope, types, bool) {
	if t.Kind() != reflect.Pointer {
		return 0, nil, false
	}
	switch v := reflect.Zero(t).Interface().(type) {
	case entityParameter:
		return OfEntity, v.entityTypes(), true
	case selectionParameter:
		return OfSelection, v.selectionTypes(), true
	}
	return 0, nil, false
}

// decode makes the parameter struct of a call.
func (b *boundFunction) decode(ctx context.Context, args []json.RawMessage, sets SetResolver) (any, error) {
	in := b.fn.newIn()
	if len(args) > len(b.params.fields) {
		return nil, b.argumentError(len(b.params.fields), fmt.Sprintf("is one too many: the function takes %s", count(len(b.params.fields))))
	}
	v := reflect.ValueOf(in).Elem()
	for i := range b.params.fields {
		f := &b.params.fields[i]
		if i >= len(args) || isNull(args[i]) {
			if f.optional || i < len(args) && f.class != nil {
				continue
			}
			return nil, b.argumentError(i, missing(i >= len(args)))
		}
		if err := f.set(v.Field(f.index).Addr().Interface(), ctx, b, args[i], sets); err != nil {
			return nil, b.badArgument(i, err)
		}
	}
	return in, nil
}

func count(n int) string {
	switch n {
	case 0:
		return "none"
	case 1:
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", n)
}

func missing(absent bool) string {
	if absent {
		return "is missing"
	}
	return "must not be null"
}

func isNull(raw json.RawMessage) bool { return string(bytes.TrimSpace(raw)) == "null" }

func (b *boundFunction) argumentError(index int, msg string) error {
	e := &ArgumentError{Function: b.fn.name, Index: index + 1, Msg: msg}
	if index < len(b.params.fields) {
		e.Name = b.params.fields[index].name
	}
	return e
}

// badArgument says what a value must be. Errors about entities and sets say enough by themselves.
func (b *boundFunction) badArgument(index int, err error) error {
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrNoSet) {
		return err
	}
	if _, ok := errors.AsType[*PermissionError](err); ok {
		return err
	}
	if _, ok := errors.AsType[*SetClassError](err); ok {
		return err
	}
	return b.argumentError(index, err.Error())
}

// setterOf decodes values that are no entities. Dates and durations have the forms of the wire.
func setterOf(t reflect.Type) func(any, context.Context, *boundFunction, json.RawMessage, SetResolver) error {
	a := &model.Attribute{Type: model.Date}
	switch t {
	case reflect.TypeFor[time.Time](), reflect.TypeFor[*time.Time]():
	case reflect.TypeFor[model.Day](), reflect.TypeFor[*model.Day]():
		a.SimpleDate = true
	case reflect.TypeFor[time.Duration](), reflect.TypeFor[*time.Duration]():
		a.Type = model.Duration
	default:
		want := mustBe(t)
		if isScalar(t) {
			return func(field any, _ context.Context, _ *boundFunction, raw json.RawMessage, _ SetResolver) error {
				if json.Unmarshal(raw, field) != nil {
					return errors.New("must be " + want)
				}
				return nil
			}
		}
		return func(field any, _ context.Context, _ *boundFunction, raw json.RawMessage, _ SetResolver) error {
			return decodeStrict(raw, field, want)
		}
	}
	return func(field any, _ context.Context, _ *boundFunction, raw json.RawMessage, _ SetResolver) error {
		return setWire(a, field, raw)
	}
}

// isScalar reports whether a value of the type has no members that could be unknown.
func isScalar(t reflect.Type) bool {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Kind() >= reflect.Bool && t.Kind() <= reflect.Float64 || t.Kind() == reflect.String
}

// setWire decodes a date, time or duration.
func setWire(a *model.Attribute, field any, raw json.RawMessage) error {
	var sent any
	if err := decodeStrict(raw, &sent, "a value"); err != nil {
		return err
	}
	v, err := fromJSON(a, sent)
	if err != nil {
		return err
	}
	switch f := field.(type) {
	case *time.Time:
		*f, _ = v.(time.Time)
	case **time.Time:
		*f = pointerTo[time.Time](v)
	case *model.Day:
		*f, _ = v.(model.Day)
	case **model.Day:
		*f = pointerTo[model.Day](v)
	case *time.Duration:
		*f, _ = v.(time.Duration)
	case **time.Duration:
		*f = pointerTo[time.Duration](v)
	}
	return nil
}

func pointerTo[V any](v any) *V {
	typed, ok := v.(V)
	if !ok {
		return nil
	}
	return &typed
}

// decodeStrict decodes one JSON value; what is wrong is said without the decoder's words about Go.
func decodeStrict(raw json.RawMessage, into any, want string) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		return nil
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
		return fmt.Errorf("must be %s: %s must be %s", want, wrong.Field, mustBe(wrong.Type))
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("must be %s: it has an unknown member %s", want, name)
	}
	return fmt.Errorf("must be %s", want)
}

// mustBe says in words of the wire what a Go type takes.
func mustBe(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64:
		return "a whole number"
	case t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64:
		return "a number"
	case t.Kind() == reflect.String:
		return "a text"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Array:
		return "a list"
	case t.Kind() == reflect.Struct || t.Kind() == reflect.Map:
		return "an object"
	}
	return "a value"
}

// typeName names a type for people and for typed clients.
func typeName(t reflect.Type) string {
	if kind, class, ok := receiverParameter(t); ok {
		name := reflect.TypeOf(class.model()).Elem().Name()
		if kind == OfSelection {
			return name + "Selection"
		}
		return name + "Entity"
	}
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t {
	case reflect.TypeFor[time.Time](), reflect.TypeFor[model.Day]():
		return "date"
	case reflect.TypeFor[time.Duration]():
		return "duration"
	case reflect.TypeFor[None]():
		return ""
	}
	switch {
	case t.Kind() >= reflect.Int && t.Kind() <= reflect.Float64:
		return "number"
	case t.Kind() == reflect.String:
		return "text"
	case t.Kind() == reflect.Bool:
		return "boolean"
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Array:
		return "collection"
	case t.Kind() == reflect.Interface:
		return "variant"
	}
	return "object"
}

func resultName(out any) string { return typeName(reflect.TypeOf(out).Elem()) }

// checkResult refuses results that would show an entity past its hidden attributes and the caller's rights: models, and entities or
// selections inside another value (R-367 is not offered).
func (ds *DataStore) checkResult(out any) error {
	t := reflect.TypeOf(out).Elem()
	if _, _, ok := receiverParameter(t); ok {
		return nil
	}
	models := map[reflect.Type]string{}
	for _, c := range ds.classes {
		models[reflect.TypeOf(c.model.New()).Elem()] = c.model.Name
	}
	if err := checkType(t, models, map[reflect.Type]bool{}); err != nil {
		return fmt.Errorf("the result %w, or a struct of its own", err)
	}
	return nil
}

// checkType finds models, entities and selections inside a type.
func checkType(t reflect.Type, models map[reflect.Type]string, seen map[reflect.Type]bool) error {
	if seen[t] {
		return nil
	}
	seen[t] = true
	if name := models[t]; name != "" {
		return fmt.Errorf("contains the model %s, which would show its hidden attributes: return *dataclasses.Entity[%s]", name, name)
	}
	_, _, pointer := receiverParameter(t)
	if _, _, value := receiverParameter(reflect.PointerTo(t)); pointer || value {
		return errors.New("contains an entity or a selection inside another value: pass it alone")
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return checkType(t.Elem(), models, seen)
	case reflect.Struct:
		for field := range t.Fields() {
			if err := checkType(field.Type, models, seen); err != nil {
				return err
			}
		}
	}
	return nil
}

func isNilEntity(v any) bool { return reflect.ValueOf(v).IsNil() }
