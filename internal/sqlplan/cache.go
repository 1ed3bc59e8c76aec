package sqlplan

import (
	"encoding/binary"
	"slices"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// A plan is kept with its SQL and what its values were made of. The next time, only the values are converted; if they lead
// to the same tests, the SQL is the same too. If not (a text with a wildcard where there was none, a value that is wrong),
// the query is planned anew.

// What is worth keeping, in bytes. A parsed text takes up to sixty times its length: what clients can make the cache hold stays below
// some fifty megabytes.
const (
	maxCachedText = 500
	maxCachedSQL  = 8_000
)

// cache belongs to one planner.
type cache struct {
	parsed generations[parsedKey, *query.Query]
	plans  generations[planKey, *template]
}

type parsedKey struct {
	text    string
	dialect query.Dialect
}

// Parse is [query.Parse] with a memory: sources whose queries come from it can be planned from the cache. The result is
// shared and must not be changed.
func (p *Planner) Parse(text string, d query.Dialect) (*query.Query, error) {
	key := parsedKey{text, d}
	if q, ok := p.cache.parsed.get(key); ok {
		return q, nil
	}
	q, err := query.Parse(text, d)
	if err == nil && len(text) <= maxCachedText {
		p.cache.parsed.put(key, q)
	}
	return q, err
}

// planKey is all that a plan depends on besides values.
type planKey struct {
	class    *model.Class
	queries  [2]*query.Query
	trusted  [2]bool
	rest     string // columns, order, and the key of the lens
	counted  bool
	limit    limitKind
	offset   bool
	back     bool
	presence bool
}

// keyOf is not ok for a source that is not cached: one of other conditions than queries, or under a lens without a
// key or with a restriction, whose values are the caller's.
func (p *Planner) keyOf(s *Source, columns []*model.Attribute, l Lens) (key planKey, ok bool) {
	if len(s.Conditions) > len(key.queries) || l.Key == nil && (l.Use != nil || l.Visible != nil) || l.Restriction != nil {
		return key, false
	}
	key = planKey{class: s.Class, limit: p.limitKind(s.Limit), offset: s.Offset > 0, back: s.Backwards, presence: s.Presence}
	own := len(s.Order) == 0
	for i, c := range s.Conditions {
		q, isQuery := c.(*Query)
		if !isQuery || len(q.Values.Indexed) > maxIndexed {
			return key, false
		}
		key.queries[i], key.trusted[i] = q.Query, q.Trusted
		own = own || len(q.Query.Order) > 0 && &q.Query.Order[0] == &s.Order[0]
	}
	var room [256]byte
	b := append(room[:0], l.Key...)
	b = binary.AppendUvarint(b, uint64(len(l.Key)))
	for _, a := range columns {
		b = append(append(b, a.Name...), 0)
	}
	b, ok = appendOrder(append(b, 1), s.Order, own)
	key.rest = string(b)
	return key, ok
}

// appendOrder writes an order into a key; own says that it is that of a query in the key.
func appendOrder(b []byte, order []query.OrderItem, own bool) ([]byte, bool) {
	if own {
		return append(b, byte(min(len(order), 1))), true
	}
	b = append(b, 2)
	for _, item := range order {
		if item.Path.Placeholder != nil {
			return b, false
		}
		b = append(append(b, item.Path.String()...), 0)
		if item.Descending {
			b = append(b, 1)
		}
	}
	return b, true
}

// template is a plan without values.
type template struct {
	sql     string
	args    []any // those that are always the same
	origins []origin
	rebinds []rebind
}

// origin says where a bound value comes from.
type origin struct {
	node   *node // nil: it is always the same
	index  int   // in the values of node
	window byte  // 'l' for the limit, 'o' for the offset
}

// rebind is a comparison with a placeholder.
type rebind struct {
	condition  int // in Source.Conditions
	comparison *query.Comparison
	target     target
	node       *node // what it led to
}

// remember keeps a plan, unless it depends on values in another way than by those of comparisons, or nobody can ask for it again.
func (p *Planner) remember(key planKey, r *resolver, w *writer, st Statement) {
	if r.fixed || len(st.SQL) > maxCachedSQL || len(st.Args) > generation || !p.remembers(key.queries[:]) {
		return
	}
	origins := w.origins
	for i, o := range origins {
		if o.node != nil && !slices.ContainsFunc(r.rebinds, func(b rebind) bool { return counterpart(b.node, b.node, o.node) != nil }) {
			origins[i].node = nil // of a constant in the text
		}
	}
	p.cache.plans.put(key, &template{sql: st.SQL, args: slices.Clone(st.Args), origins: origins, rebinds: r.rebinds})
}

// remembers reports whether the queries are those that Parse returns for their texts.
func (p *Planner) remembers(queries []*query.Query) bool {
	for _, q := range queries {
		if q == nil {
			continue
		}
		if known, _ := p.cache.parsed.get(parsedKey{q.Text, q.Dialect}); known != q {
			return false
		}
	}
	return true
}

// recall makes the statement of a remembered plan; not ok if the values need another one.
func (p *Planner) recall(key planKey, s *Source) (Statement, bool) {
	t, ok := p.cache.plans.get(key)
	if !ok {
		return Statement{}, false
	}
	var room [8]*node
	fresh, ok := p.rebound(t, s, room[:0])
	if !ok {
		return Statement{}, false
	}
	args := make([]any, len(t.args))
	for i, o := range t.origins {
		switch {
		case o.node != nil:
			args[i] = p.value(t, fresh, o)
		case o.window == 'l':
			args[i] = int64(s.Limit)
		case o.window == 'o':
			args[i] = int64(s.Offset)
		default:
			args[i] = t.args[i]
		}
	}
	return Statement{SQL: t.sql, Args: args}, true
}

// fits reports whether a plan is remembered and takes the values of s.
func (p *Planner) fits(key planKey, s *Source) bool {
	t, ok := p.cache.plans.get(key)
	if !ok {
		return false
	}
	var room [8]*node
	_, ok = p.rebound(t, s, room[:0])
	return ok
}

// rebound resolves the comparisons with the values of s.
func (p *Planner) rebound(t *template, s *Source, fresh []*node) ([]*node, bool) {
	r := resolver{days: p.dialect.Name() == "sqlite", postgres: p.dialect.Name() == "postgres"}
	for _, b := range t.rebinds {
		if q, ok := s.Conditions[b.condition].(*Query); ok {
			r.reading(q)
		}
		n, err := r.compareValue(b.target, b.comparison)
		if err != nil || !sameShape(b.node, n) {
			return nil, false
		}
		fresh = append(fresh, n)
	}
	return fresh, true
}

// sameShape reports whether two conditions differ in values only.
func sameShape(a, b *node) bool {
	if a.kind != b.kind || a.test != b.test || a.symbol != b.symbol || a.as != b.as || len(a.values) != len(b.values) || len(a.kids) != len(b.kids) {
		return false
	}
	for i := range a.kids {
		if !sameShape(a.kids[i], b.kids[i]) {
			return false
		}
	}
	return true
}

// value finds what takes the place of a value of the remembered plan.
func (p *Planner) value(t *template, fresh []*node, o origin) any {
	for i, b := range t.rebinds {
		if n := counterpart(b.node, fresh[i], o.node); n != nil {
			if word, ok := n.values[o.index].(string); ok && n.test == keywordTest {
				return p.dialect.KeywordArg(word)
			}
			return n.values[o.index]
		}
	}
	return nil
}

// counterpart is the node of the tree b that is where n is in the tree a; nil if it is not there.
func counterpart(a, b, n *node) *node {
	if a == n {
		return b
	}
	for i := range a.kids {
		if found := counterpart(a.kids[i], b.kids[i], n); found != nil {
			return found
		}
	}
	return nil
}
