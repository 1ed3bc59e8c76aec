package model_test

import (
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/ordago/ordago/model"
)

// Colour is stored as text by its own methods.
type Colour struct{ name string }

func (c Colour) Value() (driver.Value, error) { return c.name, nil }

func (c *Colour) Scan(raw any) error {
	switch v := raw.(type) {
	case string:
		c.name = v
	case []byte:
		c.name = string(v)
	default:
		return fmt.Errorf("a %T is no colour", raw)
	}
	return nil
}

type (
	Rank   int8
	Title  string
	Detail struct {
		Zeta  string         `json:"zeta"`
		Alpha int64          `json:"alpha"`
		Rest  map[string]any `json:"rest,omitempty"`
	}
)

// AllTypes has a field of every Go type that can be stored.
type AllTypes struct {
	ID int

	Text, Code string
	Name       Title
	Limited    string `gorm:"size:40"`
	Token      string `orda:"type=uuid"`
	Key        string `gorm:"type:uuid"`
	Guid       uuid.UUID
	Flag       bool
	I8         int8
	Rank       Rank
	I16        int16
	U8         uint8
	I32        int32
	U16        uint16
	I          int
	I64        int64
	U          uint
	U32        uint32
	U64        uint64
	F32        float32
	F64        float64
	When       time.Time
	Noon       time.Time `gorm:"type:date"`
	Born       model.Day
	Took       time.Duration
	Data       []byte
	Picture    []byte `orda:"type=image"`
	Meta       model.JSON
	Detail     Detail          `gorm:"serializer:json"`
	List       []string        `gorm:"serializer:json"`
	Free       map[string]any  `gorm:"serializer:json"`
	Text2      json.RawMessage `orda:"type=object"`
	Colour     Colour          `gorm:"type:text" orda:"type=string"`

	PText   *string
	PFlag   *bool
	PI8     *int8
	PI64    *int64
	PU64    *uint64
	PF64    *float64
	PWhen   *time.Time
	PNoon   *time.Time `gorm:"type:date"`
	PBorn   *model.Day
	PTook   *time.Duration
	PGuid   *uuid.UUID
	PDetail *Detail `gorm:"serializer:json"`
	PMeta   *model.JSON
	PColour *Colour `gorm:"type:text" orda:"type=string"`

	NText  sql.NullString
	NFlag  sql.NullBool
	NI16   sql.NullInt16
	NI32   sql.NullInt32
	NI64   sql.NullInt64
	NByte  sql.NullByte
	NF64   sql.NullFloat64
	NWhen  sql.NullTime
	GText  sql.Null[string]
	GI64   sql.Null[int64]
	GFlag  sql.Null[bool]
	GWhen  sql.Null[time.Time]
	GTook  sql.Null[time.Duration]
	GFloat sql.Null[float64]

	model.Record
}

const hard = "Größe 😀 \x01\x1f\x7f \"quoted\" \\ 'x' <&> \u2028 \t\r\n e\u0301"

func instant() time.Time { return time.Date(2024, 2, 29, 23, 59, 58, 123456000, time.UTC) }

// rows are values of every type: blank, ordinary, extreme, null.
func rows() map[string]*AllTypes {
	blank := &AllTypes{Token: "t", Key: uuid.Nil.String()}
	ordinary := filled()
	low := &AllTypes{
		Key: uuid.Max.String(), I8: math.MinInt8, Rank: -1, I16: math.MinInt16, I32: math.MinInt32, I: math.MinInt64,
		I64: math.MinInt64, F32: -math.MaxFloat32, F64: -math.MaxFloat64, When: time.Date(1, 1, 1, 0, 0, 0, 1000, time.UTC),
		Born: model.NewDay(1, 1, 2), Took: math.MinInt64, Data: []byte{}, Meta: model.JSON{}, List: []string{},
		PText: new(""), PFlag: new(false), PI64: new(int64(0)), PTook: new(time.Duration(0)), PMeta: &model.JSON{},
		NText: sql.NullString{Valid: true}, GI64: sql.Null[int64]{Valid: true},
	}
	high := &AllTypes{
		Key: "6ba7b810-9dad-11d1-80b4-00c04fd430c8", Text: strings.Repeat("😀", 3000), I8: math.MaxInt8, U8: math.MaxUint8,
		I16: math.MaxInt16, U16: math.MaxUint16, I32: math.MaxInt32, U32: math.MaxUint32, I: math.MaxInt64, I64: 1<<53 + 1,
		U: math.MaxInt64, U64: math.MaxInt64, F32: math.MaxFloat32, F64: math.SmallestNonzeroFloat64,
		When: time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC), Noon: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC),
		Born: model.NewDay(9999, 12, 31), Took: math.MaxInt64,
		Meta:   model.JSON{"n": int64(1<<53 + 1), "f": 1e21, "g": 1e-7, "h": 0.1, "i": 1.0, "j": -0.5, "k": nil, "😀": []any{true, "x"}},
		Detail: Detail{Alpha: math.MaxInt64},
		PI64:   new(int64(math.MaxInt64)), PU64: new(uint64(math.MaxInt64)),
	}
	return map[string]*AllTypes{"blank": blank, "ordinary": ordinary, "low": low, "high": high}
}

func filled() *AllTypes {
	id := uuid.MustParse("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
	day := model.NewDay(1996, 7, 4)
	// A time of another zone is the same instant.
	when := instant().In(time.FixedZone("", 5400))
	noon := time.Date(2021, 3, 1, 12, 30, 0, 0, time.UTC)
	return &AllTypes{
		Text: hard, Code: "A%_*@", Name: "Dr", Limited: "x", Token: "6BA7B8109DAD11D180B400C04FD430C8", Key: id.String(), Guid: id,
		Flag: true, I8: -5, Rank: 3, I16: -300, U8: 200, I32: 70000, U16: 60000, I: 5, I64: 1<<53 + 3, U: 6, U32: 4e9, U64: 7,
		F32: 0.1, F64: 0.1, When: when, Noon: noon, Born: day, Took: 90*time.Minute + 1, Data: []byte{0, 1, 255}, Picture: []byte("GIF89a"),
		Meta:   model.JSON{"b": "<&>", "a": map[string]any{"x": int64(1)}},
		Detail: Detail{Zeta: hard, Alpha: 1, Rest: map[string]any{"q": 1.5}}, List: []string{"b", "a"}, Free: map[string]any{"z": true, "yy": "1", "x": nil},
		Text2: json.RawMessage(`{"b": 1, "a": [1, 2.50]}`), Colour: Colour{"red"},
		PText: new(hard), PFlag: new(true), PI8: new(int8(-8)), PI64: new(int64(-9)), PU64: new(uint64(9)), PF64: new(2.5),
		PWhen: new(when), PNoon: new(noon), PBorn: new(day), PTook: new(time.Second), PGuid: new(id),
		PDetail: &Detail{Zeta: "z"}, PMeta: &model.JSON{"k": int64(1)}, PColour: &Colour{"blue"},
		NText: sql.NullString{String: hard, Valid: true}, NFlag: sql.NullBool{Bool: true, Valid: true},
		NI16: sql.NullInt16{Int16: 1, Valid: true}, NI32: sql.NullInt32{Int32: 2, Valid: true}, NI64: sql.NullInt64{Int64: 3, Valid: true},
		NByte: sql.NullByte{Byte: 4, Valid: true}, NF64: sql.NullFloat64{Float64: 5.5, Valid: true}, NWhen: sql.NullTime{Time: when, Valid: true},
		GText: sql.Null[string]{V: hard, Valid: true}, GI64: sql.Null[int64]{V: 5, Valid: true}, GFlag: sql.Null[bool]{V: true, Valid: true},
		GWhen: sql.Null[time.Time]{V: when, Valid: true}, GTook: sql.Null[time.Duration]{V: time.Hour, Valid: true},
		GFloat: sql.Null[float64]{V: 1.25, Valid: true},
	}
}

func describe(t testing.TB, v any) *model.Class {
	t.Helper()
	c, err := model.Describe(v, nil, "test.go:1")
	if err != nil {
		t.Fatalf("Describe(%T): %v", v, err)
	}
	return c
}

//
func TestTypes(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"ID": "long64 autosequence identifying unique indexed notnull", "text": "string", "code": "string", "name": "string", "limited": "string(40)",
		"token": "uuid", "key": "uuid", "guid": "uuid", "flag": "bool", "i8": "byte", "rank": "byte", "i16": "word", "u8": "word",
		"i32": "long", "u16": "long", "i": "long64", "i64": "long64", "u": "long64", "u32": "long64", "u64": "long64",
		"f32": "number", "f64": "number", "when": "date", "noon": "date simple", "born": "date simple null", "took": "duration",
		"data": "blob null", "picture": "image null", "meta": "object null", "detail": "object", "list": "object null", "free": "object null",
		"text2": "object null", "colour": "string",
		"pText": "string null", "pFlag": "bool null", "PI8": "byte null", "PI64": "long64 null", "PU64": "long64 null", "PF64": "number null",
		"pWhen": "date null", "pNoon": "date simple null", "pBorn": "date simple null", "pTook": "duration null", "pGuid": "uuid null",
		"pDetail": "object null", "pMeta": "object null", "pColour": "string null",
		"nText": "string null", "nFlag": "bool null", "NI16": "word null", "NI32": "long null", "NI64": "long64 null", "nByte": "word null",
		"NF64": "number null", "nWhen": "date null", "gText": "string null", "GI64": "long64 null", "gFlag": "bool null", "gWhen": "date null",
		"gTook": "duration null", "gFloat": "number null",
	}
	got := map[string]string{}
	for _, a := range describe(t, AllTypes{}).Attributes {
		got[a.Name] = summary(a)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("types (-want +got):\n%s", diff)
	}
}

// summary is an attribute in words.
func summary(a *model.Attribute) string {
	var s strings.Builder
	s.WriteString(a.Type.String())
	if a.MaxLength > 0 {
		s.WriteString(fmt.Sprintf("(%d)", a.MaxLength))
	}
	for _, f := range []struct {
		set  bool
		word string
	}{
		{a.SimpleDate, "simple"}, {a.AutoSequence, "autosequence"}, {a.AutoGenerate, "autogenerate"}, {a.Identifying, "identifying"},
		{a.Unique, "unique"}, {a.Indexed, "indexed"}, {a.NotNull, "notnull"}, {a.Nullable, "null"}, {a.Hidden, "hidden"}, {a.ReadOnly, "readonly"},
	} {
		if f.set {
			s.WriteString(" " + f.word)
		}
	}
	return s.String()
}

// O-020, O-021, R-048
func TestTypeNames(t *testing.T) {
	t.Parallel()
	got := map[string]string{}
	for typ := model.String; typ <= model.Blob+1; typ++ {
		got[typ.String()] = typ.Conceptual()
	}
	want := map[string]string{
		"string": "string", "uuid": "string", "bool": "bool", "byte": "number", "word": "number", "long": "number", "long64": "number",
		"number": "number", "date": "date", "duration": "number", "object": "object", "image": "image", "blob": "blob", "Type(13)": "Type(13)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("type names (-want +got):\n%s", diff)
	}
	var kinds []string
	for k := model.Storage; k <= model.Alias+1; k++ {
		kinds = append(kinds, k.String())
	}
	if diff := cmp.Diff([]string{"storage", "relatedEntity", "relatedEntities", "calculated", "alias", "Kind(5)"}, kinds); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
}
