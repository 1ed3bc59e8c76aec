package dataclasses_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/session"
)

var errUndo = errors.New("undo")

// add saves a ticket with that title.
func add(ctx context.Context, ds *dataclasses.DataStore, title string) error {
	e := dataclasses.Of[Ticket](ds).New()
	e.Value.Title = title
	return e.Save(ctx)
}

func storedTitles(t *testing.T, ds *dataclasses.DataStore) []string {
	t.Helper()
	entities, err := dataclasses.Of[Ticket](ds).All().Collect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := []string{}
	for _, e := range entities {
		got = append(got, e.Value.Title)
	}
	return got
}

// addAll is a function that saves a ticket for each title and fails at the title "fail".
func addAll(ctx context.Context, _ *session.Session, ds *dataclasses.DataStore, in struct{ Titles []string }) (dataclasses.None, error) {
	for _, title := range in.Titles {
		if title == "fail" {
			return dataclasses.None{}, errUndo
		}
		if err := add(ctx, ds, title); err != nil {
			return dataclasses.None{}, err
		}
	}
	return dataclasses.None{}, nil
}

type titlesArgs = struct{ Titles []string }

type adder = dataclasses.Func[*dataclasses.DataStore, titlesArgs, dataclasses.None]

// outer calls other functions and goes on when they fail.
func outerFunction(add *adder, before []string) func(context.Context, *session.Session, *dataclasses.DataStore, titlesArgs) (dataclasses.None, error) {
	return func(ctx context.Context, _ *session.Session, ds *dataclasses.DataStore, in titlesArgs) (dataclasses.None, error) {
		if _, err := add.Call(ctx, ds, titlesArgs{before}); err != nil {
			return dataclasses.None{}, err
		}
		_, _ = add.Call(ctx, ds, titlesArgs{[]string{"undone", "fail"}})
		return add.Call(ctx, ds, in)
	}
}

// O-532, O-641, O-642, O-645: a function inside a function is undone on its own.
func TestFunctionsInFunctions(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		inner := dataclasses.Private("add", addAll)
		first := dataclasses.Private("first", outerFunction(inner, nil))
		later := dataclasses.Private("later", outerFunction(inner, []string{"before"}))
		ds := ordatest.Open(t, db, append(ticketing(), dataclasses.OnStore(inner, first, later))...)
		if _, err := first.Call(t.Context(), ds, titlesArgs{[]string{"a"}}); err != nil {
			t.Error(err)
		}
		if _, err := later.Call(t.Context(), ds, titlesArgs{[]string{"b"}}); err != nil {
			t.Error(err)
		}
		if _, err := later.Call(t.Context(), ds, titlesArgs{[]string{"c", "fail"}}); !errors.Is(err, errUndo) {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"a", "before", "b"}, storedTitles(t, ds)); diff != "" {
			t.Errorf("stored (-want +got):\n%s", diff)
		}
	})
}

func TestAfterCommit(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, ticketing()...)
		var log []string
		rec := &recorder{}
		rec.do = map[string]func(context.Context, *dataclasses.Entity[Ticket]) error{"afterSave": func(ctx context.Context, e *dataclasses.Entity[Ticket]) error {
			dataclasses.AfterCommit(ctx, ds, func() { log = append(log, e.Value.Title) })
			return nil
		}}
		ctx := rec.context(t)
		expect := func(what string, err, want error, titles ...string) {
			t.Helper()
			if diff := cmp.Diff(titles, log); diff != "" || !errors.Is(err, want) {
				t.Errorf("%s: %v (-want +got):\n%s", what, err, diff)
			}
			log = nil
		}
		expect("a save", add(ctx, ds, "one"), nil, "one")
		expect("a transaction", ds.Transaction(ctx, func(ctx context.Context) error {
			return errors.Join(add(ctx, ds, "two"), add(ctx, ds, "three"))
		}), nil, "two", "three")
		expect("undone", ds.Transaction(ctx, func(ctx context.Context) error { return errors.Join(add(ctx, ds, "no"), errUndo) }), errUndo)
		expect("a part undone", ds.Transaction(ctx, func(ctx context.Context) error {
			if err := add(ctx, ds, "kept"); err != nil {
				return err
			}
			_ = ds.Transaction(ctx, func(ctx context.Context) error { return errors.Join(add(ctx, ds, "no"), errUndo) })
			return add(ctx, ds, "kept too")
		}), nil, "kept", "kept too")
		dataclasses.AfterCommit(ctx, ds, func() { log = append(log, "at once") })
		expect("outside", nil, nil, "at once")
	})
}

// What runs after the commit may save with the context it knows, and a panic there fails nothing.
func TestAfterCommitSavesAndPanics(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, ticketing()...)
		err := ds.Transaction(t.Context(), func(ctx context.Context) error {
			dataclasses.AfterCommit(ctx, ds, func() { panic("after the commit") })
			dataclasses.AfterCommit(ctx, ds, func() {
				if err := add(ctx, ds, "after"); err != nil {
					t.Errorf("save after the commit: %v", err)
				}
			})
			return add(ctx, ds, "before")
		})
		if err != nil {
			t.Errorf("a panic after the commit failed the transaction: %v", err)
		}
		if diff := cmp.Diff([]string{"before", "after"}, storedTitles(t, ds)); diff != "" {
			t.Errorf("stored (-want +got):\n%s", diff)
		}
	})
}

// O-645: a panic undoes, and the writer is free afterwards.
func TestPanicsUndo(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, ticketing()...)
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = ds.Transaction(t.Context(), func(ctx context.Context) error {
				_ = add(ctx, ds, "undone")
				panic("in a transaction")
			})
		}()
		for _, name := range []string{"validateSave", "saving", "afterSave", "afterSave failed", "BeforeSave", "AfterSave"} {
			rec := failing("BeforeSave", nil)
			if name == "afterSave failed" {
				rec = failing("BeforeSave", errPlain)
			}
			boom := func(context.Context, *dataclasses.Entity[Ticket]) error { panic("in " + name) }
			rec.do[name] = boom
			if name == "BeforeSave" || name == "AfterSave" {
				rec.hook[name] = func(*gorm.DB, *Ticket) error { panic("in " + name) }
			}
			err := add(rec.context(t), ds, name)
			if p, ok := errors.AsType[*dataclasses.PanicError](err); !ok || p.Value != "in "+name || dataclasses.StatusOf(err).Status < 4 {
				t.Errorf("panic in %s: %v, status %+v", name, err, dataclasses.StatusOf(err))
			}
		}
		if got := storedTitles(t, ds); len(got) != 0 {
			t.Errorf("stored %v", got)
		}
		if err := add(t.Context(), ds, "after all"); err != nil {
			t.Error(err)
		}
	})
}

// The context of one save may end before the transaction it began.
func TestContextOfOneSave(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		save := dataclasses.Private("save", func(ctx context.Context, _ *session.Session, ds *dataclasses.DataStore, _ dataclasses.None) (dataclasses.None, error) {
			for range 20 {
				short, cancel := context.WithCancel(ctx)
				err := add(short, ds, "x")
				cancel()
				if err != nil {
					return dataclasses.None{}, err
				}
			}
			cancelled, cancel := context.WithCancel(ctx)
			cancel()
			if err := add(cancelled, ds, "never"); !errors.Is(err, context.Canceled) {
				t.Errorf("save with a cancelled context: %v", err)
			}
			return dataclasses.None{}, nil
		})
		ds := ordatest.Open(t, db, append(ticketing(), dataclasses.OnStore(save))...)
		if _, err := save.Call(t.Context(), ds, dataclasses.None{}); err != nil {
			t.Fatal(err)
		}
		if n := len(storedTitles(t, ds)); n != 20 {
			t.Errorf("%d tickets stored, want 20", n)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if err := ds.Transaction(ctx, func(ctx context.Context) error { defer cancel(); return add(ctx, ds, "cancelled") }); err == nil {
			t.Error("a cancelled transaction was committed")
		}
		if n := len(storedTitles(t, ds)); n != 20 {
			t.Errorf("%d tickets after a cancelled transaction, want 20", n)
		}
	})
}
