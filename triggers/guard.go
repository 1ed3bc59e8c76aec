package triggers

import (
	"log/slog"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// guard returns the callback that looks at a write before anything else happens.
func (p *Plugin) guard(event Event) func(*gorm.DB) {
	return func(db *gorm.DB) {
		forget(db)
		p.guardSQL(db)
		if db.Error != nil {
			return
		}
		t, foreign, ok := p.targetOf(db.Statement)
		if !ok {
			return
		}
		w := &write{event: event, target: t, foreign: foreign, outer: db.Statement.Context, scope: scopeOf(db.Statement.Context)}
		setWrite(db, w)
		refuse(db, w.scope, w.problem(db.Statement))
		group(db.Statement)
	}
}

// guardSQL refuses handles from outside the transaction, and SQL text that writes to a guarded table.
func (p *Plugin) guardSQL(db *gorm.DB) {
	if db.Error != nil {
		return
	}
	s := scopeOf(db.Statement.Context)
	if s.pool != nil && !samePool(s.pool, db.Statement.ConnPool) {
		_ = db.AddError(ErrOuterHandle)
		return
	}
	if db.Statement.SQL.Len() > 0 && len(*p.known.Load()) > 0 {
		refuse(db, s, p.problemSQL(db.Dialector.Name(), db.Statement.SQL.String()))
	}
}

// refuse fails the statement, or logs that an operator asked for it. A dry run writes nothing.
func refuse(db *gorm.DB, s scope, problem *BypassError) {
	switch {
	case problem == nil || db.DryRun:
	case s.bypass != "":
		slog.WarnContext(db.Statement.Context, "triggers bypassed",
			slog.String("model", problem.Model), slog.String("call", problem.Call), slog.String("reason", s.bypass))
	default:
		_ = db.AddError(problem)
	}
}

// targetOf returns what is guarded of the statement: its model or, under another type or none, the known model of its table.
func (p *Plugin) targetOf(stmt *gorm.Statement) (t target, foreign, ok bool) {
	if stmt.Schema != nil {
		t = targetOf(stmt.Schema)
	}
	for _, name := range tablesOf(stmt) {
		known, found := (*p.known.Load())[tableKey(name)]
		if found && known.any() && (stmt.Schema == nil || known.schema.ModelType != stmt.Schema.ModelType) {
			return known, true, true
		}
	}
	return t, false, stmt.Schema != nil && t.any()
}

// tablesOf returns the names of the tables that a statement built by GORM may write to.
func tablesOf(stmt *gorm.Statement) []string {
	names := []string{stmt.Table}
	if stmt.TableExpr != nil {
		names = append(names, firstName(stmt.TableExpr.SQL))
	}
	if c, ok := stmt.Clauses["INSERT"].Expression.(clause.Insert); ok {
		names = append(names, c.Table.Name)
	}
	if c, ok := stmt.Clauses["UPDATE"].Expression.(clause.Update); ok {
		names = append(names, c.Table.Name)
	}
	if c, ok := stmt.Clauses["FROM"].Expression.(clause.From); ok {
		for _, t := range c.Tables {
			names = append(names, t.Name)
		}
	}
	return names
}

// grouped is a set of conditions in parentheses.
type grouped []clause.Expression

// Build writes the conditions as GORM would, between parentheses.
func (g grouped) Build(builder clause.Builder) {
	_ = builder.WriteByte('(')
	clause.Where{Exprs: g}.Build(builder)
	_ = builder.WriteByte(')')
}

// group puts the caller's conditions in parentheses. The key and the stamp are added with AND, which binds tighter than an OR among them.
func group(stmt *gorm.Statement) {
	c, ok := stmt.Clauses["WHERE"]
	if !ok {
		return
	}
	if where, ok := c.Expression.(clause.Where); ok && len(where.Exprs) > 0 {
		c.Expression = clause.Where{Exprs: []clause.Expression{grouped(where.Exprs)}}
		stmt.Clauses["WHERE"] = c
	}
}

// full reports whether the statement writes every column: a hook's change of a column that is left out would be lost.
// Associations may be chosen or left out freely.
func full(stmt *gorm.Statement) bool {
	if len(stmt.Selects) > 0 && !slices.Contains(stmt.Selects, "*") {
		return false
	}
	for _, name := range stmt.Omits {
		if name != clause.Associations && stmt.Schema.Relationships.Relations[before(name)] == nil {
			return false
		}
	}
	return true
}

// before returns the association of a name like "Lines.Product".
func before(name string) string {
	first, _, _ := strings.Cut(name, ".")
	return first
}

// whole reports whether the update saves the struct it was given, with every column. Without Select("*"), which Save adds,
// GORM leaves out the fields that are zero.
func whole(stmt *gorm.Statement) bool {
	return shapeOf(stmt, receiver(stmt.Model)) == single && sameValue(stmt.Model, stmt.Dest) && len(stmt.Selects) > 0 && full(stmt)
}
