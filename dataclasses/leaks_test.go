package dataclasses_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
)

// A clerk sees books without their prices and no authors; a chief sees all; who is blind may change books and not see them.
const shopRoles = `{
 "restrictedByDefault": true,
 "privileges": [{"privilege":"clerk"},{"privilege":"chief","includes":["clerk"]},{"privilege":"blind"}],
 "permissions": {"allowed": [
  {"applyTo":"Book","type":"dataclass","read":["clerk"],"update":["clerk","blind"],"create":["clerk"],"drop":["clerk"],"execute":["clerk"]},
  {"applyTo":"Book.price","type":"attribute","read":["chief"],"drop":["chief"]},
  {"applyTo":"Book.worth","type":"method","execute":["clerk"],"promote":["chief"]},
  {"applyTo":"Book.attribute","type":"method","execute":["clerk"],"promote":["chief"]},
  {"applyTo":"Author","type":"dataclass","read":["chief"],"execute":["clerk"]}
 ]}}`

func worth(ctx context.Context, _ *session.Session, s *dataclasses.Selection[Book], _ dataclasses.None) (float64, error) {
	return dataclasses.Sum[float64](ctx, s, "price")
}

type authorArgs struct{ Author *dataclasses.Entity[Author] }

func attribute(_ context.Context, _ *session.Session, _ *dataclasses.DataClass[Book], in authorArgs) (string, error) {
	return in.Author.Value.LastName, nil
}

func secretive(_ context.Context, _ *session.Session, c *dataclasses.DataClass[Author], _ dataclasses.None) (*dataclasses.Selection[Author], error) {
	s, err := c.Query("secret = 's@' order by secret")
	if err != nil {
		return nil, err
	}
	return s.Slice(0, 10), nil
}

func bySecret(_ context.Context, _ *session.Session, s *dataclasses.Selection[Author], _ dataclasses.None) (*dataclasses.Selection[Author], error) {
	return s.OrderBy("secret desc")
}

func shop() []dataclasses.Definition {
	return []dataclasses.Definition{
		dataclasses.DefineExposed[Author](
			dataclasses.OnClass(dataclasses.Exposed("secretive", secretive)), dataclasses.OnSelection(dataclasses.Exposed("bySecret", bySecret))),
		dataclasses.DefineExposed[Book](
			dataclasses.Alias[Book]("authorName", "author.lastName"),
			dataclasses.OnSelection(dataclasses.Exposed("worth", worth)), dataclasses.OnClass(dataclasses.Exposed("attribute", attribute))),
	}
}

// signedIn returns contexts of web sessions with one privilege each.
func signedIn(t *testing.T, ds *dataclasses.DataStore) func(privilege string) context.Context {
	t.Helper()
	manager := &session.Manager{Roles: ds.Roles()}
	t.Cleanup(func() { _ = manager.Close() })
	return func(privilege string) context.Context {
		t.Helper()
		s, err := manager.Bind(httptest.NewRecorder(), httptest.NewRequest("GET", "/rest/", nil), "rest")
		if err == nil && privilege != "" {
			err = s.SetPrivileges(session.Grant{Privileges: []string{privilege}})
		}
		if err != nil {
			t.Fatal(err)
		}
		return session.NewContext(t.Context(), s)
	}
}

func openShop(t *testing.T, db *gorm.DB) *dataclasses.DataStore {
	t.Helper()
	roles, err := privileges.Parse([]byte(shopRoles))
	if err != nil {
		t.Fatal(err)
	}
	ds := ordatest.Open(t, db, append(shop(), dataclasses.Permissions(roles))...)
	shelf(t, ds)
	return ds
}

// Every path to what a caller may not read is closed. S-326, S-327, O-415, O-481, O-483, O-486, O-487
func TestEveryPathAsksForPermission(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := openShop(t, db)
		as := signedIn(t, ds)
		clerk, chief := as("clerk"), as("chief")
		books, remote := dataclasses.Of[Book](ds), ds.Remote().Class("Book")
		book := get[Book](t, ds, 1)
		all, err := remote.Project(clerk, dataclasses.ProjectionSpec{})
		if err != nil {
			t.Fatal(err)
		}
		noPrice, noAuthor := "No permission to read for the Book.price attribute", "No permission to read for the Author dataclass"
		paths := []struct {
			name string
			read func(ctx context.Context) error
			want string
		}{
			{"sum", func(ctx context.Context) error {
				_, err := dataclasses.Sum[float64](ctx, books.All(), "price")
				return err
			}, noPrice},
			{"sum by", func(ctx context.Context) error {
				_, err := dataclasses.SumBy[float64, int64](ctx, books.All(), "price", "pages")
				return err
			}, noPrice},
			{"condition", func(ctx context.Context) error { return counted(ctx, books, "price > 5") }, noPrice},
			{"condition through a relation", func(ctx context.Context) error { return counted(ctx, books, "author.lastName = 'okoro'") }, "No permission to read for the Author.lastName attribute"},
			{"order", func(ctx context.Context) error {
				s, err := books.All().OrderBy("price")
				return errors.Join(err, iterated(ctx, s))
			}, noPrice},
			{"remote filter", func(ctx context.Context) error {
				s, err := remote.All().Query("price > 5", dataclasses.Values{})
				if err == nil {
					_, err = s.Page(ctx, all, 0, 1)
				}
				return err
			}, noPrice},
			{"entity by value", func(ctx context.Context) error { _, err := remote.EntityBy(ctx, "price", "9"); return err }, noPrice},
			{"row by value", func(ctx context.Context) error { _, err := remote.GetBy(ctx, "price", "9", all); return err }, noPrice},
			{"expansion", func(ctx context.Context) error {
				_, err := remote.Project(ctx, dataclasses.ProjectionSpec{Expand: []string{"author"}})
				return err
			}, noAuthor},
			{"path", func(ctx context.Context) error {
				_, err := remote.Project(ctx, dataclasses.ProjectionSpec{Attributes: []string{"author.lastName"}})
				return err
			}, noAuthor},
			{"related entity", func(ctx context.Context) error {
				_, err := dataclasses.RelatedEntity[Author](ctx, book, "author")
				return err
			}, noAuthor},
			{"remote related entity", func(ctx context.Context) error {
				p, err := ds.Remote().Class("Author").Project(chief, dataclasses.ProjectionSpec{})
				if err == nil {
					_, err = remote.RelatedEntity(ctx, dataclasses.KeyText{"1"}, remote.Attribute("author"), p)
				}
				return err
			}, noAuthor},
			{"filter of a promoted function", func(ctx context.Context) error {
				s, err := remote.All().Query("price > 10", dataclasses.Values{})
				if err == nil {
					_, err = remote.SelectionFunction("worth").Call(ctx, s, nil, nil)
				}
				return err
			}, noPrice},
			{"entity parameter of a promoted function", func(ctx context.Context) error {
				_, err := remote.ClassFunction("attribute").Call(ctx, nil, raw(`{"__ENTITY":true,"__KEY":"1"}`), nil)
				return err
			}, noAuthor},
			{"drop with a value that is not null", func(ctx context.Context) error {
				return remote.Drop(ctx, dataclasses.KeyText{"4"}, nil)
			}, "No permission to drop for the Book.price attribute"},
		}
		for _, p := range paths {
			t.Run(p.name, func(t *testing.T) {
				refused(t, p.read(clerk), p.want)
				if err := p.read(chief); err != nil {
					t.Errorf("refused to a chief: %v", err)
				}
			})
		}
	})
}

func counted(ctx context.Context, c *dataclasses.DataClass[Book], text string) error {
	s, err := c.Query(text)
	if err == nil {
		_, err = s.Count(ctx)
	}
	return err
}

func iterated(ctx context.Context, s *dataclasses.Selection[Book]) error {
	for _, err := range s.Entities(ctx) {
		if err != nil {
			return err
		}
	}
	return nil
}

// O-260, O-483, O-484, S-296: what may not be read is left out; an alias is read with the right to the alias.
func TestWhatMayNotBeReadIsLeftOut(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := openShop(t, db)
		as := signedIn(t, ds)
		books := ds.Remote().Class("Book")
		clerk := as("clerk")
		p, err := books.Project(clerk, dataclasses.ProjectionSpec{})
		if err != nil {
			t.Fatal(err)
		}
		row, err := books.Get(clerk, dataclasses.KeyText{"1"}, p)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]any{"ID": int64(1), "title": "Salt Roads", "pages": nil, "authorID": int64(1), "author": int64(1), "authorName": "Okoro"}
		if diff := cmp.Diff(want, shown(p, row)); diff != "" {
			t.Errorf("what a clerk sees (-want +got):\n%s", diff)
		}
		result, err := books.SelectionFunction("worth").Call(clerk, books.All(), nil, nil)
		if err != nil || result.Value != 58.5 {
			t.Errorf("a promoted function: %v, %v; want 58.5", result.Value, err)
		}
		_, err = books.Get(as("blind"), dataclasses.KeyText{"1"}, p)
		refused(t, err, "No permission to read for the Book dataclass")
		e, err := books.Save(as("blind"), object(t, `{"__KEY":"1","price":-1}`), nil)
		if err == nil || e != nil {
			t.Errorf("a failed save showed %v to who may not read, %v", e, err)
		}
		if _, err = books.Save(as(""), object(t, `{"__KEY":"1","price":1}`), nil); err == nil || strings.Contains(err.Error(), "Salt") {
			t.Errorf("save by a guest: %v", err)
		}
		refused(t, err, "No permission to update for the Book dataclass")
		if s := dataclasses.StatusOf(err); s.Status != dataclasses.StatusPermission || s.StatusText != "Permission Error" {
			t.Errorf("status %+v", s)
		}
	})
}

// shown is what a row shows, without expansions.
func shown(p *dataclasses.Projection, row *dataclasses.Row) map[string]any {
	values := map[string]any{}
	for _, f := range p.Fields {
		if f.Value >= 0 && f.Nested == nil {
			values[f.Attribute.Name] = row.Values[f.Value]
		}
	}
	return values
}

// The application may use what is hidden; what a remote caller adds to its selections may not.
func TestHiddenAttributesInSelectionsOfFunctions(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, shop()...)
		for _, secret := range []string{"s2", "s1", "other"} {
			e := dataclasses.Of[Author](ds).New()
			e.Value.LastName, e.Value.Secret = "of "+secret, secret
			save(t, e)
		}
		authors := ds.Remote().Class("Author")
		selected := call(t, t.Context(), authors.ClassFunction("secretive"), nil).Selection
		assertKeys(t, "result", selected, []string{"2", "1"})
		filtered, err := selected.Query("lastName = 'of s2'", dataclasses.Values{})
		if err != nil {
			t.Fatal(err)
		}
		assertKeys(t, "filtered result", filtered, []string{"1"})
		sorted, err := selected.OrderBy("lastName desc")
		if err != nil {
			t.Fatal(err)
		}
		assertKeys(t, "sorted result", sorted, []string{"1", "2"})
		if _, err := selected.Query("secret = 's1'", dataclasses.Values{}); err == nil {
			t.Error("a remote caller filtered the result of a function by a hidden attribute")
		}
		if _, err := selected.OrderBy("secret"); err == nil {
			t.Error("a remote caller sorted the result of a function by a hidden attribute")
		}
		named, err := authors.All().Query("lastName = 'of s@'", dataclasses.Values{})
		if err != nil {
			t.Fatal(err)
		}
		assertKeys(t, "selection function", call(t, t.Context(), authors.SelectionFunction("bySecret"), named).Selection, []string{"1", "2"})
	})
}

func assertKeys(t *testing.T, what string, s *dataclasses.RemoteSelection, want []string) {
	t.Helper()
	got, err := s.Keys(t.Context(), 100)
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
