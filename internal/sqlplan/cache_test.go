package sqlplan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
)

// cachedSource is a source whose query comes from the planner.
func cachedSource(t testing.TB, p *sqlplan.Planner, c *model.Class, text string, values ...any) *sqlplan.Source {
	t.Helper()
	q, err := p.Parse(text, query.ORDA)
	if err != nil {
		t.Fatal(err)
	}
	return &sqlplan.Source{Class: c, Conditions: []sqlplan.Condition{&sqlplan.Query{Query: q, Values: sqlplan.Values{Indexed: values}}}, Order: q.Order, Limit: -1}
}

// Every statement of a planner that remembers is the one of a planner that does not, whatever came before.
func TestCacheChangesNothing(t *testing.T) {
	t.Parallel()
	all := classes(t)
	for _, d := range []dialect.Dialect{dialect.SQLite{}, dialect.Postgres{}} {
		warm := sqlplan.New(d)
		ask := func(class, text string, limit, offset int, values ...any) {
			t.Helper()
			fresh := sqlplan.New(d)
			s, want := cachedSource(t, warm, all[class], text, values...), cachedSource(t, fresh, all[class], text, values...)
			s.Limit, s.Offset, want.Limit, want.Offset = limit, offset, limit, offset
			got, err := warm.Keys(s, sqlplan.Lens{})
			expected, errExpected := fresh.Keys(want, sqlplan.Lens{})
			if (err == nil) != (errExpected == nil) || err != nil && err.Error() != errExpected.Error() {
				t.Fatalf("%s %v: %v, want %v", text, values, err, errExpected)
			}
			if diff := cmp.Diff(expected, got); diff != "" {
				t.Errorf("%s %v (-want +got):\n%s", text, values, diff)
			}
			got, err = warm.Count(s, sqlplan.Lens{})
			expected, errExpected = fresh.Count(want, sqlplan.Lens{})
			if diff := cmp.Diff(expected, got); diff != "" || (err == nil) != (errExpected == nil) {
				t.Errorf("count of %s %v: %v, want %v (-want +got):\n%s", text, values, err, errExpected, diff)
			}
			err, errExpected = warm.Check(s, sqlplan.Lens{}), sqlplan.New(d).Check(want, sqlplan.Lens{})
			if (err == nil) != (errExpected == nil) || err != nil && err.Error() != errExpected.Error() {
				t.Errorf("check of %s %v: %v, want %v", text, values, err, errExpected)
			}
		}
		for range 2 {
			for _, v := range []any{"7", "hé", "h@", "@", "a@@", 3, 2.5, true, nil, "h@", "x", []any{1}, model.NewDay(2020, 1, 31), "\x00"} {
				for _, text := range []string{
					"name = :1", "name != :1", "name < :1", "name % :1", "age = :1", "age > :1 and name = 'b@'", "score <= :1", "active = :1",
					"born = :1", "seen > :1", "shift = :1", "employer.name = :1 order by employer.city desc", "age in :1", "age in [1, 2] and age = :1",
					":1 = 3", "badge = :1", "not (name = :1 or nick = :1)",
				} {
					ask("employee", text, -1, 0, v)
				}
				ask("author", "books.price > :1 and books.title = 'salt'", 10, 5, v)
				ask("note", "info.n = :1 and info.coll[a].val = 3", 10, 0, v)
				ask("note", "info.coll[].val != :1", 3, 0, v)
				ask("note", "meaning > :1", -1, 7, v)
			}
			ask("employee", "name = :1 and age = :2", 2, 3, "x", 1)
			ask("employee", "name = :1 and age = :2", 4, 9, "y", 2)
			ask("employee", "name = :1 and age = :2", 4, 0, "y")
		}
	}
}

// One query twice, with other values each time.
func TestCacheOfOneQueryTwice(t *testing.T) {
	t.Parallel()
	p := sqlplan.New(dialect.SQLite{})
	e := classes(t)["employee"]
	for i := range 3 {
		s := cachedSource(t, p, e, "age > :1", i)
		s.Conditions = append(s.Conditions, cachedSource(t, p, e, "age > :1", 10+i).Conditions...)
		st, err := p.Keys(s, sqlplan.Lens{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]any{int64(i), int64(10 + i)}, st.Args); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// What one caller may use is not taken for what another may.
func TestCacheAndLens(t *testing.T) {
	t.Parallel()
	p := sqlplan.New(dialect.SQLite{})
	e := classes(t)["employee"]
	hidden := func(a *model.Attribute) bool { return a.Name != "age" }
	ask := func(l sqlplan.Lens) error {
		_, err := p.Keys(cachedSource(t, p, e, "age = :1", 3), l)
		return err
	}
	if err := ask(sqlplan.Lens{}); err != nil {
		t.Fatal(err)
	}
	if err := ask(sqlplan.Lens{Visible: hidden}); err == nil {
		t.Error("a lens without key used the plan of the program")
	}
	asked := 0
	use := func(*model.Attribute) error { asked++; return nil }
	for range 3 {
		if err := ask(sqlplan.Lens{Use: use, Key: []byte("a")}); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 1 {
		t.Errorf("lens asked %d times, want 1", asked)
	}
	if err := ask(sqlplan.Lens{Visible: hidden, Key: []byte("b")}); err == nil {
		t.Error("a lens used the plan of another")
	}
}

// Other columns, orders and windows are other plans.
func TestCacheTellsPlansApart(t *testing.T) {
	t.Parallel()
	warm := sqlplan.New(dialect.SQLite{})
	e := classes(t)["employee"]
	for _, order := range []string{"", "age", "age desc", "name, age", "employer.name"} {
		for _, columns := range [][]*model.Attribute{{e.Attribute("name")}, {e.Attribute("age")}, {e.Attribute("name"), e.Attribute("age")}} {
			for i := range 4 {
				items, err := query.ParseOrder(order, query.ORDA)
				if err != nil {
					t.Fatal(err)
				}
				s := cachedSource(t, warm, e, "age > :1", 3)
				s.Order, s.Presence, s.Backwards = items, i%2 == 1, i > 1
				got, err := warm.Select(s, columns, sqlplan.Lens{})
				if err != nil {
					t.Fatal(err)
				}
				want, err := sqlplan.New(dialect.SQLite{}).Select(s, columns, sqlplan.Lens{})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("order %q (-want +got):\n%s", order, diff)
				}
			}
		}
	}
}

// Plans of queries that nobody can ask for again leave the others their place.
func TestCacheKeepsWhatComesAgain(t *testing.T) {
	t.Parallel()
	p := sqlplan.New(dialect.SQLite{})
	e := classes(t)["employee"]
	asked := 0
	lens := sqlplan.Lens{Key: []byte("a"), Use: func(*model.Attribute) error { asked++; return nil }}
	ask := func(s *sqlplan.Source) {
		t.Helper()
		if _, err := p.Keys(s, lens); err != nil {
			t.Fatal(err)
		}
	}
	ask(cachedSource(t, p, e, "age = 3"))
	for range 3_000 {
		q, err := query.Parse("age = 4", query.ORDA)
		if err != nil {
			t.Fatal(err)
		}
		ask(&sqlplan.Source{Class: e, Conditions: []sqlplan.Condition{&sqlplan.Query{Query: q}}, Limit: -1})
	}
	asked = 0
	ask(cachedSource(t, p, e, "age = 3"))
	if asked != 0 {
		t.Error("the plan of a query that is remembered was dropped")
	}
}

// The memory for plans has a limit.
func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	p := sqlplan.New(dialect.SQLite{})
	first, err := p.Parse("age = 1", query.ORDA)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3_000 {
		if _, err := p.Parse("age = 1"+string(rune('a'+i%26))+string(rune('a'+i/26%26))+string(rune('a'+i/676)), query.ORDA); err != nil {
			t.Fatal(err)
		}
	}
	if again, err := p.Parse("age = 1", query.ORDA); err != nil || again == first {
		t.Errorf("a query was kept behind 3,000 others (%v)", err)
	}
}

func BenchmarkCached(b *testing.B) {
	e := classes(b)["employee"]
	for _, c := range []struct{ name, text string }{
		{"key", "ID = :1"},
		{"usual", "name = :1 and employer.country = 'Ger@' order by age desc"},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := sqlplan.New(dialect.SQLite{})
			values := []any{"7"}
			lens := sqlplan.Lens{Key: []byte("12345678")}
			b.ReportAllocs()
			for b.Loop() {
				q, err := p.Parse(c.text, query.ORDA)
				if err != nil {
					b.Fatal(err)
				}
				s := &sqlplan.Source{Class: e, Conditions: []sqlplan.Condition{&sqlplan.Query{Query: q, Values: sqlplan.Values{Indexed: values}}}, Order: q.Order, Limit: 100}
				if _, err := p.Select(s, e.Key, lens); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
