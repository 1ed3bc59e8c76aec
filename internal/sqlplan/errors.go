package sqlplan

import (
	"fmt"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// Kind says what is wrong with a query, so that a protocol can choose its error code.
type Kind uint8

// The kinds of [Error].
const (
	UnknownAttribute   Kind = iota + 1 // no such attribute, or not visible for the caller
	WrongOperator                      // the attribute's type cannot be compared that way
	BadLiteral                         // a constant of the text does not convert to the attribute's type
	MissingPlaceholder                 // a placeholder has no value, or null
	BadPlaceholder                     // the value of a placeholder does not convert to the attribute's type
	FormulaNotAllowed                  // a formula in a REST query
	BadOrder                           // a sort criterion without exactly one comparable value per entity
	TooComplex                         // the statement would be over a limit of this package
	Unsupported                        // what the program has not declared, or cannot be asked in that place
	NoFormula                          // something else in the place of a formula (O-145)
	UnknownFormula                     // no formula of that name is declared
	BadFormula                         // eval(...) with anything but names of formulas
)

// String names the kind, 0 being a text that does not parse; "" for what is none.
func (k Kind) String() string {
	names := [...]string{
		0:                  "Syntax",
		UnknownAttribute:   "UnknownAttribute",
		WrongOperator:      "WrongOperator",
		BadLiteral:         "BadLiteral",
		MissingPlaceholder: "MissingPlaceholder",
		BadPlaceholder:     "BadPlaceholder",
		FormulaNotAllowed:  "FormulaNotAllowed",
		BadOrder:           "BadOrder",
		TooComplex:         "TooComplex",
		Unsupported:        "Unsupported",
		NoFormula:          "NoFormula",
		UnknownFormula:     "UnknownFormula",
		BadFormula:         "BadFormula",
	}
	if int(k) >= len(names) {
		return ""
	}
	return names[k]
}

// Error is a query that parses but cannot be planned. Its texts name attributes and offsets, never tables or SQL,
// so they may be shown to the client who wrote the query.
type Error struct {
	Kind        Kind
	Offset      int    // byte offset in Text
	Text        string // the text of the query; "" when it is not known, as for a sort given apart from a query
	Msg         string // the reason, without the place
	Class       string // dataclass the message speaks of, or ""
	Attribute   string // attribute the message speaks of, or ""
	Placeholder string // ":1" or ":name" when the message speaks of one, or ""
}

// Error gives the position and the reason in one line, as [query.Error.Error]: `query: column 6: …`.
// Without Text the position is the offset, and nothing when that is 0.
func (e *Error) Error() string {
	switch {
	case e.Text != "":
		return e.located().Error()
	case e.Offset > 0:
		return fmt.Sprintf("query: offset %d: %s", e.Offset, e.Msg)
	}
	return "query: " + e.Msg
}

// Caret returns two lines: the text and a caret under the offset, as [query.Error.Caret]. It is empty without Text.
func (e *Error) Caret() string {
	if e.Text == "" {
		return ""
	}
	return e.located().Caret()
}

func (e *Error) located() *query.Error {
	return &query.Error{Offset: e.Offset, Msg: e.Msg, Text: e.Text}
}

// fail makes an error about the text that is being resolved.
func (r *resolver) fail(kind Kind, at int, format string, args ...any) *Error {
	return &Error{Kind: kind, Offset: at, Text: r.text, Msg: fmt.Sprintf(format, args...)}
}

// failAttribute makes an error about an attribute.
func (r *resolver) failAttribute(kind Kind, at int, a *model.Attribute, format string, args ...any) *Error {
	err := r.fail(kind, at, format, args...)
	err.Class, err.Attribute = a.Class.Name, a.Name
	return err
}

// label names an attribute with its type in messages: "Book.pages (long)".
func label(a *model.Attribute) string {
	switch a.Kind {
	case model.RelatedEntity:
		return a.Class.Name + "." + a.Name + " (relatedEntity)"
	case model.RelatedEntities:
		return a.Class.Name + "." + a.Name + " (relatedEntities)"
	default:
		return a.Class.Name + "." + a.Name + " (" + a.Type.String() + ")"
	}
}
