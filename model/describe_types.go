package model

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strings"
	"time"

	"gorm.io/gorm/schema"
)

// nilUUID is what a UUID type of Go stores for its zero value if it stores the usual text.
const nilUUID = "00000000-0000-0000-0000-000000000000"

// precheck finds the fields that GORM would stumble over with a message that helps nobody, all at once.
func (d *describer) precheck(t reflect.Type) {
	for f := range t.Fields() {
		settings := schema.ParseTagSetting(f.Tag.Get("gorm"), ";")
		_, ignored := settings["-"]
		if !f.IsExported() || ignored && settings["-"] != "migration" {
			continue
		}
		ft := indirect(f.Type)
		switch {
		case softDelete(ft):
			d.refuse(f.Name, fmt.Errorf("soft delete is not supported, a dropped entity must be gone; remove the field (instead of gorm.Model write ID uint and model.Record)"))
		case f.Anonymous && ft.Kind() == reflect.Struct && !valuer(ft) && ft != reflect.TypeFor[time.Time]():
			d.precheck(ft)
		case settings["SERIALIZER"] == "" && settings["JSON"] == "" && !storable(ft) && !valuer(ft):
			d.refuse(f.Name, fmt.Errorf("a %s cannot be stored; add gorm:\"serializer:json\", or exclude it with gorm:\"-\"", f.Type))
		}
	}
}

// refuse notes a mistake in a field that the later steps pass over.
func (d *describer) refuse(field string, err error) {
	d.refused[field] = true
	d.fail(field, err)
}

func indirect(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

func softDelete(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[schema.DeleteClausesInterface]())
}

func valuer(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[driver.Valuer]())
}

// storable reports whether GORM can store the type or make a relation of it.
func storable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice:
		e := indirect(t.Elem())
		return e.Kind() == reflect.Uint8 || e.Kind() == reflect.Struct && e != reflect.TypeFor[time.Time]()
	case reflect.Map, reflect.Array, reflect.Func, reflect.Chan, reflect.Interface, reflect.Pointer,
		reflect.Complex64, reflect.Complex128, reflect.Uintptr, reflect.UnsafePointer:
		return false
	}
	return true
}

// describeType finds the type of a stored attribute and the plan to its field.
func describeType(a *Attribute, t tag) error {
	ft := a.field.FieldType
	if err := a.chooseCodec(ft, t.typ); err != nil {
		return err
	}
	a.plan.shares = shares(ft)
	zero := reflect.New(ft).Elem()
	blank, err := a.plan.codec.get(zero)
	if err != nil {
		return err
	}
	a.plan.blank = blank
	a.Nullable = a.Nullable || blank == nil && ft != reflect.TypeFor[time.Time]()
	return nil
}

// chooseCodec sets Type and codec for a Go type, then applies orda:"type=…".
func (a *Attribute) chooseCodec(t reflect.Type, override string) error {
	typ, c, err := a.codecOf(t, override)
	if err != nil {
		return err
	}
	a.Type, a.plan.codec = typ, c
	if override == "" {
		return nil
	}
	want, err := typeNamed(override)
	if err != nil {
		return err
	}
	switch {
	case want == typ:
	case typ == String && want == UUID, typ == Blob && want == Image, typ.Integer() && want.Integer():
		a.Type = want
	case typ == Blob && want == Object:
		a.Type, a.plan.codec = want, jsonBytesCodec()
	default:
		return fmt.Errorf("orda:\"type=%s\" does not fit the Go type %s, which is %s", override, t, typ)
	}
	return nil
}

// codecOf chooses by what the Go type is, from the particular to the general.
func (a *Attribute) codecOf(t reflect.Type, override string) (Type, codec, error) {
	if a.field.Serializer != nil {
		return a.serializedCodec(t)
	}
	switch {
	case t.Kind() == reflect.Pointer:
		a.Nullable = true
		typ, c, err := a.codecOf(t.Elem(), override)
		if t.Elem().Kind() == reflect.Pointer {
			err = fmt.Errorf("a pointer to a pointer cannot be stored; write *%s", t.Elem().Elem())
		}
		return typ, pointerCodec(c, t.Elem()), err
	case t == reflect.TypeFor[Day]():
		a.SimpleDate = true
		return Date, dayCodec(), nil
	case t == reflect.TypeFor[JSON]():
		return Object, jsonCodec(), nil
	case t == reflect.TypeFor[Vector]():
		a.Vector = true
		return Object, jsonCodec(), nil
	case t == reflect.TypeFor[time.Time]():
		a.SimpleDate = strings.EqualFold(string(a.field.DataType), "date")
		a.plan.dayAsTime = a.SimpleDate
		return Date, timeCodec(a.SimpleDate), nil
	case t == reflect.TypeFor[time.Duration]():
		return Duration, durationCodec(), nil
	case t.PkgPath() == "database/sql" && strings.HasPrefix(t.Name(), "Null"):
		a.Nullable = true
		typ, c, err := a.codecOf(t.Field(0).Type, override)
		return typ, nullCodec(c), err
	case valuer(t):
		return a.ownCodec(t, override)
	}
	return a.kindCodec(t)
}

// serializedCodec accepts GORM's serializer:json only: the others store what no other program can read.
func (a *Attribute) serializedCodec(t reflect.Type) (Type, codec, error) {
	if _, ok := a.field.Serializer.(schema.JSONSerializer); !ok {
		return 0, codec{}, fmt.Errorf("the serializer cannot be read outside Go; write gorm:\"serializer:json\"")
	}
	a.Nullable = t.Kind() == reflect.Pointer || t.Kind() == reflect.Map || t.Kind() == reflect.Slice || t.Kind() == reflect.Interface
	return Object, jsonCodec(), nil
}

// ownCodec is for types that store themselves. What they store is only known to be a UUID, else the tag must tell.
func (a *Attribute) ownCodec(t reflect.Type, override string) (Type, codec, error) {
	if !reflect.PointerTo(t).Implements(reflect.TypeFor[sql.Scanner]()) {
		return 0, codec{}, fmt.Errorf("the type %s is a driver.Valuer but no sql.Scanner; give it a Scan method", t)
	}
	a.plan.uuid = t.Kind() == reflect.Array && t.Len() == 16 && t.Elem().Kind() == reflect.Uint8 && zeroStored(t) == nilUUID
	switch {
	case override != "":
		typ, err := typeNamed(override)
		return typ, valuerCodec(a), err
	case a.plan.uuid:
		return UUID, valuerCodec(a), nil
	}
	return 0, codec{}, fmt.Errorf("the type %s stores itself and does not tell what; add orda:\"type=…\" with one of %s", t, typeNames())
}

// zeroStored is what the zero value of a Valuer stores.
func zeroStored(t reflect.Type) any {
	v, err := driverValue(reflect.New(t).Interface())
	if err != nil {
		return nil
	}
	return v
}

// kindCodec is for the basic types and types declared from them.
func (a *Attribute) kindCodec(t reflect.Type) (Type, codec, error) {
	switch k := t.Kind(); k {
	case reflect.Bool:
		return Bool, boolCodec(), nil
	case reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Int:
		a.plan.limits = signedLimits(t.Bits())
		return integerType(k), intCodec(a.plan.limits), nil
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uint:
		a.plan.limits = unsignedLimits(t.Bits())
		return integerType(k), uintCodec(a.plan.limits), nil
	case reflect.Float32, reflect.Float64:
		return Number, floatCodec(), nil
	case reflect.String:
		if strings.EqualFold(string(a.field.DataType), "uuid") {
			return UUID, stringCodec(), nil
		}
		return String, stringCodec(), nil
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return Blob, bytesCodec(), nil
		}
	}
	return 0, codec{}, fmt.Errorf("a %s cannot be stored; add gorm:\"serializer:json\", or exclude it with gorm:\"-\"", t)
}

// integerType is the smallest type of the catalog that holds every value of the Go type; int and uint are 64 bits.
func integerType(k reflect.Kind) Type {
	switch k {
	case reflect.Int8:
		return Byte
	case reflect.Int16, reflect.Uint8:
		return Word
	case reflect.Int32, reflect.Uint16:
		return Long
	}
	return Long64
}
