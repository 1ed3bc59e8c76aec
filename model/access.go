package model

import (
	"bytes"
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"reflect"
	"time"
)

// access is the plan by which a Go field is read and written, prepared by Describe.
// The zero access belongs to an attribute without a Go field.
type access struct {
	owner     reflect.Type // *T; nil without a Go field
	index     []int        // as GORM writes it: -n-1 for field n that is an embedded pointer
	codec     codec
	blank     any // what Value gives where the column is null
	limits    limits
	dayAsTime bool // a simple date that is a time.Time in Go
	uuid      bool // a 16-byte array in Go, stored as lower-case text with dashes
	shares    bool // a copy of the struct shares memory with the original
}

// New returns a pointer to a new zero T.
func (c *Class) New() any { return reflect.New(c.Schema.ModelType).Interface() }

// Clone returns a copy of *ptr, as a *T, whose storage fields share no pointer, slice or map with the original.
// Relation fields of the copy are empty. Fields that are no attributes are copied as by assignment.
func (c *Class) Clone(ptr any) any {
	src := reflect.ValueOf(ptr).Elem()
	dst := reflect.New(src.Type())
	dst.Elem().Set(src)
	for _, a := range c.fields {
		a.plan.unshare(src, dst.Elem(), a.Kind != Storage)
	}
	return dst.Interface()
}

// Value returns the canonical value of the attribute in *ptr; nil for null. Bytes are those of *ptr, not a copy.
// An attribute without a Go field of its own (calculated, alias, relation) is an error.
func (a *Attribute) Value(ptr any) (any, error) {
	f, err := a.plan.at(ptr, false)
	if err != nil {
		return nil, a.wrap(err)
	}
	if !f.IsValid() {
		return a.plan.blank, nil
	}
	v, err := a.plan.codec.get(f)
	if err != nil {
		return nil, a.wrap(err)
	}
	return v, nil
}

// Driver returns the value of the attribute in *ptr as GORM hands it to the driver,
// times in UTC and cut to microseconds as the data layer stores them.
func (a *Attribute) Driver(ptr any) (any, error) {
	if _, err := a.plan.at(ptr, false); err != nil {
		return nil, a.wrap(err)
	}
	v, _ := a.field.ValueOf(context.Background(), reflect.ValueOf(ptr))
	v, err := driverValue(v)
	if err != nil {
		return nil, a.wrap(err)
	}
	switch v := v.(type) {
	case []byte:
		if v == nil {
			return nil, nil
		}
	case time.Time:
		if a.SimpleDate {
			return Today(v).Time(), nil
		}
		return Instant(v), nil
	}
	return v, nil
}

// driverValue does what database/sql does with an argument, but lets large unsigned numbers through:
// the drivers that can store them accept them.
func driverValue(v any) (any, error) {
	if n, ok := v.(uint64); ok {
		return unsigned(n), nil
	}
	return driver.DefaultParameterConverter.ConvertValue(v)
}

// Normalize brings every time in *ptr into the form that is stored: UTC and microseconds, midnight for a simple date.
// SQLite compares times as text, so a writer calls it before GORM stores the struct.
func (c *Class) Normalize(ptr any) error {
	for _, a := range c.fields {
		if a.Kind != Storage || a.Type != Date {
			continue
		}
		v, err := a.Value(ptr)
		if err == nil && v != nil {
			err = a.Assign(ptr, v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Scan sets the attribute in *ptr from a raw driver value as GORM does when it reads a row.
// Null sets the zero value of the field.
func (a *Attribute) Scan(ptr any, raw any) error {
	f, err := a.plan.at(ptr, true)
	if err == nil {
		err = a.scan(f, raw)
	}
	if err != nil {
		return a.wrap(err)
	}
	return nil
}

func (a *Attribute) scan(f reflect.Value, raw any) error {
	if raw != nil && a.plan.codec.scan != nil {
		return a.plan.codec.scan(f, raw)
	}
	var v any
	var err error
	if raw != nil {
		v, err = a.convert(raw)
	}
	if err != nil {
		return err
	}
	return a.put(f, v)
}

// Assign sets the attribute in *ptr from a canonical value. Null sets the zero value of a field that cannot hold null.
// A value of another type or out of the range of the Go field is an error, and then the field is unchanged.
func (a *Attribute) Assign(ptr any, canonical any) error {
	f, err := a.plan.at(ptr, true)
	if err == nil && canonical != nil {
		canonical, err = a.coerce(canonical)
	}
	if err == nil {
		err = a.put(f, canonical)
	}
	if err != nil {
		return a.wrap(err)
	}
	return nil
}

func (a *Attribute) put(f reflect.Value, canonical any) error {
	if canonical == nil {
		f.SetZero()
		return nil
	}
	return a.plan.codec.set(f, canonical)
}

// Equal reports whether the attribute has the same canonical value in *p and *q; objects and blobs are compared by content.
// A value that cannot be read is equal to nothing.
func (a *Attribute) Equal(p, q any) bool {
	v, err := a.Value(p)
	if err != nil {
		return false
	}
	w, err := a.Value(q)
	return err == nil && EqualValues(v, w)
}

// EqualValues reports whether two canonical values are the same.
func EqualValues(v, w any) bool {
	switch v := v.(type) {
	case []byte:
		w, ok := w.([]byte)
		return ok && bytes.Equal(v, w)
	case json.RawMessage:
		w, ok := w.(json.RawMessage)
		return ok && bytes.Equal(v, w)
	}
	switch w.(type) {
	case []byte, json.RawMessage:
		return false
	}
	return v == w
}

// at finds the field in *ptr. Without alloc it is invalid where an embedded pointer on the way is nil.
func (p *access) at(ptr any, alloc bool) (reflect.Value, error) {
	if p.owner == nil || p.codec.get == nil {
		return reflect.Value{}, fmt.Errorf("the attribute has no Go field with a value")
	}
	v := reflect.ValueOf(ptr)
	if reflect.TypeOf(ptr) != p.owner || v.IsNil() {
		return reflect.Value{}, fmt.Errorf("a %T is given where a %s is needed", ptr, p.owner)
	}
	if len(p.index) == 1 && p.index[0] >= 0 {
		return v.Elem().Field(p.index[0]), nil
	}
	return p.walk(v.Elem(), alloc), nil
}

func (p *access) walk(v reflect.Value, alloc bool) reflect.Value {
	for _, i := range p.index {
		if i >= 0 {
			v = v.Field(i)
			continue
		}
		v = v.Field(-i - 1)
		if v.IsNil() {
			if !alloc {
				return reflect.Value{}
			}
			v.Set(reflect.New(v.Type().Elem()))
		}
		v = v.Elem()
	}
	return v
}

// unshare replaces what dst, a plain copy of src, shares with it on the way to the field and in it.
func (p *access) unshare(src, dst reflect.Value, relation bool) {
	for _, i := range p.index {
		if i >= 0 {
			src, dst = src.Field(i), dst.Field(i)
			continue
		}
		src, dst = src.Field(-i-1), dst.Field(-i-1)
		if src.IsNil() {
			return
		}
		if src.Pointer() == dst.Pointer() {
			dst.Set(reflect.New(src.Type().Elem()))
			dst.Elem().Set(src.Elem())
		}
		src, dst = src.Elem(), dst.Elem()
	}
	switch {
	case relation:
		dst.SetZero()
	case p.shares:
		dst.Set(deepCopy(src))
	}
}

// deepCopy copies what pointers, slices, maps and interfaces lead to. Unexported fields are copied as by assignment.
func deepCopy(v reflect.Value) reflect.Value {
	if !shares(v.Type()) {
		return v
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		if v.IsNil() {
			return v
		}
	}
	c := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Pointer:
		c.Set(reflect.New(v.Type().Elem()))
		c.Elem().Set(deepCopy(v.Elem()))
	case reflect.Interface:
		c.Set(deepCopy(v.Elem()))
	case reflect.Map:
		c.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		for k, e := range v.Seq2() {
			c.SetMapIndex(k, deepCopy(e))
		}
	case reflect.Slice:
		c.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		copyElements(c, v)
	case reflect.Array:
		copyElements(c, v)
	case reflect.Struct:
		c.Set(v)
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				c.Field(i).Set(deepCopy(v.Field(i)))
			}
		}
	}
	return c
}

func copyElements(dst, src reflect.Value) {
	if !shares(src.Type().Elem()) {
		reflect.Copy(dst, src)
		return
	}
	for i := range src.Len() {
		dst.Index(i).Set(deepCopy(src.Index(i)))
	}
}

// shares reports whether two values of the type can lead to the same memory.
func shares(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return true
	case reflect.Array:
		return shares(t.Elem())
	case reflect.Struct:
		for f := range t.Fields() {
			if f.IsExported() && shares(f.Type) {
				return true
			}
		}
	}
	return false
}
