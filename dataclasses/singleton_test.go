package dataclasses_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/session"
)

// Counter is a shared singleton, Basket one of each session.
type (
	Counter struct{ N int }
	Basket  struct{ Owner string }
)

type counterSelf = dataclasses.Singleton[Counter]

func next(ctx context.Context, _ *session.Session, c *counterSelf, in struct{ By int }) (n int, err error) {
	err = c.Use(ctx, func(_ context.Context, v *Counter) error {
		v.N += in.By
		n = v.N
		return nil
	})
	return n, err
}

func spendThere(ctx context.Context, s *session.Session, c *counterSelf, _ dataclasses.None) (bool, error) {
	tasks := dataclasses.Of[Task](c.DataStore())
	e := tasks.New()
	e.Value.Name = "by a singleton"
	return s.HasPrivilege("money"), e.Save(ctx)
}

func owner(_ context.Context, b *dataclasses.Singleton[Basket], _ dataclasses.None) (string, error) {
	return b.Value.Owner, nil
}

func newCounter(context.Context, *dataclasses.DataStore) (*Counter, error) { return new(Counter), nil }

func newBasket(ctx context.Context, _ *dataclasses.DataStore) (*Basket, error) {
	return &Basket{Owner: session.Current(ctx).ID()}, nil
}

func singletons(construct func(context.Context, *dataclasses.DataStore) (*Counter, error)) []dataclasses.Definition {
	return []dataclasses.Definition{
		dataclasses.SharedSingleton("Counter", construct, dataclasses.OnSingleton(
			dataclasses.Exposed("next", next, dataclasses.OnHTTPGet), dataclasses.Exposed("spend", spendThere), dataclasses.Private("hidden", next))),
		dataclasses.SessionSingleton("Basket", newBasket, dataclasses.OnSingleton(dataclasses.ExposedLocal("owner", owner))),
		dataclasses.DefineExposed[Task](), dataclasses.Define[Note](),
	}
}

// call calls a function of a singleton as a remote caller does.
func callSingleton(ctx context.Context, ds *dataclasses.DataStore, name, fn string, args ...string) (any, error) {
	raw := make([]json.RawMessage, len(args))
	for i, a := range args {
		raw[i] = json.RawMessage(a)
	}
	r, err := ds.Remote().Singleton(name).Function(fn).Call(ctx, nil, raw, nil)
	return r.Value, err
}

// O-440, O-441, O-443, O-445: one instance, made once whoever comes first, and no change of it is lost.
func TestSharedSingleton(t *testing.T) {
	t.Parallel()
	var made atomic.Int64
	ds := ordatest.Open(t, ordatest.SQLite(t), singletons(func(ctx context.Context, ds *dataclasses.DataStore) (*Counter, error) {
		if session.Caller(ctx) != nil || ds == nil {
			t.Error("the constructor runs for a caller")
		}
		made.Add(1)
		return new(Counter), nil
	})...)
	f := &fixture{ds: ds, manager: &session.Manager{Roles: ds.Roles()}}
	t.Cleanup(func() { _ = f.manager.Close() })
	ctx, _ := f.as(t)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for range 50 {
				if _, err := callSingleton(ctx, ds, "Counter", "next", "1"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	me, err := dataclasses.Me[Counter](t.Context(), ds)
	if err != nil || me.Value.N != 1000 || made.Load() != 1 {
		t.Errorf("Me: %+v, %v; made %d times", me, err, made.Load())
	}
	err = me.Use(t.Context(), func(ctx context.Context, _ *Counter) error {
		return me.Use(ctx, func(_ context.Context, v *Counter) error { v.N = 7; return errors.New("stop") })
	})
	if err == nil || err.Error() != "stop" || me.Value.N != 7 {
		t.Errorf("nested use: %v, N %d", err, me.Value.N)
	}
	done, cancel := context.WithCancel(t.Context())
	cancel()
	err = me.Use(t.Context(), func(context.Context, *Counter) error {
		return me.Use(done, func(context.Context, *Counter) error { return nil })
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("waiting for a use that does not end: %v", err)
	}
}

// O-441: an error and a panic of the constructor are not remembered, and who waits for it does not wait longer than its context.
func TestConstructorFails(t *testing.T) {
	t.Parallel()
	var tries atomic.Int64
	fail := []func() error{
		func() error { return errors.New("not yet") },
		func() error { panic("boom") },
		func() error { return nil },
	}
	ds := ordatest.Open(t, ordatest.SQLite(t), singletons(func(context.Context, *dataclasses.DataStore) (*Counter, error) {
		return new(Counter), fail[tries.Add(1)-1]()
	})...)
	if _, err := dataclasses.Me[Counter](t.Context(), ds); err == nil || err.Error() != "not yet" {
		t.Errorf("first: %v", err)
	}
	_, err := dataclasses.Me[Counter](t.Context(), ds)
	if p, ok := errors.AsType[*dataclasses.PanicError](err); !ok || p.Where != "constructor of singleton Counter" {
		t.Errorf("second: %v", err)
	}
	if _, err := dataclasses.Me[Counter](t.Context(), ds); err != nil {
		t.Errorf("third: %v", err)
	}
}

func TestConstructorOfItselfAndWaiting(t *testing.T) {
	t.Parallel()
	itself := ordatest.Open(t, ordatest.SQLite(t), singletons(func(ctx context.Context, ds *dataclasses.DataStore) (*Counter, error) {
		_, err := dataclasses.Me[Counter](ctx, ds)
		return new(Counter), err
	})...)
	if _, err := dataclasses.Me[Counter](t.Context(), itself); err == nil || !strings.Contains(err.Error(), "asks for the singleton that it makes") {
		t.Errorf("a constructor that asks for itself: %v", err)
	}
	begun := make(chan struct{}, 3)
	ds := ordatest.Open(t, ordatest.SQLite(t), singletons(func(ctx context.Context, _ *dataclasses.DataStore) (*Counter, error) {
		begun <- struct{}{}
		<-ctx.Done()
		return nil, context.Cause(ctx)
	})...)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if _, err := dataclasses.Me[Counter](ctx, ds); !errors.Is(err, context.Canceled) {
				t.Errorf("Me: %v", err)
			}
		})
	}
	<-begun
	cancel()
	wg.Wait()
}

// O-440, O-442: two sessions have two instances, the requests of one session share one, and it ends with the session.
func TestSessionSingleton(t *testing.T) {
	t.Parallel()
	ds := ordatest.Open(t, ordatest.SQLite(t), singletons(newCounter)...)
	f := &fixture{ds: ds, manager: &session.Manager{Roles: ds.Roles()}}
	t.Cleanup(func() { _ = f.manager.Close() })
	oneCtx, one := f.as(t)
	twoCtx, two := f.as(t)
	for _, c := range []struct {
		ctx  context.Context
		want string
	}{{oneCtx, one.ID()}, {twoCtx, two.ID()}} {
		if got, err := callSingleton(c.ctx, ds, "Basket", "owner"); got != c.want || err != nil {
			t.Errorf("owner: %v, %v, want %s", got, err, c.want)
		}
	}
	me := func(ctx context.Context) *dataclasses.Singleton[Basket] {
		t.Helper()
		b, err := dataclasses.Me[Basket](ctx, ds)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	again, err := f.manager.Lookup(t.Context(), one.ID())
	if err != nil {
		t.Fatal(err)
	}
	if me(oneCtx) != me(session.NewContext(t.Context(), again)) || me(oneCtx) == me(twoCtx) {
		t.Error("the wrong sessions share an instance")
	}
	procedure := session.NewContext(t.Context(), session.NewStoredProcedure())
	if b := me(procedure); b.Value.Owner != session.Current(procedure).ID() {
		t.Errorf("of a stored procedure: %+v", b.Value)
	}
	for name, ctx := range map[string]context.Context{"without": t.Context(), "local": session.Hide(oneCtx)} {
		if _, err := dataclasses.Me[Basket](ctx, ds); !errors.Is(err, session.ErrNoSession) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := f.manager.Drop(t.Context(), one.ID()); err != nil {
		t.Fatal(err)
	}
	if _, err := dataclasses.Me[Basket](session.NewContext(t.Context(), again), ds); !errors.Is(err, session.ErrClosed) {
		t.Errorf("after the session: %v", err)
	}
}

const counterRoles = `{"restrictedByDefault":true,"privileges":[{"privilege":"work"},{"privilege":"money"}],"permissions":{"allowed":[
 {"applyTo":"Counter","type":"singleton","execute":["work"],"promote":["money"]},
 {"applyTo":"Counter.next","type":"singletonMethod","execute":["money"]},
 {"applyTo":"Task","type":"dataclass","create":["money"]}]}}`

// S-309, S-322, S-324: functions of singletons pass the same permission step, before their singleton is made.
func TestSingletonPermissions(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		var made atomic.Int64
		defs := append(singletons(func(context.Context, *dataclasses.DataStore) (*Counter, error) { made.Add(1); return new(Counter), nil }),
			dataclasses.Permissions(parsedRoles(t, counterRoles)))
		ds := ordatest.Open(t, db, defs...)
		f := &fixture{ds: ds, manager: &session.Manager{Roles: ds.Roles()}}
		t.Cleanup(func() { _ = f.manager.Close() })
		ctx, s := f.as(t, "work")
		_, err := callSingleton(ctx, ds, "Counter", "next", "1")
		refused(t, err, "No permission to execute method next in singleton Counter")
		if made.Load() != 0 {
			t.Error("a refused call made the singleton")
		}
		if held, err := callSingleton(ctx, ds, "Counter", "spend"); held != true || err != nil || s.HasPrivilege("money") {
			t.Errorf("spend: %v, %v", held, err)
		}
		_, err = callSingleton(ctx, ds, "Basket", "owner")
		refused(t, err, "No permission to execute method owner in singleton Basket")
	})
}

// S-303: roles.json may name singletons that exist, and no others.
func TestRolesOfSingletons(t *testing.T) {
	t.Parallel()
	for _, resource := range []string{`"Counter","type":"dataclass"`, `"Task","type":"singleton"`, `"Counter.nope","type":"singletonMethod"`, `"Nope.next","type":"singletonMethod"`} {
		text := `{"privileges":[],"permissions":{"allowed":[{"applyTo":` + resource + `}]}}`
		_, err := dataclasses.Open(ordatest.SQLite(t), append(singletons(newCounter), dataclasses.Permissions(parsedRoles(t, text)))...)
		if err == nil || !strings.Contains(err.Error(), "in the data model") {
			t.Errorf("%s: %v", resource, err)
		}
	}
}

// Only what is exposed is there for remote callers, and mistakes are found by Open, all at once.
func TestSingletonDeclarations(t *testing.T) {
	t.Parallel()
	remote := ordatest.Open(t, ordatest.SQLite(t), append(singletons(newCounter),
		dataclasses.SharedSingleton("Quiet", func(context.Context, *dataclasses.DataStore) (*int, error) { return new(int), nil }))...).Remote()
	var surface []string
	for _, s := range remote.Singletons() {
		for _, fn := range s.Functions() {
			surface = append(surface, fn.Signature())
		}
	}
	if diff := cmp.Diff([]string{"Counter.next(by number) number", "Counter.spend() boolean", "Basket.owner() text"}, surface); diff != "" {
		t.Errorf("surface (-want +got):\n%s", diff)
	}
	for _, c := range [][2]string{{"Counter", "hidden"}, {"Counter", "Next"}, {"counter", "next"}, {"Quiet", "next"}, {"Task", "next"}} {
		if remote.Singleton(c[0]).Function(c[1]) != nil {
			t.Errorf("%s.%s is there", c[0], c[1])
		}
	}
	_, err := dataclasses.Open(ordatest.SQLite(t), append(singletons(newCounter),
		dataclasses.SharedSingleton[int]("Counter", func(context.Context, *dataclasses.DataStore) (*int, error) { return nil, nil }),
		dataclasses.SharedSingleton[string]("Task", func(context.Context, *dataclasses.DataStore) (*string, error) { return nil, nil }),
		dataclasses.SharedSingleton[bool]("Empty", nil),
		dataclasses.SharedSingleton[byte]("no name", func(context.Context, *dataclasses.DataStore) (*byte, error) { return nil, nil }),
		dataclasses.SessionSingleton("Twin", newCounter),
		dataclasses.SharedSingleton("Odd", func(context.Context, *dataclasses.DataStore) (*rune, error) { return nil, nil },
			dataclasses.OnSingleton(dataclasses.Exposed("me", func(context.Context, *session.Session, *dataclasses.Singleton[rune], dataclasses.None) (int, error) {
				return 0, nil
			})), nil))...)
	for _, want := range []string{"singleton_test.go:", "Counter is declared twice", "name of a dataclass", "has no constructor", `"no name"`,
		"Twin has the Go type of singleton Counter", "me is reserved", "a nil option"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open: %v, want %q", err, want)
		}
	}
	if _, err := dataclasses.Me[float64](t.Context(), ordatest.Open(t, ordatest.SQLite(t), singletons(newCounter)...)); err == nil || !strings.Contains(err.Error(), "not declared") {
		t.Errorf("Me of a type that is no singleton: %v", err)
	}
}
