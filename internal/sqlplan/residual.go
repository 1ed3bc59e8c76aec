package sqlplan

import (
	"errors"
	"slices"

	"github.com/ordago/ordago/model"
)

// ErrResidual is returned by the methods of [Planner] for a source with a condition that SQL cannot decide: a formula, or a
// calculated attribute without a query function. [Planner.Split] is for these.
var ErrResidual = errors.New("a condition needs code for each entity")

// Residual is a source that SQL reads and Go decides. It does not change and is safe for concurrent use.
type Residual struct {
	calls []Call
	tests int
	tree  *truth
	st    Statement
}

// Split plans a source whose conditions may need Go (O-141 to O-144, O-165). The result is nil when none does.
//
// Else its statement reads the columns of all entities that may be in the source, in its order, and behind them a column
// for each condition that stands beside a call; [Residual.Holds] decides with these. The window of the source is not
// in the statement: it counts the entities for which Holds is true.
//
// Errors are those of [Planner.Select].
func (p *Planner) Split(s *Source, columns []*model.Attribute, l Lens) (*Residual, error) {
	r := p.resolver(s, l)
	sel, err := r.selection(s, true)
	if err != nil || len(r.calls) == 0 {
		return nil, err
	}
	targets, err := r.columns(columns)
	if err != nil {
		return nil, err
	}
	var split splitter
	result := &Residual{calls: r.calls, tree: split.residual(sel.where, true), tests: len(split.tests)}
	if split.err {
		return nil, &Error{Kind: TooComplex, Msg: "too many conditions stand beside formulas: split the query"}
	}
	sel.where = where(possible(sel.where, true), r.root, s.Class.Key[0])
	result.st, err = p.statement(sel, targets, split.tests)
	return result, err
}

// statement writes the reading of a split selection, with a window as its last two values.
func (p *Planner) statement(s *selection, columns []target, tests []*node) (Statement, error) {
	w := p.writer()
	w.open(s.root)
	w.write("SELECT ")
	w.columns(s, columns)
	for _, n := range tests {
		w.write(", (")
		w.node(n, true)
		w.write(") IS TRUE")
	}
	w.body(s)
	w.orderBy(s)
	w.write(" LIMIT ")
	w.arg(nil, "::bigint")
	w.write(" OFFSET ")
	w.arg(nil, "::bigint")
	return w.statement()
}

// Statement reads the candidates from offset on, at most limit; limit < 0: all.
func (r *Residual) Statement(offset, limit int) Statement {
	st := Statement{SQL: r.st.SQL, Args: slices.Clone(r.st.Args)}
	st.Args[len(st.Args)-2] = int64(limit)
	if limit < 0 {
		st.Args[len(st.Args)-2] = int64(1<<63 - 1)
	}
	st.Args[len(st.Args)-1] = int64(max(offset, 0))
	return st
}

// Tests is how many columns behind the asked ones [Residual.Holds] takes.
func (r *Residual) Tests() int { return r.tests }

// Calls are what the conditions call, in the order of the text.
func (r *Residual) Calls() []Call { return r.calls }

// Holds decides for one entity: tests are the last columns of its row as the driver returned them, call the answer of a
// call for the entity. Only the calls that matter are made, each at most once. The error is that of call.
func (r *Residual) Holds(tests []any, call func(Call) (bool, error)) (bool, error) {
	d := decision{residual: r, tests: tests, call: call}
	return d.holds(r.tree)
}

// decision is the state of one Holds.
type decision struct {
	residual *Residual
	tests    []any
	call     func(Call) (bool, error)
	answers  [maxCalls]int8 // 0: not asked, 1: false, 2: true
}

func (d *decision) holds(t *truth) (bool, error) {
	switch t.kind {
	case andTruth, orTruth:
		return d.chain(t)
	case notTruth:
		yes, err := d.holds(t.kids[0])
		return !yes, err
	case callTruth:
		return d.ask(t.index)
	case testTruth:
		return t.index < len(d.tests) && isTrue(d.tests[t.index]), nil
	}
	return t.index == 1, nil
}

// chain asks what SQL has decided before it calls anything.
func (d *decision) chain(t *truth) (bool, error) {
	decides := t.kind == orTruth
	for _, calls := range []bool{false, true} {
		for _, kid := range t.kids {
			if (kid.kind != testTruth && kid.kind != constantTruth) != calls {
				continue
			}
			yes, err := d.holds(kid)
			if err != nil || yes == decides {
				return yes, err
			}
		}
	}
	return !decides, nil
}

func (d *decision) ask(i int) (bool, error) {
	if answer := d.answers[i]; answer != 0 {
		return answer == 2, nil
	}
	yes, err := d.call(d.residual.calls[i])
	d.answers[i] = 1
	if yes {
		d.answers[i] = 2
	}
	return yes, err
}

func isTrue(raw any) bool {
	switch v := raw.(type) {
	case bool:
		return v
	case int64:
		return v != 0
	}
	return false
}
