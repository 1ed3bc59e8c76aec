package dataclasses_test

import (
	"context"
	"database/sql"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/model"
)

// Everything has an attribute of every type, each with and without null.
type Everything struct {
	model.Record
	ID       int64
	Text     string
	TextN    *string
	UID      uuid.UUID `orda:"type=uuid"`
	Yes      bool
	YesN     *bool
	Tiny     int8
	Small    int16
	Medium   int32
	Large    int64
	LargeN   sql.Null[int64]
	Unsigned uint32
	Real     float64
	RealN    *float64
	At       time.Time
	AtN      *time.Time
	Day      model.Day
	DayN     *model.Day
	Lasts    time.Duration
	LastsN   *time.Duration
	Data     model.JSON
	List     []string `gorm:"serializer:json"`
	Bytes    []byte
	Picture  []byte `orda:"type=image"`
	ParentID *int64
	Parent   *Everything
	Children []Everything `gorm:"foreignKey:ParentID"`
}

func everything(id int64) Everything {
	text, yes, real := "tab\t quote\" \\ \u0001 line\nbreak é 😀 \u2028", true, math.MaxFloat64
	at := time.Date(2026, 11, 21, 9, 30, 15, 123456789, time.FixedZone("east", 3*3600))
	day, lasts := model.NewDay(1999, 12, 31), 90*time.Minute+5*time.Millisecond
	return Everything{
		ID: id, Text: text, TextN: &text, UID: uuid.MustParse("5d41402a-bc4b-2a76-b971-9d911017c592"), Yes: true, YesN: &yes,
		Tiny: -128, Small: -32768, Medium: math.MinInt32, Large: 1<<53 + 1, LargeN: sql.Null[int64]{V: math.MinInt64, Valid: true},
		Unsigned: math.MaxUint32, Real: 0.1, RealN: &real, At: at, AtN: &at, Day: day, DayN: &day, Lasts: lasts, LastsN: &lasts,
		Data:  model.JSON{"a": []any{1.5, "x", nil, true}, "big": int64(1<<53 + 1), "e": "é😀\u0001<&>"},
		List:  []string{"b", "a"},
		Bytes: []byte{0, 1, 255}, Picture: []byte("\x89PNG\r\n\x1a\n"),
	}
}

func describeEverything() dataclasses.Definition {
	return dataclasses.DefineExposed[Everything](
		dataclasses.Alias[Everything]("parentText", "parent.text"),
		dataclasses.Computed("twice", func(_ context.Context, e *dataclasses.Entity[Everything]) (int64, error) {
			return 2 * int64(e.Value.Medium), nil
		}),
	)
}

// The two renderings of one plan, straight from the row and from an entity in memory, give the same values.
//
func TestBothRenderingsAreEqual(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, describeEverything())
		class := dataclasses.Of[Everything](ds)
		parent := class.New()
		parent.Value = everything(0)
		save(t, parent)
		child := class.New()
		child.Value = everything(0)
		child.Value.ParentID = &parent.Value.ID
		save(t, child)
		blank := class.New()
		blank.Value.At = time.Unix(0, 0)
		save(t, blank)

		remote := ds.Remote().Class("Everything")
		var names []string
		for _, a := range remote.Attributes() {
			if a.Kind != model.Calculated {
				names = append(names, a.Name)
			}
		}
		p, err := remote.Project(t.Context(), dataclasses.ProjectionSpec{Attributes: names, Expand: []string{"parent", "children"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range []*dataclasses.Entity[Everything]{parent, child, blank} {
			direct, err := remote.Get(t.Context(), dataclasses.KeyText{e.Key()}, p)
			if err != nil {
				t.Fatal(err)
			}
			loaded, err := remote.Entity(t.Context(), dataclasses.KeyText{e.Key()})
			if err != nil {
				t.Fatal(err)
			}
			fromLoaded, err := loaded.Row(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(direct, fromLoaded, cmpopts.EquateNaNs()); diff != "" {
				t.Errorf("entity %s (-row +entity):\n%s", e.Key(), diff)
			}
			fromSaved := memory(t, ds, e, p)
			if diff := cmp.Diff(direct, fromSaved); diff != "" {
				t.Errorf("entity %s (-row +entity as it was saved):\n%s", e.Key(), diff)
			}
		}
	})
}

// memory renders an entity that was not read back, through a function that returns it.
func memory(t *testing.T, ds *dataclasses.DataStore, e *dataclasses.Entity[Everything], p *dataclasses.Projection) *dataclasses.Row {
	t.Helper()
	row, err := dataclasses.RemoteOf(e).Row(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return row
}

func TestProjection(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, library()...)
		author := newAuthor(t, ds, "Chidi", "Okoro")
		newBook(t, ds, "Salt Roads", 18.5, author)
		newBook(t, ds, "Low Water", 9, author)
		newBook(t, ds, "Orphan", 1, nil)
		books := ds.Remote().Class("Book")
		p, err := books.Project(t.Context(), dataclasses.ProjectionSpec{Attributes: []string{"title", "authorName", "author.lastName", "author.books.title"}})
		if err != nil {
			t.Fatal(err)
		}
		page, err := books.All().Page(t.Context(), p, 0, 2)
		if err != nil {
			t.Fatal(err)
		}
		if page.Count != 3 || len(page.Rows) != 2 {
			t.Fatalf("count %d, rows %d; want 3, 2", page.Count, len(page.Rows))
		}
		inner := p.Fields[2].Nested.Fields
		related := page.Rows[1].One[p.Fields[2].Slot]
		if got := related.Values[inner[0].Value]; got != "Okoro" {
			t.Errorf("author.lastName = %v", got)
		}
		if n := len(related.Many[inner[1].Slot]); n != 2 {
			t.Errorf("author.books has %d rows, want 2", n)
		}
		if got := page.Rows[0].Values[p.Fields[1].Value]; got != "Okoro" {
			t.Errorf("alias authorName = %v", got)
		}
		last, err := books.All().Page(t.Context(), p, 2, 2)
		if err != nil || last.Count != 3 || last.Rows[0].One[p.Fields[2].Slot] != nil || last.Rows[0].Values[p.Fields[1].Value] != nil {
			t.Errorf("book without author: %+v, %v", last, err)
		}
	})
}
