package model_test

import (
	"database/sql"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/ordago/ordago/model"
)

// A mismatch of type or range is refused and leaves the field alone.
func TestAssign(t *testing.T) {
	t.Parallel()
	c := describe(t, AllTypes{})
	day, when := model.NewDay(2024, 2, 29), instant()
	tests := []struct {
		attribute string
		give      any
		want      any
		bad       string // what the error says after the attribute's name
	}{
		{"text", "x", "x", ""}, {"text", 5, nil, "a int is no string"}, {"text", []byte("x"), nil, "a []uint8 is no string"},
		{"i8", int64(127), int64(127), ""}, {"i8", 5.0, int64(5), ""}, {"i8", 5, int64(5), ""},
		{"i8", int64(128), nil, "the number is out of range; it must be from -128 to 127"},
		{"i8", int64(-129), nil, "the number is out of range; it must be from -128 to 127"},
		{"i8", 5.5, nil, "the number is not whole or too large"}, {"i8", "5", nil, "a string is no byte"},
		{"i64", 1e19, nil, "the number is not whole or too large"}, {"i64", uint64(math.MaxUint64), nil, "the number is out of range; it must be from -9223372036854775808 to 9223372036854775807"},
		{"i64", math.NaN(), nil, "the number is not whole or too large"},
		{"u8", int64(255), int64(255), ""}, {"u8", int64(256), nil, "the number is out of range; it must be from 0 to 255"},
		{"u8", int64(-1), nil, "the number is out of range; it must be from 0 to 255"},
		{"U64", nil, nil, "-"},
		{"u64", uint64(math.MaxUint64), uint64(math.MaxUint64), ""}, {"u64", uint64(5), int64(5), ""},
		{"f32", 0.5, 0.5, ""}, {"f32", 1e39, nil, "the number is out of range; it must be at most 3.4028234663852886e+38"},
		{"f64", int64(3), 3.0, ""}, {"f64", 3, 3.0, ""}, {"f64", uint64(3), 3.0, ""}, {"f64", "3", nil, "a string is no number"},
		{"flag", true, true, ""}, {"flag", int64(1), nil, "a int64 is no bool"},
		{"when", when.In(time.FixedZone("", 3600)), when, ""}, {"when", day, day.Time(), ""}, {"when", "2024-01-01", nil, "a string is no date"},
		{"born", day, day, ""}, {"born", when, day, ""}, {"noon", day, day, ""}, {"noon", when, day, ""}, {"pNoon", day, day, ""},
		{"took", time.Second, time.Second, ""}, {"took", int64(1), nil, "a int64 is no duration"},
		{"data", []byte{1}, []byte{1}, ""}, {"data", []byte{}, nil, ""}, {"data", "x", nil, "a string is no blob"},
		{"picture", 1, nil, "a int is no image"},
		{"meta", json.RawMessage(`{"b": 1, "a":2}`), json.RawMessage(`{"a":2,"b":1}`), ""}, {"meta", model.JSON{"x": 1}, json.RawMessage(`{"x":1}`), ""},
		{"meta", json.RawMessage(`[1]`), nil, "the JSON value does not fit a model.JSON"}, {"meta", json.RawMessage(`{`), nil, "not valid JSON"},
		{"meta", map[string]any{}, nil, "a map[string]interface {} is no object"},
		{"list", json.RawMessage(`["a"]`), json.RawMessage(`["a"]`), ""}, {"list", json.RawMessage(`[1]`), nil, "the JSON value does not fit a []string"},
		{"detail", json.RawMessage(`{"alpha":1}`), json.RawMessage(`{"alpha":1,"zeta":""}`), ""},
		{"guid", "6BA7B8109DAD11D180B400C04FD430C8", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", ""},
		{"colour", "red", "red", ""}, {"pColour", "red", "red", ""}, {"nText", "x", "x", ""}, {"gi64", nil, nil, "-"},
		{"GI64", int64(5), int64(5), ""}, {"NI16", int64(40000), nil, "the number is out of range; it must be from -32768 to 32767"},
		{"pText", nil, nil, ""}, {"nText", nil, nil, ""}, {"text", nil, "", ""}, {"i64", nil, int64(0), ""}, {"when", nil, nil, ""},
	}
	for _, tt := range tests {
		a := c.Attribute(tt.attribute)
		if tt.bad == "-" {
			if a != nil {
				t.Errorf("%s exists", tt.attribute)
			}
			continue
		}
		target := filled()
		before := value(t, a, target)
		err := a.Assign(target, tt.give)
		want := tt.want
		if tt.bad != "" {
			want = before
			if err == nil || err.Error() != "AllTypes."+tt.attribute+": "+tt.bad {
				t.Errorf("Assign(%s, %T %v) = %v, want error %q", tt.attribute, tt.give, tt.give, err, tt.bad)
			}
		} else if err != nil {
			t.Errorf("Assign(%s, %v) = %v", tt.attribute, tt.give, err)
		}
		if diff := cmp.Diff(want, value(t, a, target), cmp.Comparer(sameDay)); diff != "" {
			t.Errorf("%s after Assign(%v) (-want +got):\n%s", tt.attribute, tt.give, diff)
		}
	}
}

func TestWrongPointer(t *testing.T) {
	t.Parallel()
	a := describe(t, AllTypes{}).Attribute("text")
	for _, ptr := range []any{nil, AllTypes{}, &Book{}, (*AllTypes)(nil), "x"} {
		if _, err := a.Value(ptr); err == nil {
			t.Errorf("Value(%T) gives no error", ptr)
		}
		if _, err := a.Driver(ptr); err == nil {
			t.Errorf("Driver(%T) gives no error", ptr)
		}
		if err := a.Assign(ptr, "x"); err == nil {
			t.Errorf("Assign(%T) gives no error", ptr)
		}
		if err := a.Scan(ptr, "x"); err == nil {
			t.Errorf("Scan(%T) gives no error", ptr)
		}
		if a.Equal(ptr, ptr) {
			t.Errorf("Equal(%T) is true", ptr)
		}
	}
	author := describe(t, Book{}).Attribute("author")
	if _, err := author.Value(&Book{}); err == nil {
		t.Error("Value of a relation gives no error")
	}
}

// A pointer that the caller holds is not written through.
func TestAssignKeepsSharedPointer(t *testing.T) {
	t.Parallel()
	c := describe(t, AllTypes{})
	text := "old"
	v := &AllTypes{PText: &text}
	if err := c.Attribute("pText").Assign(v, "new"); err != nil || text != "old" || *v.PText != "new" {
		t.Errorf("Assign wrote through the old pointer: %q, %v", text, err)
	}
}

func TestClone(t *testing.T) {
	t.Parallel()
	c := describe(t, AllTypes{})
	original, want := filled(), filled()
	original.Free["deep"] = []any{map[string]any{"x": 1}}
	want.Free["deep"] = []any{map[string]any{"x": 1}}
	clone := c.Clone(original).(*AllTypes)
	opt := cmp.Options{cmp.Comparer(sameDay), cmp.AllowUnexported(Colour{})}
	if diff := cmp.Diff(original, clone, opt); diff != "" {
		t.Errorf("clone differs (-original +clone):\n%s", diff)
	}
	clone.Data[0]++
	clone.Text2[0]++
	*clone.PText = "x"
	*clone.PMeta = nil
	clone.PColour.name = "x"
	clone.Meta["b"] = 1
	clone.Meta["a"].(map[string]any)["x"] = 1
	clone.List[0] = "x"
	clone.Detail.Rest["q"] = 1
	clone.PDetail.Zeta = "x"
	clone.Free["deep"].([]any)[0].(map[string]any)["x"] = 2
	if diff := cmp.Diff(want, original, opt); diff != "" {
		t.Errorf("a change of the clone shows in the original (-want +got):\n%s", diff)
	}
}

func TestCloneRelationsAndEmbedded(t *testing.T) {
	t.Parallel()
	b := &Book{Title: "x", Author: &Author{Name: "y"}}
	clone := describe(t, Book{}).Clone(b).(*Book)
	if clone.Author != nil || clone.Title != "x" || b.Author == nil {
		t.Errorf("clone = %+v", clone)
	}
	note := "n"
	p := &Person{Extra: &Extra{Note: &note}, Work: &Address{Street: "s"}}
	cp := describe(t, Person{}).Clone(p).(*Person)
	*cp.Note, cp.Work.Street = "changed", "changed"
	cp.Extra.Note = nil
	if note != "n" || p.Work.Street != "s" || p.Extra.Note == nil {
		t.Errorf("original after changing the clone: %q, %+v", note, p.Work)
	}
}

func TestEmbeddedPointer(t *testing.T) {
	t.Parallel()
	c := describe(t, Person{})
	note, street, p := c.Attribute("note"), c.Attribute("workStreet"), &Person{}
	if v := value(t, note, p); v != nil || p.Extra != nil {
		t.Errorf("note of no Extra = %v", v)
	}
	if v := value(t, street, p); v != "" {
		t.Errorf("street of no Work = %v", v)
	}
	if err := street.Assign(p, "s"); err != nil || p.Work == nil || p.Work.Street != "s" {
		t.Errorf("Assign(workStreet) = %v, %+v", err, p.Work)
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	c := describe(t, AllTypes{})
	for name, row := range rows() {
		for other, against := range rows() {
			for _, a := range c.Attributes {
				same := cmp.Equal(value(t, a, row), value(t, a, against), cmp.Comparer(sameDay))
				if got := a.Equal(row, against); got != same {
					t.Errorf("Equal(%s.%s, %s.%s) = %v", name, a.Name, other, a.Name, got)
				}
			}
		}
	}
}

func TestNormalize(t *testing.T) {
	t.Parallel()
	c := describe(t, AllTypes{})
	zone := time.FixedZone("", 3600)
	v := &AllTypes{
		When: time.Date(2024, 1, 1, 0, 0, 0, 1999, zone), Noon: time.Date(2024, 1, 1, 12, 0, 0, 0, zone),
		PWhen: new(time.Date(2024, 1, 1, 0, 0, 0, 0, zone)), NWhen: sql.NullTime{Time: time.Date(2024, 1, 1, 0, 0, 0, 0, zone), Valid: true},
	}
	if err := c.Normalize(v); err != nil {
		t.Fatal(err)
	}
	midnight := time.Date(2023, 12, 31, 23, 0, 0, 0, time.UTC)
	got := []time.Time{v.When, v.Noon, *v.PWhen, v.NWhen.Time, v.GWhen.V}
	want := []time.Time{midnight.Add(time.Microsecond), time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), midnight, midnight, {}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("times (-want +got):\n%s", diff)
	}
}

//
func TestKeys(t *testing.T) {
	t.Parallel()
	type uuidKey struct {
		ID uuid.UUID
	}
	type textKey struct {
		Code string `gorm:"primaryKey"`
	}
	type composite struct {
		Code string    `gorm:"primaryKey"`
		Day  model.Day `gorm:"primaryKey"`
		N    int8      `gorm:"primaryKey;autoIncrement:false"`
	}
	id := uuid.MustParse("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
	tests := []struct {
		class *model.Class
		ptr   any
		text  string
		parts []string
		want  []any
	}{
		{describe(t, Author{}), &Author{ID: 7}, "7", []string{"7"}, []any{int64(7)}},
		{describe(t, textKey{}), &textKey{"a,b"}, "a,b", []string{"a,b"}, []any{"a,b"}},
		{describe(t, uuidKey{}), &uuidKey{id}, id.String(), []string{"6BA7B8109DAD11D180B400C04FD430C8"}, []any{id.String()}},
		{describe(t, composite{}), &composite{"x", model.NewDay(2024, 1, 2), -3}, "x,2024-01-02,-3", []string{"x", "2024-01-02", "-3"}, []any{"x", model.NewDay(2024, 1, 2), int64(-3)}},
	}
	for _, tt := range tests {
		if got, err := tt.class.KeyOf(tt.ptr); err != nil || got != tt.text {
			t.Errorf("KeyOf(%v) = %q, %v; want %q", tt.ptr, got, err, tt.text)
		}
		got, err := tt.class.ParseKey(tt.parts)
		if diff := cmp.Diff(tt.want, got, cmp.Comparer(sameDay)); diff != "" || err != nil {
			t.Errorf("ParseKey(%q), error %v (-want +got):\n%s", tt.parts, err, diff)
		}
	}
	bad := []struct {
		class *model.Class
		parts []string
		want  string
	}{
		{tests[0].class, nil, "Author: the key has 0 parts; write 1"},
		{tests[0].class, []string{"x"}, "Author.ID: not a key: it must be a whole number"},
		{tests[0].class, []string{"-1"}, "Author.ID: not a key: the number is out of range; it must be from 0 to 18446744073709551615"},
		{tests[0].class, []string{"1.0"}, "Author.ID: not a key: it must be a whole number"},
		{tests[2].class, []string{"xyz"}, "uuidKey.ID: not a key: not a UUID; write 32 hexadecimal digits or the form with dashes"},
		{tests[3].class, []string{"x", "soon", "1"}, "composite.day: not a key: not a date; write it like 2006-01-02"},
		{tests[3].class, []string{"x", "2024-01-02", "300"}, "composite.n: not a key: the number is out of range; it must be from -128 to 127"},
	}
	for _, tt := range bad {
		if got, err := tt.class.ParseKey(tt.parts); err == nil || err.Error() != tt.want {
			t.Errorf("ParseKey(%q) = %v, %v; want %s", tt.parts, got, err, tt.want)
		}
	}
	if got, err := tests[3].class.KeyOf(&composite{}); err == nil {
		t.Errorf("KeyOf with a null part = %q, want an error", got)
	}
}

// Values as the drivers return them.
func TestCanonical(t *testing.T) {
	t.Parallel()
	c := describe(t, AllTypes{})
	when := instant()
	tests := []struct {
		attribute string
		raw, want any
	}{
		{"text", []byte("x"), "x"}, {"text", int64(5), "5"}, {"text", 1.5, "1.5"}, {"text", when, "2024-02-29T23:59:58.123456Z"}, {"text", nil, ""},
		{"pText", nil, nil},
		{"guid", [16]byte{15: 1}, "00000000-0000-0000-0000-000000000001"}, {"guid", []byte{14: 1, 15: 2}, "00000000-0000-0000-0000-000000000102"},
		{"guid", "x", "x"},
		{"flag", int64(1), true}, {"flag", 0.0, false}, {"flag", "true", true}, {"flag", []byte("0"), false}, {"flag", []byte{1}, true}, {"flag", []byte{0}, false}, {"flag", nil, false},
		{"i64", "9007199254740993", int64(1<<53 + 1)}, {"i64", []byte("-5"), int64(-5)}, {"i64", "3.00", int64(3)}, {"i64", 4.0, int64(4)}, {"i64", true, int64(1)}, {"i64", false, int64(0)},
		{"u64", "18446744073709551615", uint64(math.MaxUint64)}, {"u64", uint64(3), int64(3)},
		{"f64", "0.1", 0.1}, {"f64", []byte("-2"), -2.0}, {"f64", int64(2), 2.0}, {"f64", float32(0.5), 0.5}, {"f64", uint64(2), 2.0},
		{"when", "2024-02-29 23:59:58.123456+00:00", when}, {"when", "2024-02-29T23:59:58.123456Z", when}, {"when", []byte("2024-02-29 23:59:58.123456"), when},
		{"when", "2024-03-01 01:59:58.123456+02", when}, {"when", "2024-02-29 23:59:58.123456789 +0000 UTC m=+0.1", when}, {"when", "", nil},
		{"when", "2024-02-29", time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)}, {"when", "2024-02-29T10:11", nil}, {"when", "2024-02-29 10:11", time.Date(2024, 2, 29, 10, 11, 0, 0, time.UTC)},
		{"born", "1996-07-04 00:00:00.000", model.NewDay(1996, 7, 4)}, {"noon", []byte("1996-07-04"), model.NewDay(1996, 7, 4)}, {"born", "", nil},
		{"took", "1000", time.Microsecond}, {"data", "x", []byte("x")}, {"data", []byte{}, nil}, {"data", []byte(nil), nil},
		{"meta", `{"b": 1.0, "a": 1e2, "c": 1000000000000000000000, "d": 9007199254740993, "e": -0}`, json.RawMessage(`{"a":100,"b":1,"c":1e+21,"d":9007199254740993,"e":-0}`)},
		{"meta", []byte(`null`), nil}, {"meta", "", nil}, {"meta", json.RawMessage(`{}`), json.RawMessage(`{}`)}, {"detail", nil, json.RawMessage(`{"alpha":0,"zeta":""}`)},
	}
	for _, tt := range tests {
		got, err := c.Attribute(tt.attribute).Canonical(tt.raw)
		if tt.raw == "2024-02-29T10:11" {
			if err == nil {
				t.Errorf("Canonical(%v) = %v, want an error", tt.raw, got)
			}
			continue
		}
		if diff := cmp.Diff(tt.want, got, cmp.Comparer(sameDay)); diff != "" || err != nil {
			t.Errorf("%s: Canonical(%T %v), error %v (-want +got):\n%s", tt.attribute, tt.raw, tt.raw, err, diff)
		}
	}
}

// No error repeats what is stored.
func TestCanonicalErrors(t *testing.T) {
	t.Parallel()
	c := describe(t, AllTypes{})
	const secret = "s3cret"
	for _, name := range []string{"flag", "i64", "f64", "when", "born", "took", "meta"} {
		a := c.Attribute(name)
		for _, raw := range []any{secret, []byte(secret), struct{ s string }{secret}, complex(1, 1)} {
			got, err := a.Canonical(raw)
			if err == nil {
				t.Errorf("%s: Canonical(%T) = %v, want an error", name, raw, got)
			} else if strings.Contains(err.Error(), secret) {
				t.Errorf("%s: the error shows the value: %v", name, err)
			}
			if err := a.Scan(&AllTypes{}, raw); err == nil {
				t.Errorf("%s: Scan(%T) gives no error", name, raw)
			}
		}
	}
	for _, name := range []string{"text", "guid", "data"} {
		if got, err := c.Attribute(name).Canonical(complex(1, 1)); err == nil {
			t.Errorf("%s: Canonical(complex) = %v, want an error", name, got)
		}
	}
}

func FuzzCanonicalJSON(f *testing.F) {
	a := describe(f, AllTypes{}).Attribute("meta")
	f.Add(`{"a":[1,2.5,-0,1e400,"x\u0000"],"b":{"c":null}}`)
	f.Fuzz(func(t *testing.T, text string) {
		v, err := a.Canonical(text)
		if err != nil || v == nil {
			return
		}
		again, err := a.Canonical([]byte(v.(json.RawMessage)))
		if err != nil || !model.EqualValues(v, again) {
			t.Errorf("%q is %s, then %v, %v", text, v, again, err)
		}
	})
}

// The short way for JSON that needs no change gives what the long way gives.
func FuzzPlainJSON(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,-5,0,true,false,null,"x"],"b":{"c":{}}}`, `[]`, `{"b":1,"a":2}`, `{"a":1,"a":2}`, `{"":1,"a":2}`, `-0`, `01`, `1.0`, `123456789012345678`,
		`1234567890123456789012`, `"😀\u0041"`, `"\""`, `[1,]`, `{"a"}`, `"\u2028"`, `"<&>"`, `tru`, `[[[`, "\"\x7f\"", "\"\xff\"",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !model.IsCanonical([]byte(text)) {
			return
		}
		v, err := model.DecodeJSON([]byte(text))
		if err != nil {
			t.Fatalf("%q is called canonical and is no JSON: %v", text, err)
		}
		if again, err := model.EncodeJSON(v); err != nil || string(again) != text {
			t.Errorf("%q is called canonical and becomes %q, %v", text, again, err)
		}
	})
}

func BenchmarkValue(b *testing.B) {
	c := describe(b, AllTypes{})
	row := filled()
	for _, name := range []string{"i64", "text", "pI64", "when", "born", "guid", "meta"} {
		a := c.Attribute(name)
		if a == nil {
			continue
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := a.Value(row); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
