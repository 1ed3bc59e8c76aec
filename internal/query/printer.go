package query

import (
	"strconv"
	"strings"
)

// String writes the query so that [Parse] in the same dialect gives the same tree, positions aside.
// Comparators, keywords and blanks are written in one way, so equal queries give equal text.
// It is at times longer than the text that was read, and so may exceed [MaxText].
func (q *Query) String() string {
	var w printer
	if q.Where != nil {
		w.node(q.Where)
	}
	for i, item := range q.Order {
		switch {
		case i > 0:
			w.WriteString(", ")
		case q.Where != nil:
			w.WriteString(" order by ")
		default:
			w.WriteString("order by ")
		}
		w.orderItem(item)
	}
	return w.String()
}

// String writes the path as it stands in a query.
func (p Path) String() string {
	var w printer
	w.path(p)
	return w.String()
}

// String writes the placeholder with its colon.
func (p *Placeholder) String() string {
	var w printer
	w.placeholder(p)
	return w.String()
}

// String is one spelling of the comparator, the same for all that mean it; "" for a number that is none.
func (o Op) String() string {
	switch o {
	case Equal:
		return "="
	case Identical:
		return "==="
	case NotEqual:
		return "!="
	case NotIdentical:
		return "!=="
	case Less:
		return "<"
	case LessEqual:
		return "<="
	case Greater:
		return ">"
	case GreaterEqual:
		return ">="
	case In:
		return "in"
	case Keyword:
		return "%"
	case Begin:
		return "begin"
	case Like:
		return "like"
	}
	return ""
}

type printer struct {
	strings.Builder
}

func (w *printer) node(n Node) {
	switch n := n.(type) {
	case *And:
		w.chain(n.Operands, " and ")
	case *Or:
		w.chain(n.Operands, " or ")
	case *Not:
		w.WriteString("not")
		w.enclosed(n.Operand)
	case *Comparison:
		w.path(n.Path)
		w.WriteByte(' ')
		w.WriteString(n.Op.String())
		w.WriteByte(' ')
		w.operand(n.Value)
	case *Formula:
		w.formula(n)
	}
}

// chain joins operands. Those that are chains themselves stood between parentheses.
func (w *printer) chain(operands []Node, connective string) {
	for i, operand := range operands {
		if i > 0 {
			w.WriteString(connective)
		}
		switch operand.(type) {
		case *And:
			// An and inside an or needs no parentheses: it binds tighter.
			if connective == " or " {
				w.node(operand)
				continue
			}
			w.enclosed(operand)
		case *Or:
			w.enclosed(operand)
		default:
			w.node(operand)
		}
	}
}

func (w *printer) enclosed(n Node) {
	w.WriteByte('(')
	w.node(n)
	w.WriteByte(')')
}

func (w *printer) formula(n *Formula) {
	if n.Placeholder != nil {
		w.placeholder(n.Placeholder)
		return
	}
	w.WriteString("eval(")
	w.WriteString(n.Text)
	w.WriteByte(')')
}

func (w *printer) path(p Path) {
	if p.Placeholder != nil {
		w.placeholder(p.Placeholder)
		return
	}
	for i, step := range p.Steps {
		if i > 0 {
			w.WriteByte('.')
		}
		w.step(step)
	}
}

func (w *printer) step(s Step) {
	w.WriteString(s.Name)
	if s.Ref != 0 {
		w.WriteByte('{')
		w.WriteString(strconv.Itoa(s.Ref))
		w.WriteByte('}')
	}
	if !s.Collection {
		return
	}
	w.WriteByte('[')
	if s.Letter != 0 {
		w.WriteByte(s.Letter)
	}
	w.WriteByte(']')
}

func (w *printer) placeholder(p *Placeholder) {
	w.WriteByte(':')
	if p.Index != 0 {
		w.WriteString(strconv.Itoa(p.Index))
		return
	}
	w.WriteString(strings.Join(p.Name, "."))
}

func (w *printer) operand(o Operand) {
	switch o := o.(type) {
	case Literal:
		w.literal(o)
	case *Placeholder:
		w.placeholder(o)
	case *List:
		w.WriteByte('[')
		for i, item := range o.Items {
			if i > 0 {
				w.WriteString(", ")
			}
			w.literal(item)
		}
		w.WriteByte(']')
	}
}

// literal writes a constant. A text with a single quote can only have stood between double ones.
func (w *printer) literal(l Literal) {
	if l.Kind != Quoted {
		w.WriteString(l.Text)
		return
	}
	mark := byte('\'')
	if strings.IndexByte(l.Text, mark) >= 0 {
		mark = '"'
	}
	w.WriteByte(mark)
	w.WriteString(l.Text)
	w.WriteByte(mark)
}

func (w *printer) orderItem(item OrderItem) {
	w.path(item.Path)
	if item.Descending {
		w.WriteString(" desc")
	}
}
