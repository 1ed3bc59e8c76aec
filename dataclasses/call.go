package dataclasses

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
)

// boundFunction is a function in one datastore, with the plan of its parameters.
type boundFunction struct {
	fn *function
	ds *DataStore
	owner
	params *parameters
	index  int // among all functions of the datastore
}

// owner is what declares a function; neither for functions of the datastore.
type owner struct {
	class     *class
	singleton *singleton
}

// name is what people and roles.json call the owner (S-291, S-293).
func (o owner) name() string {
	switch {
	case o.class != nil:
		return o.class.model.Name
	case o.singleton != nil:
		return o.singleton.spec.name
	}
	return "ds"
}

func (ds *DataStore) bindFunction(o owner, fn *function) (*boundFunction, error) {
	params, err := planParameters(fn.newIn())
	if err != nil {
		return nil, err
	}
	if err := ds.checkResult(fn.out()); fn.exposed && err != nil {
		return nil, err
	}
	return &boundFunction{fn: fn, ds: ds, owner: o, params: params, index: len(ds.functions)}, nil
}

// mayExecute checks the right to execute, with the caller's own privileges, before any promotion (S-322).
// With force login a guest may always authentify (S-317).
func (b *boundFunction) mayExecute(a authority) error {
	if !a.enforced || a.rights.function(b).execute.Allows(a.held) || b.alwaysOpen(a.rights.roles) {
		return nil
	}
	e := &PermissionError{Action: privileges.Execute, Function: b.fn.name, Singleton: b.singleton != nil}
	if b.fn.scope != OfStore {
		e.Class = b.name()
	}
	return e
}

// alwaysOpen reports whether guests may call the function whatever the permissions say (S-317).
func (b *boundFunction) alwaysOpen(roles *privileges.Roles) bool {
	return b.fn.scope == OfStore && b.fn.name == "authentify" && roles.ForceLogin()
}

// run executes body as this function: rights, promotion, session, one transaction for all it saves, panics caught. What it is lent is
// of the same roles that let it run.
func (b *boundFunction) run(ctx context.Context, body func(context.Context, *session.Session) error) error {
	a := b.ds.authority(ctx)
	if err := b.mayExecute(a); err != nil {
		return err
	}
	ctx, s, leave := b.enter(ctx, a.rights)
	defer leave()
	return b.ds.lazily(ctx, func(ctx context.Context) (err error) {
		defer guard("function "+b.fn.name, &err)
		return body(ctx, s)
	})
}

// enter gives the function its context and session. What is promoted for it or by it ends when leave is called (S-200, S-318, S-319);
// a local function sees no session.
func (b *boundFunction) enter(ctx context.Context, r *rights) (_ context.Context, s *session.Session, leave func()) {
	ctx, s, leave = session.Enter(ctx, r.function(b).lent)
	if b.fn.local {
		return session.Hide(ctx), nil, leave
	}
	return ctx, s, leave
}

// RemoteFunction is an exposed function as remote callers see it.
type RemoteFunction struct{ bound *boundFunction }

func exposed(all []*boundFunction) []*RemoteFunction {
	var out []*RemoteFunction
	for _, b := range all {
		if b.fn.exposed {
			out = append(out, &RemoteFunction{b})
		}
	}
	return out
}

func named(fns []*RemoteFunction, name string, scope Scope) *RemoteFunction {
	for _, f := range fns {
		if f.bound.fn.name == name && f.bound.fn.scope == scope {
			return f
		}
	}
	return nil
}

// Name returns the function's name.
func (f *RemoteFunction) Name() string { return f.bound.fn.name }

// Scope says what the function is called on.
func (f *RemoteFunction) Scope() Scope { return f.bound.fn.scope }

// OnGet reports whether the function may be called by HTTP GET (O-420).
func (f *RemoteFunction) OnGet() bool { return f.bound.fn.get }

// Local reports whether the function gets no session (O-431).
func (f *RemoteFunction) Local() bool { return f.bound.fn.local }

// Params describes the parameters in their order.
func (f *RemoteFunction) Params() []Param { return f.bound.params.list }

// Result names the type of the result: number, text, boolean, date, object, collection, an entity or a selection; "" for none.
func (f *RemoteFunction) Result() string { return resultName(f.bound.fn.out()) }

// Signature is the function as people write it: Employee(key).raise(percent number, reason text) number.
func (f *RemoteFunction) Signature() string {
	params := make([]string, len(f.Params()))
	for i, p := range f.Params() {
		params[i] = p.Name + " " + p.Type
	}
	on := f.bound.name() + map[Scope]string{OfSelection: "Selection", OfEntity: "Entity"}[f.Scope()]
	text := on + "." + f.Name() + "(" + strings.Join(params, ", ") + ")"
	if result := f.Result(); result != "" {
		text += " " + result
	}
	return text
}

// SetResolver finds the entity set of that ID for a selection parameter; its error wraps [ErrNoSet] when there is none.
type SetResolver func(ctx context.Context, id string) (*RemoteSelection, error)

// ResultKind says what a function returned.
type ResultKind uint8

// The kinds.
const (
	NoResult ResultKind = iota
	ValueResult
	EntityResult
	SelectionResult
)

// Result is what a function returned.
type Result struct {
	Kind      ResultKind
	Value     any // of ValueResult; nil is null
	Entity    *RemoteEntity
	Selection *RemoteSelection
}

// Call calls the function for a remote caller. on is nil for functions of the datastore, of dataclasses and of singletons, else a *[RemoteSelection] or a
// *[RemoteEntity]; args has one JSON value per argument; sets may be nil where there are no entity sets.
// Errors: *[PermissionError], *[ArgumentError], *[PanicError], and what the function returned.
func (f *RemoteFunction) Call(ctx context.Context, on any, args []json.RawMessage, sets SetResolver) (Result, error) {
	ctx = remote(ctx)
	b := f.bound
	in, err := b.prepare(ctx, on, args, sets)
	if err != nil {
		return Result{}, err
	}
	receiver, err := b.receiver(ctx, on)
	if err != nil {
		return Result{}, err
	}
	var out any
	err = b.run(ctx, func(ctx context.Context, s *session.Session) (err error) {
		out, err = b.fn.call(ctx, s, receiver, in)
		return b.own(err)
	})
	if err != nil {
		return Result{}, err
	}
	return b.result(out), nil
}

// own makes a mistake in a query that the function itself wrote an internal error: it is the program's, and may name what is hidden.
func (b *boundFunction) own(err error) error {
	if _, ok := errors.AsType[*QueryError](err); ok {
		return fmt.Errorf("function %s: %s", b.fn.name, err.Error())
	}
	return err
}

// prepare checks the call and decodes its arguments with the caller's own rights: what a promotion lends is for the function,
// not for the filter and the entities that the caller sends.
func (b *boundFunction) prepare(ctx context.Context, on any, args []json.RawMessage, sets SetResolver) (in any, err error) {
	defer guard("arguments of function "+b.fn.name, &err)
	if err := b.mayExecute(b.ds.authority(ctx)); err != nil {
		return nil, err
	}
	if s, ok := on.(*RemoteSelection); ok {
		if err := s.core.mayUse(ctx); err != nil {
			return nil, err
		}
	}
	return b.decode(ctx, args, sets)
}

// receiver is the typed receiver of a call. A singleton is made for callers who may call its function only, and before the function
// runs: a local one would not find the session.
func (b *boundFunction) receiver(ctx context.Context, on any) (any, error) {
	switch on := on.(type) {
	case *RemoteEntity:
		return on.core.self, nil
	case *RemoteSelection:
		return b.class.spec.types.selection(on.core.forFunction()), nil
	}
	switch {
	case b.singleton != nil:
		return b.singleton.instance(ctx)
	case b.class != nil:
		return b.class.spec.types.dataClass(b.class), nil
	}
	return b.ds, nil
}

// entityResult and selectionResult recognise results of any class.
type entityResult interface{ entityRecord() *record }

type selectionResult interface{ selectionCore() *selection }

func (b *boundFunction) result(out any) Result {
	switch v := out.(type) {
	case None:
		return Result{Kind: NoResult}
	case selectionResult:
		if s := v.selectionCore(); s != nil {
			return Result{Kind: SelectionResult, Selection: &RemoteSelection{s.ofApplication()}}
		}
		return Result{Kind: ValueResult}
	case entityResult:
		if isNilEntity(v) {
			return Result{Kind: ValueResult}
		}
		return Result{Kind: EntityResult, Entity: &RemoteEntity{v.entityRecord()}}
	}
	return Result{Kind: ValueResult, Value: out}
}
