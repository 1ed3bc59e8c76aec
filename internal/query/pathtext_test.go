package query_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/internal/query"
)

// O-109, O-132, O-134, O-136
func TestParsePath(t *testing.T) {
	t.Parallel()
	got, err := query.ParsePath("books{2} . info.coll[A].and")
	if err != nil {
		t.Fatal(err)
	}
	want := query.Path{Steps: []query.Step{
		{Name: "books", Ref: 2},
		{Name: "info", At: 11},
		{Name: "coll", Collection: true, Letter: 'a', At: 16},
		{Name: "and", At: 24},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// O-168
func TestParsePathErrors(t *testing.T) {
	t.Parallel()
	for text, offset := range map[string]int{
		"": 0, ":1": 0, "a.": 2, "a b": 2, "a = 1": 2, "a{0}": 1, "a[1]": 1, "a[ab]": 1, "a..b": 2, "a\x00": 1, "a or b": 2,
	} {
		path, err := query.ParsePath(text)
		e, ok := errors.AsType[*query.Error](err)
		if !ok || e.Offset != offset || len(path.Steps) != 0 {
			t.Errorf("ParsePath(%q) = %v, %v, want an error at %d", text, path, err, offset)
		}
	}
}
