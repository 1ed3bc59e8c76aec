package sqlplan_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
)

var update = flag.Bool("update", false, "rewrite testdata/*.golden")

// goldens are queries whose SQL is kept, so that a change of it is seen in review.
func goldens() []ask {
	return []ask{
		{"employee", "", "", nil},
		{"employee", "name = hetrick", "", nil},
		{"employee", "name != hetrick", "", nil},
		{"employee", "name = 'h@_s'", "", nil},
		{"employee", "name != 'h@'", "", nil},
		{"employee", "name <= 'h@'", "", nil},
		{"employee", "name % bravo", "", nil},
		{"employee", "name in [a, b]", "", nil},
		{"employee", "name in [a, b, c, d, e, 'f@']", "", nil},
		{"employee", "age = 30 and not (score > 1.5) or active = true", "", nil},
		{"employee", "age in [1, 2]", "", nil},
		{"employee", "age in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]", "", nil},
		{"employee", "age in []", "", nil},
		{"employee", "born = 1990-01-31", "", nil},
		{"employee", "born != 1990-01-31", "", nil},
		{"employee", "seen = 2020-01-01", "", nil},
		{"employee", "seen > '2020-01-01T10:00:00Z'", "", nil},
		{"employee", "shift = '08:00:00'", "", nil},
		{"employee", "badge = AB000000000000000000000000000000", "", nil},
		{"employee", "token = AB000000000000000000000000000000", "", nil},
		{"employee", "employer = null or employer in [1, 2]", "", nil},
		{"employee", "employer.country = null and employer.name = acme order by employer.city desc, age, ID", "", nil},
		{"employee", "bossLand = germany", "", nil},
		{"publisher", "name = x", "", nil},
		{"line", "text = x", "", nil},
		{"author", "books = null or books != null", "", nil},
		{"author", "books.price > 10 and name = x and books.title = salt", "", nil},
		{"author", "books.price > 10 or books.title = salt", "", nil},
		{"author", "books.price > 10 or name = x", "", nil},
		{"author", "books.price > 10 and not (books.title = salt)", "", nil},
		{"author", "not (books.price > 10 and (books.title = salt or books.year = 2020))", "", nil},
		{"author", "not (books.price > 10 and name = x)", "", nil},
		{"author", "(books.price = null or name = x) and (books.year = 2020 or city = y)", "", nil},
		{"author", "books.reviews.stars = 5 and books.publisher.name = knopf", "", nil},
		{"book", "author.books.title = salt", "", nil},
		{"author", "books.title = salt and books{2}.title = night", "", nil},
		{"note", "info.n > 1 and info.s = 'e@'", "", nil},
		{"note", "info.a.b = null or info.on = 2020-01-31", "", nil},
		{"note", "info.coll[].val = 0", "", nil},
		{"note", "info.coll[].val != 0", "", nil},
		{"note", "info.places[a].kind = home and info.places[a].city = paris", "", nil},
		{"note", "info.coll.length > 2 order by info.n", "", nil},
		{"author", "notes.info.coll[].val = 0", "", nil},
	}
}

// O-105, O-131, O-136, R-172, R-173, R-178
func TestGolden(t *testing.T) {
	t.Parallel()
	all := classes(t)
	for _, d := range []dialect.Dialect{dialect.SQLite{}, dialect.Postgres{}} {
		var b strings.Builder
		for _, g := range goldens() {
			s := source(t, all[g.class], g.text, query.ORDA, sqlplan.Values{})
			st, err := sqlplan.New(d).Keys(s, sqlplan.Lens{})
			if err != nil {
				t.Fatalf("%s: %v", g.text, err)
			}
			fmt.Fprintf(&b, "%s: %s\n  %s\n", g.class, g.text, st.SQL)
			for _, arg := range st.Args {
				fmt.Fprintf(&b, "    %T %.40v\n", arg, arg)
			}
		}
		golden(t, d.Name(), b.String())
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func BenchmarkKeys(b *testing.B) {
	c := classes(b)
	s := source(b, c["employee"], "age = :1 and employer.country = 'Ger@' order by born desc", query.ORDA, sqlplan.Values{Indexed: []any{3}})
	for _, d := range []dialect.Dialect{dialect.SQLite{}, dialect.Postgres{}} {
		b.Run(d.Name(), func(b *testing.B) {
			p := sqlplan.New(d)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Keys(s, sqlplan.Lens{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
