package sqlplan

import (
	"cmp"
	"strings"
	"time"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// Matches compares what a getter returned as SQL would compare a column: texts folded and with wildcards, null equal to
// null only, and values of different types with nothing (O-115, O-116, O-126, O-165). It is for a Call with an Attribute.
func (c Call) Matches(v any) bool {
	if c.Value == nil {
		return isNull(v) != negative(c.Op)
	}
	if isNull(v) {
		return false
	}
	if c.Op != query.In {
		return matches(c.Op, v, c.Value)
	}
	list, _ := asList(c.Value)
	for _, one := range list {
		if matches(query.Equal, v, one) {
			return true
		}
	}
	return false
}

func matches(op query.Op, v, searched any) bool {
	have, ok1 := accepted(v)
	want, ok2 := accepted(searched)
	if !ok1 || !ok2 {
		return false
	}
	if have.kind == textValue && (want.kind == textValue || want.kind == numberValue) {
		return matchText(op, have.text, want.text)
	}
	order, ok := compareValues(have, want)
	switch {
	case !ok, op == query.Begin, op == query.Keyword:
		return false
	case have.kind == boolValue && ordering(op):
		return false
	}
	return holds(op, order)
}

// holds reports whether a comparator holds for what compares so.
func holds(op query.Op, order int) bool {
	switch symbol(op) {
	case "<>":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	}
	return order == 0
}

// compareValues compares two values that are no texts both; text is read as a date or number where the other is one.
func compareValues(have, want value) (int, bool) {
	switch have.kind {
	case numberValue:
		n, ok := want.number, want.kind == numberValue
		if want.kind == textValue {
			n, ok = parseNumber(strings.TrimSpace(want.text))
		}
		return have.number.compare(n), ok
	case boolValue:
		return cmp.Compare(bit(have.yes), bit(want.yes)), want.kind == boolValue
	case durationValue:
		if want.kind == numberValue {
			want.duration = time.Duration(want.number.float * float64(time.Millisecond))
		}
		return cmp.Compare(have.duration, want.duration), want.kind == durationValue || want.kind == numberValue
	case instantValue:
		if want.kind == instantValue {
			return have.instant.Compare(want.instant), true
		}
		have.day = model.Today(have.instant.UTC())
	}
	day, ok := want.day, want.kind == dayValue
	switch want.kind {
	case instantValue:
		day, ok = model.Today(want.instant), true
	case textValue:
		d, err := model.ParseWireDay(strings.TrimSpace(want.text))
		day, ok = d, err == nil && !d.IsZero()
	}
	return strings.Compare(have.day.String(), day.String()), ok
}

func bit(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// compare is exact for whole numbers.
func (x number) compare(y number) int {
	if x.beyond == 0 && y.beyond == 0 && !x.fraction && !y.fraction {
		return cmp.Compare(x.floor, y.floor)
	}
	return cmp.Compare(x.float, y.float)
}

// matchText compares as [resolver.compareText] does in SQL.
func matchText(op query.Op, have, want string) bool {
	switch op {
	case query.Keyword:
		return dialect.Keyword(have, strings.TrimSpace(want))
	case query.Identical:
		return dialect.Fold(have) == dialect.Fold(want)
	case query.NotIdentical:
		return dialect.Fold(have) != dialect.Fold(want)
	case query.Begin:
		if !strings.HasSuffix(want, "@") {
			want += "@"
		}
		return matchPattern(have, want)
	case query.NotEqual:
		return !matchPattern(have, want)
	case query.Equal, query.Like:
		return matchPattern(have, want)
	}
	text, prefix := strings.CutSuffix(dialect.Fold(want), "@")
	folded := dialect.Fold(have)
	if prefix && strings.HasPrefix(folded, text) {
		return op == query.LessEqual || op == query.GreaterEqual
	}
	return holds(op, strings.Compare(folded, text))
}

// matchPattern matches a folded text with @ as wildcard; two in a row match nothing (O-116).
func matchPattern(have, want string) bool {
	have, want = dialect.Fold(have), dialect.Fold(want)
	parts := strings.Split(want, "@")
	if len(parts) == 1 {
		return have == want
	}
	if strings.Contains(want, "@@") || !strings.HasPrefix(have, parts[0]) {
		return false
	}
	have = have[len(parts[0]):]
	last := len(parts) - 1
	for _, part := range parts[1:last] {
		i := strings.Index(have, part)
		if i < 0 {
			return false
		}
		have = have[i+len(part):]
	}
	return strings.HasSuffix(have, parts[last])
}
