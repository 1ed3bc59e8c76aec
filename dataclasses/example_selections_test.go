package dataclasses_test

import (
	"context"
	"fmt"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
)

// Company and Member are the models of the examples of selections.
type Company struct {
	model.Record
	ID      int64
	Name    string
	City    string
	Members []Member
}

type Member struct {
	model.Record
	ID        int64
	Name      string
	Age       int64
	Skills    model.JSON
	CompanyID *int64
	Company   *Company
}

// openCompanies opens a datastore with two companies and four members.
func openCompanies(defs ...dataclasses.Definition) (*dataclasses.DataStore, func()) {
	if len(defs) == 0 {
		defs = []dataclasses.Definition{dataclasses.Define[Company](), dataclasses.Define[Member](dataclasses.Alias[Member]("city", "company.city"))}
	}
	ds, done := openStaff(defs...)
	ctx := context.Background()
	_, err := dataclasses.Of[Company](ds).FromCollection(ctx, []map[string]any{
		{"ID": 1, "name": "Acme", "city": "Porto"}, {"ID": 2, "name": "Globex", "city": "Braga"},
	})
	if err == nil {
		_, err = dataclasses.Of[Member](ds).FromCollection(ctx, []map[string]any{
			{"name": "Ana", "age": 31, "company": map[string]any{"__KEY": 1}, "skills": map[string]any{"level": 3, "tools": []any{"saw", "file"}}},
			{"name": "Bento", "age": 45, "company": map[string]any{"__KEY": 1}, "skills": map[string]any{"level": 5, "tools": []any{"saw"}}},
			{"name": "Célia", "age": 28, "company": map[string]any{"__KEY": 2}},
			{"name": "Davi", "age": 52},
		})
	}
	if err != nil {
		panic(err)
	}
	return ds, done
}

// Selections are immutable descriptions: they cost nothing until they are used, and a set operation of two is one statement.
func ExampleSelection_And() {
	ds, done := openCompanies()
	defer done()
	ctx := context.Background()
	members := dataclasses.Of[Member](ds)

	inPorto, _ := members.Query("company.city = porto")
	over40, _ := members.Query("age > :1 order by name desc", 40)
	both, _ := inPorto.And(ctx, over40)
	either, _ := inPorto.Or(ctx, over40)
	rest, _ := members.All().Minus(ctx, either)
	for _, s := range []*dataclasses.Selection[Member]{both, either, rest, over40} {
		names, err := dataclasses.Extract[string](ctx, s, "name")
		fmt.Println(names, err)
	}
	// Output:
	// [Bento] <nil>
	// [Ana Bento Davi] <nil>
	// [Célia] <nil>
	// [Davi Bento] <nil>
}

// A fixed selection keeps its members, whatever changes later.
func ExampleSelection_Fix() {
	ds, done := openCompanies()
	defer done()
	ctx := context.Background()
	members := dataclasses.Of[Member](ds)

	lazy, _ := members.Query("age < 40")
	fixed, _ := lazy.Fix(ctx)
	ana, _ := fixed.First(ctx)
	ana.Value.Age = 40
	fmt.Println(ana.Save(ctx))
	n, _ := lazy.Count(ctx)
	m, _ := fixed.Count(ctx)
	fmt.Println(n, m)
	// Output:
	// <nil>
	// 1 2
}

// Aggregates are computed in the database, along aliases, relations and inside objects.
func ExampleSumBy() {
	ds, done := openCompanies()
	defer done()
	ctx := context.Background()
	all := dataclasses.Of[Member](ds).All()

	ages, err := dataclasses.SumBy[string, int64](ctx, all, "company.name", "age")
	fmt.Println(ages, err)
	cities, err := dataclasses.Distinct[string](ctx, all, "city")
	fmt.Println(cities, err)
	tools, err := dataclasses.Distinct[string](ctx, all, "skills.tools[]")
	fmt.Println(tools, err)
	level, some, err := dataclasses.Max[float64](ctx, all, "skills.level")
	fmt.Println(level, some, err)
	// Output:
	// map[Acme:76 Globex:28] <nil>
	// [Braga Porto] <nil>
	// [file saw] <nil>
	// 5 true <nil>
}

// A projection is the selection of what a relation leads to; it goes on being a selection.
func ExampleRelated() {
	ds, done := openCompanies()
	defer done()
	ctx := context.Background()

	young, _ := dataclasses.Of[Member](ds).Query("age < 40")
	companies, _ := dataclasses.Related[Company](young, "company")
	colleagues, _ := dataclasses.Related[Member](young, "company.members")
	names, err := dataclasses.Extract[string](ctx, companies, "name")
	fmt.Println(names, err)
	n, err := colleagues.Count(ctx)
	fmt.Println(n, err)
	objects, err := companies.ToCollection(ctx, "name, members.name", dataclasses.CollectionOptions{})
	fmt.Println(objects, err)
	// Output:
	// [Acme Globex] <nil>
	// 3 <nil>
	// [map[members:[map[name:Ana] map[name:Bento]] name:Acme] map[members:[map[name:Célia]] name:Globex]] <nil>
}

// Formulas are conditions in Go: the database tests the rest first.
func ExampleFormula() {
	short := dataclasses.Formula("short", func(_ context.Context, e *dataclasses.Entity[Member], args map[string]any) (bool, error) {
		most, _ := args["most"].(int)
		return len(e.Value.Name) <= most, nil
	})
	ds, done := openCompanies(dataclasses.Define[Company](), dataclasses.Define[Member](short))
	defer done()
	ctx := context.Background()

	s, _ := dataclasses.Of[Member](ds).Query("age > 30 and :1", short, dataclasses.Settings{Args: map[string]any{"most": 4}})
	names, err := dataclasses.Extract[string](ctx, s, "name")
	fmt.Println(names, err)
	// Output:
	// [Ana Davi] <nil>
}

// A restriction hides entities from every read; the context says who reads.
func ExampleRestrict() {
	type city struct{}
	ds, done := openCompanies(dataclasses.Define[Member](), dataclasses.Define[Company](
		dataclasses.Restrict(func(ctx context.Context, c *dataclasses.DataClass[Company]) (*dataclasses.Selection[Company], error) {
			name, ok := ctx.Value(city{}).(string)
			if !ok {
				return nil, nil // no restriction
			}
			return c.Query("city = :1", name)
		})))
	defer done()
	ctx := context.WithValue(context.Background(), city{}, "Porto")

	n, err := dataclasses.Of[Company](ds).Count(ctx)
	fmt.Println(n, err)
	names, err := dataclasses.Extract[any](ctx, dataclasses.Of[Member](ds).All(), "company.name", dataclasses.KeepNull)
	fmt.Println(names, err)
	_, err = dataclasses.Of[Company](ds).Get(ctx, 2)
	fmt.Println(err)
	// Output:
	// 1 <nil>
	// [Acme Acme <nil> <nil>] <nil>
	// Company(2): not found
}
