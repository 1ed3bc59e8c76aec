package dataclasses_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/triggers"
)

type objects = []map[string]any

// O-237, O-238, O-239, O-240, O-363, O-364, O-365
func TestToCollection(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, library()...)
		shelf(t, ds)
		newAuthor(t, ds, "Ana", "Zeta")
		tests := []struct {
			filter  string
			options dataclasses.CollectionOptions
			want    string
		}{
			{"", dataclasses.CollectionOptions{HowMany: 1}, `[{"ID":1,"author":{"__KEY":1},"authorID":1,"pages":null,"price":18.5,"title":"Salt Roads"}]`},
			{"*", dataclasses.CollectionOptions{Begin: 3, HowMany: 9}, `[{"ID":4,"author":null,"authorID":null,"pages":null,"price":1,"title":"Orphan"}]`},
			{"title, author", dataclasses.CollectionOptions{Begin: 3, PrimaryKey: true, Stamp: true}, `[{"__KEY":4,"__STAMP":1,"author":null,"title":"Orphan"}]`},
			{"title,author.lastName,author.fullName", dataclasses.CollectionOptions{Begin: 2}, `[{"author":{"fullName":"Inês Duarte","lastName":"Duarte"},"title":"Ébène"},{"author":null,"title":"Orphan"}]`},
			{"authorName, author.books.title", dataclasses.CollectionOptions{Begin: -1, HowMany: 1}, `[{"author":{"books":[{"title":"Salt Roads"},{"title":"Low Water"}]},"authorName":"Okoro"}]`},
			{"title", dataclasses.CollectionOptions{Begin: 4}, `[]`},
			{"title", dataclasses.CollectionOptions{Begin: 99, HowMany: 1}, `[]`},
		}
		eachKind(t, dataclasses.Of[Book](ds).All(), func(t *testing.T, s *dataclasses.Selection[Book]) {
			for _, tt := range tests {
				got, err := s.ToCollection(t.Context(), tt.filter, tt.options)
				if err != nil {
					t.Errorf("toCollection(%q): %v", tt.filter, err)
					continue
				}
				if diff := cmp.Diff(tt.want, marshal(t, got)); diff != "" {
					t.Errorf("toCollection(%q, %+v) (-want +got):\n%s", tt.filter, tt.options, diff)
				}
			}
			for _, filter := range []string{"nosuch", "author.nosuch", "title,", "title.x", ",", strings.Repeat("author.books.", 10) + "title"} {
				if got, err := s.ToCollection(t.Context(), filter, dataclasses.CollectionOptions{}); err == nil {
					t.Errorf("toCollection(%q): %v", filter, got)
				}
			}
		})
		authors := must(dataclasses.Of[Author](ds).All().ToCollection(t.Context(), "lastName,books.*", dataclasses.CollectionOptions{Begin: 1, Stamp: true}))
		want := `[{"__STAMP":1,"books":[{"ID":3,"__STAMP":1,"author":{"__KEY":2},"authorID":2,"pages":null,"price":30,"title":"Ébène"}],"lastName":"Duarte"},{"__STAMP":1,"books":[],"lastName":"Zeta"}]`
		if diff := cmp.Diff(want, marshal(t, authors)); diff != "" {
			t.Errorf("authors with books (-want +got):\n%s", diff)
		}
		fixed := must(dataclasses.Of[Book](ds).All().Fix(t.Context()))
		if err := get[Book](t, ds, 2).Drop(t.Context()); err != nil {
			t.Fatal(err)
		}
		dead := must(fixed.ToCollection(t.Context(), "title", dataclasses.CollectionOptions{Begin: 1, HowMany: 2}))
		if diff := cmp.Diff(`[{"title":"Ébène"}]`, marshal(t, dead)); diff != "" {
			t.Errorf("a window with a dead member (-want +got):\n%s", diff)
		}
	})
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

// O-240
func TestToCollectionOfAllTypes(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		class := trips(t, db)
		got := must(class.All().ToCollection(t.Context(), "day,leaves,lasts,open,seats,picture,extra,label", dataclasses.CollectionOptions{HowMany: 3}))
		want := `[{"day":"2026-03-01T00:00:00.000Z","extra":{"a":1,"b":{"c":null}},"label":"trip 1","lasts":3600000,"leaves":"2026-03-01T12:00:00.500Z","open":true,"picture":null,"seats":1152921504606846976},` +
			`{"day":"2026-03-03T00:00:00.000Z","extra":{"list":[{"p":1},{"q":[]}]},"label":"trip 2","lasts":null,"leaves":"2026-03-01T12:00:02.500Z","open":false,"picture":{"type":"image"},"seats":3},` +
			`{"day":null,"extra":null,"label":"trip 3","lasts":null,"leaves":null,"open":null,"picture":null,"seats":null}]`
		if diff := cmp.Diff(want, marshal(t, got)); diff != "" {
			t.Errorf("objects (-want +got):\n%s", diff)
		}
		parts := must(class.All().ToCollection(t.Context(), "extra.b.c, extra.list.p", dataclasses.CollectionOptions{HowMany: 3}))
		if diff := cmp.Diff(`[{"extra":{"b":{"c":null}}},{"extra":{"list":[{"p":1},{}]}},{"extra":null}]`, marshal(t, parts)); diff != "" {
			t.Errorf("parts of objects (-want +got):\n%s", diff)
		}
	})
}

// Stubborn entities refuse to be deleted when their name says so.
type Stubborn struct {
	ID   int64
	Name string
}

func (s *Stubborn) BeforeDelete(*gorm.DB) error {
	if strings.HasPrefix(s.Name, "no") {
		return triggers.Rejectf(-15001, "%s stays", s.Name)
	}
	return nil
}

// O-370, O-371, O-372
func TestDropOfSelections(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, dataclasses.Define[Stubborn](dataclasses.WithoutStamp[Stubborn]()))
		class := dataclasses.Of[Stubborn](ds)
		for _, name := range []string{"a", "no1", "b", "no2", "c"} {
			e := class.New()
			e.Value.Name = name
			save(t, e)
		}
		names := func(s *dataclasses.Selection[Stubborn]) []string {
			return must(dataclasses.Extract[string](t.Context(), s, "name"))
		}
		down := must(must(class.All().OrderBy("ID desc")).Fix(t.Context()))
		left, err := down.Drop(t.Context(), dataclasses.StopOnFirstError)
		if diff := cmp.Diff([]string{"no2"}, names(left)); diff != "" || err == nil {
			t.Errorf("stopped at the first: %v (-want +got):\n%s", err, diff)
		}
		if n := must(class.Count(t.Context())); n != 4 {
			t.Errorf("%d entities after the first failure, want 4", n)
		}
		left, err = down.Drop(t.Context())
		failed, ok := errors.AsType[*dataclasses.DropError](err)
		if diff := cmp.Diff([]string{"no2", "no1"}, names(left)); diff != "" || !ok || len(failed.Failures) != 2 || failed.Failures[1].Key != "2" {
			t.Errorf("all: %v (-want +got):\n%s", err, diff)
		}
		if rejected, ok := errors.AsType[*triggers.RejectedError](err); !ok || rejected.Message != "no2 stays" {
			t.Errorf("the trigger's reason: %v", err)
		}
		if n := must(down.Count(t.Context())); n != 5 {
			t.Errorf("the selection has %d members after the drop, want its 5", n)
		}
		left, err = must(class.Query("name = nobody")).Drop(t.Context())
		if n := must(left.Count(t.Context())); err != nil || n != 0 {
			t.Errorf("drop of nothing: %d, %v", n, err)
		}
		e := class.New()
		e.Value.Name = "x"
		save(t, e)
		err = ds.Transaction(t.Context(), func(ctx context.Context) error {
			_, err := class.All().Drop(ctx)
			return err
		})
		if n := must(class.Count(t.Context())); err == nil || n != 3 {
			t.Errorf("a drop in a transaction was not undone: %d, %v", n, err)
		}
	})
}

// O-070, O-071, O-072, O-073, O-074, O-075
func TestFromCollection(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, library()...)
		shelf(t, ds) // books 1 to 4, authors 1 and 2
		books := dataclasses.Of[Book](ds)
		tests := []struct {
			name   string
			object string
			want   string // ID, stamp, title, price, author
			err    string
		}{
			{"update by key", `{"ID":1,"price":2}`, "1 2 Salt Roads 2 1", ""},
			{"update by __KEY", `{"__KEY":"2","title":"Low"}`, "2 2 Low 9 1", ""},
			{"update by __KEY as number", `{"__KEY":2,"title":"Low"}`, "2 2 Low 9 1", ""},
			{"__NEW false", `{"__NEW":false,"ID":3,"price":5}`, "3 2 Ébène 5 2", ""},
			{"create with a key", `{"ID":50,"title":"fifty"}`, "50 1 fifty 0 0", ""},
			{"unknown __KEY is ignored", `{"__KEY":"60","title":"x"}`, "new 1 x 0 0", ""},
			{"no key", `{"title":"y"}`, "new 1 y 0 0", ""},
			{"new with a taken key", `{"__NEW":true,"ID":1,"title":"z"}`, "", "another entity has the same value"},
			{"new with a free key", `{"__NEW":true,"ID":70,"title":"z"}`, "70 1 z 0 0", ""},
			{"new ignores __KEY", `{"__NEW":true,"__KEY":"1","title":"z"}`, "new 1 z 0 0", ""},
			{"new without key", `{"__NEW":true,"title":"z"}`, "new 1 z 0 0", ""},
			{"unknown and unfit properties", `{"nosuch":1,"title":"t","price":"much","pages":{},"authorName":"x"}`, "new 1 t 0 0", ""},
			{"key that does not fit", `{"ID":"abc","title":"t"}`, "new 1 t 0 0", ""},
			{"link by __KEY", `{"title":"t","author":{"__KEY":"2","lastName":"Other"}}`, "new 1 t 0 2", ""},
			{"link by key attribute", `{"ID":4,"author":{"ID":1}}`, "4 2 Orphan 1 1", ""},
			{"link without key", `{"ID":1,"author":{"lastName":"x"}}`, "1 2 Salt Roads 2 1", ""},
			{"the right stamp", `{"ID":1,"__STAMP":2,"price":3}`, "1 3 Salt Roads 3 1", ""},
			{"another stamp", `{"ID":1,"__STAMP":1,"price":4}`, "", "stamp has changed"},
			{"nothing changed", `{"ID":1,"price":3}`, "1 3 Salt Roads 3 1", ""},
			{"refused by the trigger", `{"ID":1,"price":-3}`, "", "price of Salt Roads is negative"},
		}
		for _, tt := range tests {
			got, err := books.FromCollection(t.Context(), objects{decode(t, tt.object)})
			switch {
			case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
				t.Errorf("%s: %v, want %q", tt.name, err, tt.err)
				continue
			case tt.err != "":
				if n := must(got.Count(t.Context())); n != 0 {
					t.Errorf("%s: %d entities", tt.name, n)
				}
				continue
			case err != nil:
				t.Errorf("%s: %v", tt.name, err)
				continue
			}
			if diff := cmp.Diff(tt.want, summary(t, got)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.name, diff)
			}
			if got.IsAlterable() || !got.IsOrdered() {
				t.Errorf("%s: the selection must be shareable and ordered", tt.name)
			}
		}
		if who := get[Author](t, ds, 2).Value.LastName; who != "Duarte" {
			t.Errorf("a linked entity was changed to %s", who)
		}
		mixed, err := books.FromCollection(t.Context(), objects{{"ID": 90, "title": "one"}, {"ID": 2, "price": 1.5}, {"ID": 90, "title": "again"}, {"__NEW": true, "ID": 90}, {"title": "never"}})
		if err == nil || !strings.Contains(err.Error(), "object 3: ") {
			t.Errorf("a duplicate in a collection: %v", err)
		}
		if got := must(dataclasses.Extract[string](t.Context(), mixed, "title")); strings.Join(got, ",") != "again,Low,again" {
			t.Errorf("saved before the error: %v", got)
		}
		if n := must(must(books.Query("title = never")).Count(t.Context())); n != 0 {
			t.Error("an object after the error was saved")
		}
		round := must(books.All().ToCollection(t.Context(), "", dataclasses.CollectionOptions{PrimaryKey: true, Stamp: true}))
		before := marshal(t, round)
		same := must(books.FromCollection(t.Context(), round))
		after := must(same.ToCollection(t.Context(), "", dataclasses.CollectionOptions{PrimaryKey: true, Stamp: true}))
		if diff := cmp.Diff(before, marshal(t, after)); diff != "" {
			t.Errorf("what toCollection gives is not taken back as it is (-want +got):\n%s", diff)
		}
	})
}

func decode(t *testing.T, text string) map[string]any {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		t.Fatal(err)
	}
	return object
}

func summary(t *testing.T, s *dataclasses.Selection[Book]) string {
	t.Helper()
	e := must(s.First(t.Context()))
	id, author := e.Key(), int64(0)
	if !slices.Contains([]string{"1", "2", "3", "4", "50", "70"}, id) {
		id = "new"
	}
	if e.Value.AuthorID != nil {
		author = *e.Value.AuthorID
	}
	return strings.Join([]string{id, strconv.FormatInt(e.Stamp(), 10), e.Value.Title, strconv.FormatFloat(e.Value.Price, 'g', -1, 64), strconv.FormatInt(author, 10)}, " ")
}

// Whatever the objects are, there is a selection or an error.
func FuzzFromCollection(f *testing.F) {
	for _, text := range []string{`{"ID":1}`, `{"__KEY":1e300,"__STAMP":-1,"__NEW":"x"}`, `{"author":{"ID":{}},"title":[],"price":{"a":1}}`, `{"ID":1.5,"pages":true,"author":7}`, `{"title":"\u0000"}`} {
		f.Add(text)
	}
	ds := ordatest.Open(f, ordatest.SQLite(f), library()...)
	f.Fuzz(func(t *testing.T, text string) {
		var object map[string]any
		if json.Unmarshal([]byte(text), &object) != nil {
			t.Skip()
		}
		s, err := dataclasses.Of[Book](ds).FromCollection(t.Context(), objects{object})
		if n, e := s.Count(t.Context()); e != nil || n != 1 && err == nil {
			t.Errorf("fromCollection(%s): %d entities, %v, %v", text, n, err, e)
		}
	})
}

// O-050, O-051, O-052, O-059, O-060, O-020, O-021, O-022
func TestClassDescription(t *testing.T) {
	t.Parallel()
	ds := ordatest.Open(t, ordatest.SQLite(t), library()...)
	books, authors := dataclasses.Of[Book](ds), dataclasses.Of[Author](ds)
	if diff := cmp.Diff(dataclasses.ClassInfo{Name: "Book", PrimaryKey: "ID", TableNumber: 2, Exposed: true}, books.Info()); diff != "" {
		t.Errorf("info (-want +got):\n%s", diff)
	}
	if authors.DataStore() != ds {
		t.Error("the datastore is another")
	}
	want := []dataclasses.Attribute{
		{Name: "ID", Kind: "storage", Type: "number", FieldType: 25, FieldNumber: 1, Exposed: true, AutoFilled: true, Indexed: true, Mandatory: true, Unique: true},
		{Name: "title", Kind: "storage", Type: "string", FieldType: 2, FieldNumber: 2, Exposed: true},
		{Name: "price", Kind: "storage", Type: "number", FieldType: 1, FieldNumber: 3, Exposed: true},
		{Name: "pages", Kind: "storage", Type: "number", FieldType: 25, FieldNumber: 4, Exposed: true},
		{Name: "authorID", Kind: "storage", Type: "number", FieldType: 25, FieldNumber: 5, Exposed: true, Indexed: true},
		{Name: "author", Kind: "relatedEntity", Type: "Author", FieldType: 38, Exposed: true, InverseName: "books", RelatedDataClass: "Author"},
		{Name: "authorName", Kind: "alias", Type: "string", FieldType: 2, Exposed: true, ReadOnly: true, Path: "author.lastName"},
	}
	if diff := cmp.Diff(want, books.Attributes()); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	list := books.Attributes()
	list[0].Name = "changed"
	if a, ok := books.Attribute("ID"); !ok || a.Name != "ID" {
		t.Error("changing an attribute object changed the structure")
	}
	many, _ := authors.Attribute("books")
	secret, _ := authors.Attribute("secret")
	if many.Type != "BookSelection" || many.FieldType != 42 || secret.Exposed {
		t.Errorf("books: %+v, secret: %+v", many, secret)
	}
	if _, ok := books.Attribute("nosuch"); ok {
		t.Error("an attribute that does not exist was found")
	}
}
