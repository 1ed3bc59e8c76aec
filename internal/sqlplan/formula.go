package sqlplan

import (
	"strings"

	"github.com/ordago/ordago/internal/query"
)

// A formula is a function of the program with a name. Text names formulas, and joins them with & and | (O-142); no other
// expression is evaluated, so that nothing a caller sends is code.

const (
	maxCalls        = 16 // formulas and calculated attributes that Go decides, in one query
	maxFormulaDepth = 16 // parentheses in one formula
)

// formula resolves eval(...) or a placeholder alone.
func (r *resolver) formula(f *query.Formula) (*node, error) {
	switch {
	case r.language == query.REST:
		return nil, r.failFormula(f, FormulaNotAllowed, "formula not allowed in a filter: write a condition")
	case r.values.NoFormulas:
		return nil, r.failFormula(f, FormulaNotAllowed, "formula not allowed in this query") // O-146
	case r.formulas == nil:
		return nil, r.failFormula(f, Unsupported, "no formulas are declared: write a condition")
	case r.root != r.top:
		return nil, r.failFormula(f, Unsupported, "formulas are not evaluated within a selection that has a window, nor in query functions")
	case f.Placeholder != nil:
		return r.boundFormula(f)
	}
	p := formulaParser{resolver: r, text: f.Text, at: f.At + len("eval(")}
	n, err := p.or(0)
	if err == nil && p.skip() < len(p.text) {
		err = p.fail()
	}
	if err != nil {
		return nil, err
	}
	return n, nil
}

func (r *resolver) failFormula(f *query.Formula, kind Kind, msg string) error {
	if f.Placeholder != nil {
		return r.failPlaceholder(kind, f.Placeholder, "%s (%s stands alone)", msg, placeholderName(f.Placeholder))
	}
	return r.fail(kind, f.At, "%s", msg)
}

// boundFormula takes a [Formula] only: a text could come from a caller (O-145).
func (r *resolver) boundFormula(f *query.Formula) (*node, error) {
	v, ok := r.find(f.Placeholder)
	formula, isFormula := v.(Formula)
	switch {
	case !ok:
		return nil, r.failPlaceholder(MissingPlaceholder, f.Placeholder, "no formula for %s", placeholderName(f.Placeholder))
	case !isFormula:
		return nil, r.failPlaceholder(NoFormula, f.Placeholder, "expecting a formula: the value of %s is none", placeholderName(f.Placeholder))
	}
	return r.named(formula.Name, f.At)
}

// named is the call of the formula of that name.
func (r *resolver) named(name string, at int) (*node, error) {
	if !r.formulas(r.root.class, name) {
		return nil, r.fail(UnknownFormula, at, "formula %q is not declared for dataclass %s", shortened(name), r.root.class.Name)
	}
	return r.call(Call{Formula: name, Args: r.values.Args}, at)
}

func shortened(name string) string {
	const most = 40
	if len(name) > most {
		return strings.ToValidUTF8(name[:most], "") + "…"
	}
	return name
}

// formulaParser reads names joined by & and |, with parentheses.
type formulaParser struct {
	resolver *resolver
	text     string
	pos      int
	at       int // offset of text in the query
}

func (p *formulaParser) or(depth int) (*node, error)  { return p.chain('|', orNode, depth, p.and) }
func (p *formulaParser) and(depth int) (*node, error) { return p.chain('&', andNode, depth, p.factor) }

func (p *formulaParser) chain(sign byte, kind nodeKind, depth int, operand func(int) (*node, error)) (*node, error) {
	first, err := operand(depth)
	if err != nil {
		return nil, err
	}
	kids := []*node{first}
	for p.skip() < len(p.text) && p.text[p.pos] == sign {
		p.pos++
		next, err := operand(depth)
		if err != nil {
			return nil, err
		}
		kids = append(kids, next)
	}
	if len(kids) == 1 {
		return first, nil
	}
	return &node{kind: kind, kids: kids}, nil
}

func (p *formulaParser) factor(depth int) (*node, error) {
	if p.skip() == len(p.text) || depth > maxFormulaDepth {
		return nil, p.fail()
	}
	if p.text[p.pos] != '(' {
		return p.name()
	}
	p.pos++
	n, err := p.or(depth + 1)
	if err != nil {
		return nil, err
	}
	if p.skip() == len(p.text) || p.text[p.pos] != ')' {
		return nil, p.fail()
	}
	p.pos++
	return n, nil
}

func (p *formulaParser) name() (*node, error) {
	rest := p.text[p.pos:]
	end := strings.IndexAny(rest, "&|() \t\r\n")
	if end < 0 {
		end = len(rest)
	}
	if end == 0 {
		return nil, p.fail()
	}
	at := p.at + p.pos
	p.pos += end
	return p.resolver.named(rest[:end], at)
}

// skip goes to the next character that is no blank, and returns its place.
func (p *formulaParser) skip() int {
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
	return p.pos
}

func (p *formulaParser) fail() error {
	return p.resolver.fail(BadFormula, p.at+p.pos, "a formula is the name of a declared one, or several joined by & and |")
}
