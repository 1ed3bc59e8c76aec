package query_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/internal/query"
)

// pieces are what random texts are made of: all that the grammar knows, and some noise.
func pieces() []string {
	return strings.Split(`a|b.c|not|and|or|except|in|is|is not|begin|like|order by|order|by|asc|desc|eval|(|)|[|]|[x]|{2}|,|.|:|:1|:p.q|`+
		`=|==|===|!=|#|!==|<|<=|>|>=|%|=>|&|&&|null|true|1|-2.5|2026-01-31|'x y'|"it's"|x|Zoë|'|"|eval(f(")"))|a = 1|not(a = x)|b in [1, z]|[]|$v|_`, "|")
}

// Random sequences of pieces reach corners that single mutations of a fuzzer seldom do.
func TestRandomTexts(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	words, parsed := pieces(), 0
	for range 4_000 {
		var text strings.Builder
		for range 1 + random.IntN(9) {
			text.WriteString(words[random.IntN(len(words))])
			text.WriteString([]string{" ", " ", " ", ""}[random.IntN(4)])
		}
		for _, d := range dialects() {
			q, err := query.Parse(text.String(), d)
			if err != nil {
				checkError(t, text.String(), err)
				continue
			}
			parsed++
			checkRoundTrip(t, q)
		}
	}
	if parsed < 200 {
		t.Errorf("only %d texts were queries: the pieces are badly chosen", parsed)
	}
}

// Any two conditions joined in any way keep their shape: random trees of connectives, printed and parsed.
func TestRandomTrees(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		q := &query.Query{Where: randomNode(random, 4), Dialect: query.Dialect(random.IntN(2))}
		got, err := query.Parse(q.String(), q.Dialect)
		if err != nil {
			t.Fatalf("Parse(%q): %v", q, err)
		}
		if diff := cmp.Diff(q, got, meaning()); diff != "" {
			t.Fatalf("%q (-want +got):\n%s", q, diff)
		}
	}
}

func randomNode(random *rand.Rand, depth int) query.Node {
	kind := random.IntN(5)
	if depth == 0 {
		kind = 3 + random.IntN(2)
	}
	switch kind {
	case 0:
		return and(randomNode(random, depth-1), randomNode(random, depth-1), randomNode(random, depth-1))
	case 1:
		return or(randomNode(random, depth-1), randomNode(random, depth-1))
	case 2:
		return not(randomNode(random, depth-1))
	case 3:
		return &query.Formula{Placeholder: index(1 + random.IntN(128))}
	default:
		names := []string{"a", "not", "and", "order", "in.eval", "begin", "asc"}
		return compare(path(names[random.IntN(len(names))]), query.Op(random.IntN(4)), quoted("x"))
	}
}

// A path, a placeholder and a comparator print as in a query, for messages.
func TestPartsString(t *testing.T) {
	t.Parallel()
	got := []string{
		steps(query.Step{Name: "a", Ref: 2}, query.Step{Name: "b", Collection: true, Letter: 'c'}).String(),
		query.Path{Placeholder: index(3)}.String(), named("p", "q").String(), query.NotIdentical.String(), query.Op(99).String(),
	}
	want := []string{"a{2}.b[c]", ":3", ":p.q", "!==", ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
