package triggers

import (
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/utils"
)

// GORM hands callbacks reflect.Values. This file is the only one outside check.go that looks into them.

// shape is what a write was given.
type shape int

const (
	other  shape = iota // a map, a struct that is not the model, a value that cannot be changed
	single              // one struct of the model, through a pointer
	many                // a slice or array of such structs
)

// receiver follows the pointers of value.
func receiver(value any) reflect.Value {
	rv := reflect.ValueOf(value)
	for rv.Kind() == reflect.Pointer || rv.Kind() == reflect.Interface {
		rv = rv.Elem()
	}
	return rv
}

// shapeOf tells what rv is to the model of stmt.
func shapeOf(stmt *gorm.Statement, rv reflect.Value) shape {
	if !rv.IsValid() || stmt.Schema == nil {
		return other
	}
	switch rv.Kind() {
	case reflect.Struct:
		if rv.Type() == stmt.Schema.ModelType && rv.CanAddr() {
			return single
		}
	case reflect.Slice, reflect.Array:
		elem := rv.Type().Elem()
		if elem.Kind() == reflect.Pointer {
			elem = elem.Elem()
		}
		if elem == stmt.Schema.ModelType && (rv.Kind() == reflect.Slice || rv.CanAddr()) {
			return many
		}
	}
	return other
}

// current is the row whose hooks GORM is calling.
func current(stmt *gorm.Statement) reflect.Value {
	rv := stmt.ReflectValue
	if shapeOf(stmt, rv) != many {
		return rv
	}
	if stmt.CurDestIndex >= rv.Len() {
		return reflect.Value{}
	}
	return reflect.Indirect(rv.Index(stmt.CurDestIndex))
}

// keyOf returns the primary key of rv. It is false where a part is zero: GORM would leave that part out of the condition.
func keyOf(stmt *gorm.Statement, rv reflect.Value) ([]any, bool) {
	if shapeOf(stmt, rv) != single {
		return nil, false
	}
	key := make([]any, len(stmt.Schema.PrimaryFields))
	for i, field := range stmt.Schema.PrimaryFields {
		value, zero := field.ValueOf(stmt.Context, rv)
		if zero {
			return nil, false
		}
		key[i] = value
	}
	return key, len(key) > 0
}

// sameRow reports whether ptr points to a struct of the written model with the primary key of the written row.
func sameRow(stmt *gorm.Statement, ptr any) bool {
	key, ok := keyOf(stmt, current(stmt))
	given, given1 := keyOf(stmt, receiver(ptr))
	return ok && given1 && sameKey(key, given)
}

func sameKey(a, b []any) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !utils.AssertEqual(a[i], b[i]) {
			return false
		}
	}
	return true
}

// sameValue reports whether a and b are the same pointer, or both the same kind of nothing.
func sameValue(a, b any) bool {
	x, y := reflect.ValueOf(a), reflect.ValueOf(b)
	return x.Kind() == reflect.Pointer && y.Kind() == reflect.Pointer && x.Pointer() == y.Pointer()
}

// rowsOf returns the structs of the model in rv, through one pointer; nothing for a map.
func rowsOf(stmt *gorm.Statement, rv reflect.Value) []reflect.Value {
	switch shapeOf(stmt, rv) {
	case single:
		return []reflect.Value{rv}
	case many:
		rows := make([]reflect.Value, 0, rv.Len())
		for i := range rv.Len() {
			if row := reflect.Indirect(rv.Index(i)); shapeOf(stmt, row) == single {
				rows = append(rows, row)
			}
		}
		return rows
	default:
		return nil
	}
}

// hooksOnSlice reports whether the slice type itself has a hook: GORM then calls that one and none of the elements'.
func hooksOnSlice(rv reflect.Value) bool {
	if rv.Kind() != reflect.Slice && rv.Kind() != reflect.Array {
		return false
	}
	for _, name := range hookNames() {
		if _, ok := rv.Type().MethodByName(name); ok {
			return true
		}
	}
	return false
}

// samePool reports whether two handles write to the same transaction. A prepared-statement handle stands for the transaction in it.
func samePool(a, b gorm.ConnPool) bool {
	x, y := unprepared(a), unprepared(b)
	return reflect.TypeOf(x) == reflect.TypeOf(y) && reflect.TypeOf(x).Comparable() && x == y
}

func unprepared(pool gorm.ConnPool) gorm.ConnPool {
	if p, ok := pool.(*gorm.PreparedStmtTX); ok {
		return p.Tx
	}
	return pool
}
