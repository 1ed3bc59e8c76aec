package dataclasses

import (
	"cmp"
	"slices"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/model"
)

// distinctValue is a value and how many entities have it.
type distinctValue struct {
	value any
	fold  string // of a text
	count int
}

// distinctValues are the scalars that some entities have: one, or those of their elements, each once.
func distinctValues(v any, entities int, exact bool) []distinctValue {
	list, several := v.(elements)
	if !several {
		list = elements{v}
	}
	var found []distinctValue
	for _, v := range list {
		if !isScalarValue(v) {
			continue
		}
		d := distinctValue{value: v, count: entities}
		if text, ok := v.(string); ok {
			d.fold = dialect.Fold(text)
		}
		found = append(found, d)
	}
	if len(found) > 1 {
		slices.SortFunc(found, compareDistinct)
		found = merged(found, exact)
		for i := range found {
			found[i].count = entities
		}
	}
	return found
}

// merged adds up neighbours that are the same value: a date that is stored with and without time, texts with the same fold.
func merged(sorted []distinctValue, diacritical bool) []distinctValue {
	out := sorted[:0]
	for _, d := range sorted {
		n := len(out) - 1
		text := d.fold != "" && !diacritical
		same := n >= 0 && rank(out[n].value) == rank(d.value)
		if same && (text && out[n].fold == d.fold || model.EqualValues(out[n].value, d.value)) {
			out[n].count += d.count
			continue
		}
		out = append(out, d)
	}
	return out
}

// compareDistinct compares by type (O-150), then by value; texts with the same fold by their bytes.
func compareDistinct(a, b distinctValue) int {
	v, text := a.value.(string)
	w, texts := b.value.(string)
	if text && texts {
		return cmp.Or(cmp.Compare(a.fold, b.fold), cmp.Compare(v, w))
	}
	return compareValues(a.value, b.value)
}
