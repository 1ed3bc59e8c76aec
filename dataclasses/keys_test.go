package dataclasses_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/model"
)

// Seat has a composite key of texts.
type Seat struct {
	model.Record
	Hall  string `gorm:"primaryKey"`
	Place string `gorm:"primaryKey"`
	Price int64
}

// Word has a text key that the application gives.
type Word struct {
	model.Record
	Text string `gorm:"primaryKey"`
	Rank Rank
}

// Rank is a type of the application's own.
type Rank string

// Token has a generated key that is kept as text, Device one that is a uuid in the database.
type Token struct {
	model.Record
	ID    string `gorm:"primaryKey;size:36" orda:"type=uuid"`
	Notes []TokenNote
}

type TokenNote struct {
	model.Record
	ID      int64
	TokenID *string
	Token   *Token
}

type Device struct {
	model.Record
	ID   uuid.UUID `gorm:"type:uuid;primaryKey"`
	Name string
}

// Plain has no stamp.
type Plain struct {
	ID   int64
	Name string
}

func keyed() []dataclasses.Definition {
	return []dataclasses.Definition{
		dataclasses.DefineExposed[Seat](), dataclasses.DefineExposed[Word](), dataclasses.DefineExposed[Token](),
		dataclasses.DefineExposed[TokenNote](), dataclasses.DefineExposed[Device](), dataclasses.DefineExposed[Plain](dataclasses.WithoutStamp[Plain]()),
	}
}

func create[T any](t *testing.T, ds *dataclasses.DataStore, value T) *dataclasses.Entity[T] {
	t.Helper()
	e := dataclasses.Of[T](ds).New()
	e.Value = value
	save(t, e)
	return e
}

// O-011, O-215
func TestCompositeKeys(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, keyed()...)
		seats := dataclasses.Of[Seat](ds)
		for i, key := range [][2]string{{"a,b", "c"}, {"a", "b,c"}, {"a", "é'\"/"}, {"z", ""}} {
			create(t, ds, Seat{Hall: key[0], Place: key[1], Price: int64(i + 1)})
		}
		prices := func(s *dataclasses.Selection[Seat]) (got []int64) {
			t.Helper()
			for e, err := range s.Entities(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, e.Value.Price)
			}
			return got
		}
		if diff := cmp.Diff([]int64{2, 3, 1, 4}, prices(seats.All())); diff != "" {
			t.Errorf("all (-want +got):\n%s", diff)
		}
		part, err := seats.All().Slice(1, 3).Query("price > 1")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int64{3}, prices(part)); diff != "" {
			t.Errorf("query in a slice (-want +got):\n%s", diff)
		}
		e, err := seats.Get(t.Context(), "a", "b,c")
		if err != nil || e.Key() != "a,b,c" || e.Value.Price != 2 {
			t.Fatalf("get: %v", err)
		}
		e.Value.Price = 20
		save(t, e)
		if err := e.Drop(t.Context()); err != nil {
			t.Error(err)
		}
		if _, err := seats.Get(t.Context(), "a"); err == nil || errors.Is(err, dataclasses.ErrNotFound) {
			t.Errorf("half a key: %v", err)
		}
		remote := ds.Remote().Class("Seat")
		p, err := remote.Project(t.Context(), dataclasses.ProjectionSpec{Attributes: []string{"price"}})
		if err != nil {
			t.Fatal(err)
		}
		row, err := remote.Get(t.Context(), dataclasses.KeyText{"z", ""}, p)
		if err != nil || row.Key != "z," {
			t.Errorf("remote get: %+v, %v", row, err)
		}
		if _, err := remote.Save(t.Context(), object(t, `{"__KEY":"z,","__STAMP":1,"price":40}`), nil); err != nil {
			t.Errorf("remote save: %v", err)
		}
	})
}

// A set of more members than the expression depth of SQLite.
func TestManyCompositeKeys(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, keyed()...)
		create(t, ds, Seat{Hall: "h", Place: "1500", Price: 7})
		keys := make([]string, 2500)
		for i := range keys {
			keys[i] = fmt.Sprintf("h,%d", i)
		}
		remote := ds.Remote().Class("Seat")
		p, err := remote.Project(t.Context(), dataclasses.ProjectionSpec{})
		if err != nil {
			t.Fatal(err)
		}
		page, err := remote.FromKeys(keys).Page(t.Context(), p, 0, len(keys))
		if err != nil {
			t.Fatal(err)
		}
		alive := 0
		for _, row := range page.Rows {
			if !row.Dead {
				alive++
			}
		}
		if alive != 1 || len(page.Rows) != len(keys) {
			t.Errorf("%d rows, %d alive", len(page.Rows), alive)
		}
	})
}

// O-030, O-034, O-056, O-215, O-261
func TestTextKeys(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, keyed()...)
		words := dataclasses.Of[Word](ds)
		for _, text := range []string{"plain", "a,b", "it's", `q"uote`, "per%cent/slash", "été😀", "A", "a", " ", strings.Repeat("x", 500)} {
			e := create(t, ds, Word{Text: text, Rank: "noun"})
			got, err := words.Get(t.Context(), text)
			if err != nil || got.Key() != text || e.Key() != text {
				t.Errorf("get %q: %v", text, err)
				continue
			}
			if row, err := ds.Remote().Class("Word").Entity(t.Context(), dataclasses.KeyText{text}); err != nil || row.Key() != text {
				t.Errorf("remote get %q: %v", text, err)
			}
		}
		for _, key := range []any{"PLAIN", 7, true, nil, "plain ", []byte("plain"), time.Now()} {
			if _, err := words.Get(t.Context(), key); !errors.Is(err, dataclasses.ErrNotFound) {
				t.Errorf("get %v: %v", key, err)
			}
		}
		again := words.New()
		again.Value.Text = "plain"
		err := again.Save(t.Context())
		if c, ok := errors.AsType[*dataclasses.ConstraintError](err); !ok || c.Kind != dataclasses.Duplicate || !again.IsNew() || again.Stamp() != 0 {
			t.Errorf("duplicate key: %v, new %v, stamp %d", err, again.IsNew(), again.Stamp())
		}
		if s := dataclasses.StatusOf(err); s.Status != dataclasses.StatusSerious {
			t.Errorf("duplicate key: %+v", s)
		}
		e, err := words.Get(t.Context(), Rank("plain"))
		if err != nil {
			t.Fatalf("a key of a type of the application's own: %v", err)
		}
		if err := e.Set("rank", Rank("verb")); err != nil || e.Value.Rank != "verb" {
			t.Errorf("set of a type of the application's own: %v, %q", err, e.Value.Rank)
		}
		if err := e.Set("text", "renamed"); err == nil {
			t.Error("the key of a saved entity was changed")
		}
	})
}

// O-023
func TestLargeIntegersStayExact(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, keyed()...)
		for _, id := range []int64{1<<53 + 1, math.MaxInt64, math.MinInt64 + 1} {
			create(t, ds, Plain{ID: id})
			e, err := ds.Remote().Class("Plain").Save(t.Context(), object(t, fmt.Sprintf(`{"__KEY":"%d","name":"x"}`, id)), nil)
			if err != nil || e.Key() != fmt.Sprint(id) {
				t.Errorf("save %d: %v", id, err)
			}
			s, err := dataclasses.Of[Plain](ds).Query("ID = :1", id)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := s.First(t.Context()); err != nil || got == nil || got.Value.ID != id {
				t.Errorf("query %d: %v, %v", id, got, err)
			}
		}
	})
}

// A model without stamp: no conflicts, stamp 1, and a row that is gone is still noticed.
func TestWithoutStamp(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, keyed()...)
		a := create(t, ds, Plain{Name: "a"})
		b := get[Plain](t, ds, a.Value.ID)
		a.Value.Name, b.Value.Name = "first", "second"
		save(t, a)
		save(t, b)
		if got := get[Plain](t, ds, a.Value.ID); got.Value.Name != "second" || got.Stamp() != 1 {
			t.Errorf("stored %+v, stamp %d", got.Value, got.Stamp())
		}
		if err := b.Drop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := a.Drop(t.Context()); !errors.Is(err, dataclasses.ErrNotFound) {
			t.Errorf("drop of a row that is gone: %v", err)
		}
		a.Value.Name = "ghost"
		if err := a.Save(t.Context()); !errors.Is(err, dataclasses.ErrNotFound) {
			t.Errorf("save of a row that is gone: %v", err)
		}
		if n, err := dataclasses.Of[Plain](ds).Count(t.Context()); err != nil || n != 0 {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}

// GORM leaves parts of a key that are zero out of its conditions; an update must still reach one row only.
func TestZeroInCompositeKey(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, numbered()...)
		w := worldOf(t, ds, 3, func(s *Place) int64 { return s.N }, func(s *Place, n int64) { s.Row, s.No, s.N = "a", n, n })
		e := must(w.class.Get(t.Context(), "a", 0))
		e.Value.N = 50
		save(t, e)
		w.want(t, "after saving one", w.class.All(), 1, 2, 50)
		if err := e.Drop(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.want(t, "after dropping one", w.class.All(), 1, 2)
	})
}
