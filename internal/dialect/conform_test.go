package dialect_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/internal/dialect"
)

// testConformance holds the SQL of d, run on db, to what this package computes
// in Go. Both databases pass it, so both behave the same.
func testConformance(t *testing.T, db *sql.DB, d dialect.Dialect) {
	t.Run("fold", func(t *testing.T) { testFoldSQL(t, db, d) })
	t.Run("keyword", func(t *testing.T) { testKeywordSQL(t, db, d) })
	t.Run("equal", func(t *testing.T) { testEqualSQL(t, db, d) })
	t.Run("like", func(t *testing.T) { testLikeSQL(t, db, d) })
	t.Run("order", func(t *testing.T) { testOrderSQL(t, db, d) })
	t.Run("order by fold", func(t *testing.T) { testFoldOrderSQL(t, db, d) })
	t.Run("null", func(t *testing.T) { testNullSQL(t, db, d) })
}

// alphabet has every assigned rune of the Latin, Greek, Cyrillic and Hebrew
// blocks, of their extensions, and the combining marks.
func alphabet() []rune {
	var runes []rune
	for _, block := range [][2]rune{{0x20, 0x5ff}, {0x1c80, 0x1cff}, {0x1d00, 0x1fff}, {0x2100, 0x214f}, {0x2c60, 0x2c7f}, {0xa640, 0xa69f}, {0xa720, 0xa7ff}, {0xac00, 0xac40}} {
		for r := block[0]; r <= block[1]; r++ {
			if unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Zs) {
				runes = append(runes, r)
			}
		}
	}
	return runes
}

// samples are the single runes, each between letters (where a final sigma
// could be), and random texts from a fixed seed.
func samples() []string {
	var texts []string
	runes := alphabet()
	for _, r := range runes {
		texts = append(texts, string(r), "A"+string(r)+"Z", "aΣ"+string(r))
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		var b strings.Builder
		for range 1 + rnd.IntN(12) {
			b.WriteRune(runes[rnd.IntN(len(runes))])
		}
		texts = append(texts, b.String())
	}
	return texts
}

// values returns placeholders for texts as the rows of one column.
func values(d dialect.Dialect, texts []string) (string, []any) {
	var b []byte
	args := make([]any, len(texts))
	for i, text := range texts {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(d.Placeholder(append(b, '('), i+1), ')')
		args[i] = text
	}
	return string(b), args
}

// O-115, O-151
func testFoldSQL(t *testing.T, db *sql.DB, d dialect.Dialect) {
	texts := samples()
	differ := 0
	for len(texts) > 0 && differ < 20 {
		batch := texts[:min(500, len(texts))]
		texts = texts[len(batch):]
		rows, args := values(d, batch)
		query := fmt.Sprintf("WITH t(x) AS (VALUES %s) SELECT x, %s FROM t", rows, d.FoldExpr(nil, []byte("x")))
		for _, pair := range pairs(t, db, query, args) {
			if want := dialect.Fold(pair[0]); pair[1] != want {
				differ++
				t.Errorf("fold of %+q in %s = %+q, want %+q", pair[0], d.Name(), pair[1], want)
			}
		}
	}
}

func pairs(t *testing.T, db *sql.DB, query string, args []any) [][2]string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var result [][2]string
	for rows.Next() {
		var pair [2]string
		if err := rows.Scan(&pair[0], &pair[1]); err != nil {
			t.Fatal(err)
		}
		result = append(result, pair)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return result
}

// condition tells if the condition that f appends holds for text.
func condition(t *testing.T, db *sql.DB, d dialect.Dialect, text, value string, f func(b, col []byte, ph func([]byte) []byte) []byte) bool {
	t.Helper()
	args := []any{text}
	query := append([]byte("WITH t(x) AS (SELECT CAST("), d.Placeholder(nil, 1)...)
	query = f(append(query, " AS text)) SELECT count(*) FROM t WHERE "...), []byte("x"), func(b []byte) []byte {
		args = append(args, value)
		return d.Placeholder(b, len(args))
	})
	var n int
	if err := db.QueryRowContext(t.Context(), string(query), args...).Scan(&n); err != nil {
		t.Fatalf("%s with %q: %v", query, args, err)
	}
	return n == 1
}

// O-119
func testKeywordSQL(t *testing.T, db *sql.DB, d dialect.Dialect) {
	for _, tt := range keywordTests() {
		if got := condition(t, db, d, tt.text, d.KeywordArg(tt.word), d.KeywordExpr); got != tt.want {
			t.Errorf("%s: %q %% %q in %s = %v, want %v", tt.name, tt.text, tt.word, d.Name(), got, tt.want)
		}
	}
	for _, r := range alphabet() {
		text := "ab" + string(r) + "cd"
		want := dialect.Keyword(text, "cd")
		if got := condition(t, db, d, text, d.KeywordArg("cd"), d.KeywordExpr); got != want {
			t.Errorf("%q %% cd (%U) in %s = %v, want %v", text, r, d.Name(), got, want)
		}
	}
}

// O-115
func testEqualSQL(t *testing.T, db *sql.DB, d dialect.Dialect) {
	texts := []string{"", "n", "N", "ñ", "Ñ", "a", "Å", "A", "k", "\u212a", "Hétrick", "HETRICK", "ΟΔΟΣ", "οδος", "i", "İ", "ı", "n%", "n ", "Æ", "ae"}
	for _, text := range texts {
		for _, other := range texts {
			want := dialect.Fold(text) == dialect.Fold(other)
			if got := condition(t, db, d, text, dialect.Fold(other), d.EqualFold); got != want {
				t.Errorf("%q = %q in %s is %v, want %v", text, other, d.Name(), got, want)
			}
		}
	}
}

// O-115
func testLikeSQL(t *testing.T, db *sql.DB, d dialect.Dialect) {
	h := dialect.EscapeLike(dialect.Fold("H")) + "%"
	for _, tt := range []struct {
		text, pattern string
		want          bool
	}{
		{"Hétrick", h, true},
		{"HARNESS", h, true},
		{"holmes", h, true},
		{"Ḧolmes", h, true},
		{"Sholmes", h, false},
		{"50% off", dialect.EscapeLike("50%") + "%", true},
		{"50 % off", dialect.EscapeLike("50%") + "%", false},
		{"a_b", dialect.EscapeLike("a_b"), true},
		{"acb", dialect.EscapeLike("a_b"), false},
		{`É\N`, dialect.EscapeLike(dialect.Fold(`É\N`)), true},
		{"ÉTÉ", "e_e", true},
	} {
		if got := condition(t, db, d, tt.text, tt.pattern, d.LikeFold); got != tt.want {
			t.Errorf("%q like %q in %s = %v, want %v", tt.text, tt.pattern, d.Name(), got, tt.want)
		}
	}
}

func column(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		var s sql.NullString
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		if !s.Valid {
			s.String = "NULL"
		}
		got = append(got, s.String)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return got
}

//
func testOrderSQL(t *testing.T, db *sql.DB, d dialect.Dialect) {
	const from = "WITH t(x) AS (SELECT 2 UNION ALL SELECT NULL UNION ALL SELECT 1) SELECT x FROM t ORDER BY "
	got := map[bool][]string{}
	for _, desc := range []bool{false, true} {
		got[desc] = column(t, db, string(d.OrderExpr([]byte(from), []byte("x"), desc)))
	}
	want := map[bool][]string{false: {"NULL", "1", "2"}, true: {"2", "1", "NULL"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s, by desc (-want +got):\n%s", d.Name(), diff)
	}
}

// O-151, R-178
func testFoldOrderSQL(t *testing.T, db *sql.DB, d dialect.Dialect) {
	const from = "WITH t(x) AS (SELECT 'Öl' UNION ALL SELECT 'zu' UNION ALL SELECT NULL UNION ALL SELECT 'ob' UNION ALL SELECT 'Élan' UNION ALL SELECT 'eng' UNION ALL SELECT 'Z') SELECT x FROM t ORDER BY "
	got := column(t, db, string(d.OrderExpr([]byte(from), d.FoldExpr(nil, []byte("x")), false)))
	if diff := cmp.Diff([]string{"NULL", "Élan", "eng", "ob", "Öl", "Z", "zu"}, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", d.Name(), diff)
	}
}

// A condition on NULL is NULL, so that its negation does not find the row either.
func testNullSQL(t *testing.T, db *sql.DB, d dialect.Dialect) {
	bound := func(b []byte) []byte { return append(b, "'a'"...) }
	x := []byte("x")
	var got []string
	for _, expr := range [][]byte{d.FoldExpr(nil, x), d.EqualFold(nil, x, bound), d.LikeFold(nil, x, bound), d.KeywordExpr(nil, x, bound)} {
		query := fmt.Sprintf("WITH t(x) AS (SELECT CAST(NULL AS text)) SELECT CASE WHEN (%s) IS NULL THEN 'null' ELSE 'not null' END FROM t", expr)
		got = append(got, column(t, db, query)...)
	}
	if diff := cmp.Diff([]string{"null", "null", "null", "null"}, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", d.Name(), diff)
	}
}
