package dataclasses_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/session"
)

// kind is a function on any receiver that says whether it has a session.
func kind[R dataclasses.Receiver](name string) func(context.Context, *session.Session, R, dataclasses.None) (string, error) {
	return func(ctx context.Context, s *session.Session, _ R, _ dataclasses.None) (string, error) {
		return sessionText(name, s != nil && session.Current(ctx) != nil), nil
	}
}

func localKind[R dataclasses.Receiver](name string) func(context.Context, R, dataclasses.None) (string, error) {
	return func(ctx context.Context, _ R, _ dataclasses.None) (string, error) {
		return sessionText(name, session.Current(ctx) != nil), nil
	}
}

func sessionText(name string, has bool) string {
	if has {
		return name + " with a session"
	}
	return name
}

// kinds declares a function of each of the four kinds on one receiver.
type kinds[R dataclasses.Receiver] struct {
	exposed, private, local, exposedLocal *dataclasses.Func[R, dataclasses.None, string]
}

func newKinds[R dataclasses.Receiver](on string) kinds[R] {
	return kinds[R]{
		dataclasses.Exposed(on+"Exposed", kind[R]("exposed"), dataclasses.OnHTTPGet), dataclasses.Private(on+"Private", kind[R]("private")),
		dataclasses.Local(on+"Local", localKind[R]("local")), dataclasses.ExposedLocal(on+"ExposedLocal", localKind[R]("exposed local")),
	}
}

func (k kinds[R]) all() []dataclasses.Function[R] {
	return []dataclasses.Function[R]{k.exposed, k.private, k.local, k.exposedLocal}
}

// call calls all four in Go.
func (k kinds[R]) call(t *testing.T, ctx context.Context, r R) []string {
	t.Helper()
	var got []string
	for _, f := range []*dataclasses.Func[R, dataclasses.None, string]{k.exposed, k.private, k.local, k.exposedLocal} {
		text, err := f.Call(ctx, r, dataclasses.None{})
		if err != nil {
			t.Error(err)
		}
		got = append(got, text)
	}
	return got
}

// O-401, O-410, O-411, O-420, O-431, O-436
func TestFourKindsOfFunctionsOnFourReceivers(t *testing.T) {
	t.Parallel()
	store, class := newKinds[*dataclasses.DataStore]("store"), newKinds[*dataclasses.DataClass[Author]]("class")
	selection, entity := newKinds[*dataclasses.Selection[Author]]("selection"), newKinds[*dataclasses.Entity[Author]]("entity")
	ds := ordatest.Open(t, ordatest.SQLite(t), dataclasses.OnStore(store.all()...), dataclasses.DefineExposed[Book](),
		dataclasses.DefineExposed[Author](dataclasses.OnClass(class.all()...), dataclasses.OnSelection(selection.all()...), dataclasses.OnEntity(entity.all()...)))
	ctx := signedIn(t, ds)("")
	authors := dataclasses.Of[Author](ds)
	author := newAuthor(t, ds, "Chidi", "Okoro")
	want := []string{"exposed with a session", "private with a session", "local", "exposed local"}
	for name, got := range map[string][]string{
		"store": store.call(t, ctx, ds), "class": class.call(t, ctx, authors),
		"selection": selection.call(t, ctx, authors.All()), "entity": entity.call(t, ctx, author),
	} {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("called on a %s (-want +got):\n%s", name, diff)
		}
	}
	remote := ds.Remote()
	var outside []string
	for _, f := range append(remote.Functions(), remote.Class("Author").Functions()...) {
		outside = append(outside, f.Signature())
		if f.OnGet() != strings.HasSuffix(f.Name(), "eExposed") && f.OnGet() != strings.HasSuffix(f.Name(), "Exposed") {
			t.Errorf("%s: OnGet %v", f.Name(), f.OnGet())
		}
	}
	wantOutside := []string{
		"ds.storeExposed() text", "ds.storeExposedLocal() text", "Author.classExposed() text", "Author.classExposedLocal() text",
		"AuthorSelection.selectionExposed() text", "AuthorSelection.selectionExposedLocal() text", "AuthorEntity.entityExposed() text", "AuthorEntity.entityExposedLocal() text",
	}
	if diff := cmp.Diff(wantOutside, outside); diff != "" {
		t.Errorf("functions for remote callers (-want +got):\n%s", diff)
	}
	if f := remote.Class("Author").ClassFunction("entityExposed"); f != nil {
		t.Error("a function of entities was found among those of the dataclass")
	}
	r := call(t, ctx, remote.Class("Author").SelectionFunction("selectionExposedLocal"), remote.Class("Author").All())
	if r.Value != "exposed local" {
		t.Errorf("an exposed local function called from outside: %v", r.Value)
	}
}

type nestedArgs struct {
	Authors []*dataclasses.Entity[Author]
}

func withNested(context.Context, *session.Session, *dataclasses.DataStore, nestedArgs) (string, error) {
	return "", nil
}

type byValueArgs struct {
	Where struct{ Author dataclasses.Entity[Author] }
}

func withValue(context.Context, *session.Session, *dataclasses.DataStore, byValueArgs) (string, error) {
	return "", nil
}

// Entities inside other parameters would be decoded past the attributes' rules.
func TestEntitiesInsideParametersAreRefused(t *testing.T) {
	t.Parallel()
	_, err := dataclasses.Open(ordatest.SQLite(t), append(library(), dataclasses.OnStore(
		dataclasses.Exposed("withNested", withNested), dataclasses.Exposed("withValue", withValue)))...)
	for _, want := range []string{"withNested: field Authors of the parameters contains an entity", "withValue: field Where of the parameters contains an entity"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q: %v", want, err)
		}
	}
}

func noEntity(context.Context, *session.Session, *dataclasses.DataStore, dataclasses.None) (*dataclasses.Entity[Author], error) {
	return nil, nil
}

func noSelection(context.Context, *session.Session, *dataclasses.DataStore, dataclasses.None) (*dataclasses.Selection[Author], error) {
	return nil, nil
}

func unsaved(_ context.Context, _ *session.Session, ds *dataclasses.DataStore, _ dataclasses.None) (*dataclasses.Entity[Author], error) {
	e := dataclasses.Of[Author](ds).New()
	e.Value.LastName = "unsaved"
	return e, nil
}

// A nil entity or selection is null; an entity that was never saved has no key.
func TestResults(t *testing.T) {
	t.Parallel()
	ds := ordatest.Open(t, ordatest.SQLite(t), append(library(), dataclasses.OnStore(
		dataclasses.Exposed("noEntity", noEntity), dataclasses.Exposed("noSelection", noSelection), dataclasses.Exposed("unsaved", unsaved)))...)
	for _, name := range []string{"noEntity", "noSelection"} {
		if r := call(t, t.Context(), ds.Remote().Function(name), nil); r != (dataclasses.Result{Kind: dataclasses.ValueResult}) {
			t.Errorf("%s: %+v, want null", name, r)
		}
	}
	r := call(t, t.Context(), ds.Remote().Function("unsaved"), nil)
	if r.Kind != dataclasses.EntityResult || !r.Entity.IsNew() || r.Entity.Key() != "0" && r.Entity.Key() != "" || r.Entity.Stamp() != 0 {
		t.Fatalf("unsaved: %+v", r)
	}
	p, err := r.Entity.Class().Project(t.Context(), dataclasses.ProjectionSpec{Attributes: []string{"lastName", "fullName"}, Expand: []string{"books"}})
	if err != nil {
		t.Fatal(err)
	}
	row, err := r.Entity.Row(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if row.Key != "" || row.Stamp != 0 || len(row.Many[0]) != 0 {
		t.Errorf("unsaved entity: %+v", row)
	}
	if diff := cmp.Diff(map[string]any{"lastName": "unsaved", "fullName": " unsaved"}, shown(p, row)); diff != "" {
		t.Errorf("unsaved entity (-want +got):\n%s", diff)
	}
}

// O-470, O-472, O-525, R-281: constructors of remote creations, and the order of checks of a remote save.
func TestRemoteSaveRunsConstructorAndEvents(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, ticketing()...)
		tickets := ds.Remote().Class("Ticket")
		for body, want := range map[string]string{`{"title":"a"}`: "new", `{"title":"b","state":"open"}`: "open"} {
			e, err := tickets.Save(t.Context(), object(t, body), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := dataclasses.CoreGet(e, "state"); got != want {
				t.Errorf("%s: state %v, want %s", body, got, want)
			}
		}
		rec := failing("validateSave", dataclasses.Invalid(3, "never"))
		for body, want := range map[string]int{
			`{"__KEY":"1","__STAMP":9,"title":"stale and invalid"}`: dataclasses.StatusValidation,
			`{"__KEY":"1","__STAMP":9}`:                             dataclasses.StatusStampChanged,
			`{"__KEY":"1","__STAMP":1}`:                             0,
		} {
			_, err := tickets.Save(rec.context(t), object(t, body), nil)
			if s := dataclasses.StatusOf(err); s.Status != want {
				t.Errorf("%s: %v, status %d, want %d", body, err, s.Status, want)
			}
		}
		e := dataclasses.Of[Ticket](ds).New()
		if diff := cmp.Diff([]string{"state"}, e.TouchedAttributes()); diff != "" {
			t.Errorf("touched by the constructor (-want +got):\n%s", diff)
		}
	})
}

// A constructor that panics fails a remote creation and nothing else.
func TestConstructorPanics(t *testing.T) {
	t.Parallel()
	ds := ordatest.Open(t, ordatest.SQLite(t), ticketing(dataclasses.Init(func(*dataclasses.Entity[Ticket]) { panic("constructor") }))...)
	_, err := ds.Remote().Class("Ticket").Save(t.Context(), object(t, `{"title":"x"}`), nil)
	if p, ok := errors.AsType[*dataclasses.PanicError](err); !ok || p.Value != "constructor" {
		t.Errorf("remote creation: %v", err)
	}
}

// A mistake in a function's own query is the program's: a remote caller must not be told of it as of a query of its own.
func TestQueryMistakeOfAFunctionIsInternal(t *testing.T) {
	t.Parallel()
	wrong := dataclasses.Exposed("wrong", func(_ context.Context, _ *session.Session, c *dataclasses.DataClass[Author], _ dataclasses.None) (*dataclasses.Selection[Author], error) {
		return c.Query("nosuch = 1")
	})
	ds := ordatest.Open(t, ordatest.SQLite(t), dataclasses.DefineExposed[Author](dataclasses.OnClass(wrong)), dataclasses.DefineExposed[Book]())
	_, err := ds.Remote().Class("Author").ClassFunction("wrong").Call(t.Context(), nil, nil, nil)
	if _, ok := errors.AsType[*dataclasses.QueryError](err); err == nil || ok {
		t.Errorf("Call: %v", err)
	}
	if _, err = wrong.Call(t.Context(), dataclasses.Of[Author](ds), dataclasses.None{}); err == nil {
		t.Error("Call in Go succeeded")
	}
}
