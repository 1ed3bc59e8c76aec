package dataclasses_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
)

// swapped are roles that mean the same and number their privileges in another order: what holds "in" under the one looks like what
// holds "out" under the other.
func swapped(t *testing.T, first, second string) *privileges.Roles {
	t.Helper()
	return parsedRoles(t, fmt.Sprintf(`{"restrictedByDefault":true,
 "privileges":[{"privilege":%q},{"privilege":%q},{"privilege":"run"}],
 "permissions":{"allowed":[
  {"applyTo":"Task","type":"dataclass","read":["in","out","run"],"update":["in"],"execute":["run"]},
  {"applyTo":"Task.budget","type":"attribute","read":["in"]},
  {"applyTo":"Task.lendIn","type":"method","promote":["in"]},
  {"applyTo":"Task.lendOut","type":"method","promote":["out"]}]}}`, first, second))
}

func parsedRoles(t *testing.T, text string) *privileges.Roles {
	t.Helper()
	r, err := privileges.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// updates is a function that does what only "in" may.
func updates(ctx context.Context, s *session.Session, e *dataclasses.Entity[Task], _ dataclasses.None) (dataclasses.None, error) {
	e.Value.Name += "+"
	return dataclasses.None{}, e.Save(ctx)
}

type swapping struct {
	ds      *dataclasses.DataStore
	lendIn  *dataclasses.Func[*dataclasses.Entity[Task], dataclasses.None, dataclasses.None]
	lendOut *dataclasses.Func[*dataclasses.Entity[Task], dataclasses.None, dataclasses.None]
}

// entity makes a task of its own, so that nobody waits for another's stamp.
func (w *swapping) entity(t *testing.T) *dataclasses.Entity[Task] {
	t.Helper()
	e := dataclasses.Of[Task](w.ds).New()
	e.Value.Name = "plan"
	if err := e.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	return e
}

// shows reports whether an answer to the caller has the budget.
func (w *swapping) shows(ctx context.Context) (bool, error) {
	p, err := w.ds.Remote().Class("Task").Project(ctx, dataclasses.ProjectionSpec{})
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(p.Fields, func(f dataclasses.Field) bool { return f.Attribute.Name == "budget" }), nil
}

// S-282, S-316, S-318, S-322: while roles are exchanged no access is decided by a set of the ones and the rules of the others: neither
// of granted privileges nor of lent ones, in functions that run meanwhile, in projections that are kept.
func TestNoAccessMixesRoles(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		w := &swapping{lendIn: dataclasses.Private("lendIn", updates), lendOut: dataclasses.Private("lendOut", updates)}
		both := []*privileges.Roles{swapped(t, "in", "out"), swapped(t, "out", "in")}
		w.ds = ordatest.Open(t, db, dataclasses.DefineExposed[Task](dataclasses.OnEntity(w.lendIn, w.lendOut)), dataclasses.Define[Note](),
			dataclasses.Permissions(both[0]))
		f := &fixture{ds: w.ds, manager: &session.Manager{Roles: w.ds.Roles()}}
		t.Cleanup(func() { _ = f.manager.Close() })
		in, _ := f.as(t, "in")
		out, _ := f.as(t, "out")
		run, _ := f.as(t, "run")

		stop := make(chan struct{})
		var exchange sync.WaitGroup
		exchange.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if err := w.ds.SetRoles(both[i%2]); err != nil {
					t.Error(err)
				}
			}
		})
		var wg sync.WaitGroup
		for range 3 {
			inTask, outTask, runTask := w.entity(t), w.entity(t), w.entity(t)
			wg.Go(func() {
				for range 60 {
					inTask.Value.Name += "+"
					if err := inTask.Save(in); err != nil {
						t.Errorf("in may update: %v", err)
					}
					outTask.Value.Name += "+"
					refused(t, outTask.Save(out), "No permission to update for the Task dataclass")
					_, err := w.lendOut.Call(run, runTask, dataclasses.None{})
					refused(t, err, "No permission to update for the Task dataclass")
					if _, err := w.lendIn.Call(run, runTask, dataclasses.None{}); err != nil {
						t.Errorf("a function that lends in may update: %v", err)
					}
				}
			})
			wg.Go(func() {
				for range 2000 {
					if seen, err := w.shows(in); !seen || err != nil {
						t.Errorf("in sees the budget: %t, %v", seen, err)
						return
					}
					if seen, err := w.shows(out); seen || err != nil {
						t.Errorf("out sees the budget: %t, %v", seen, err)
						return
					}
				}
			})
		}
		wg.Wait()
		close(stop)
		exchange.Wait()
	})
}

// S-159, S-299, S-303, S-335: other roles are in force at once, for sessions that live, and roles that do not fit are never.
func TestSetRoles(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		f := newFixture(t, db, taskRoles)
		ctx, s := f.as(t, "work")
		read := func() error { _, err := dataclasses.Of[Task](f.ds).Count(ctx); return err }
		if err := read(); err != nil {
			t.Fatal(err)
		}
		before := f.ds.Roles().Current()
		err := f.ds.SetRoles(parsedRoles(t, `{"privileges":[],"permissions":{"allowed":[{"applyTo":"Tusk","type":"dataclass"}]}}`))
		if mistakes, ok := errors.AsType[*privileges.FileError](err); !ok || !strings.Contains(err.Error(), "Tusk") || mistakes.Problems[0].Line != 1 {
			t.Errorf("roles that do not fit the model: %v", err)
		}
		if err := f.ds.SetRoles(nil); err == nil {
			t.Error("SetRoles(nil) opened everything")
		}
		if f.ds.Roles().Current() != before || read() != nil {
			t.Error("the roles before are not in force any more")
		}
		other := parsedRoles(t, `{"restrictedByDefault":true,"forceLogin":true,"privileges":[{"privilege":"see"}],"permissions":{"allowed":[
		 {"applyTo":"Task","type":"dataclass","read":["see"]}]}}`)
		if err := f.ds.SetRoles(other); err != nil {
			t.Fatal(err)
		}
		refused(t, read(), "No permission to read for the Task dataclass")
		if diff := cmp.Diff([]string{}, s.Privileges()); diff != "" || f.ds.Roles().Current().ForceLogin() || !s.IsGuest() {
			t.Errorf("privileges %s, force login %t, guest %t", diff, f.ds.Roles().Current().ForceLogin(), s.IsGuest())
		}
		if err := f.ds.SetRoles(before); err != nil {
			t.Fatal(err)
		}
		if err := read(); err != nil || !s.HasPrivilege("work") {
			t.Errorf("after the first roles came back: %v, %v", err, s.Privileges())
		}
	})
}

// What was opened without permissions cannot get any: its sessions know none.
func TestSetRolesWithoutPermissions(t *testing.T) {
	t.Parallel()
	f := newFixture(t, ordatest.SQLite(t), "")
	if err := f.ds.SetRoles(privileges.Open()); err == nil || !strings.Contains(err.Error(), "dataclasses.Permissions") || f.ds.Roles().Current() != nil {
		t.Errorf("SetRoles: %v", err)
	}
}

// S-291: one entry decides about the functions of that name of the dataclass, its selections and its entities.
func TestOneNameSpaceOfFunctions(t *testing.T) {
	t.Parallel()
	ofClass := dataclasses.Private("weigh", func(context.Context, *session.Session, *dataclasses.DataClass[Task], dataclasses.None) (int, error) {
		return 1, nil
	})
	ofSelection := dataclasses.Private("weigh", func(context.Context, *session.Session, *dataclasses.Selection[Task], dataclasses.None) (int, error) {
		return 2, nil
	})
	ofEntity := dataclasses.Private("weigh", func(context.Context, *session.Session, *dataclasses.Entity[Task], dataclasses.None) (int, error) {
		return 3, nil
	})
	ds := ordatest.Open(t, ordatest.SQLite(t), dataclasses.Define[Note](), dataclasses.Permissions(parsedRoles(t,
		`{"privileges":[{"privilege":"work"}],"permissions":{"allowed":[{"applyTo":"Task.weigh","type":"method","execute":["work"]}]}}`)),
		dataclasses.Define[Task](dataclasses.OnClass(ofClass), dataclasses.OnSelection(ofSelection), dataclasses.OnEntity(ofEntity)))
	f := &fixture{ds: ds, manager: &session.Manager{Roles: ds.Roles()}}
	t.Cleanup(func() { _ = f.manager.Close() })
	tasks := dataclasses.Of[Task](ds)
	call := func(ctx context.Context) (got [3]int, errs [3]error) {
		got[0], errs[0] = ofClass.Call(ctx, tasks, dataclasses.None{})
		got[1], errs[1] = ofSelection.Call(ctx, tasks.All(), dataclasses.None{})
		got[2], errs[2] = ofEntity.Call(ctx, tasks.New(), dataclasses.None{})
		return got, errs
	}
	worker, _ := f.as(t, "work")
	if got, errs := call(worker); got != [3]int{1, 2, 3} || errs != [3]error{} {
		t.Errorf("work: %v, %v", got, errs)
	}
	guest, _ := f.as(t)
	_, errs := call(guest)
	for _, err := range errs {
		refused(t, err, "No permission to execute method weigh in dataClass Task")
	}
}
