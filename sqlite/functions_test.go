package sqlite_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/internal/dialect"
)

// O-115, O-119
func TestFunctions(t *testing.T) {
	t.Parallel()
	db, d := mustOpen(t)
	writer, err := db.DB()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"ordago_fold('HÉTRICK')":                      "hetrick",
		"ordago_fold('ascii')":                        "ascii",
		"ordago_fold('')":                             "",
		"ordago_fold(NULL)":                           nil,
		"ordago_fold(42)":                             int64(42),
		"ordago_fold(1.5)":                            1.5,
		"ordago_fold(CAST('É' AS blob))":              "e",
		"ordago_keyword('Alpha Bravo', 'bravo')":      int64(1),
		"ordago_keyword('Alpha Bravo', 'brav')":       int64(0),
		"ordago_keyword('Alpha Bravo', 'brav@')":      int64(1),
		"ordago_keyword(NULL, 'a')":                   nil,
		"ordago_keyword('a', NULL)":                   nil,
		"ordago_keyword(42, '42')":                    int64(0),
		"ordago_keyword(CAST('à la' AS blob), 'la')":  int64(1),
		"ordago_keyword('', '')":                      int64(0),
		"ordago_words('Le Café-Crème, le 2nd')":       `["2nd","cafe","creme","le"]`,
		"ordago_words('')":                            "[]",
		"ordago_words(NULL)":                          "[]",
		"ordago_words(42)":                            "[]",
		"octet_length('é') <> length('é')":            int64(1),
		"typeof(ordago_fold('A' || char(0) || 'B'))":  "text",
		"hex(ordago_fold('A' || char(0) || 'É'))":     "610065",
		"ordago_fold('x') || ordago_fold(upper('x'))": "xx",
	}
	for _, pool := range []string{"writer", "readers"} {
		db := writer
		if pool == "readers" {
			db = d.Readers()
		}
		got := map[string]any{}
		for expr := range want {
			var v any
			if err := db.QueryRowContext(t.Context(), "SELECT "+expr).Scan(&v); err != nil {
				t.Fatalf("%s: %v", expr, err)
			}
			if b, ok := v.([]byte); ok {
				v = string(b)
			}
			got[expr] = v
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", pool, diff)
		}
	}
}

// Only a deterministic function may be indexed.
func TestFoldCanBeIndexed(t *testing.T) {
	t.Parallel()
	db, _ := mustOpen(t)
	if err := db.Exec("CREATE INDEX by_fold ON countries (ordago_fold(name))").Error; err != nil {
		t.Error(err)
	}
}

func TestDialectSetup(t *testing.T) {
	t.Parallel()
	db, d := mustOpen(t)
	sqlite, err := dialect.Of(db.Name())
	if err != nil {
		t.Fatal(err)
	}
	for name, conn := range map[string]dialect.Conn{"GORM": db.ConnPool, "readers": d.Readers()} {
		if err := sqlite.Setup(t.Context(), conn); err != nil {
			t.Errorf("Setup on %s: %v", name, err)
		}
	}
}
