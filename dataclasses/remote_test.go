package dataclasses_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/session"
)

func object(t *testing.T, text string) map[string]any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var body map[string]any
	if err := d.Decode(&body); err != nil {
		t.Fatal(err)
	}
	return body
}

//
func TestRemoteSave(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, library()...)
		shelf(t, ds)
		books := ds.Remote().Class("Book")
		steps := []struct {
			name, body string
			want       string // "" for success, else part of the error
			key        string
			stamp      int64
		}{
			{"create", `{"title":"Glass Harbor","price":21,"author":{"__KEY":"2"},"authorName":"ignored","__X":1}`, "", "5", 1},
			{"create, stamp ignored", `{"__STAMP":7,"title":"Second","price":"2.5"}`, "", "6", 1},
			{"create with key", `{"__KEY":"77","__ISNEW":true,"title":"With key"}`, "", "77", 1},
			{"create with key that exists", `{"__KEY":"77","__ISNEW":true,"title":"Again"}`, "same value in a unique attribute", "", 0},
			{"create with null key", `{"ID":null,"title":"Null key"}`, "", "", 1},
			{"update", `{"__KEY":"5","__STAMP":1,"price":22}`, "", "5", 2},
			{"update, number key, other link form", `{"__KEY":5,"__STAMP":2,"author":1}`, "", "5", 3},
			{"update, stale", `{"__KEY":"5","__STAMP":1,"price":23}`, "stamp has changed: sent 1, stored 3", "", 0},
			{"update without stamp", `{"__KEY":"5","price":24}`, "", "5", 4},
			{"update, stamp overridden", `{"__KEY":"5","__STAMP":-1,"price":25}`, "", "5", 5},
			{"update that changes nothing", `{"__KEY":"5","__STAMP":5}`, "", "5", 5},
			{"stamp 0 of a missing key creates", `{"__KEY":"99","__STAMP":0,"title":"Zero"}`, "", "99", 1},
			{"missing", `{"__KEY":"1000","__STAMP":1,"price":1}`, "not found", "", 0},
			{"unknown attribute", `{"__KEY":"5","nosuch":1}`, `attribute "nosuch" not found`, "", 0},
			{"hidden is unknown", `{"__KEY":"5","secret":1}`, `attribute "secret" not found`, "", 0},
			{"wrong type", `{"__KEY":"5","price":"dear"}`, "Book.price must be a number", "", 0},
			{"key of a saved entity", `{"__KEY":"5","ID":6}`, "cannot be changed", "", 0},
			{"trigger", `{"__KEY":"5","price":-3}`, "price of Glass Harbor is negative", "", 0},
			{"no such author", `{"__KEY":"5","author":{"__KEY":"4711"}}`, "a related entity does not exist", "", 0},
			{"author without key", `{"__KEY":"5","author":{"lastName":"New"}}`, "needs __KEY", "", 0},
		}
		for _, s := range steps {
			e, err := books.Save(t.Context(), object(t, s.body), nil)
			if s.want != "" {
				if err == nil || !strings.Contains(err.Error(), s.want) {
					t.Errorf("%s: %v, want %q", s.name, err, s.want)
				}
				continue
			}
			if err != nil || e.Stamp() != s.stamp || s.key != "" && e.Key() != s.key {
				t.Errorf("%s: %v; want key %s, stamp %d", s.name, err, s.key, s.stamp)
			}
		}
		if got := get[Book](t, ds, 5).Value; got.Price != 25 || *got.AuthorID != 1 {
			t.Errorf("stored %+v", got)
		}
	})
}

// what failed comes back as it is stored.
func TestRemoteSaveReturnsTheStoredEntity(t *testing.T) {
	t.Parallel()
	ds := ordatest.Open(t, ordatest.SQLite(t), library()...)
	shelf(t, ds)
	e, err := ds.Remote().Class("Book").Save(t.Context(), object(t, `{"__KEY":"1","price":-5}`), nil)
	if err == nil || e == nil {
		t.Fatalf("entity %v, error %v", e, err)
	}
	if v, _ := dataclasses.CoreGet(e, "price"); v != 18.5 {
		t.Errorf("price %v, want the stored 18.5", v)
	}
}

type bookArgs struct{ Book *dataclasses.Entity[Book] }

func importDraft(ctx context.Context, _ *session.Session, _ *dataclasses.DataClass[Book], in bookArgs) (*dataclasses.Entity[Book], error) {
	return in.Book, in.Book.Save(ctx)
}

type booksArgs struct{ Books *dataclasses.Selection[Book] }

func countOf(ctx context.Context, _ *session.Session, _ *dataclasses.DataClass[Book], in booksArgs) (int, error) {
	return in.Books.Count(ctx)
}

// O-427
func TestEntityAndSelectionParameters(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db,
			dataclasses.DefineExposed[Author](),
			dataclasses.DefineExposed[Book](dataclasses.OnClass(dataclasses.Exposed("importDraft", importDraft), dataclasses.Exposed("countOf", countOf))),
		)
		shelf(t, ds)
		books := ds.Remote().Class("Book")
		importer := books.ClassFunction("importDraft")

		r := call(t, t.Context(), importer, nil, `{"__DATACLASS":"Book","__ENTITY":true,"title":"Draft","price":3,"author":{"__KEY":2}}`)
		if r.Kind != dataclasses.EntityResult || r.Entity.Key() != "5" || r.Entity.Stamp() != 1 {
			t.Errorf("new entity: %+v", r)
		}
		r = call(t, t.Context(), importer, nil, `{"__DATACLASS":"Book","__ENTITY":true,"__KEY":"5","__STAMP":1,"title":"Changed"}`)
		if r.Entity.Stamp() != 2 {
			t.Errorf("stored entity: stamp %d", r.Entity.Stamp())
		}
		for body, want := range map[string]string{
			`{"__DATACLASS":"Book","__ENTITY":true,"__KEY":"5","__STAMP":1,"title":"Stale"}`: "stamp has changed",
			`{"__DATACLASS":"Book","__ENTITY":true,"__KEY":"555"}`:                           "not found",
			`{"__DATACLASS":"Author","__ENTITY":true}`:                                       "argument 1 (book) must be an entity of Book",
			`{"title":"x"}`: "argument 1 (book) must be an entity of Book",
			`7`:             "argument 1 (book) must be an entity of Book",
		} {
			if _, err := importer.Call(t.Context(), nil, raw(body), nil); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", body, err, want)
			}
		}

		sets := func(_ context.Context, id string) (*dataclasses.RemoteSelection, error) {
			if id == "A1" {
				return books.FromKeys([]string{"3", "1", "4711"}), nil
			}
			return nil, dataclasses.ErrNoSet
		}
		got, err := books.ClassFunction("countOf").Call(t.Context(), nil, raw(`{"__DATASET":"/rest/Book/$entityset/A1","__ENTITIES":true}`), sets)
		if err != nil || got.Value != 3 {
			t.Errorf("selection parameter: %v, %v", got.Value, err)
		}
		_, err = books.ClassFunction("countOf").Call(t.Context(), nil, raw(`{"__DATASET":"B2","__ENTITIES":true}`), sets)
		if !errors.Is(err, dataclasses.ErrNoSet) {
			t.Errorf("unknown set: %v", err)
		}
	})
}

//
func TestDateInApostrophes(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, library()...)
		author := newAuthor(t, ds, "Ines", "Duarte")
		author.Value.Born = model.NewDay(1979, 2, 3)
		save(t, author)
		newAuthor(t, ds, "Chidi", "Okoro")
		s, err := ds.Remote().Class("Author").All().Query("born = :d", dataclasses.Values{Named: map[string]any{"d": "'3!2!1979'"}})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := s.Count(t.Context()); err != nil || n != 1 {
			t.Errorf("count %d, %v; want 1", n, err)
		}
	})
}

//
func TestFixedSelectionKeepsDeadMembers(t *testing.T) {
	t.Parallel()
	ds := ordatest.Open(t, ordatest.SQLite(t), library()...)
	shelf(t, ds)
	books := ds.Remote().Class("Book")
	p, err := books.Project(t.Context(), dataclasses.ProjectionSpec{Attributes: []string{"title"}})
	if err != nil {
		t.Fatal(err)
	}
	page, err := books.FromKeys([]string{"3", "4711", "1"}).Page(t.Context(), p, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range page.Rows {
		if row.Dead {
			got = append(got, "dead "+row.Key)
			continue
		}
		got = append(got, row.Values[p.Fields[0].Value].(string))
	}
	if diff := cmp.Diff([]string{"Ébène", "dead 4711", "Salt Roads"}, got); diff != "" || page.Count != 3 {
		t.Errorf("count %d (-want +got):\n%s", page.Count, diff)
	}
}
