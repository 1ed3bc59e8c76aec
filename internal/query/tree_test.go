package query_test

import (
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ordago/ordago/internal/query"
)

// The functions here build trees in little space; none sets a position.

func and(operands ...query.Node) query.Node { return &query.And{Operands: operands} }
func or(operands ...query.Node) query.Node  { return &query.Or{Operands: operands} }
func not(operand query.Node) query.Node     { return &query.Not{Operand: operand} }

func compare(p query.Path, op query.Op, value query.Operand) query.Node {
	return &query.Comparison{Path: p, Op: op, Value: value}
}

// is compares a plain path with a bare text.
func is(dotted, text string) query.Node {
	return compare(path(dotted), query.Equal, bare(text))
}

func path(dotted string) query.Path {
	var p query.Path
	for name := range strings.SplitSeq(dotted, ".") {
		p.Steps = append(p.Steps, query.Step{Name: name})
	}
	return p
}

func steps(steps ...query.Step) query.Path { return query.Path{Steps: steps} }

func literal(kind query.LiteralKind, text string) query.Literal {
	return query.Literal{Kind: kind, Text: text}
}

func bare(text string) query.Literal   { return literal(query.Bare, text) }
func quoted(text string) query.Literal { return literal(query.Quoted, text) }
func number(text string) query.Literal { return literal(query.Number, text) }

func list(items ...query.Literal) *query.List { return &query.List{Items: items} }

func index(n int) *query.Placeholder           { return &query.Placeholder{Index: n} }
func named(parts ...string) *query.Placeholder { return &query.Placeholder{Name: parts} }

func by(items ...query.OrderItem) []query.OrderItem { return items }

func asc(p query.Path) query.OrderItem  { return query.OrderItem{Path: p} }
func desc(p query.Path) query.OrderItem { return query.OrderItem{Path: p, Descending: true} }

// meaning compares trees without their positions and texts.
func meaning() cmp.Options {
	return cmp.Options{
		cmpopts.IgnoreFields(query.Query{}, "Text"),
		cmpopts.IgnoreFields(query.And{}, "At"),
		cmpopts.IgnoreFields(query.Or{}, "At"),
		cmpopts.IgnoreFields(query.Not{}, "At"),
		cmpopts.IgnoreFields(query.Comparison{}, "At", "OpAt"),
		cmpopts.IgnoreFields(query.Formula{}, "At"),
		cmpopts.IgnoreFields(query.Path{}, "At"),
		cmpopts.IgnoreFields(query.Step{}, "At"),
		cmpopts.IgnoreFields(query.Literal{}, "At"),
		cmpopts.IgnoreFields(query.Placeholder{}, "At"),
		cmpopts.IgnoreFields(query.List{}, "At"),
		cmpopts.IgnoreFields(query.OrderItem{}, "At"),
	}
}
