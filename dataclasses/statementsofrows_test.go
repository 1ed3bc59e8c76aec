package dataclasses_test

import (
	"fmt"
	"testing"

	"github.com/ordago/ordago/dataclasses"
)

// No read of a selection runs a statement for each of its entities, restricted or not: a hundred cost as many as two.
//
// O-394
func TestStatementsDoNotGrowWithRows(t *testing.T) {
	t.Parallel()
	ds, count := openCounting(t, restrictedBooks()...)
	for i := range 120 {
		newBook(t, ds, fmt.Sprint(i), float64(i+10), newAuthor(t, ds, fmt.Sprint(i), "Duarte"))
	}
	class := dataclasses.Of[Book](ds)
	fixed := must(class.All().Fix(t.Context()))
	reader := only(t.Context(), "Duarte")
	for name, read := range selectionReads(ds) {
		for what, s := range map[string]*dataclasses.Selection[Book]{"lazy": class.All(), "fixed": fixed} {
			var statements [4]int64
			for i, s := range []*dataclasses.Selection[Book]{s.Slice(0, 2), s.Slice(0, 100)} {
				statements[i] = count(func() { must(read(reader, s)) })
				statements[i+2] = count(func() { must(read(t.Context(), s)) })
			}
			if statements[0] == 0 || statements[1] != statements[0] || statements[2] != statements[0] || statements[3] != statements[0] {
				t.Errorf("%s, %s: %d statements for two restricted, %d for a hundred, %d and %d for all to see; want the same",
					what, name, statements[0], statements[1], statements[2], statements[3])
			}
			if statements[1] > 3 { // the keys, their entities, what these lead to
				t.Errorf("%s, %s: %d statements", what, name, statements[1])
			}
		}
	}
}
