// Package query reads the ORDA query language: tokens, syntax tree, parser and printer.
//
// It knows no database and no model. [Parse] turns text into a [Query]; whoever runs it resolves the paths.
//
//	q, err := query.Parse(`name = 'h@' and employer.city = :1 order by name desc`, query.ORDA)
//	if err != nil {
//		return err // *query.Error: offset, reason and, with Error.Caret, a line that points at it
//	}
//
// Two dialects exist (see [Dialect]): the one of query() in code and the more lenient one of REST's $filter.
package query

// Dialect says which spellings the parser accepts.
type Dialect uint8

const (
	// ORDA is the language of query() in code (orda.md section 3): bare text ends at a space,
	// double quotes only inside IN lists.
	ORDA Dialect = iota
	// REST is the language of $filter (rest.md section 4): bare text runs to the next logical operator,
	// double-quoted constants are allowed, and * in a literal is a wildcard like @.
	REST
)

// Query is one parsed query string. The zero value selects everything, unordered.
type Query struct {
	Where   Node        // nil: no condition
	Order   []OrderItem // empty: unordered
	Dialect Dialect
	Text    string // the text as given, for messages
}

// Node is a condition: *And, *Or, *Not, *Comparison or *Formula.
type Node interface {
	// Pos is the byte offset of the condition in the text.
	Pos() int
	node()
}

// And holds when all of its two or more operands hold. "a EXCEPT b" is read as And{a, Not{b}}.
// Nested Ands that come from a flat chain are one And.
type And struct {
	Operands []Node
	At       int
}

// Or holds when one of its two or more operands holds.
type Or struct {
	Operands []Node
	At       int
}

// Not is the set complement of its operand: it includes what the operand could not compare.
type Not struct {
	Operand Node
	At      int
}

// Comparison compares what a path leads to with a value.
type Comparison struct {
	Path  Path
	Op    Op
	Value Operand
	At    int
	OpAt  int
}

// Formula is eval(...) or a placeholder alone in the place of a condition.
type Formula struct {
	Text        string       // the text between the parentheses of eval(...); "" for a placeholder
	Placeholder *Placeholder // nil for eval(...)
	At          int
}

func (n *And) Pos() int        { return n.At }
func (n *Or) Pos() int         { return n.At }
func (n *Not) Pos() int        { return n.At }
func (n *Comparison) Pos() int { return n.At }
func (n *Formula) Pos() int    { return n.At }

func (*And) node()        {}
func (*Or) node()         {}
func (*Not) node()        {}
func (*Comparison) node() {}
func (*Formula) node()    {}

// Op is a comparator; its spellings are folded: "==" is Equal, "IS" is Identical.
type Op uint8

const (
	Equal        Op = iota // =  ==       wildcard active
	Identical              // === IS      wildcard is an ordinary character
	NotEqual               // !=  #       wildcard active
	NotIdentical           // !== IS NOT
	Less                   // <
	LessEqual              // <=
	Greater                // >
	GreaterEqual           // >=
	In                     // IN
	Keyword                // %
	Begin                  // begin       prefix
	Like                   // LIKE        as Equal
)

// Path is a dotted attribute path or a placeholder for one.
type Path struct {
	Steps       []Step       // empty when Placeholder is set
	Placeholder *Placeholder // nil unless the path is given by a placeholder
	At          int
}

// Step is one name of a path with what follows it.
type Step struct {
	Name       string
	Ref        int  // {n} of a relation step; 0: none
	Collection bool // [] or [a]
	Letter     byte // lower-case letter of [a]; 0: none
	At         int
}

// Operand is the right side of a comparison: Literal, *Placeholder or *List.
type Operand interface {
	Pos() int
	operand()
}

// Literal is a constant written in the text.
type Literal struct {
	Kind LiteralKind
	Text string // without quotes; for Null, True and False the word
	At   int
}

// LiteralKind says how a constant was written.
type LiteralKind uint8

const (
	Null   LiteralKind = iota // null
	Bool                      // true, false
	Number                    // -12.5
	Date                      // 2026-11-21
	Quoted                    // 'text' or "text"
	Bare                      // text
)

// Placeholder is :1 or :name or :name.sub.
type Placeholder struct {
	Index int      // from 1; 0 when named
	Name  []string // one element per dotted part; nil when indexed
	At    int
}

// List is [a, b, c], for In only.
type List struct {
	Items []Literal
	At    int
}

func (l Literal) Pos() int      { return l.At }
func (p *Placeholder) Pos() int { return p.At }
func (l *List) Pos() int        { return l.At }

func (Literal) operand()      {}
func (*Placeholder) operand() {}
func (*List) operand()        {}

// OrderItem is one criterion of "order by".
type OrderItem struct {
	Path       Path
	Descending bool
	At         int
}
