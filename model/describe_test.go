package model_test

import (
	"database/sql/driver"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/ordago/ordago/model"
)

type Author struct {
	ID    uint
	Name  string `gorm:"size:80;not null;uniqueIndex"`
	Books []Book
	model.Record
}

type Book struct {
	ISBN     string `gorm:"primaryKey" orda:"type=uuid"`
	Title    string `gorm:"index:by_title,priority:1" orda:"name=titre"`
	Volume   int16  `gorm:"index:by_title,priority:2"`
	Secret   string `orda:"-"`
	Total    int    `gorm:"->"`
	AuthorID *uint
	Author   *Author
	Scratch  func() `gorm:"-"`
	private  int
	model.Record
}

func (b *Book) BeforeSave(*gorm.DB) error { b.private++; return nil }
func (b *Book) AfterFind(*gorm.DB) error  { return nil }

// O-010
func TestDescribe(t *testing.T) {
	t.Parallel()
	c := describe(t, &Book{})
	got := map[string]string{"": strings.Join([]string{c.Name, c.Table, c.Position}, " ")}
	for _, a := range c.Attributes {
		got[a.Name] = strings.Join([]string{a.Field, a.Column, a.Kind.String(), summary(a)}, " ")
		if a != c.Attribute(a.Name) || a.Class != c {
			t.Errorf("Attribute(%q) is another", a.Name)
		}
	}
	want := map[string]string{
		"":         "Book books test.go:1",
		"ISBN":     "ISBN isbn storage uuid autogenerate identifying unique indexed notnull",
		"titre":    "Title title storage string indexed",
		"volume":   "Volume volume storage word",
		"secret":   "Secret secret storage string hidden",
		"total":    "Total total storage long64 readonly",
		"authorID": "AuthorID author_id storage long64 null",
		"author":   "Author  relatedEntity string",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Describe(Book) (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(model.Hooks{BeforeSave: true, AfterFind: true}, c.Hooks); diff != "" || !c.Hooks.Triggers() {
		t.Errorf("hooks (-want +got):\n%s", diff)
	}
	if describe(t, Author{}).Hooks.Triggers() {
		t.Error("Author has no hooks and reports triggers")
	}
	if c.Attribute("title") != nil || c.Attribute("Titre") != nil {
		t.Error("a name that is no attribute's is found")
	}
}

// Record is no attribute, and its columns are found through the class.
func TestRecord(t *testing.T) {
	t.Parallel()
	c := describe(t, Book{})
	got := []string{c.Stamp.Column, c.Created.Column, c.Modified.Column}
	if diff := cmp.Diff([]string{"orda_stamp", "orda_created_at", "orda_updated_at"}, got); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	type Bare struct{ ID int }
	if b := describe(t, Bare{}); b.Stamp != nil || b.Created != nil || b.Modified != nil {
		t.Error("a model without Record has a stamp")
	}
	b := &Book{Record: model.Record{OrdaStamp: 7}}
	if v := value(t, c.Stamp, b); v != int64(7) {
		t.Errorf("stamp = %v, want 7", v)
	}
}

type Address struct{ Street, ZIP string }

type Base struct {
	ID int
	model.Record
}

type Person struct {
	Base
	*Extra
	Home Address  `gorm:"embedded;embeddedPrefix:home_"`
	Work *Address `gorm:"embedded;embeddedPrefix:work_"`
}

type Extra struct{ Note *string }

func TestEmbedded(t *testing.T) {
	t.Parallel()
	c := describe(t, Person{})
	got := map[string]string{}
	for _, a := range c.Attributes {
		got[a.Name] = a.Field + " " + a.Column
	}
	want := map[string]string{
		"ID": "ID id", "note": "Note note", "homeStreet": "Home.Street home_street", "homeZIP": "Home.ZIP home_z_ip",
		"workStreet": "Work.Street work_street", "workZIP": "Work.ZIP work_z_ip",
	}
	if diff := cmp.Diff(want, got); diff != "" || c.Stamp == nil {
		t.Errorf("Describe(Person), stamp %v (-want +got):\n%s", c.Stamp, diff)
	}
}

// O-014
func TestNames(t *testing.T) {
	t.Parallel()
	type Names struct {
		ID, CustomerID, URL, URLPath, IDs, X, X1, Äpfel, HTTP2 string
	}
	var got []string
	for _, a := range describe(t, Names{}).Attributes {
		got = append(got, a.Name)
	}
	want := []string{"ID", "customerID", "URL", "urlPath", "ids", "x", "x1", "äpfel", "HTTP2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

func TestClassTag(t *testing.T) {
	t.Parallel()
	type Row struct {
		_  struct{} `orda:"name=Zeile,-"`
		ID int
	}
	if c := describe(t, Row{}); c.Name != "Zeile" || !c.Hidden {
		t.Errorf("class is called %s, hidden %v; want Zeile, true", c.Name, c.Hidden)
	}
}

// Change tracking needs names of the protocol.
func TestTrackingNames(t *testing.T) {
	t.Parallel()
	type Tracked struct {
		ID     int
		Global int64 `gorm:"index" orda:"name=__GlobalStamp"`
	}
	type Deleted struct {
		_     struct{} `orda:"name=__DeletedRecords"`
		Stamp int64    `gorm:"primaryKey" orda:"name=__Stamp"`
	}
	if a := describe(t, Tracked{}).Attribute("__GlobalStamp"); a == nil || a.Type != model.Long64 || !a.Indexed {
		t.Errorf("__GlobalStamp = %+v", a)
	}
	if c := describe(t, Deleted{}); c.Name != "__DeletedRecords" || c.Attribute("__Stamp") == nil {
		t.Errorf("deleted records = %+v", c)
	}
}

type opaque struct{ n int }

func (o opaque) Value() (driver.Value, error) { return int64(o.n), nil }

type scannable struct{ opaque }

func (s *scannable) Scan(any) error { return nil }

type (
	soft struct{ gorm.Model }
	many struct {
		ID      int
		Authors []Author `gorm:"many2many:x"`
	}
	toy struct {
		ID        int
		OwnerID   int
		OwnerType string
	}
	poly struct {
		ID   int
		Toys []toy `gorm:"polymorphic:Owner"`
	}
	card struct{ ID, OneID int }
	one  struct {
		ID   int
		Card card `gorm:"foreignKey:OneID"`
	}
	pair struct {
		A int `gorm:"primaryKey;autoIncrement:false"`
		B int `gorm:"primaryKey;autoIncrement:false"`
	}
	wide struct {
		ID         int
		PairA      int
		PairB      int
		Pair       pair `gorm:"foreignKey:PairA,PairB;references:A,B"`
		Unrelated  struct{ X int }
		unexported int //lint:ignore U1000 a field that GORM does not see
	}
	Entity struct{ ID int }
)

// Every mistake is found, and all of one struct at once.
//
// O-014, O-015
func TestDescribeErrors(t *testing.T) {
	t.Parallel()
	type noKey struct{ Name string }
	type fields struct {
		ID       int
		Any      any
		Fn       func()
		Words    []string
		Days     []time.Time
		Map      map[string]int
		Array    [4]byte
		PP       **int
		Opaque   opaque
		Untold   scannable `gorm:"type:text"`
		BadTag   string    `orda:"nome=x"`
		BadType  string    `orda:"type=text"`
		Wordless int       `orda:"keywords"`
		Misfit   string    `orda:"type=blob"`
		Gob      []string  `gorm:"serializer:gob"`
		Ignored  string    `gorm:"-" orda:"name=x"`
		Save     string
		Under    string `orda:"name=__KEY"`
		Spaced   string `orda:"name=a b"`
		Digit    string `orda:"name=1a"`
		Long     string `orda:"name=abc"`
		Twin     string `orda:"name=abc"`
		Relation *Author
	}
	type hidden struct {
		_  struct{} `orda:"type=blob"`
		ID int
	}
	tests := []struct {
		name string
		give any
		want []string
	}{
		{"nil", nil, []string{"f.go:3: a dataclass is nil; give a struct"}},
		{"no struct", new(int), []string{"f.go:3: a dataclass is a int; give a struct type with a name"}},
		{"anonymous", struct{ ID int }{}, []string{"f.go:3: a dataclass is a struct { ID int }; give a struct type with a name"}},
		{"no key", noKey{}, []string{"f.go:3: noKey: no primary key; add a field `ID uint` or mark a field with gorm:\"primaryKey\""}},
		{"reserved", Entity{}, []string{"f.go:3: Entity: the name \"Entity\" is reserved: it is a built-in class or function; choose another with _ struct{} `orda:\"name=…\"`"}},
		{"class type", hidden{}, []string{"f.go:3: hidden._: a dataclass has no type; remove type= from the orda tag"}},
		{"soft delete", soft{}, []string{"f.go:3: soft.DeletedAt: soft delete is not supported, a dropped entity must be gone; remove the field (instead of gorm.Model write ID uint and model.Record)"}},
		{"many to many", many{}, []string{"f.go:3: many.Authors: a many-to-many relation hides a table; declare the join table as a dataclass with a relation to each side"}},
		{"polymorphic", poly{}, []string{"f.go:3: poly.Toys: a polymorphic relation has no single dataclass on its other side; declare one relation for each dataclass"}},
		{"has one", one{}, []string{"f.go:3: one.Card: a relation is N to 1 or 1 to N; declare the field as a slice, or name the foreign key of one with gorm:\"foreignKey:…\""}},
		{"two columns and no relation", wide{}, []string{
			"f.go:3: wide: gorm: invalid field found for struct github.com/ordago/ordago/model_test.wide's field Unrelated: define a valid foreign key for relations or implement the Valuer/Scanner interface; correct the field, or exclude it with gorm:\"-\"",
			"f.go:3: wide.Pair: the relation goes over 2 columns; one foreign key column is needed",
		}},
		{"fields", fields{}, []string{
			"f.go:3: fields.Any: a interface {} cannot be stored; add gorm:\"serializer:json\", or exclude it with gorm:\"-\"",
			"f.go:3: fields.Fn: a func() cannot be stored; add gorm:\"serializer:json\", or exclude it with gorm:\"-\"",
			"f.go:3: fields.Words: a []string cannot be stored; add gorm:\"serializer:json\", or exclude it with gorm:\"-\"",
			"f.go:3: fields.Days: a []time.Time cannot be stored; add gorm:\"serializer:json\", or exclude it with gorm:\"-\"",
			"f.go:3: fields.Map: a map[string]int cannot be stored; add gorm:\"serializer:json\", or exclude it with gorm:\"-\"",
			"f.go:3: fields.Array: a [4]uint8 cannot be stored; add gorm:\"serializer:json\", or exclude it with gorm:\"-\"",
			"f.go:3: fields.PP: a **int cannot be stored; add gorm:\"serializer:json\", or exclude it with gorm:\"-\"",
			"f.go:3: fields.Opaque: the type model_test.opaque is a driver.Valuer but no sql.Scanner; give it a Scan method",
			"f.go:3: fields.Untold: the type model_test.scannable stores itself and does not tell what; add orda:\"type=…\" with one of string, uuid, bool, byte, word, long, long64, number, date, duration, object, image, blob",
			"f.go:3: fields.BadTag: unknown part \"nome=x\" in the orda tag; write name=…, type=…, keywords or -",
			"f.go:3: fields.BadType: unknown type \"text\" in the orda tag; write one of string, uuid, bool, byte, word, long, long64, number, date, duration, object, image, blob",
			"f.go:3: fields.Wordless: orda:\"keywords\" is for texts, this attribute is long64: take it out",
			"f.go:3: fields.Misfit: orda:\"type=blob\" does not fit the Go type string, which is string",
			"f.go:3: fields.Gob: the serializer cannot be read outside Go; write gorm:\"serializer:json\"",
			"f.go:3: fields.Ignored: gorm ignores the field, so it is no attribute; remove the orda tag",
			"f.go:3: fields.Save: the name \"save\" is reserved: it is a function of every entity; choose another with orda:\"name=…\"",
			"f.go:3: fields.Under: the name \"__KEY\" is reserved: names with __ belong to the protocol; choose another with orda:\"name=…\"",
			"f.go:3: fields.Spaced: \"a b\" is no name; begin with a letter, _ or $ and go on with letters, digits and _",
			"f.go:3: fields.Digit: \"1a\" is no name; begin with a letter, _ or $ and go on with letters, digits and _",
			"f.go:3: fields.Twin: the name \"abc\" is taken by the field Long; choose another with orda:\"name=…\"",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := model.Describe(tt.give, schema.NamingStrategy{}, "f.go:3")
			if err == nil {
				t.Fatal("no error")
			}
			if diff := cmp.Diff(tt.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("errors (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAdd(t *testing.T) {
	t.Parallel()
	c := describe(t, Author{})
	full := &model.Attribute{Name: "fullName", Kind: model.Calculated}
	if err := c.Add(full); err != nil || c.Attribute("fullName") != full || full.Class != c {
		t.Errorf("Add(fullName) = %v, class %v", err, full.Class)
	}
	tests := []struct {
		give model.Attribute
		want string
	}{
		{model.Attribute{Name: "name", Kind: model.Alias}, "test.go:1: Author.name: the name \"name\" is taken by the field Name; choose another with orda:\"name=…\""},
		{model.Attribute{Name: "fullName", Kind: model.Alias}, "test.go:1: Author.fullName: the name \"fullName\" is taken by a calculated attribute; choose another with orda:\"name=…\""},
		{model.Attribute{Name: "drop", Kind: model.Calculated}, "test.go:1: Author.drop: the name \"drop\" is reserved: it is a function of every entity; choose another with orda:\"name=…\""},
		{model.Attribute{Name: "x"}, "test.go:1: Author.x: a storage attribute is a field of the struct; declare it there"},
		{model.Attribute{Kind: model.Alias}, "test.go:1: Author.: the name is empty"},
	}
	for _, tt := range tests {
		if err := c.Add(&tt.give); err == nil || err.Error() != tt.want {
			t.Errorf("Add(%s) = %v, want %s", tt.give.Name, err, tt.want)
		}
	}
	if _, err := full.Value(&Author{}); err == nil {
		t.Error("Value of a calculated attribute gives no error")
	}
}

func TestNewClass(t *testing.T) {
	t.Parallel()
	c, err := model.NewClass("Remote", "catalog")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Add(&model.Attribute{Name: "n", Type: model.Long}); err != nil || c.Attribute("n") == nil {
		t.Errorf("Add = %v", err)
	}
	if _, err := model.NewClass("a b", "catalog"); err == nil {
		t.Error("a name with a space is accepted")
	}
}
