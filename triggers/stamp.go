package triggers

import (
	"context"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/schema"
)

// stamps is what a write does to the stamps of its rows, in the database and in memory.
type stamps struct {
	rows    []reflect.Value // structs in memory whose stamp may be changed
	before  []int64         // their stamps when the write began
	old     int64           // the stamp that the row must have in the database; valid if checked
	checked bool            // no row found means ErrStale
	set     bool            // the SET clause was made here and is taken away at the end
}

// remember notes the stamps in memory, so that a failed write leaves them as they were.
func (s *stamps) remember(stmt *gorm.Statement, field *schema.Field) {
	if field == nil {
		return
	}
	s.rows = rowsOf(stmt, stmt.ReflectValue)
	s.before = s.current(stmt, field)
}

// raised shows the new stamp in memory after an update.
func (s *stamps) raised(stmt *gorm.Statement, field *schema.Field) {
	if s.set && s.checked {
		_ = stmt.AddError(field.Set(stmt.Context, s.rows[0], s.old+1))
	}
}

// restore shows the stamps from before a write that failed.
func (s *stamps) restore(ctx context.Context, field *schema.Field) { s.show(ctx, field, s.before) }

func (s *stamps) show(ctx context.Context, field *schema.Field, values []int64) {
	for i, row := range s.rows {
		_ = field.Set(ctx, row, values[i]) // it was read from this field
	}
}

// current reads the stamps in memory.
func (s *stamps) current(stmt *gorm.Statement, field *schema.Field) []int64 {
	values := make([]int64, len(s.rows))
	for i, row := range s.rows {
		values[i] = stampOf(stmt.Context, field, row)
	}
	return values
}

func stampOf(ctx context.Context, field *schema.Field, row reflect.Value) int64 {
	value, _ := field.ValueOf(ctx, row)
	n, _ := value.(int64) // see stampField
	return n
}

// stampCreate gives new rows stamp 1 (O-035).
func stampCreate(db *gorm.DB) {
	w := writeOf(db)
	if w == nil || w.target.stamp == nil || db.Error != nil {
		return
	}
	stmt := db.Statement
	for _, values := range mapsOf(stmt.Dest) {
		delete(values, w.target.stamp.Name)
		values[stampColumn] = int64(1)
	}
	conflict, upsert := conflictOf(stmt)
	for i, row := range w.stamps.rows {
		// A row that is there already stays as it is, in memory too.
		if w.stamps.before[i] == 0 || !conflict.DoNothing {
			_ = db.AddError(w.target.stamp.Set(stmt.Context, row, int64(1)))
		}
	}
	if upsert && !conflict.DoNothing {
		conflict.DoUpdates = append(without(conflict.DoUpdates), raise())
		stmt.AddClause(conflict)
	}
	selectStamp(stmt)
}

// selectStamp makes a create with a list of columns write the stamp too.
func selectStamp(stmt *gorm.Statement) {
	if len(stmt.Selects) > 0 {
		stmt.Selects = append(append([]string(nil), stmt.Selects...), stampColumn)
	}
	var omits []string
	for _, name := range stmt.Omits {
		if stmt.Schema == nil || stmt.Schema.LookUpField(name) != stmt.Schema.FieldsByDBName[stampColumn] {
			omits = append(omits, name)
		}
	}
	stmt.Omits = omits
}

// stampUpdate raises the stamp. A struct that was read, or is saved as a whole, must still have the stamp it was read with;
// all other updates raise the stamp of the rows they find by one.
func stampUpdate(db *gorm.DB) {
	w := writeOf(db)
	if w == nil {
		return
	}
	w.hooked(db)
	if w.target.stamp == nil || db.Error != nil || db.Statement.SQL.Len() > 0 {
		return
	}
	stmt := db.Statement
	w.check(stmt, whole(stmt))
	inMemory := w.stamps.current(stmt, w.target.stamp)
	set, ok := stmt.Clauses["SET"].Expression.(clause.Set)
	if !ok {
		set = callbacks.ConvertToAssignments(stmt)
		w.stamps.show(stmt.Context, w.target.stamp, inMemory) // Updates(another struct) has copied that one's stamp
	}
	if len(set) == 0 {
		return
	}
	w.stamps.set = true
	stmt.AddClause(append(without(set), w.stamps.assignment()))
}

// stampDelete makes sure that the row is still the one that was read. A stamp of 0 was never read and is not compared,
// nor is any under [WithForce].
func stampDelete(db *gorm.DB) {
	w := writeOf(db)
	if w == nil {
		return
	}
	w.hooked(db)
	if w.target.stamp == nil || db.Error != nil || w.key == nil {
		return
	}
	if w.scope.force {
		w.stamps.checked = true
		return
	}
	w.check(db.Statement, false)
}

// check compares the stamp in the database with the one in memory, if the write is that of one row that was read.
func (w *write) check(stmt *gorm.Statement, always bool) {
	if w.key == nil || len(w.stamps.rows) != 1 {
		return
	}
	old := stampOf(stmt.Context, w.target.stamp, w.stamps.rows[0])
	if old == 0 && !always {
		return
	}
	w.stamps.old, w.stamps.checked = old, true
	stmt.AddClause(clause.Where{Exprs: []clause.Expression{
		clause.Eq{Column: clause.Column{Table: clause.CurrentTable, Name: stampColumn}, Value: old},
	}})
}

// assignment is what the update writes.
func (s *stamps) assignment() clause.Assignment {
	if s.checked {
		return clause.Assignment{Column: clause.Column{Name: stampColumn}, Value: s.old + 1}
	}
	return raise()
}

func raise() clause.Assignment {
	column := clause.Column{Table: clause.CurrentTable, Name: stampColumn}
	return clause.Assignment{Column: clause.Column{Name: stampColumn}, Value: clause.Expr{SQL: "? + 1", Vars: []any{column}}}
}

// without returns a copy of set that does not assign the stamp.
func without(set clause.Set) clause.Set {
	kept := make(clause.Set, 0, len(set)+1)
	for _, a := range set {
		if a.Column.Name != stampColumn {
			kept = append(kept, a)
		}
	}
	return kept
}

// mapsOf returns the maps of a create with maps.
func mapsOf(dest any) []map[string]any {
	switch v := dest.(type) {
	case map[string]any:
		return []map[string]any{v}
	case *map[string]any:
		return []map[string]any{*v}
	case []map[string]any:
		return v
	case *[]map[string]any:
		return *v
	default:
		return nil
	}
}

// conflictOf returns the ON CONFLICT clause of a create.
func conflictOf(stmt *gorm.Statement) (clause.OnConflict, bool) {
	c, ok := stmt.Clauses["ON CONFLICT"].Expression.(clause.OnConflict)
	return c, ok
}
