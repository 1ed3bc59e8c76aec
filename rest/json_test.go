package rest_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/google/uuid"

	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/rest"
)

// how each type is written.
func TestScalar(t *testing.T) {
	t.Parallel()
	berlin := time.FixedZone("", 3600)
	tests := []struct {
		kind  model.Type
		value any
		want  string
	}{
		{model.String, nil, `null`},
		{model.String, "a\nb\t\"\\/\x01é😀\u2028", `"a\nb\t\"\\/\u0001é😀\u2028"`},
		{model.String, "bad \xff utf", `"bad � utf"`},
		{model.UUID, "5d41402a-bc4b-2a76-b971-9d911017c592", `"5d41402a-bc4b-2a76-b971-9d911017c592"`}, // a model that stores text
		{model.UUID, "not a uuid", `"not a uuid"`},
		{model.Bool, true, `true`},
		{model.Bool, false, `false`},
		{model.Long, int64(-7), `-7`},
		{model.Long64, int64(math.MaxInt64), `9223372036854775807`},
		{model.Long64, uint64(math.MaxUint64), `18446744073709551615`},
		{model.Number, 18.5, `18.5`},
		{model.Number, 21.0, `21`},
		{model.Number, 0.1, `0.1`},
		{model.Number, 1e21, `1e+21`},
		{model.Number, 1e-7, `1e-07`},
		{model.Number, math.NaN(), `null`},
		{model.Number, math.Inf(1), `null`},
		{model.Date, model.NewDay(2021, 9, 14), `"14!9!2021"`},
		{model.Date, model.Day{}, `null`},
		{model.Date, time.Date(2021, 9, 14, 1, 2, 3, 4567000, berlin), `"2021-09-14T00:02:03.004Z"`},
		{model.Duration, 90 * time.Second, `90000`},
		{model.Object, json.RawMessage(`{"a":[1,null]}`), `{"a":[1,null]}`},
		{model.Object, json.RawMessage(`{"a":`), `null`},
		{model.Object, json.RawMessage(nil), `null`},
		{model.String, struct{}{}, `null`},
	}
	for _, test := range tests {
		if got := rest.Scalar(test.kind, test.value); got != test.want {
			t.Errorf("Scalar(%v, %#v) = %s, want %s", test.kind, test.value, got, test.want)
		}
	}
}

type tagged struct {
	ID   uuid.UUID `orda:"type=uuid"`
	Text string    `orda:"type=uuid"`
}

//
func TestUUIDs(t *testing.T) {
	t.Parallel()
	class, err := model.Describe(&tagged{}, nil, "here")
	if err != nil {
		t.Fatal(err)
	}
	const stored = "5d41402a-bc4b-2a76-b971-9d911017c592"
	for attribute, want := range map[string]string{"ID": `"5D41402ABC4B2A76B9719D911017C592"`, "text": `"` + stored + `"`} {
		if got := rest.ScalarOf(class.Attribute(attribute), stored); got != want {
			t.Errorf("%s = %s, want %s", attribute, got, want)
		}
	}
}

//
func TestSubset(t *testing.T) {
	t.Parallel()
	const data = `{"a":{"b":1,"c":{"d":2,"e":3}},"list":[{"x":1,"y":2},{"y":3},7],"n":null}`
	for _, test := range []struct {
		paths [][]string
		want  string
	}{
		{[][]string{{"a", "b"}}, `{"a":{"b":1}}`},
		{[][]string{{"a", "c", "d"}, {"a", "b"}}, `{"a":{"c":{"d":2},"b":1}}`},
		{[][]string{{"a", "c"}, {"a", "c", "d"}}, `{"a":{"c":{"d":2,"e":3}}}`},
		{[][]string{{"list", "y"}}, `{"list":[{"y":2},{"y":3},null]}`},
		{[][]string{{"n"}, {"missing"}}, `{"n":null}`},
		{[][]string{{"n", "x"}}, `{"n":null}`},
	} {
		if got := rest.Subset(data, test.paths); got != test.want {
			t.Errorf("Subset(%v) = %s, want %s", test.paths, got, test.want)
		}
	}
}

//
func TestDecodeJSON(t *testing.T) {
	t.Parallel()
	got, err := rest.DecodeJSON([]byte(` {"n":9007199254740993,"a":[true,null],"n2":1.0,"d":1,"d":2} `))
	want := any(map[string]any{"n": json.Number("9007199254740993"), "a": []any{true, nil}, "n2": json.Number("1.0"), "d": json.Number("2")})
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("decode (-want +got): %v\n%s", err, diff)
	}
	for _, bad := range []string{
		"{", "[1,]", "[1] x", "{} {}", "nan", "'a'", strings.Repeat("[", 65) + strings.Repeat("]", 65), "[" + strings.Repeat("1,", 2_000_001) + "1]",
		`{"a":"\x"}`, "\x00",
	} {
		if v, err := rest.DecodeJSON([]byte(bad)); err == nil {
			t.Errorf("decode %.40q = %v, want an error", bad, v)
		} else if status, codes := rest.Failure(err); status != 500 || codes[0] != 1806 {
			t.Errorf("decode %.40q: %d %v, want 500 [1806]", bad, status, codes)
		}
	}
	if _, err := rest.DecodeJSON([]byte(strings.Repeat("[", 64) + strings.Repeat("]", 64))); err != nil {
		t.Errorf("decode 64 levels: %v", err)
	}
	if _, err := rest.DecodeJSON([]byte(`"` + strings.Repeat("[", 100) + `\"` + strings.Repeat("{", 100) + `"`)); err != nil {
		t.Errorf("decode brackets in a string: %v", err)
	}
}

// Strings are read back as encoding/json reads what it writes itself.
func FuzzJSONString(f *testing.F) {
	for _, seed := range []string{"", "plain", "\x00\x1f\"\\/", "é😀\u2028\u2029\uFFFD", "\xff\xc3", "</script>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text := rest.JSONString(s)
		var got, want string
		if err := json.Unmarshal([]byte(text), &got); err != nil || !utf8.ValidString(text) {
			t.Fatalf("JSONString(%q) = %q: %v", s, text, err)
		}
		reference, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(reference, &want); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Fatalf("JSONString(%q) reads back as %q, want %q", s, got, want)
		}
	})
}

// Numbers are read back exactly.
func FuzzJSONNumber(f *testing.F) {
	for _, seed := range []float64{0, 1, -1.5, 0.1, 1e300, 1e-300, math.Pi, math.MaxFloat64} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, n float64) {
		if math.IsNaN(n) || math.IsInf(n, 0) {
			return
		}
		var got float64
		if text := rest.Scalar(model.Number, n); json.Unmarshal([]byte(text), &got) != nil || got != n {
			t.Fatalf("Scalar(%v) = %s, which reads back as %v", n, text, got)
		}
	})
}

// A body is decoded or refused, never a panic; what is decoded is what encoding/json decodes.
func FuzzDecodeJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,"x",null]}`, `[`, `"\u0000"`, "[[[[[]]]]]", `{"a":1e999}`, "  "} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := rest.DecodeJSON(data)
		if err != nil {
			return
		}
		if v != nil && !json.Valid(data) {
			t.Fatalf("decode %q = %v, which is not valid JSON", data, v)
		}
	})
}
