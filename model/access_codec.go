package model

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"time"
)

// codec turns the value of one Go type into its canonical form and back. Null never reaches set and scan.
type codec struct {
	get  func(reflect.Value) (any, error)
	set  func(reflect.Value, any) error
	scan func(reflect.Value, any) error // from a raw driver value; nil: convert, then set
}

func boolCodec() codec {
	return codec{
		get: func(f reflect.Value) (any, error) { return f.Bool(), nil },
		set: func(f reflect.Value, v any) error { f.SetBool(v.(bool)); return nil },
	}
}

func intCodec(l limits) codec {
	return codec{
		get: func(f reflect.Value) (any, error) { return f.Int(), nil },
		set: func(f reflect.Value, v any) error {
			if err := l.check(v); err != nil {
				return err
			}
			f.SetInt(v.(int64))
			return nil
		},
	}
}

func uintCodec(l limits) codec {
	return codec{
		get: func(f reflect.Value) (any, error) { return unsigned(f.Uint()), nil },
		set: func(f reflect.Value, v any) error {
			if err := l.check(v); err != nil {
				return err
			}
			if n, ok := v.(uint64); ok {
				f.SetUint(n)
			} else {
				f.SetUint(uint64(v.(int64)))
			}
			return nil
		},
	}
}

func floatCodec() codec {
	return codec{
		get: func(f reflect.Value) (any, error) { return f.Float(), nil },
		set: func(f reflect.Value, v any) error {
			n := v.(float64)
			if f.OverflowFloat(n) {
				return fmt.Errorf("the number is out of range; it must be at most %g", math.MaxFloat32)
			}
			f.SetFloat(n)
			return nil
		},
	}
}

func stringCodec() codec {
	return codec{
		get: func(f reflect.Value) (any, error) { return f.String(), nil },
		set: func(f reflect.Value, v any) error { f.SetString(v.(string)); return nil },
	}
}

func bytesCodec() codec {
	return codec{
		get: func(f reflect.Value) (any, error) {
			if f.Len() == 0 {
				return nil, nil
			}
			return f.Bytes(), nil
		},
		set: func(f reflect.Value, v any) error { f.SetBytes(bytes.Clone(v.([]byte))); return nil },
	}
}

// jsonBytesCodec is for bytes that hold JSON text.
func jsonBytesCodec() codec {
	return codec{
		get: func(f reflect.Value) (any, error) { return canonicalJSON(bytes.Clone(f.Bytes())) },
		set: func(f reflect.Value, v any) error { f.SetBytes(bytes.Clone(v.(json.RawMessage))); return nil },
	}
}

func timeCodec(simple bool) codec {
	return codec{
		get: func(f reflect.Value) (any, error) {
			t := *f.Addr().Interface().(*time.Time)
			if simple {
				return canonicalDay(Today(t), nil)
			}
			return canonicalTime(t), nil
		},
		set: func(f reflect.Value, v any) error {
			t, ok := v.(time.Time)
			if !ok {
				t = v.(Day).Time()
			}
			*f.Addr().Interface().(*time.Time) = t
			return nil
		},
	}
}

func dayCodec() codec {
	return codec{
		get: func(f reflect.Value) (any, error) { return canonicalDay(*f.Addr().Interface().(*Day), nil) },
		set: func(f reflect.Value, v any) error { *f.Addr().Interface().(*Day) = v.(Day); return nil },
	}
}

func durationCodec() codec {
	return codec{
		get: func(f reflect.Value) (any, error) { return time.Duration(f.Int()), nil },
		set: func(f reflect.Value, v any) error { f.SetInt(int64(v.(time.Duration))); return nil },
	}
}

// jsonCodec is for fields that are stored as JSON: GORM's serializer:json and our own JSON.
func jsonCodec() codec {
	fill := func(f reflect.Value, data []byte) error {
		n := reflect.New(f.Type())
		if len(data) > 0 {
			if err := json.Unmarshal(data, n.Interface()); err != nil {
				return fmt.Errorf("the JSON value does not fit a %s", f.Type())
			}
		}
		f.Set(n.Elem())
		return nil
	}
	return codec{
		get: func(f reflect.Value) (any, error) {
			data, err := encodeJSON(f.Interface())
			if err != nil {
				return nil, err
			}
			return canonicalJSON(data)
		},
		set: func(f reflect.Value, v any) error { return fill(f, v.(json.RawMessage)) },
		scan: func(f reflect.Value, raw any) error {
			data, err := jsonText(raw)
			if err != nil {
				return err
			}
			return fill(f, data)
		},
	}
}

// valuerCodec is for types that store themselves: driver.Valuer and sql.Scanner.
func valuerCodec(a *Attribute) codec {
	scan := func(f reflect.Value, raw any) error { return f.Addr().Interface().(sql.Scanner).Scan(raw) }
	return codec{
		get: func(f reflect.Value) (any, error) {
			v, err := driverValue(f.Addr().Interface())
			if err != nil || v == nil {
				return nil, err
			}
			return a.convert(v)
		},
		set:  func(f reflect.Value, v any) error { return scan(f, a.stored(v)) },
		scan: scan,
	}
}

// pointerCodec makes nil of a nil pointer and never writes through a pointer that others may hold.
func pointerCodec(inner codec, elem reflect.Type) codec {
	return codec{
		get: func(f reflect.Value) (any, error) {
			if f.IsNil() {
				return nil, nil
			}
			return inner.get(f.Elem())
		},
		set:  throughNew(inner.set, elem),
		scan: throughNew(inner.scan, elem),
	}
}

func throughNew(write func(reflect.Value, any) error, elem reflect.Type) func(reflect.Value, any) error {
	if write == nil {
		return nil
	}
	return func(f reflect.Value, v any) error {
		n := reflect.New(elem)
		if err := write(n.Elem(), v); err != nil {
			return err
		}
		f.Set(n)
		return nil
	}
}

// nullCodec is for sql.Null and its elder relatives: the value is the first field, Valid the second.
func nullCodec(inner codec) codec {
	valid := func(write func(reflect.Value, any) error) func(reflect.Value, any) error {
		if write == nil {
			return nil
		}
		return func(f reflect.Value, v any) error {
			if err := write(f.Field(0), v); err != nil {
				return err
			}
			f.Field(1).SetBool(true)
			return nil
		}
	}
	return codec{
		get: func(f reflect.Value) (any, error) {
			if !f.Field(1).Bool() {
				return nil, nil
			}
			return inner.get(f.Field(0))
		},
		set:  valid(inner.set),
		scan: valid(inner.scan),
	}
}
