package e2e_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
)

// Book and Author are the dataclasses of the acceptance scenarios of session.md, section 23.
type Book struct {
	ID    uint
	Title string
	Price float64
	model.Record
}

// Author is another dataclass beside Book.
type Author struct {
	ID   uint
	Name string
	model.Record
}

// Shelf has a text as its key.
type Shelf struct {
	Code string `gorm:"primaryKey;size:20"`
	Room string
	model.Record
}

type (
	none  = dataclasses.None
	store = dataclasses.DataStore
	book  = dataclasses.Entity[Book]
)

// library is an application whose functions do what the scenarios need. Some of them wait at a meeting point.
type library struct{ entered, release chan struct{} }

func newLibrary() *library {
	return &library{entered: make(chan struct{}, 100), release: make(chan struct{})}
}

func (l *library) definitions() []dataclasses.Definition {
	return []dataclasses.Definition{
		dataclasses.DefineExposed[Book](dataclasses.OnEntity(
			dataclasses.Exposed("checkOut", l.readPrice),
			dataclasses.Exposed("peek", l.readPrice),
			dataclasses.Exposed("checkOutSlowly", func(ctx context.Context, s *session.Session, b *book, in none) (facts, error) {
				l.meet(ctx)
				return l.readPrice(ctx, s, b, in)
			}),
			dataclasses.Exposed("checkOutBadly", func(context.Context, *session.Session, *book, none) (none, error) {
				return none{}, dataclasses.Errorf(1, "no luck")
			}),
		)),
		dataclasses.DefineExposed[Author](),
		dataclasses.DefineExposed[Shelf](),
		dataclasses.OnStore(
			dataclasses.Exposed("facts", func(_ context.Context, s *session.Session, _ *store, _ none) (facts, error) { return factsOf(s), nil }),
			dataclasses.Exposed("meet", func(ctx context.Context, s *session.Session, _ *store, _ none) (string, error) {
				l.meet(ctx)
				return s.ID(), nil
			}),
			dataclasses.Exposed("set", func(_ context.Context, s *session.Session, _ *store, in struct{ Settings any }) (bool, error) {
				return s.SetPrivilegesJSON(in.Settings), nil
			}),
			dataclasses.Exposed("clear", func(_ context.Context, s *session.Session, _ *store, _ none) (none, error) {
				return none{}, s.ClearPrivileges()
			}),
			dataclasses.Exposed("note", func(_ context.Context, s *session.Session, _ *store, in struct{ Text string }) (none, error) {
				return none{}, session.NewKey[string]("note").Set(s, in.Text)
			}),
			dataclasses.Exposed("authentify", func(_ context.Context, s *session.Session, _ *store, in struct{ Settings any }) (string, error) {
				if in.Settings == "nothing" || s.SetPrivilegesJSON(in.Settings) {
					return "done", nil
				}
				return "refused", nil
			}),
		),
	}
}

// meet says that the caller has come and waits for the release.
func (l *library) meet(ctx context.Context) {
	l.entered <- struct{}{}
	select {
	case <-l.release:
	case <-ctx.Done():
	}
}

// readPrice asks by price, which takes the right to read it, and says what the session is meanwhile.
func (l *library) readPrice(ctx context.Context, s *session.Session, b *book, _ none) (facts, error) {
	found, err := dataclasses.Of[Book](b.DataClass().DataStore()).Query("ID = :1 and price > 0", b.Value.ID)
	if err != nil {
		return facts{}, err
	}
	if _, err := found.Count(ctx); err != nil {
		return facts{}, err
	}
	return factsOf(s), nil
}

// facts is what a session says of itself.
type facts struct {
	ID         string   `json:"id"`
	Guest      bool     `json:"guest"`
	Privileges []string `json:"privileges"`
	Has        []string `json:"has"` // of the names that tests ask for
	Note       string   `json:"note"`
}

func factsOf(s *session.Session) facts {
	f := facts{ID: s.ID(), Guest: s.IsGuest(), Privileges: s.Privileges(), Has: []string{}}
	for _, name := range []string{"simple", "SIMPLE", "Medium", "audit", "a", "nosuch", ""} {
		if s.HasPrivilege(name) {
			f.Has = append(f.Has, name)
		}
	}
	f.Note, _ = session.NewKey[string]("note").Get(s)
	return f
}

// libraryRoles writes a roles.json.
func libraryRoles(force, restricted bool, allowed ...string) string {
	return fmt.Sprintf(`{"forceLogin": %t, "restrictedByDefault": %t,
		"privileges": [{"privilege":"simple"}, {"privilege":"medium","includes":["simple"]}, {"privilege":"a"}, {"privilege":"b"}, {"privilege":"p"},
			{"privilege":"lend"}, {"privilege":"audit"}],
		"roles": [{"role":"Medium","privileges":["medium"]}],
		"permissions": {"allowed": [%s]}}`, force, restricted, strings.Join(allowed, ","))
}

// startLibrary serves the library with two books and an author.
func startLibrary(t *testing.T, roles string) (*product, *library) {
	t.Helper()
	return startLibraryWith(t, roles, func(*server.Config, *library) {})
}

// startLibraryWith is startLibrary with a configuration changed by change.
func startLibraryWith(t *testing.T, roles string, change func(*server.Config, *library)) (*product, *library) {
	t.Helper()
	l := newLibrary()
	c := config(t.TempDir() + "/library.db")
	c.Definitions, c.Migrations = l.definitions(), nil
	change(&c, l)
	p := start(t, withRolesText(t, c, roles))
	for _, b := range []Book{{Title: "Salt Roads", Price: 12}, {Title: "Tides", Price: 8}} {
		e := dataclasses.Of[Book](p.DataStore()).New()
		e.Value = b
		if err := e.Save(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	a := dataclasses.Of[Author](p.DataStore()).New()
	a.Value.Name = "Okoro"
	if err := a.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p, l
}

// call calls a function of the library's datastore and decodes its result into into, which may be nil.
func (b *browser) call(function, args string, into any) {
	b.t.Helper()
	r := b.post(function, args)
	answer := struct{ Result any }{into}
	if err := json.Unmarshal([]byte(r.body), &answer); err != nil || r.status != http.StatusOK {
		b.t.Fatalf("%s %s: %d %s, %v", function, args, r.status, r.body, err)
	}
}

func (b *browser) facts() facts {
	b.t.Helper()
	var f facts
	b.call("$catalog/facts", "", &f)
	return f
}

// status sends a request without a body and returns the status of the answer.
func (b *browser) status(method, target string) int {
	b.t.Helper()
	return b.send(method, target, "").status
}
