package dataclasses_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/session"
)

// visibleTo says in a context what its reader may see: a restriction reads it as others read a session.
type visibleTo struct{}

// only restricts a reader to authors whose last name is one of names and to their books.
func only(ctx context.Context, names ...any) context.Context {
	return context.WithValue(ctx, visibleTo{}, names)
}

func visibleAuthors(ctx context.Context, c *dataclasses.DataClass[Author]) (*dataclasses.Selection[Author], error) {
	names, ok := ctx.Value(visibleTo{}).([]any)
	if !ok {
		return nil, nil
	}
	return c.Query("secret = '' and lastName in :1", names)
}

// visibleBooks goes through the relation to authors, which have a restriction of their own.
func visibleBooks(ctx context.Context, c *dataclasses.DataClass[Book]) (*dataclasses.Selection[Book], error) {
	names, ok := ctx.Value(visibleTo{}).([]any)
	if !ok {
		return nil, nil
	}
	return c.Query("author.lastName in :1 and price > 0", names)
}

type authorAndBooks struct {
	Author *dataclasses.Entity[Author]
	Books  *dataclasses.Selection[Book]
}

func takesBoth(ctx context.Context, _ *session.Session, _ *dataclasses.DataStore, in authorAndBooks) (int, error) {
	if in.Books == nil {
		return 0, nil
	}
	return in.Books.Count(ctx)
}

func restricted(calls *atomic.Int64) []dataclasses.Definition {
	return []dataclasses.Definition{
		dataclasses.DefineExposed[Author](
			dataclasses.Restrict(func(ctx context.Context, c *dataclasses.DataClass[Author]) (*dataclasses.Selection[Author], error) {
				calls.Add(1)
				return visibleAuthors(ctx, c)
			}),
			dataclasses.ComputedMany("bookCount", func(ctx context.Context, authors []*dataclasses.Entity[Author]) ([]int, error) {
				counts := make([]int, len(authors))
				for i, a := range authors {
					books, err := dataclasses.RelatedEntities[Book](a, "books")
					if err != nil {
						return nil, err
					}
					if counts[i], err = books.Count(ctx); err != nil {
						return nil, err
					}
				}
				return counts, nil
			}),
		),
		dataclasses.DefineExposed[Book](
			dataclasses.Restrict(visibleBooks), dataclasses.Alias[Book]("authorName", "author.lastName"),
		),
		dataclasses.OnStore(dataclasses.Exposed("takesBoth", takesBoth)),
	}
}

// Every path to what a restriction hides is closed, for Go code and remote callers; the same paths lead to what it shows.
// The authors Okoro and Duarte have two books and one; a fourth book has no author. The reader sees Duarte only.
// O-056, O-390, O-392, O-393, S-411, S-412
func TestEveryPathIsRestricted(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		var calls atomic.Int64
		ds := ordatest.Open(t, db, restricted(&calls)...)
		shelf(t, ds)
		authors, books := dataclasses.Of[Author](ds), dataclasses.Of[Book](ds)
		remoteAuthors, remoteBooks := ds.Remote().Class("Author"), ds.Remote().Class("Book")
		set := remoteBooks.FromKeys([]string{"3", "1"})
		count := func(class *dataclasses.RemoteClass, filter string) func(context.Context) (any, error) {
			return func(ctx context.Context) (any, error) {
				s, err := class.All().Query(filter, dataclasses.Values{})
				if err != nil {
					return nil, err
				}
				return s.Count(ctx)
			}
		}
		page := func(s *dataclasses.RemoteSelection, attributes ...string) func(context.Context) (any, error) {
			return func(ctx context.Context) (any, error) {
				p, err := s.Class().Project(ctx, dataclasses.ProjectionSpec{Attributes: attributes})
				if err != nil {
					return nil, err
				}
				page, err := s.Page(ctx, p, 0, 10)
				if err != nil {
					return nil, err
				}
				return rowsText(t, p, page.Rows), nil
			}
		}
		sorted := func(class *dataclasses.RemoteClass, by string) *dataclasses.RemoteSelection {
			s, err := class.All().OrderBy(by)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		takes := func(args ...string) func(context.Context) (any, error) {
			return func(ctx context.Context) (any, error) {
				raw := make([]json.RawMessage, len(args))
				for i, a := range args {
					raw[i] = json.RawMessage(a)
				}
				r, err := ds.Remote().Function("takesBoth").Call(ctx, nil, raw, func(context.Context, string) (*dataclasses.RemoteSelection, error) {
					return remoteBooks.All(), nil
				})
				return r.Value, err
			}
		}
		paths := []struct {
			name    string
			read    func(ctx context.Context) (any, error)
			want    any // for the restricted reader; nil: not found
			wantAll any
		}{
			{"get a hidden one", func(ctx context.Context) (any, error) { return lastName(authors.Get(ctx, 1)) }, nil, "Okoro"},
			{"get a visible one", func(ctx context.Context) (any, error) { return lastName(authors.Get(ctx, 2)) }, "Duarte", "Duarte"},
			{"count", func(ctx context.Context) (any, error) { return authors.Count(ctx) }, 1, 2},
			{"first", func(ctx context.Context) (any, error) { return lastName(authors.All().First(ctx)) }, "Duarte", "Okoro"},
			{"window", func(ctx context.Context) (any, error) { return books.All().Slice(0, 2).Count(ctx) }, 1, 2},
			{"query of a window", func(ctx context.Context) (any, error) { return queryCount(ctx, books.All().Slice(0, 3), "price > 1") }, 1, 3},
			{"sum", func(ctx context.Context) (any, error) { return dataclasses.Sum[float64](ctx, books.All(), "price") }, 30.0, 58.5},
			{"iterate", func(ctx context.Context) (any, error) { return len(mustCollect(t, ctx, books.All())), nil }, 1, 4},
			{"related entities", func(ctx context.Context) (any, error) {
				s, err := dataclasses.RelatedEntities[Book](get[Author](t, ds, 1), "books")
				if err != nil {
					return nil, err
				}
				return s.Count(ctx)
			}, 0, 2},
			{"related entity", func(ctx context.Context) (any, error) {
				e, err := dataclasses.RelatedEntity[Author](ctx, get[Book](t, ds, 1), "author")
				return e == nil, err
			}, true, false},
			{"alias in memory", func(ctx context.Context) (any, error) { return get[Book](t, ds, 1).Compute(ctx, "authorName") }, any(noValue{}), "Okoro"},
			{"getter", func(ctx context.Context) (any, error) { return get[Author](t, ds, 1).Compute(ctx, "bookCount") }, int64(0), int64(2)},
			{"reload", func(ctx context.Context) (any, error) { return true, get[Author](t, ds, 1).Reload(ctx) }, nil, true},

			{"filter on the class", count(remoteAuthors, "lastName = 'okoro'"), 0, 1},
			{"filter to one", count(remoteBooks, "author.firstName = 'chidi'"), 0, 2},
			{"filter to one, null", count(remoteBooks, "author.firstName = null"), 0, 1},
			{"filter to many", count(remoteAuthors, "books.title = 'low water'"), 0, 1},
			{"filter to many and back", count(remoteBooks, "author.books.price < 20"), 0, 2},
			{"filter by not", count(remoteAuthors, "not (books.title = 'low water')"), 1, 1},
			{"filter by a linked key", count(remoteAuthors, "books = 1"), 0, 1},
			{"filter by nothing related", count(remoteAuthors, "books = null"), 0, 0},
			{"filter with alternatives", count(remoteAuthors, "(books.price > 20 or firstName = x) and (books.price < 40 or lastName = y)"), 1, 1},
			{"filter by alias", count(remoteBooks, "authorName = 'okoro'"), 0, 2},
			{"page", page(remoteBooks.All(), "title", "authorName"), "Ébène Duarte", "Salt Roads Okoro, Low Water Okoro, Ébène Duarte, Orphan -"},
			{"page in an order through a relation", page(sorted(remoteBooks, "author.lastName, ID desc"), "title"), "Ébène", "Orphan, Ébène, Low Water, Salt Roads"},
			{"expand to one", page(remoteBooks.All(), "author.lastName"), "{Duarte}", "{Okoro}, {Okoro}, {Duarte}, -"},
			{"expand to many", page(remoteAuthors.All(), "lastName", "books.title"), "Duarte [Ébène]", "Okoro [Salt Roads Low Water], Duarte [Ébène]"},
			{"set", page(set, "title"), "Ébène, dead 1", "Ébène, Salt Roads"},
			{"keys of a set to be", func(ctx context.Context) (any, error) { return keysText(remoteBooks.All().Keys(ctx, 10)) }, "3", "1 2 3 4"},
			{"remote get", func(ctx context.Context) (any, error) { return remoteGet(ctx, remoteAuthors, "1", "lastName") }, nil, "Okoro"},
			{"remote get with a getter", func(ctx context.Context) (any, error) { return remoteGet(ctx, remoteAuthors, "2", "bookCount") }, int64(1), int64(1)},
			{"remote get by value", func(ctx context.Context) (any, error) {
				p, err := remoteAuthors.Project(ctx, dataclasses.ProjectionSpec{Attributes: []string{"lastName"}})
				if err != nil {
					return nil, err
				}
				row, err := remoteAuthors.GetBy(ctx, "lastName", "Okoro", p)
				if err != nil {
					return nil, err
				}
				return row.Key, nil
			}, nil, "1"},
			{"entity for a function", func(ctx context.Context) (any, error) {
				e, err := remoteAuthors.Entity(ctx, dataclasses.KeyText{"1"})
				if err != nil {
					return nil, err
				}
				return e.Key(), nil
			}, nil, "1"},
			{"navigation from a hidden one", func(ctx context.Context) (any, error) {
				s, err := remoteAuthors.RelatedEntities(ctx, dataclasses.KeyText{"1"}, remoteAuthors.Attribute("books"))
				if err != nil {
					return nil, err
				}
				return s.Count(ctx)
			}, nil, 2},
			{"selection parameter", takes("null", `{"__DATASET":"x","__ENTITIES":true}`), 1, 4},
			{"entity parameter", func(ctx context.Context) (any, error) {
				v, err := takes(`{"__DATACLASS":"Author","__ENTITY":true,"__KEY":"1"}`, "null")(ctx)
				if _, ok := errors.AsType[*dataclasses.ArgumentError](err); ok {
					return nil, dataclasses.ErrNotFound
				}
				return v, err
			}, nil, 0},
		}
		for _, tt := range paths {
			got, err := tt.read(only(t.Context(), "Duarte"))
			check := func(who string, want any) {
				switch {
				case want == nil && !errors.Is(err, dataclasses.ErrNotFound):
					t.Errorf("%s, %s: %v, %v; want not found", tt.name, who, got, err)
				case want == nil:
				case want == any(noValue{}) && (got != nil || err != nil):
					t.Errorf("%s, %s: %v, %v; want null", tt.name, who, got, err)
				case want != any(noValue{}) && (err != nil || got != want):
					t.Errorf("%s, %s: %v, %v; want %v", tt.name, who, got, err, want)
				}
			}
			check("restricted", tt.want)
			got, err = tt.read(t.Context())
			check("unrestricted", tt.wantAll)
			if got, err = tt.read(only(t.Context())); err == nil && tt.want == nil {
				t.Errorf("%s, nothing visible: %v; want not found", tt.name, got)
			}
		}
	})
}

type noValue struct{}

func lastName(e *dataclasses.Entity[Author], err error) (any, error) {
	if err != nil || e == nil {
		return nil, err
	}
	return e.Value.LastName, nil
}

func queryCount(ctx context.Context, s *dataclasses.Selection[Book], text string) (any, error) {
	narrowed, err := s.Query(text)
	if err != nil {
		return nil, err
	}
	return narrowed.Count(ctx)
}

func mustCollect(t *testing.T, ctx context.Context, s *dataclasses.Selection[Book]) []string {
	t.Helper()
	titles := []string{}
	for e, err := range s.Entities(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		titles = append(titles, e.Value.Title)
	}
	return titles
}

func keysText(keys []string, err error) (any, error) { return strings.Join(keys, " "), err }

func remoteGet(ctx context.Context, class *dataclasses.RemoteClass, key, attribute string) (any, error) {
	p, err := class.Project(ctx, dataclasses.ProjectionSpec{Attributes: []string{attribute}})
	if err != nil {
		return nil, err
	}
	row, err := class.Get(ctx, dataclasses.KeyText{key}, p)
	if err != nil {
		return nil, err
	}
	return row.Values[p.Fields[0].Value], nil
}

// rowsText writes rows in one line: values, {related entity}, [related entities], - for null, dead for a dead reference.
func rowsText(t *testing.T, p *dataclasses.Projection, rows []dataclasses.Row) string {
	t.Helper()
	texts := make([]string, len(rows))
	for i := range rows {
		texts[i] = rowText(p, &rows[i])
	}
	return strings.Join(texts, ", ")
}

func rowText(p *dataclasses.Projection, row *dataclasses.Row) string {
	if row.Dead {
		return "dead " + row.Key
	}
	var parts []string
	for _, f := range p.Fields {
		switch {
		case f.Nested != nil && row.Many[f.Slot] != nil:
			var related []string
			for i := range row.Many[f.Slot] {
				related = append(related, rowText(f.Nested, &row.Many[f.Slot][i]))
			}
			parts = append(parts, "["+strings.Join(related, " ")+"]")
		case f.Nested != nil && row.One[f.Slot] != nil:
			parts = append(parts, "{"+rowText(f.Nested, row.One[f.Slot])+"}")
		case f.Nested != nil || row.Values[f.Value] == nil:
			parts = append(parts, "-")
		default:
			if text, ok := row.Values[f.Value].(string); ok {
				parts = append(parts, text)
			}
		}
	}
	return strings.Join(parts, " ")
}

// O-077, S-411: what is hidden can neither be updated nor dropped, by key or in memory; what is created outside of the restriction is
// stored and cannot be read back.
func TestRestrictedWrites(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		var calls atomic.Int64
		ds := ordatest.Open(t, db, restricted(&calls)...)
		shelf(t, ds)
		ctx := only(t.Context(), "Duarte")
		remote := ds.Remote().Class("Author")
		hidden := get[Author](t, ds, 1)
		hidden.Value.FirstName = "changed"
		for name, write := range map[string]func() error{
			"save":        func() error { return hidden.Save(ctx) },
			"drop":        func() error { return hidden.Drop(ctx) },
			"force drop":  func() error { return hidden.ForceDrop(ctx) },
			"remote save": func() error { _, err := remote.Save(ctx, object(t, `{"__KEY":"1","firstName":"x"}`), nil); return err },
			"remote save with a stamp": func() error {
				_, err := remote.Save(ctx, object(t, `{"__KEY":"1","__STAMP":7,"firstName":"x"}`), nil)
				return err
			},
			"remote drop": func() error { return remote.Drop(ctx, dataclasses.KeyText{"1"}, nil) },
		} {
			if err := write(); !errors.Is(err, dataclasses.ErrNotFound) {
				t.Errorf("%s of a hidden entity: %v, want not found", name, err)
			}
		}
		if failed, err := ds.Remote().Class("Book").All().Drop(ctx); err != nil || len(failed) != 0 {
			t.Errorf("drop of all visible books: %v, %v", failed, err)
		}
		if diff := cmp.Diff([]string{"Salt Roads", "Low Water", "Orphan"}, titles(t, dataclasses.Of[Book](ds).All())); diff != "" {
			t.Errorf("books left (-want +got):\n%s", diff)
		}
		if get[Author](t, ds, 1).Value.FirstName != "Chidi" {
			t.Error("a hidden entity was changed")
		}
		visible := get[Author](t, ds, 2)
		visible.Value.FirstName = "Ines"
		if err := visible.Save(ctx); err != nil {
			t.Errorf("save of a visible entity: %v", err)
		}
		made, err := remote.Save(ctx, object(t, `{"lastName":"Lindqvist"}`), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := remote.Entity(ctx, dataclasses.KeyText{made.Key()}); !errors.Is(err, dataclasses.ErrNotFound) {
			t.Errorf("an entity created outside of the restriction is read back: %v", err)
		}
		if n, err := dataclasses.Of[Author](ds).Count(t.Context()); err != nil || n != 3 {
			t.Errorf("%d authors, %v; want 3", n, err)
		}
	})
}

// O-391, O-394: the function runs once for a read, whatever the number of entities, and the number of statements does not grow.
func TestRestrictionIsAskedOnceForARead(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	ds, statements := openCounting(t, restricted(&calls)...)
	shelf(t, ds)
	for range 30 {
		newAuthor(t, ds, "x", "Duarte")
	}
	ctx := only(t.Context(), "Duarte")
	remote := ds.Remote().Class("Author")
	p, err := remote.Project(ctx, dataclasses.ProjectionSpec{Attributes: []string{"lastName", "books.authorName"}})
	if err != nil {
		t.Fatal(err)
	}
	reads := map[string]struct {
		read       func() error
		statements int64
	}{
		"get":   {func() error { _, err := dataclasses.Of[Author](ds).Get(ctx, 2); return err }, 1},
		"count": {func() error { _, err := dataclasses.Of[Author](ds).Count(ctx); return err }, 1},
		"page":  {func() error { _, err := remote.All().Page(ctx, p, 0, 20); return err }, 3},
		"iterate": {func() error {
			for _, err := range dataclasses.Of[Author](ds).All().Entities(ctx) {
				if err != nil {
					return err
				}
			}
			return nil
		}, 2},
	}
	for name, tt := range reads {
		calls.Store(0)
		n := statements(func() {
			if err := tt.read(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
		if calls.Load() != 1 || n != tt.statements {
			t.Errorf("%s: the restriction was asked %d times, want once; %d statements, want %d", name, calls.Load(), n, tt.statements)
		}
	}
}

// O-395, O-396, S-413
func TestWhatRestrictionsMayDo(t *testing.T) {
	t.Parallel()
	fail := map[string]func(context.Context, *dataclasses.DataClass[Author]) (*dataclasses.Selection[Author], error){
		"plain error": func(context.Context, *dataclasses.DataClass[Author]) (*dataclasses.Selection[Author], error) {
			return nil, errPlain
		},
		"panics": func(context.Context, *dataclasses.DataClass[Author]) (*dataclasses.Selection[Author], error) {
			panic("secret")
		},
		"the restriction of Author: ": func(_ context.Context, c *dataclasses.DataClass[Author]) (*dataclasses.Selection[Author], error) {
			return c.Query("nosuch = 1")
		},
	}
	for want, fn := range fail {
		ds := ordatest.Open(t, ordatest.SQLite(t), dataclasses.DefineExposed[Author](dataclasses.Restrict(fn)), dataclasses.DefineExposed[Book]())
		_, err := dataclasses.Of[Author](ds).Count(t.Context())
		_, asQuery := errors.AsType[*dataclasses.QueryError](err)
		_, asPanic := errors.AsType[*dataclasses.PanicError](err)
		switch {
		case err == nil || asQuery:
			t.Errorf("%s: %v", want, err)
		case want == "plain error" && !errors.Is(err, errPlain), want == "panics" && !asPanic, strings.HasSuffix(want, ": ") && !strings.HasPrefix(err.Error(), want):
			t.Errorf("%s: %v", want, err)
		}
		if n, err := dataclasses.Of[Book](ds).Count(t.Context()); err != nil || n != 0 {
			t.Errorf("%s: another dataclass: %d, %v", want, n, err)
		}
	}

	// The function reads its own dataclass unrestricted, and sees the session of a local function's caller.
	var sawSession atomic.Bool
	fn := func(ctx context.Context, c *dataclasses.DataClass[Author]) (*dataclasses.Selection[Author], error) {
		sawSession.Store(session.Current(ctx) != nil)
		first, err := c.All().First(ctx)
		if err != nil || first == nil {
			return nil, err
		}
		return c.Query("ID = :1", first)
	}
	local := dataclasses.Local("howMany", func(ctx context.Context, c *dataclasses.DataClass[Author], _ dataclasses.None) (int, error) {
		return c.Count(ctx)
	})
	ds := ordatest.Open(t, ordatest.SQLite(t), dataclasses.DefineExposed[Author](dataclasses.Restrict(fn), dataclasses.OnClass(local)), dataclasses.DefineExposed[Book]())
	newAuthor(t, ds, "a", "a")
	newAuthor(t, ds, "b", "b")
	ctx := signedIn(t, ds)("")
	if n, err := local.Call(ctx, dataclasses.Of[Author](ds), dataclasses.None{}); err != nil || n != 1 || !sawSession.Load() {
		t.Errorf("local function: %d, %v, session %v", n, err, sawSession.Load())
	}
	if _, err := dataclasses.Of[Author](ds).Count(t.Context()); err != nil || sawSession.Load() {
		t.Errorf("without a session: %v, session %v", err, sawSession.Load())
	}
}

func TestMistakesInRestrictions(t *testing.T) {
	t.Parallel()
	_, err := dataclasses.Open(ordatest.SQLite(t), dataclasses.DefineExposed[Author](
		dataclasses.Restrict(visibleAuthors), dataclasses.Restrict(visibleAuthors), dataclasses.Restrict[Author](nil)), dataclasses.DefineExposed[Book]())
	for _, want := range []string{"restrict_test.go", "a dataclass has one restriction", "a restriction without a function"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q: %v", want, err)
		}
	}
}

// Restrictions that lead to each other end, the one that is being resolved does not apply to itself; one with a window shows what its
// window does. Authors show only with a visible book over 10; of the books of visible authors the two cheapest show.
func TestRestrictionsOfEachOther(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db,
			dataclasses.DefineExposed[Author](dataclasses.Restrict(func(_ context.Context, c *dataclasses.DataClass[Author]) (*dataclasses.Selection[Author], error) {
				return c.Query("books.price > 10")
			})),
			dataclasses.DefineExposed[Book](dataclasses.Restrict(func(_ context.Context, c *dataclasses.DataClass[Book]) (*dataclasses.Selection[Book], error) {
				s, err := c.Query("author.lastName != null order by price")
				if err != nil {
					return nil, err
				}
				return s.Slice(0, 2), nil
			})))
		author := create(t, ds, Author{FirstName: "Chidi", LastName: "Okoro"})
		other := create(t, ds, Author{FirstName: "Inês", LastName: "Duarte"})
		for title, price := range map[string]float64{"Salt Roads": 18.5, "Low Water": 9} {
			create(t, ds, Book{Title: title, Price: price, AuthorID: &author.Value.ID})
		}
		create(t, ds, Book{Title: "Ébène", Price: 30, AuthorID: &other.Value.ID})
		create(t, ds, Book{Title: "Orphan", Price: 1})
		authors, books := dataclasses.Of[Author](ds), dataclasses.Of[Book](ds)
		for query, want := range map[string]int{
			"": 1, "lastName = duarte": 0, "books.title = 'low water'": 1, "books.title = 'ébène'": 0, "not (books.title = 'low water')": 0, "books = null": 0,
			"books.author.lastName = 'okoro' or books.author.books.price < 5": 1,
		} {
			s, err := authors.Query(query)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := s.Count(t.Context()); err != nil || n != want {
				t.Errorf("authors with %q: %d, %v; want %d", query, n, err, want)
			}
		}
		for query, want := range map[string]int{"": 2, "author.lastName = 'duarte'": 0, "author.books.price > 5": 2, "author.lastName = null": 0, "price > 10": 1} {
			s, err := books.Query(query + " order by author.lastName")
			if query == "" {
				s, err = books.All().OrderBy("author.lastName")
			}
			if err != nil {
				t.Fatal(err)
			}
			if found, err := s.Collect(t.Context()); err != nil || len(found) != want {
				t.Errorf("books with %q: %d, %v; want %d", query, len(found), err, want)
			}
		}
	})
}
