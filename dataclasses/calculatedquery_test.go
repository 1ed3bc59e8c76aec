package dataclasses_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
)

// asks are the conditions that query functions were asked for.
type asks struct {
	mu  sync.Mutex
	log []string
}

func (a *asks) add(text string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.log = append(a.log, text)
}

func (a *asks) take() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	log := a.log
	a.log = nil
	return log
}

func ageOf(born model.Day) *int64 {
	if born.IsZero() {
		return nil
	}
	age := int64(2026 - born.Time().Year())
	return &age
}

// born is the query function of an age counted in calendar years.
func (a *asks) born(_ context.Context, q dataclasses.ComputedQuery) (string, []any, error) {
	a.add(fmt.Sprintf("%s %v", q.Operator, q.Value))
	n, ok := q.Value.(int64)
	if !ok {
		if q.Operator == "%" {
			return "", nil, nil
		}
		return "", nil, errors.ErrUnsupported
	}
	from, to := model.NewDay(2026-int(n), 1, 1), model.NewDay(2026-int(n), 12, 31)
	switch q.Operator {
	case "==", "===":
		return "born >= :1 and born <= :2", []any{from, to}, nil
	case "!=", "!==":
		return "born < :1 or born > :2", []any{from, to}, nil
	case "<":
		return "born > :1", []any{to}, nil
	case "<=":
		return "born >= :1", []any{from}, nil
	case ">":
		return "born < :1", []any{from}, nil
	}
	return "born <= :1", []any{to}, nil
}

func splitName(_ context.Context, e *dataclasses.Entity[Author], full string) error {
	first, last, ok := strings.Cut(full, " ")
	if !ok {
		return dataclasses.Errorf(12, "a full name has two words")
	}
	e.Value.FirstName, e.Value.LastName = first, last
	return nil
}

// people has calculated attributes with every function, and with none; calls counts pages that initials was asked for.
func people(a *asks, calls *atomic.Int64) []dataclasses.Definition {
	return []dataclasses.Definition{
		dataclasses.DefineExposed[Author](
			dataclasses.Computed("age", func(_ context.Context, e *dataclasses.Entity[Author]) (*int64, error) {
				return ageOf(e.Value.Born), nil
			}).
				Query(a.born).
				OrderBy(func(_ context.Context, descending bool) (string, error) {
					if descending {
						return "born asc, lastName desc", nil
					}
					return "born desc, lastName", nil
				}),
			dataclasses.Computed("fullName", func(_ context.Context, e *dataclasses.Entity[Author]) (string, error) {
				return e.Value.FirstName + " " + e.Value.LastName, nil
			}).Set(splitName),
			dataclasses.ComputedMany("initials", func(_ context.Context, authors []*dataclasses.Entity[Author]) ([]*string, error) {
				calls.Add(1)
				initials := make([]*string, len(authors))
				for i, e := range authors {
					if e.Value.FirstName != "" {
						initials[i] = new(string([]rune(e.Value.FirstName)[:1]) + e.Value.LastName[:1])
					}
				}
				return initials, nil
			}),
			dataclasses.Alias[Author]("sign", "initials"),
		),
		dataclasses.DefineExposed[Book](dataclasses.Alias[Book]("authorAge", "author.age")),
	}
}

// crowd stores authors with books: three with a birthday, one without, one without a first name.
func crowd(t *testing.T, ds *dataclasses.DataStore) {
	t.Helper()
	for i, a := range []Author{
		{FirstName: "Ada", LastName: "Young", Born: model.NewDay(2006, 3, 1)}, {FirstName: "Åsa", LastName: "Old", Born: model.NewDay(1946, 5, 5)},
		{FirstName: "Bo", LastName: "Mid", Born: model.NewDay(1996, 12, 31)}, {FirstName: "Bea", LastName: "None"}, {LastName: "Last", Born: model.NewDay(1996, 1, 1)},
	} {
		newBook(t, ds, fmt.Sprint("book ", i), float64(i), create(t, ds, a))
	}
}

func authorKeys(ctx context.Context, t *testing.T, s *dataclasses.Selection[Author]) []int64 {
	t.Helper()
	keys := []int64{}
	for e, err := range s.Entities(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, e.Value.ID)
	}
	return keys
}

// O-165, O-455, O-457, O-458, O-459: with and without query and sort functions, the getter gives the answer.
func TestCalculatedAttributesInQueries(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		var a asks
		var calls atomic.Int64
		ds := ordatest.Open(t, db, people(&a, &calls)...)
		crowd(t, ds)
		ctx := t.Context()
		authors := dataclasses.Of[Author](ds)
		for _, tt := range []struct {
			query string
			want  []int64
			asked []string
		}{
			{"age = 30", []int64{3, 5}, []string{"== 30"}},
			{"age === 30", []int64{3, 5}, []string{"=== 30"}},
			{"age != 30", []int64{1, 2}, []string{"!= 30"}},
			{"age is not 30", []int64{1, 2}, []string{"!== 30"}},
			{"age < 30", []int64{1}, []string{"< 30"}},
			{"age >= 30 and not (age = 80)", []int64{3, 5}, []string{">= 30", "== 80"}},
			{"age % word", []int64{}, []string{"% word"}},
			{"age in [20, 80]", []int64{1, 2}, []string{"IN [20 80]"}}, // unsupported by the query function: the getter decides
			{"age = null", []int64{4}, []string{"== <nil>"}},
			{"age in [20] or age = 80", []int64{1, 2}, []string{"IN [20]", "== 80"}},
			{"initials = 'ao'", []int64{2}, nil},
			{"sign = 'a@'", []int64{1, 2}, nil},
			{"initials === 'a@'", []int64{}, nil},
			{"initials != 'a@'", []int64{3, 4}, nil},
			{"initials = null", []int64{5}, nil},
			{"initials != null and lastName > 'n'", []int64{1, 2, 4}, nil},
			{"not (initials = 'a@')", []int64{3, 4, 5}, nil},
			{"initials begin b or lastName = last", []int64{3, 4, 5}, nil},
			{"initials > 'b' and age < 40", []int64{3}, []string{"< 40"}},
			{"initials in ['bm', 'bn'] and books.price > 2", []int64{4}, nil},
			{"order by age", []int64{1, 3, 5, 2, 4}, nil},
			{"order by age desc, ID", []int64{4, 2, 5, 3, 1}, nil},
			{"order by initials", []int64{5, 2, 1, 3, 4}, nil},
			{"initials != null order by initials desc", []int64{4, 3, 1, 2}, nil},
			{"order by active desc, sign, ID", []int64{5, 2, 1, 3, 4}, nil},
		} {
			a.take()
			s, err := authors.Query(tt.query)
			if err != nil {
				t.Errorf("%s: %v", tt.query, err)
				continue
			}
			if asked := a.take(); asked != nil {
				t.Errorf("%s: query functions ran before the selection was read: %v", tt.query, asked)
			}
			if diff := cmp.Diff(tt.want, authorKeys(ctx, t, s)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.query, diff)
			}
			asked := a.take()
			for _, want := range tt.asked {
				if !slices.Contains(asked, want) {
					t.Errorf("%s: the query function was asked %q, want %q", tt.query, asked, want)
				}
			}
			if n, err := s.Count(ctx); err != nil || n != len(tt.want) {
				t.Errorf("%s: count %d, %v; want %d", tt.query, n, err, len(tt.want))
			}
		}
		books, err := dataclasses.Of[Book](ds).Query("author.age = 30 and authorAge < 40 order by ID desc")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"book 4", "book 2"}, titles(t, books)); diff != "" {
			t.Errorf("books by the age of their author (-want +got):\n%s", diff)
		}
	})
}

// Selections that need code are refined, cut, added up and shown like others; the getter runs once for each page.
func TestEvaluatedSelections(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		var a asks
		var calls atomic.Int64
		ds := ordatest.Open(t, db, people(&a, &calls)...)
		crowd(t, ds)
		ctx := t.Context()
		s, err := dataclasses.Of[Author](ds).Query("initials != null order by initials desc")
		if err != nil {
			t.Fatal(err)
		}
		calls.Store(0)
		if diff := cmp.Diff([]int64{3, 1}, authorKeys(ctx, t, s.Slice(1, 3))); diff != "" {
			t.Errorf("slice (-want +got):\n%s", diff)
		}
		if n := calls.Load(); n != 2 {
			t.Errorf("the getter ran %d times for a condition and a sort on one page", n)
		}
		narrowed, err := s.Slice(1, 3).Query("lastName = 'mid'")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int64{3}, authorKeys(ctx, t, narrowed)); diff != "" {
			t.Errorf("query of a slice (-want +got):\n%s", diff)
		}
		if sum, err := dataclasses.Sum[int64](ctx, s, "ID"); err != nil || sum != 10 {
			t.Errorf("sum %d, %v", sum, err)
		}
		class := ds.Remote().Class("Author")
		remote, err := class.All().Query("initials = 'b@'", dataclasses.Values{})
		if err == nil {
			remote, err = remote.OrderBy("initials desc")
		}
		if err != nil {
			t.Fatal(err)
		}
		p, err := class.Project(ctx, dataclasses.ProjectionSpec{Attributes: []string{"lastName", "initials"}})
		if err != nil {
			t.Fatal(err)
		}
		page, err := remote.Page(ctx, p, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := rowsText(t, p, page.Rows); got != "None BN" || page.Count != 2 {
			t.Errorf("page of a remote caller: %s of %d", got, page.Count)
		}
	})
}

// O-451: a getter that asks for itself, also by way of another, is found; one that asks for the same attribute of another entity is not.
func TestRecursionOfGetters(t *testing.T) {
	t.Parallel()
	type author = dataclasses.Entity[Author]
	ask := func(name string) func(context.Context, *author) (int64, error) {
		return func(ctx context.Context, e *author) (int64, error) {
			v, err := e.Compute(ctx, name)
			n, _ := v.(int64)
			return n + 1, err
		}
	}
	var ds *dataclasses.DataStore
	ds = ordatest.Open(t, ordatest.SQLite(t), dataclasses.DefineExposed[Book](), dataclasses.DefineExposed[Author](
		dataclasses.Computed("self", ask("self")), dataclasses.Computed("ping", ask("pong")), dataclasses.Computed("pong", ask("ping")),
		dataclasses.Computed("anew", func(ctx context.Context, e *author) (int64, error) {
			again, err := dataclasses.Of[Author](ds).Get(ctx, e.Value.ID)
			if err != nil {
				return 0, err
			}
			return ask("anew")(ctx, again)
		}),
		dataclasses.Computed("chain", func(ctx context.Context, e *author) (int64, error) {
			if e.Value.ID == 1 {
				return 1, nil
			}
			before, err := dataclasses.Of[Author](ds).Get(ctx, e.Value.ID-1)
			if err != nil {
				return 0, err
			}
			return ask("chain")(ctx, before)
		}),
	))
	newAuthor(t, ds, "a", "a")
	newAuthor(t, ds, "b", "b")
	last := newAuthor(t, ds, "c", "c")
	for _, name := range []string{"self", "ping", "pong", "anew"} {
		if _, err := last.Compute(t.Context(), name); err == nil || !strings.Contains(err.Error(), "its getter asks for itself") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if v, err := last.Compute(t.Context(), "chain"); err != nil || v != int64(3) {
		t.Errorf("chain: %v, %v; want 3", v, err)
	}
}

// O-453, O-454; R-283: assignments in Go and by clients go through the setter, which touches what it changes.
func TestSetters(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		var a asks
		var calls atomic.Int64
		ds := ordatest.Open(t, db, people(&a, &calls)...)
		e := newAuthor(t, ds, "Ada", "Young")
		if err := e.Set("fullName", "Grace Hopper"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"firstName", "lastName"}, e.TouchedAttributes()); diff != "" {
			t.Errorf("touched (-want +got):\n%s", diff)
		}
		save(t, e)
		for name, value := range map[string]any{"initials": "x", "age": 3} {
			if err := e.Set(name, value); err == nil || !strings.Contains(err.Error(), "is read-only") {
				t.Errorf("set %s: %v", name, err)
			}
		}
		if err := e.Set("fullName", 3); err == nil || !strings.Contains(err.Error(), "must be a text") {
			t.Errorf("set fullName to a number: %v", err)
		}
		remote := ds.Remote().Class("Author")
		if a := remote.Attribute("fullName"); a.ReadOnly || !remote.Attribute("age").ReadOnly {
			t.Errorf("fullName is described as %+v", a)
		}
		for _, tt := range []struct{ body, want, err string }{
			{`{"__KEY":"1","fullName":"Joan Clarke"}`, "Joan Clarke", ""},
			{`{"__KEY":"1","fullName":"Joan Clarke","firstName":"Jane","age":7}`, "Jane Clarke", ""}, // fullName comes back as it was sent to the client
			{`{"__KEY":"1","fullName":"Ann Other","firstName":"Jane"}`, "Ann Other", ""},
			{`{"__KEY":"1","fullName":"Single"}`, "Ann Other", "two words"},
			{`{"__KEY":"1","fullName":7}`, "Ann Other", "must be a text"},
		} {
			_, err := remote.Save(t.Context(), object(t, tt.body), nil)
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("%s: %v, want %q", tt.body, err, tt.err)
			}
			if got, err := get[Author](t, ds, 1).Compute(t.Context(), "fullName"); err != nil || got != tt.want {
				t.Errorf("%s: %v, %v; want %s", tt.body, got, err, tt.want)
			}
		}
		made, err := remote.Save(t.Context(), object(t, `{"fullName":"New Born"}`), nil)
		if err != nil || made.Stamp() != 1 {
			t.Errorf("created by a setter: %v", err)
		}
	})
}

// O-456, and other mistakes in the functions of calculated attributes.
func TestMistakesInCalculatedAttributes(t *testing.T) {
	t.Parallel()
	get := func(context.Context, *dataclasses.Entity[Author]) (int, error) { return 1, nil }
	_, err := dataclasses.Open(ordatest.SQLite(t), dataclasses.DefineExposed[Book](), dataclasses.DefineExposed[Author](
		dataclasses.Computed[Author, int]("none", nil), dataclasses.Computed("noSetter", get).Set(nil).Query(nil), dataclasses.Computed("noOrder", get).OrderBy(nil),
		dataclasses.Formula[Author]("empty", nil), dataclasses.Formula("two words", func(context.Context, *dataclasses.Entity[Author], map[string]any) (bool, error) { return true, nil }),
	))
	for _, want := range []string{
		"calculatedquery_test.go", "none of Author: has no getter", "noSetter of Author: Set needs a function", "noSetter of Author: Query needs a function",
		"noOrder of Author: OrderBy needs a function", "formula empty of Author has no function", `formula name "two words"`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q: %v", want, err)
		}
	}

	query := func(text string, failed error) func(context.Context, dataclasses.ComputedQuery) (string, []any, error) {
		return func(context.Context, dataclasses.ComputedQuery) (string, []any, error) { return text, nil, failed }
	}
	ds := ordatest.Open(t, ordatest.SQLite(t), dataclasses.DefineExposed[Book](), dataclasses.DefineExposed[Author](
		dataclasses.Computed("ordered", get).Query(query("ID = 1 order by ID", nil)), dataclasses.Computed("wrong", get).Query(query("secret ~ 1", nil)),
		dataclasses.Computed("unknown", get).Query(query("nosuch = 1", nil)), dataclasses.Computed("fails", get).Query(query("", errPlain)),
		dataclasses.Computed("circle", get).Query(query("circle = 1", nil)),
		dataclasses.Computed("panics", get).OrderBy(func(context.Context, bool) (string, error) { panic("secret") }),
	))
	newAuthor(t, ds, "a", "a")
	for text, want := range map[string]string{
		"ordered = 1": `contains "order by"`, "wrong = 1": "query function of Author.wrong", "unknown = 1": "nosuch", "fails = 1": errPlain.Error(),
		"circle = 1": "query functions within each other", "order by panics": "panic",
	} {
		s, err := ds.Remote().Class("Author").All().Query(text, dataclasses.Values{})
		if err == nil {
			_, err = s.Count(t.Context())
		}
		if err == nil {
			_, err = s.Keys(t.Context(), 10)
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
		if _, mine := errors.AsType[*dataclasses.QueryError](err); mine && !strings.HasPrefix(text, "circle") {
			t.Errorf("%s: the program's mistake is told to the client: %v", text, err)
		}
	}
}

const signRoles = `{
 "privileges": [{"privilege": "chief"}],
 "permissions": {"allowed": [{"applyTo": "Author.initials", "type": "attribute", "read": ["chief"]}]}}`

func byInitials(_ context.Context, _ *session.Session, c *dataclasses.DataClass[Author], _ dataclasses.None) (*dataclasses.Selection[Author], error) {
	return c.Query("initials != null order by initials")
}

// S-327, O-484: a condition or a sort that code evaluates needs the right to read the attribute; what a function of the program chose does not.
func TestEvaluatedConditionsAskForPermission(t *testing.T) {
	t.Parallel()
	roles, err := privileges.Parse([]byte(signRoles))
	if err != nil {
		t.Fatal(err)
	}
	initials := dataclasses.Computed("initials", func(_ context.Context, e *dataclasses.Entity[Author]) (string, error) {
		return e.Value.FirstName[:1], nil
	})
	ds := ordatest.Open(t, ordatest.SQLite(t), dataclasses.Permissions(roles), dataclasses.DefineExposed[Book](),
		dataclasses.DefineExposed[Author](initials, dataclasses.Alias[Author]("sign", "initials"), dataclasses.OnClass(dataclasses.Exposed("byInitials", byInitials))))
	newAuthor(t, ds, "Zoe", "a")
	newAuthor(t, ds, "Ann", "b")
	as := signedIn(t, ds)
	class := ds.Remote().Class("Author")
	for _, text := range []string{"initials = a", "order by initials", "lastName = b or initials = z order by ID"} {
		s, err := class.All().Query(text, dataclasses.Values{})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Keys(as(""), 10)
		if p, ok := errors.AsType[*dataclasses.PermissionError](err); !ok || p.Attribute != "initials" {
			t.Errorf("%s as a guest: %v", text, err)
		}
		if _, err := s.Keys(as("chief"), 10); err != nil {
			t.Errorf("%s as a chief: %v", text, err)
		}
	}
	result := call(t, as(""), class.ClassFunction("byInitials"), nil)
	keys, err := result.Selection.Keys(as(""), 10)
	if diff := cmp.Diff([]string{"2", "1"}, keys); err != nil || diff != "" {
		t.Errorf("selection of a function: %v (-want +got):\n%s", err, diff)
	}
}
