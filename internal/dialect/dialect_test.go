package dialect_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/internal/dialect"
)

func TestOf(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sqlite", "postgres"} {
		d, err := dialect.Of(name)
		if err != nil || d.Name() != name {
			t.Errorf("Of(%q) = %v, %v, want the dialect of that name", name, d, err)
		}
	}
	_, err := dialect.Of("oracle")
	if want := `database "oracle" is not supported: use sqlite or postgres`; err == nil || err.Error() != want {
		t.Errorf("Of(oracle): error %v, want %s", err, want)
	}
}

func TestEscapeLike(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":        "",
		"plain":   "plain",
		`50% \_é`: `50\% \\\_é`,
	} {
		if got := dialect.EscapeLike(in); got != want {
			t.Errorf("EscapeLike(%q) = %q, want %q", in, got, want)
		}
	}
}

type rendered struct {
	SQL  string
	Args []any
}

// render runs f with a ph that binds value.
func render(d dialect.Dialect, value any, f func(b []byte, ph func([]byte) []byte) []byte) rendered {
	var r rendered
	r.SQL = string(f(nil, func(b []byte) []byte {
		r.Args = append(r.Args, value)
		return d.Placeholder(b, len(r.Args))
	}))
	return r
}

// O-115, O-119, O-151, R-178
func TestSQL(t *testing.T) {
	t.Parallel()
	want := map[string]map[string]rendered{
		"sqlite": {
			"quote":   {SQL: "`a``b\"c.d`"},
			"fold":    {SQL: "CASE WHEN octet_length(x)=length(x) THEN lower(x) ELSE ordago_fold(x) END"},
			"equal":   {SQL: "(x=? COLLATE NOCASE OR octet_length(x)<>length(x) AND ordago_fold(x)=?)", Args: []any{"v", "v"}},
			"like":    {SQL: `CASE WHEN octet_length(x)=length(x) THEN x ELSE ordago_fold(x) END LIKE ? ESCAPE '\'`, Args: []any{"v"}},
			"keyword": {SQL: "ordago_keyword(x,?)", Args: []any{"v"}},
			"asc":     {SQL: "x"},
			"desc":    {SQL: "x DESC"},
		},
		"postgres": {
			"quote":   {SQL: "\"a`b\"\"c.d\""},
			"fold":    {SQL: `ordago_fold(x) COLLATE "C"`},
			"equal":   {SQL: `ordago_fold(x) COLLATE "C"=$1`, Args: []any{"v"}},
			"like":    {SQL: `ordago_fold(x) COLLATE "C" LIKE $1 ESCAPE '\'`, Args: []any{"v"}},
			"keyword": {SQL: `ordago_fold(x) COLLATE "und-x-icu" ~ $1`, Args: []any{"v"}},
			"asc":     {SQL: "x NULLS FIRST"},
			"desc":    {SQL: "x DESC NULLS LAST"},
		},
	}
	x := []byte("x")
	for _, d := range []dialect.Dialect{dialect.SQLite{}, dialect.Postgres{}} {
		got := map[string]rendered{
			"quote":   {SQL: string(d.Quote(nil, "a`b\"c.d\x00"))},
			"fold":    {SQL: string(d.FoldExpr(nil, x))},
			"equal":   render(d, "v", func(b []byte, ph func([]byte) []byte) []byte { return d.EqualFold(b, x, ph) }),
			"like":    render(d, "v", func(b []byte, ph func([]byte) []byte) []byte { return d.LikeFold(b, x, ph) }),
			"keyword": render(d, "v", func(b []byte, ph func([]byte) []byte) []byte { return d.KeywordExpr(b, x, ph) }),
			"asc":     {SQL: string(d.OrderExpr(nil, x, false))},
			"desc":    {SQL: string(d.OrderExpr(nil, x, true))},
		}
		if diff := cmp.Diff(want[d.Name()], got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", d.Name(), diff)
		}
	}
}
