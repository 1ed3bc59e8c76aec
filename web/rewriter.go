package web

import (
	"fmt"
	"slices"

	"github.com/expr-lang/expr/ast"
)

// Names that no expression can spell.
const (
	namePage     = "\x00page"
	nameSession  = "\x00session"
	nameProperty = "\x00property"
	nameQuestion = "\x00question"
	nameMember   = "\x00member"
	nameText     = "string"
)

// sessionName is the word for the current session.
const sessionName = "Session"

// rewriter walks the tree of an expression from the leaves up: it refuses everything that pages do not have, and replaces every access to
// a member by a call of ours, so that the reflection of the library never meets a value.
type rewriter struct {
	language  *language
	functions []*Function
	variables []*Variable
	free      []string
	walked    bool
	err       error
}

// codeOf tells an expression that cannot be read from one that was read and does not fit.
func (w *rewriter) codeOf() int {
	if w.walked {
		return codeType
	}
	return codeSyntax
}

// Visit implements ast.Visitor.
func (w *rewriter) Visit(node *ast.Node) {
	w.walked = true
	switch n := (*node).(type) {
	case *ast.NilNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode,
		*ast.UnaryNode, *ast.ConditionalNode, *ast.ArrayNode, *ast.MapNode, *ast.PairNode, *ast.ChainNode:
	case *ast.BuiltinNode:
		if !slices.Contains(builtins[:], n.Name) { // predicates cannot be disabled in the library
			w.refuse(fmt.Errorf("%s is not available in pages", n.Name))
		}
	case *ast.BinaryNode:
		if n.Operator == "matches" {
			w.refuse(fmt.Errorf("the operator matches is not available in pages"))
		}
	case *ast.IdentifierNode:
		w.identifier(node, n)
	case *ast.MemberNode:
		w.member(node, n)
	case *ast.CallNode:
		w.call(node, n)
	default:
		w.refuse(fmt.Errorf("this form of expression is not available in pages"))
	}
}

func (w *rewriter) refuse(err error) {
	if w.err == nil {
		w.err = &tagError{codeSyntax, err}
	}
}

// identifier records a name. A function without parentheses is a call without arguments, as in 4D.
func (w *rewriter) identifier(node *ast.Node, n *ast.IdentifierNode) {
	switch f, v := w.language.functions[n.Value], w.language.variables[n.Value]; {
	case n.Value == sessionName:
		ast.Patch(node, internalCall(nameSession, pageNode()))
	case f != nil:
		w.functions = append(w.functions, f)
		ast.Patch(node, internalCall(f.name, pageNode()))
	case v != nil:
		w.variables = append(w.variables, v)
	case n.Value == nameText:
		ast.Patch(node, internalCall(nameText))
	case !isName(n.Value):
		w.refuse(fmt.Errorf("%q is not a name", n.Value))
	case !slices.Contains(w.free, n.Value):
		w.free = append(w.free, n.Value)
	}
}

// member replaces base.name and base[index].
func (w *rewriter) member(node *ast.Node, n *ast.MemberNode) {
	if callOf(n.Node, nameSession) {
		ast.Patch(node, internalCall(nameProperty, pageNode(), n.Property))
		return
	}
	ast.Patch(node, internalCall(nameMember, n.Node, n.Property))
}

// call completes the call that the callee was replaced by.
func (w *rewriter) call(node *ast.Node, n *ast.CallNode) {
	callee, ok := n.Callee.(*ast.CallNode)
	if !ok {
		w.unknownCall(n.Callee)
		return
	}
	name := callee.Callee.(*ast.IdentifierNode).Value
	switch {
	case name == nameProperty:
		ast.Patch(node, internalCall(nameQuestion, append(callee.Arguments, n.Arguments...)...))
	case name == nameText, w.language.functions[name] != nil && len(callee.Arguments) == 1:
		ast.Patch(node, internalCall(name, append(callee.Arguments, n.Arguments...)...))
	default:
		w.refuse(fmt.Errorf("only registered functions can be called"))
	}
}

func (w *rewriter) unknownCall(callee ast.Node) {
	if id, ok := callee.(*ast.IdentifierNode); ok && w.err == nil {
		w.err = unknownName(id.Value)
		return
	}
	w.refuse(fmt.Errorf("only registered functions can be called"))
}

func pageNode() ast.Node { return &ast.IdentifierNode{Value: namePage} }

func internalCall(name string, args ...ast.Node) ast.Node {
	return &ast.CallNode{Callee: &ast.IdentifierNode{Value: name}, Arguments: args}
}

func callOf(n ast.Node, name string) bool {
	call, ok := n.(*ast.CallNode)
	if !ok {
		return false
	}
	id, ok := call.Callee.(*ast.IdentifierNode)
	return ok && id.Value == name
}

// isName reports whether s can be the name of a variable or function.
func isName(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if !(c >= 'a' && c <= 'z' || s[i] == '_' || i > 0 && s[i] >= '0' && s[i] <= '9') {
			return false
		}
	}
	return s != ""
}
