package dataclasses_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/sqlite"
)

// counting is an SQLite dialector whose readers count their statements.
type counting struct {
	*sqlite.Dialector
	path    string
	queries atomic.Int64
	open    sync.Once
	readers *sql.DB
}

func (c *counting) Readers() *sql.DB {
	inner := c.Dialector.Readers()
	if inner == nil {
		return nil
	}
	c.open.Do(func() { c.readers = sql.OpenDB(&countingConnector{inner.Driver(), c}) })
	return c.readers
}

type countingConnector struct {
	driver driver.Driver
	count  *counting
}

func (c *countingConnector) Driver() driver.Driver { return c.driver }

func (c *countingConnector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open("file:" + c.count.path)
	if err != nil {
		return nil, err
	}
	return &countingConn{conn, &c.count.queries}, nil
}

type countingConn struct {
	driver.Conn
	queries *atomic.Int64
}

func (c *countingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.queries.Add(1)
	return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
}

// openCounting opens a datastore and returns a function that counts the statements of what it is given.
func openCounting(t *testing.T, defs ...dataclasses.Definition) (*dataclasses.DataStore, func(func()) int64) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "counted.db")
	c := &counting{Dialector: sqlite.Open(path), path: path}
	db, err := gorm.Open(c, &gorm.Config{TranslateError: true, Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if c.readers != nil {
			_ = c.readers.Close()
		}
		_ = c.Close()
	})
	return ordatest.Open(t, db, defs...), func(do func()) int64 {
		before := c.queries.Load()
		do()
		return c.queries.Load() - before
	}
}

// The number of statements does not depend on the number of rows.
func TestStatementsOfAPage(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	ds, count := openCounting(t, computing(&calls)...)
	for i := range 150 {
		author := newAuthor(t, ds, "A", fmt.Sprint(i))
		newBook(t, ds, fmt.Sprint(i, " one"), 1, author)
		newBook(t, ds, fmt.Sprint(i, " two"), 2, author)
	}
	books := ds.Remote().Class("Book")
	tests := []struct {
		name       string
		spec       dataclasses.ProjectionSpec
		top        int
		statements int64
		calls      int64
	}{
		{"plain page and its count", dataclasses.ProjectionSpec{Attributes: []string{"title"}}, 100, 2, 0},
		{"two expanded relations, an alias and a calculated attribute", dataclasses.ProjectionSpec{
			Attributes: []string{"title", "authorName", "worth", "author.fullName", "author.books.title"}}, 100, 5, 1}, // rows, alias, two relations, count
		{"the same of one row", dataclasses.ProjectionSpec{
			Attributes: []string{"title", "authorName", "worth", "author.fullName", "author.books.title"}}, 1, 5, 1},
		{"all at once: the page tells the count", dataclasses.ProjectionSpec{Attributes: []string{"title"}}, 1000, 1, 0},
	}
	for _, tt := range tests {
		calls.Store(0)
		p, err := books.Project(t.Context(), tt.spec)
		if err != nil {
			t.Fatal(err)
		}
		got := count(func() {
			page, err := books.All().Page(t.Context(), p, 0, tt.top)
			if err != nil || len(page.Rows) != min(tt.top, 300) || page.Count != 300 {
				t.Errorf("%s: %v", tt.name, err)
			}
		})
		if got != tt.statements || calls.Load() != tt.calls {
			t.Errorf("%s: %d statements, %d calls of the getter; want %d, %d", tt.name, got, calls.Load(), tt.statements, tt.calls)
		}
	}
}

func TestStatementsOfOneEntity(t *testing.T) {
	t.Parallel()
	ds, count := openCounting(t, library()...)
	shelf(t, ds)
	books := ds.Remote().Class("Book")
	p, err := books.Project(t.Context(), dataclasses.ProjectionSpec{})
	if err != nil {
		t.Fatal(err)
	}
	var book *dataclasses.Entity[Book]
	steps := []struct {
		name string
		do   func() error
		want int64
	}{
		{"making selections", func() error {
			s, err := dataclasses.Of[Book](ds).Query("price > 1 order by title")
			if err == nil {
				_, err = s.Slice(1, 2).OrderBy("price")
			}
			return err
		}, 0},
		{"get", func() (err error) { book, err = dataclasses.Of[Book](ds).Get(t.Context(), 1); return err }, 1},
		{"remote get", func() error { _, err := books.Get(t.Context(), dataclasses.KeyText{"1"}, p); return err }, 1},
		{"related entity", func() error {
			_, err := dataclasses.RelatedEntity[Author](t.Context(), book, "author")
			return err
		}, 1},
		{"related entity again", func() error {
			_, err := dataclasses.RelatedEntity[Author](t.Context(), book, "author")
			return err
		}, 0},
		{"save of an untouched entity", func() error { return book.Save(t.Context()) }, 0},
		{"save", func() error { book.Value.Price++; return book.Save(t.Context()) }, 0},
		{"count", func() error { _, err := dataclasses.Of[Book](ds).Count(t.Context()); return err }, 1},
		{"first", func() error { _, err := dataclasses.Of[Book](ds).All().First(t.Context()); return err }, 1},
		{"sums by author", func() error {
			_, err := dataclasses.SumBy[int64, float64](t.Context(), dataclasses.Of[Book](ds).All(), "authorID", "price")
			return err
		}, 1},
		{"last", func() error { _, err := dataclasses.Of[Book](ds).All().Last(t.Context()); return err }, 1},
	}
	for _, s := range steps {
		if got := count(func() {
			if err := s.do(); err != nil {
				t.Errorf("%s: %v", s.name, err)
			}
		}); got != s.want {
			t.Errorf("%s: %d statements read, want %d", s.name, got, s.want)
		}
	}
}

// What is asked of a selection is one statement, whatever the number of entities; set operations of lazy selections are none.
func TestStatementsOfSelections(t *testing.T) {
	t.Parallel()
	ds, count := openCounting(t, library()...)
	for i := range 150 {
		newBook(t, ds, fmt.Sprint(i), float64(i), newAuthor(t, ds, "A", fmt.Sprint(i)))
	}
	ctx := t.Context()
	all, cheap := dataclasses.Of[Book](ds).All(), must(dataclasses.Of[Book](ds).Query("price < 100"))
	fixed := must(all.Fix(ctx))
	few := must(cheap.Fix(ctx))
	collection := must(all.ToCollection(ctx, "", dataclasses.CollectionOptions{}))
	steps := []struct {
		name string
		do   func() error
		want int64
	}{
		{"min", func() error { _, _, err := dataclasses.Min[string](ctx, all, "title"); return err }, 1},
		{"average", func() error { _, _, err := fixed.Average(ctx, "price"); return err }, 1},
		{"distinct", func() error { _, err := dataclasses.Distinct[string](ctx, all, "title"); return err }, 1},
		{"extract", func() error { _, err := dataclasses.Extract[string](ctx, all, "author.lastName"); return err }, 1},
		{"extract of fixed", func() error { _, err := dataclasses.Extract[string](ctx, fixed, "author.lastName"); return err }, 1},
		{"extract entities", func() error { _, err := dataclasses.ExtractEntities[Author](ctx, all, "author"); return err }, 2},
		{"projection", func() error {
			authors, err := dataclasses.Related[Author](all, "author")
			if err == nil {
				_, err = authors.Count(ctx)
			}
			return err
		}, 1},
		{"to collection with two relations", func() error {
			_, err := all.ToCollection(ctx, "title,author.fullName,author.books.title", dataclasses.CollectionOptions{})
			return err
		}, 3},
		{"from collection", func() error { _, err := dataclasses.Of[Book](ds).FromCollection(ctx, collection); return err }, 1},
		{"lazy and", func() error { _, err := all.And(ctx, cheap); return err }, 0},
		{"lazy or", func() error { _, err := all.Or(ctx, cheap); return err }, 0},
		{"count of a lazy minus", func() error { _, err := must(all.Minus(ctx, cheap)).Count(ctx); return err }, 1},
		{"fixed and", func() error { _, err := must(fixed.And(ctx, few)).Count(ctx); return err }, 0},
		{"lazy and fixed", func() error { _, err := all.And(ctx, few); return err }, 1},
		{"query on fixed", func() error { _, err := must(fixed.Query("price > 3")).Count(ctx); return err }, 1},
		{"at from the end", func() error { _, err := all.At(ctx, -20); return err }, 1},
		{"last of a slice", func() error { _, err := all.Slice(-100, -3).Last(ctx); return err }, 1},
		{"clean", func() error { _, err := fixed.Clean(ctx); return err }, 1},
		{"contains", func() error { _, err := all.Contains(ctx, must(fixed.First(ctx))); return err }, 2},
	}
	for _, s := range steps {
		if got := count(func() {
			if err := s.do(); err != nil {
				t.Errorf("%s: %v", s.name, err)
			}
		}); got != s.want {
			t.Errorf("%s: %d statements read, want %d", s.name, got, s.want)
		}
	}
}
