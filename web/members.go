package web

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/expr-lang/expr"

	"github.com/ordago/ordago/session"
)

// sessionView stands for Session in an expression, storageView for Session.storage. Nothing of the session is reachable through them but
// what is written here, and nothing can be changed.
type (
	sessionView struct{}
	storageView struct{ page *page }
)

// internals are the functions that the rewriter puts into expressions.
func internals() []expr.Option {
	return []expr.Option{
		expr.Function(nameSession, viewSession),
		expr.Function(nameProperty, sessionProperty),
		expr.Function(nameQuestion, askSession),
		expr.Function(nameMember, memberOf),
		expr.Function(nameText, showText, new(func(any) string)),
	}
}

// viewSession is Session alone: nil or not.
func viewSession(args ...any) (any, error) {
	if session.Current(args[0].(*page).ctx) == nil {
		return nil, nil
	}
	return sessionView{}, nil
}

// current returns the session for an access to a member of it; Null has none (S-019).
func current(p *page) (*session.Session, error) {
	s := session.Current(p.ctx)
	if s == nil {
		return nil, &tagError{codeNoSession, session.ErrNoSession}
	}
	return s, nil
}

// sessionProperty is Session.name.
func sessionProperty(args ...any) (any, error) {
	p := args[0].(*page)
	s, err := current(p)
	if err != nil {
		return nil, err
	}
	switch args[1] {
	case "id":
		return s.ID(), nil
	case "userName":
		return s.User(), nil
	case "idleTimeout":
		return int(s.IdleTimeout() / time.Minute), nil
	case "expirationDate":
		return s.ExpirationDate(), nil
	case "info":
		return plain(s.Info())
	case "storage":
		return storageView{p}, nil
	case "isGuest", "getPrivileges": // without parentheses, as in 4D
		return askSession(args...)
	}
	return nil, unknownName(fmt.Sprintf("Session.%v", args[1]))
}

// askSession is Session.name(…).
func askSession(args ...any) (any, error) {
	s, err := current(args[0].(*page))
	if err != nil {
		return nil, err
	}
	switch {
	case args[1] == "isGuest" && len(args) == 2:
		return s.IsGuest(), nil
	case args[1] == "getPrivileges" && len(args) == 2:
		return listOf(s.Privileges()), nil
	case args[1] == "hasPrivilege" && len(args) == 3:
		name, err := argument[string](args, 2)
		return s.HasPrivilege(name), err
	}
	return nil, unknownName(fmt.Sprintf("Session.%v()", args[1]))
}

// memberOf is base.name and base[index]. What is missing in an object is nil, and so is a member of nil: an object in the storage of a
// session may not be there yet.
func memberOf(args ...any) (any, error) {
	name, isName := args[1].(string)
	switch base := args[0].(type) {
	case nil:
		return nil, nil
	case map[string]any:
		if isName {
			return base[name], nil
		}
	case storageView:
		if isName {
			return base.get(name)
		}
	case []any:
		return element(base, args[1])
	case []int: // a range
		return element(listOf(base), args[1])
	}
	return nil, wrongType("this value has no such member")
}

func element(list []any, index any) (any, error) {
	i, ok := index.(int)
	if name, isName := index.(string); isName && name == "length" {
		return len(list), nil
	}
	if !ok || i < 0 || i >= len(list) {
		return nil, wrongType("no such element in a list of %d", len(list))
	}
	return list[i], nil
}

func (v storageView) get(name string) (any, error) {
	data, ok := session.NewKey[json.RawMessage](name).Get(session.Current(v.page.ctx))
	if !ok {
		return nil, nil
	}
	return decodePlain(data)
}

// showText is string(value).
func showText(args ...any) (any, error) { return textOf(args[0]) }
