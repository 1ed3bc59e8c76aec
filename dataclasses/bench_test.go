package dataclasses_test

import (
	"fmt"
	"testing"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
)

func benchStore(b *testing.B) *dataclasses.DataStore {
	b.Helper()
	ds := ordatest.Open(b, ordatest.SQLite(b), library()...)
	authors := dataclasses.Of[Author](ds)
	for i := range 500 {
		e := authors.New()
		e.Value.FirstName, e.Value.LastName, e.Value.Active = "Ines", fmt.Sprintf("Duarte %d", i), i%2 == 0
		if err := e.Save(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	return ds
}

func BenchmarkRowByKey(b *testing.B) {
	c := benchStore(b).Remote().Class("Author")
	spec := dataclasses.ProjectionSpec{Attributes: []string{"ID", "firstName", "lastName", "born", "email", "active"}}
	b.ReportAllocs()
	for b.Loop() {
		p, err := c.Project(b.Context(), spec)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := c.Get(b.Context(), dataclasses.KeyText{"77"}, p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEntityByKey(b *testing.B) {
	ds := benchStore(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := dataclasses.Of[Author](ds).Get(b.Context(), 77); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPageOf100(b *testing.B) {
	c := benchStore(b).Remote().Class("Author")
	spec := dataclasses.ProjectionSpec{Attributes: []string{"ID", "firstName", "lastName", "born", "email", "active"}}
	b.ReportAllocs()
	for b.Loop() {
		p, err := c.Project(b.Context(), spec)
		if err != nil {
			b.Fatal(err)
		}
		s, err := c.All().Query("active = true order by lastName desc", dataclasses.Values{})
		if err != nil {
			b.Fatal(err)
		}
		if page, err := s.Page(b.Context(), p, 0, 100); err != nil || len(page.Rows) != 100 || page.Count != 250 {
			b.Fatal(err)
		}
	}
}

func BenchmarkCreateWithTrigger(b *testing.B) {
	books := dataclasses.Of[Book](benchStore(b))
	b.ReportAllocs()
	for b.Loop() {
		e := books.New()
		e.Value.Title, e.Value.Price = "Salt Roads", 18.5
		if err := e.Save(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// What a query costs that was asked before, as far as the database: its text is looked up, its values are checked, and it is planned.
func BenchmarkQueryBefore(b *testing.B) {
	for _, c := range []struct {
		name  string
		roles string
		text  string
	}{
		{"placeholder", "", "name = :1"},
		{"sorted", "", "name = :1 and budget > 100 order by name desc"},
		{"rights", workRoles, "name = :1"},
	} {
		b.Run(c.name, func(b *testing.B) {
			f := newFixture(b, ordatest.SQLite(b), c.roles)
			ctx, _ := f.as(b, privilegesIn(c.roles)...)
			tasks := dataclasses.Of[Task](f.ds)
			b.ReportAllocs()
			for b.Loop() {
				sel, err := tasks.Query(c.text, "plan")
				if err != nil {
					b.Fatal(err)
				}
				if err := dataclasses.PlanRead(ctx, sel); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

const workRoles = `{"restrictedByDefault":true,"privileges":[{"privilege":"work"}],"permissions":{"allowed":[
 {"applyTo":"Task","type":"dataclass","read":["work"]},{"applyTo":"Task.budget","type":"attribute","read":["work"]}]}}`

func privilegesIn(roles string) []string {
	if roles == "" {
		return nil
	}
	return []string{"work"}
}
