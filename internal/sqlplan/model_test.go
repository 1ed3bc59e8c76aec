package sqlplan_test

import (
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"gorm.io/gorm/schema"

	"github.com/ordago/ordago/model"
)

// badge is a UUID with a stored form of its own.
type badge [16]byte

func (b badge) Value() (driver.Value, error) {
	d := hex.EncodeToString(b[:])
	return d[:8] + "-" + d[8:12] + "-" + d[12:16] + "-" + d[16:20] + "-" + d[20:], nil
}

func (b *badge) Scan(raw any) error {
	u, err := model.ParseUUID(fmt.Sprint(raw))
	*b = u
	return err
}

func (badge) GormDataType() string { return "text" }

type company struct {
	ID      uint
	Name    string
	Country *string
	City    string
	Revenue *float64
	Staff   []employee `gorm:"foreignKey:EmployerID"`
}

type employee struct {
	ID         uint
	Name       string
	Nick       *string
	Age        *int32
	Big        int64
	Score      *float64
	Active     *bool
	Born       *model.Day
	Hired      time.Time `gorm:"type:date"`
	Seen       *time.Time
	Shift      *time.Duration
	Badge      badge
	Token      string `orda:"type=uuid"`
	Extra      model.JSON
	Photo      []byte
	EmployerID *uint
	Employer   *company
	ManagerID  *uint
	Manager    *employee
	Reports    []employee `gorm:"foreignKey:ManagerID"`
	Secret     string
}

type author struct {
	ID    uint
	Name  string
	City  *string
	Books []book `gorm:"foreignKey:AuthorID"`

	Prizes []prize `gorm:"foreignKey:AuthorID"`
	Notes  []note  `gorm:"foreignKey:AuthorID"`
}

// note has objects of every kind.
type note struct {
	ID       uint
	Info     model.JSON
	Tags     []string `gorm:"serializer:json"`
	Raw      []byte   `orda:"type=object"`
	AuthorID *uint
	Author   *author
}

type prize struct {
	ID       uint
	Name     string
	Sum      int32
	AuthorID uint
	Author   *author
}

type book struct {
	ID            uint
	Title         string
	Price         *float64
	Year          int32
	AuthorID      *uint
	Author        *author
	PublisherCode *string
	Publisher     *publisher `gorm:"foreignKey:PublisherCode;references:Code"`
	Reviews       []review   `gorm:"foreignKey:BookID"`
}

type publisher struct {
	Code  string `gorm:"primaryKey"`
	Name  string
	Books []book `gorm:"foreignKey:PublisherCode;references:Code"`
}

type review struct {
	ID     uint
	Stars  int32
	BookID uint
	Book   *book
}

type line struct {
	OrderID int64  `gorm:"primaryKey"`
	No      string `gorm:"primaryKey"`
	Text    string
}

// classes are the dataclasses of the tests, by name. Nothing changes them.
func classes(t testing.TB) map[string]*model.Class {
	t.Helper()
	var list []*model.Class
	byName := map[string]*model.Class{}
	for _, v := range tables() {
		c, err := model.Describe(v, schema.NamingStrategy{}, "model_test.go")
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, c)
		byName[c.Name] = c
	}
	if err := model.Link(list); err != nil {
		t.Fatal(err)
	}
	addCalculated(t, byName)
	return byName
}

func addCalculated(t testing.TB, byName map[string]*model.Class) {
	t.Helper()
	e, b, a := byName["employee"], byName["book"], byName["author"]
	add := func(c *model.Class, attr *model.Attribute) {
		if err := c.Add(attr); err != nil {
			t.Fatal(err)
		}
	}
	add(e, &model.Attribute{Name: "fullName", Kind: model.Calculated, Type: model.String})
	add(e, &model.Attribute{Name: "land", Kind: model.Alias, Type: model.String, Path: []*model.Attribute{
		e.Attribute("employer"), byName["company"].Attribute("country"),
	}})
	add(e, &model.Attribute{Name: "bossLand", Kind: model.Alias, Type: model.String, Path: []*model.Attribute{
		e.Attribute("manager"), e.Attribute("land"),
	}})
	add(e, &model.Attribute{Name: "nowhere", Kind: model.Alias, Type: model.String})
	add(a, &model.Attribute{Name: "stars", Kind: model.Alias, Type: model.Long, Path: []*model.Attribute{
		a.Attribute("books"), b.Attribute("reviews"), byName["review"].Attribute("stars"),
	}})
	add(a, &model.Attribute{Name: "publishers", Kind: model.Alias, Path: []*model.Attribute{
		a.Attribute("books"), b.Attribute("publisher"),
	}})
}

func tables() []any {
	return []any{&company{}, &employee{}, &author{}, &publisher{}, &book{}, &review{}, &prize{}, &line{}, &note{}}
}

func instant(text string) *time.Time {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return nil
	}
	return &at
}

func day(y int, m time.Month, d int) *model.Day { return new(model.NewDay(y, m, d)) }

func date(text string) time.Time { return *instant(text + "T00:00:00Z") }

// rows are what each test database holds.
func rows() []any {
	return []any{
		[]company{
			{ID: 1, Name: "Acme", Country: new("Germany"), City: "Berlin", Revenue: new(10.5)},
			{ID: 2, Name: "Ümlaut", Country: new("France"), City: "Paris"},
			{ID: 3, Name: "Zeta", City: "berlin", Revenue: new(0.1)},
			{ID: 4, Name: "100%", Country: new("GERMANY"), City: "a_b", Revenue: new(1000.0)},
		},
		staff(),
		[]author{
			{ID: 1, Name: "Abe", City: new("Oslo")},
			{ID: 2, Name: "Okoro", City: new("Lagos")},
			{ID: 3, Name: "Petrov"},
			{ID: 4, Name: "Duarte", City: new("Oslo")},
		},
		[]publisher{{Code: "kn", Name: "Knopf"}, {Code: "PE", Name: "Pénguin"}, {Code: "zz", Name: "Empty"}},
		[]book{
			{ID: 1, Title: "Salt Roads", Price: new(18.5), Year: 2020, AuthorID: new(uint(1)), PublisherCode: new("kn")},
			{ID: 2, Title: "Salt", Price: new(5.0), Year: 2021, AuthorID: new(uint(1)), PublisherCode: new("PE")},
			{ID: 3, Title: "Night", Price: new(30.0), Year: 2020, AuthorID: new(uint(2))},
			{ID: 4, Title: "Día", Year: 2019, AuthorID: new(uint(2)), PublisherCode: new("kn")},
			{ID: 5, Title: "Orphan", Price: new(18.5), Year: 2021},
			{ID: 6, Title: "Salt", Price: new(30.0), Year: 2019, AuthorID: new(uint(4)), PublisherCode: new("PE")},
		},
		[]review{
			{ID: 1, Stars: 5, BookID: 1},
			{ID: 2, Stars: 1, BookID: 1},
			{ID: 3, Stars: 3, BookID: 2},
			{ID: 4, Stars: 5, BookID: 3},
			{ID: 5, Stars: 2, BookID: 6},
		},
		[]prize{
			{ID: 1, Name: "Nobel", Sum: 9, AuthorID: 1},
			{ID: 2, Name: "Booker", Sum: 5, AuthorID: 1},
			{ID: 3, Name: "Booker", Sum: 9, AuthorID: 2},
			{ID: 4, Name: "Nobel", Sum: 5, AuthorID: 3},
		},
		notes(),
		[]line{{1, "a", "x"}, {1, "B", "y"}, {2, "a", "z"}, {2, "c", "w"}},
	}
}

func staff() []employee {
	return []employee{
		{ID: 1, Name: "Hétrick", Nick: new("h@"), Age: new(int32(30)), Big: 9007199254740993, Score: new(1.5), Active: new(true),
			Born: day(1990, 1, 31), Hired: date("2020-01-01"), Seen: instant("2020-01-01T10:00:00Z"), Shift: new(8 * time.Hour),
			Badge: badge{0xAB}, Token: "AB000000000000000000000000000000", EmployerID: new(uint(1)),
			Extra: model.JSON{"a": 1}, Photo: []byte{1}},
		{ID: 2, Name: "HARNESS", Age: new(int32(20)), Big: 9007199254740992, Active: new(false),
			Born: day(1990, 2, 1), Hired: date("2020-01-02"), Seen: instant("2020-01-01T23:59:59.999999Z"), Shift: new(7*time.Hour + 30*time.Minute),
			Badge: badge{0xCD}, Token: "cd000000-0000-0000-0000-000000000000", EmployerID: new(uint(1)), ManagerID: new(uint(1))},
		{ID: 3, Name: "holmes", Nick: new("Ñandú"), Big: 9007199254740994, Score: new(-2.5),
			Hired: date("2020-01-01"), Seen: instant("2020-01-02T00:00:00Z"),
			Badge: badge{3}, EmployerID: new(uint(2)), ManagerID: new(uint(1))},
		{ID: 4, Name: "Smith Bravo", Nick: new("a%b"), Age: new(int32(200)), Big: -9223372036854775808, Score: new(0.1), Active: new(true),
			Born: day(9999, 12, 31), Hired: date("2019-12-31"), Shift: new(90 * time.Second),
			Badge: badge{4}, ManagerID: new(uint(2))},
		{ID: 5, Name: "O'Neil_x", Nick: new(`a\b`), Age: new(int32(0)), Big: 9223372036854775807, Score: new(2.0),
			Born: day(1990, 1, 31), Hired: date("2020-02-29"), Shift: new(-time.Hour),
			Badge: badge{5}, EmployerID: new(uint(3)), ManagerID: new(uint(2))},
		{ID: 6, Name: "smith-bravos", Nick: new("axb"), Age: new(int32(30)), Score: new(2.0),
			Hired: date("2020-02-29"), Badge: badge{6}, EmployerID: new(uint(3)), ManagerID: new(uint(4))},
	}
}

// notes 1 to 3 are the worked data of O-132 to O-134.
func notes() []note {
	object := func(text string) model.JSON {
		var o model.JSON
		if err := o.UnmarshalJSON([]byte(text)); err != nil {
			panic(err)
		}
		return o
	}
	return []note{
		{ID: 1, Info: object(`{"coll": [{"val": 1}, {"val": 1}], "n": 1, "s": "Été"}`), Tags: []string{"Red", "blue"}, AuthorID: new(uint(1))},
		{ID: 2, Info: object(`{"coll": [{"val": 1}, {"val": 0}], "n": 2.5, "s": "ete"}`), Tags: []string{"green"}, AuthorID: new(uint(1))},
		{ID: 3, Info: object(`{"coll": [{"val": 0}, {"val": 0}], "n": null, "s": 7}`), Tags: []string{}, AuthorID: new(uint(2))},
		{ID: 4, Info: object(`{"coll": [], "n": "2", "length": 4, "on": "2020-01-31", "at": "2020-01-31T10:00:00.5Z"}`), Raw: []byte(`{"a":{"b":"x"}}`)},
		{ID: 5, Info: object(`{"coll": {"val": 0}, "n": true, "on": "2020-02-01T08:00:00Z", "at": "2020-01-31T10:00:00Z", "a": {"b c": {"d\"e": "deep", "x.y": [1, [2, 3]]}}}`)},
		{ID: 6, Info: object(`{"coll": ["x", 3, null, [1], {"val": null}, {"val": "0"}], "n": false, "length": "long"}`)},
		{ID: 7, Info: object(`{"n": 9007199254740993, "on": 5, "places": [
			{"kind": "home", "city": "Paris", "stays": [{"y": 1}, {"y": 2}]},
			{"kind": "Work", "city": "Lyon", "stays": [{"y": 3}]}]}`)},
		{ID: 8, Info: object(`{"n": [1], "places": [
			{"kind": "home", "city": "Lyon", "stays": [{"y": 2}]},
			{"kind": "work", "city": "paris"}]}`)},
		{ID: 9, Info: object(`{"n": {}}`)},
		{ID: 10},
	}
}
