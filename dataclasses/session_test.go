package dataclasses_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/triggers"
)

// Note records who wrote it, at which trigger level.
type Note struct {
	model.Record
	ID    int64
	Text  string
	By    string
	Level int
}

func (n *Note) BeforeCreate(tx *gorm.DB) error {
	if s, ok := triggers.Session(tx); ok {
		n.By = s.ID()
	}
	n.Level = triggers.Level(tx)
	return nil
}

// Task writes a Note in its trigger, through the data layer.
type Task struct {
	model.Record
	ID     int64
	Name   string
	Budget int64
}

func (k *Task) AfterSave(tx *gorm.DB) error {
	ctx := tx.Statement.Context
	n := dataclasses.Of[Note](dataclasses.FromTx(tx)).New()
	n.Value.Text = k.Name
	if err := n.Save(ctx); err != nil {
		return err
	}
	if k.Name == "too late" {
		return triggers.Rejectf(-15010, "rejected after its note was written")
	}
	return nil
}

type nameArgs struct{ Name string }

type who struct{ Current, Caller string }

func whoAmI(ctx context.Context, s *session.Session, _ *dataclasses.DataStore, _ dataclasses.None) (who, error) {
	return who{Current: s.ID(), Caller: session.Current(ctx).ID()}, nil
}

func localWho(ctx context.Context, ds *dataclasses.DataStore, in nameArgs) (who, error) {
	k := dataclasses.Of[Task](ds).New()
	k.Value.Name = in.Name
	return who{Current: session.Current(ctx).ID()}, k.Save(ctx)
}

func spend(ctx context.Context, s *session.Session, e *dataclasses.Entity[Task], in struct{ Amount int64 }) (*dataclasses.Entity[Task], error) {
	e.Value.Budget -= in.Amount
	return e, e.Save(ctx)
}

func createTwo(ctx context.Context, _ *session.Session, c *dataclasses.DataClass[Task], in nameArgs) (dataclasses.None, error) {
	for _, name := range []string{in.Name, "second"} {
		k := c.New()
		k.Value.Name = name
		if err := k.Save(ctx); err != nil {
			return dataclasses.None{}, err
		}
	}
	return dataclasses.None{}, dataclasses.Errorf(7, "the function changed its mind")
}

func total(ctx context.Context, _ *session.Session, s *dataclasses.Selection[Task], _ dataclasses.None) (int64, error) {
	var sum int64
	for e, err := range s.Entities(ctx) {
		if err != nil {
			return 0, err
		}
		sum += e.Value.Budget
	}
	return sum, nil
}

func secret(context.Context, *session.Session, *dataclasses.DataStore, dataclasses.None) (string, error) {
	return "secret", nil
}

func crash(context.Context, *session.Session, *dataclasses.DataStore, dataclasses.None) (string, error) {
	panic("boom")
}

const taskRoles = `{
 "restrictedByDefault": true,
 "privileges": [{"privilege":"work"},{"privilege":"money","includes":["work"]},{"privilege":"audit"}],
 "roles": [{"role":"Boss","privileges":["money"]}],
 "permissions": {"allowed": [
  {"applyTo":"Task","type":"dataclass","read":["work"],"create":["work"],"update":["work"],"drop":["money"],"execute":["work"]},
  {"applyTo":"Task.budget","type":"attribute","read":["money"],"create":["money"],"update":["money"]},
  {"applyTo":"Task.spend","type":"method","execute":["work"],"promote":["money"]},
  {"applyTo":"ds.whoAmI","type":"method","execute":["work"]},
  {"applyTo":"ds.localWho","type":"method","execute":["work"]}
 ]}}`

type fixture struct {
	ds      *dataclasses.DataStore
	manager *session.Manager
	spend   *dataclasses.Func[*dataclasses.Entity[Task], struct{ Amount int64 }, *dataclasses.Entity[Task]]
	two     *dataclasses.Func[*dataclasses.DataClass[Task], nameArgs, dataclasses.None]
	local   *dataclasses.Func[*dataclasses.DataStore, nameArgs, who]
}

func newFixture(t testing.TB, db *gorm.DB, roles string) *fixture {
	t.Helper()
	f := &fixture{
		spend: dataclasses.Exposed("spend", spend),
		two:   dataclasses.Exposed("createTwo", createTwo),
		local: dataclasses.ExposedLocal("localWho", localWho),
	}
	defs := []dataclasses.Definition{
		dataclasses.DefineExposed[Task](dataclasses.OnEntity(f.spend), dataclasses.OnClass(f.two), dataclasses.OnSelection(dataclasses.Exposed("total", total))),
		dataclasses.Define[Note](),
		dataclasses.OnStore(dataclasses.Exposed("whoAmI", whoAmI), f.local, dataclasses.Private("secret", secret), dataclasses.Exposed("crash", crash)),
	}
	if roles != "" {
		r, err := privileges.Parse([]byte(roles))
		if err != nil {
			t.Fatal(err)
		}
		defs = append(defs, dataclasses.Permissions(r))
	}
	f.ds = ordatest.Open(t, db, defs...)
	f.manager = &session.Manager{Roles: f.ds.Roles()}
	t.Cleanup(func() { _ = f.manager.Close() })
	return f
}

// as returns a context with a web session that has the privileges.
func (f *fixture) as(t testing.TB, names ...string) (context.Context, *session.Session) {
	t.Helper()
	s, err := f.manager.Bind(httptest.NewRecorder(), httptest.NewRequest("GET", "/rest/", nil), "rest")
	if err != nil {
		t.Fatal(err)
	}
	if len(names) > 0 {
		if err := s.SetPrivileges(session.Grant{Privileges: names}); err != nil {
			t.Fatal(err)
		}
	}
	return session.NewContext(t.Context(), s), s
}

func (f *fixture) notes(t *testing.T) []Note {
	t.Helper()
	entities, err := dataclasses.Of[Note](f.ds).All().Collect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	notes := []Note{}
	for _, e := range entities {
		notes = append(notes, Note{Text: e.Value.Text, By: e.Value.By, Level: e.Value.Level})
	}
	return notes
}

// S-031, S-033, S-108, O-570, O-571
func TestNestedSavesKeepSessionAndTransaction(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		f := newFixture(t, db, "")
		ctx, s := f.as(t)
		k := dataclasses.Of[Task](f.ds).New()
		k.Value.Name = "plan"
		if err := k.Save(ctx); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]Note{{Text: "plan", By: s.ID(), Level: 2}}, f.notes(t)); diff != "" {
			t.Errorf("notes (-want +got):\n%s", diff)
		}
		k.Value.Name = "too late"
		if err := k.Save(ctx); err == nil {
			t.Fatal("the rejected save succeeded")
		}
		if n := len(f.notes(t)); n != 1 {
			t.Errorf("%d notes, want 1: the nested save of a rejected one must leave nothing", n)
		}
	})
}

// O-431, O-436
func TestLocalFunctionHasNoSessionButItsTriggersHave(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		f := newFixture(t, db, taskRoles)
		ctx, s := f.as(t, "work")
		got, err := f.local.Call(ctx, f.ds, nameArgs{"by local"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(who{}, got); diff != "" {
			t.Errorf("session seen by a local function (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]Note{{Text: "by local", By: s.ID(), Level: 2}}, f.notes(t)); diff != "" {
			t.Errorf("notes (-want +got):\n%s", diff)
		}
		result := call(t, ctx, f.ds.Remote().Function("whoAmI"), nil)
		if diff := cmp.Diff(who{s.ID(), s.ID()}, result.Value); diff != "" {
			t.Errorf("session seen by a function (-want +got):\n%s", diff)
		}
	})
}

// S-281, S-282, S-306, S-308, S-318, S-322, S-325, S-333, O-480, O-481, O-485
func TestPermissions(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		f := newFixture(t, db, taskRoles)
		tasks := dataclasses.Of[Task](f.ds)
		boss, _ := f.as(t, "money")
		worker, s := f.as(t, "work")
		guest, _ := f.as(t)

		k := tasks.New()
		k.Value.Name, k.Value.Budget = "plan", 100
		refused(t, k.Save(guest), "No permission to create for the Task dataclass")
		refused(t, k.Save(worker), "No permission to create for the Task.budget attribute")
		if err := k.Save(boss); err != nil {
			t.Fatal(err)
		}
		_, err := tasks.Get(guest, k.Value.ID)
		refused(t, err, "No permission to read for the Task dataclass")
		_, err = tasks.All().Count(guest)
		refused(t, err, "No permission to read for the Task dataclass")
		byBudget, err := tasks.Query("budget > 5")
		if err != nil {
			t.Fatal(err)
		}
		_, err = byBudget.Count(worker)
		refused(t, err, "No permission to read for the Task.budget attribute")

		mine, err := tasks.Get(worker, k.Value.ID)
		if err != nil {
			t.Fatal(err)
		}
		mine.Value.Budget = 50
		refused(t, mine.Save(worker), "No permission to update for the Task.budget attribute")
		refused(t, mine.Drop(worker), "No permission to drop for the Task dataclass")
		if err := mine.Reload(worker); err != nil {
			t.Fatal(err)
		}
		if _, err := f.spend.Call(guest, mine, struct{ Amount int64 }{10}); err == nil {
			t.Error("a guest called spend")
		}
		spent, err := f.spend.Call(worker, mine, struct{ Amount int64 }{10})
		if err != nil || spent.Value.Budget != 90 {
			t.Fatalf("promoted function: %v", err)
		}
		if s.HasPrivilege("money") || slices.Contains(s.Privileges(), "money") {
			t.Error("the promotion outlived the function")
		}
		mine.Value.Budget = 1
		refused(t, mine.Save(worker), "No permission to update for the Task.budget attribute")
		if err := mine.Save(t.Context()); err != nil {
			t.Errorf("code outside the web is not restricted: %v", err)
		}
	})
}

// S-322, S-334
func TestRemoteCalls(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		f := newFixture(t, db, taskRoles)
		r := f.ds.Remote()
		for _, name := range []string{"secret", "nosuch", "Secret"} {
			if r.Function(name) != nil {
				t.Errorf("function %s can be reached from outside", name)
			}
		}
		if r.Class("Note") != nil {
			t.Error("dataclass Note, which exposes nothing, can be reached from outside")
		}
		worker, _ := f.as(t, "work")
		if _, err := r.Function("whoAmI").Call(t.Context(), nil, nil, nil); err == nil {
			t.Error("a remote call without session was allowed what needs a privilege")
		}
		_, err := r.Function("crash").Call(worker, nil, nil, nil)
		refused(t, err, "No permission to execute method crash in dataStore")

		// S-282: what a function does is checked too; all its saves are one transaction
		create := r.Class("Task").ClassFunction("createTwo")
		_, err = create.Call(worker, nil, raw(`"first"`), nil)
		if e, ok := errors.AsType[*dataclasses.UserError](err); !ok || e.Code != 7 {
			t.Fatalf("createTwo: %v", err)
		}
		if n, _ := dataclasses.Of[Task](f.ds).Count(t.Context()); n != 0 {
			t.Errorf("%d tasks stored by a function that failed", n)
		}
		if n := len(f.notes(t)); n != 0 {
			t.Errorf("%d notes stored by a function that failed", n)
		}
	})
}

func TestPanicIsAnError(t *testing.T) {
	t.Parallel()
	f := newFixture(t, ordatest.SQLite(t), "")
	_, err := f.ds.Remote().Function("crash").Call(t.Context(), nil, nil, nil)
	if p, ok := errors.AsType[*dataclasses.PanicError](err); !ok || p.Value != "boom" || len(p.Stack) == 0 {
		t.Fatalf("crash: %v", err)
	}
	if _, err := f.ds.Remote().Function("whoAmI").Call(t.Context(), nil, nil, nil); err != nil {
		t.Errorf("after a panic: %v", err)
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	f := newFixture(t, ordatest.SQLite(t), "")
	fn := f.ds.Remote().Function("localWho")
	tests := []struct {
		name string
		args []json.RawMessage
		want *dataclasses.ArgumentError
	}{
		{"missing", nil, &dataclasses.ArgumentError{Function: "localWho", Index: 1, Name: "name", Msg: "is missing"}},
		{"null", raw("null"), &dataclasses.ArgumentError{Function: "localWho", Index: 1, Name: "name", Msg: "must not be null"}},
		{"wrong type", raw("5"), &dataclasses.ArgumentError{Function: "localWho", Index: 1, Name: "name", Msg: "must be a text"}},
		{"surplus", raw(`"a"`, `"b"`), &dataclasses.ArgumentError{Function: "localWho", Index: 2, Msg: "is one too many: the function takes 1 argument"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := fn.Call(t.Context(), nil, tt.args, nil)
			got, _ := errors.AsType[*dataclasses.ArgumentError](err)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("error %v (-want +got):\n%s", err, diff)
			}
		})
	}
}

func call(t *testing.T, ctx context.Context, f *dataclasses.RemoteFunction, on any, args ...string) dataclasses.Result {
	t.Helper()
	result, err := f.Call(ctx, on, raw(args...), nil)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func raw(values ...string) []json.RawMessage {
	var out []json.RawMessage
	for _, v := range values {
		out = append(out, json.RawMessage(v))
	}
	return out
}

func refused(t *testing.T, err error, want string) {
	t.Helper()
	if e, ok := errors.AsType[*dataclasses.PermissionError](err); !ok || e.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
}
