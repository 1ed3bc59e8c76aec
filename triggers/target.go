package triggers

import (
	"reflect"
	"strings"

	"gorm.io/gorm/schema"
)

// stampColumn is the column of model.Record that counts the saves of a row.
const stampColumn = "orda_stamp"

// target is what the plugin must know of a table to guard it.
type target struct {
	schema                   *schema.Schema
	create, update, deletion bool          // hooks that a write of that kind runs
	stamp                    *schema.Field // nil: no stamp
}

// targetOf reads the target from GORM's description of the model.
func targetOf(s *schema.Schema) target {
	save := s.BeforeSave || s.AfterSave
	return target{
		schema:   s,
		create:   save || s.BeforeCreate || s.AfterCreate,
		update:   save || s.BeforeUpdate || s.AfterUpdate,
		deletion: s.BeforeDelete || s.AfterDelete,
		stamp:    stampField(s),
	}
}

// stampField returns the field of model.Record, nil without it. A column of that name but another type is no stamp.
func stampField(s *schema.Schema) *schema.Field {
	f := s.FieldsByDBName[stampColumn]
	if f == nil || f.FieldType != reflect.TypeFor[int64]() {
		return nil
	}
	return f
}

// hooked reports whether a write of that kind runs hooks.
func (t target) hooked(e Event) bool {
	switch e {
	case Creating:
		return t.create
	case Updating:
		return t.update
	case Deleting:
		return t.deletion
	default:
		return false
	}
}

// any reports whether the plugin has anything to do for the model.
func (t target) any() bool {
	return t.create || t.update || t.deletion || t.stamp != nil
}

// after reports whether a hook of that kind of write runs after the row is written.
func (t target) after(e Event) bool {
	switch e {
	case Updating:
		return t.schema.AfterSave || t.schema.AfterUpdate
	case Deleting:
		return t.schema.AfterDelete
	default:
		return false
	}
}

// tables are the known targets by table, see [tableKey].
type tables map[string]target

// tableKey is a table's name without its schema, in lower case: databases differ in whether case counts, and a guard must not miss.
func tableKey(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name = name[i+1:]
	}
	return strings.ToLower(strings.Trim(name, "`\"[]"))
}
