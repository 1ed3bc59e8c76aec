package sqlplan_test

import (
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
)

// NOT stands alone only where nothing can be null: elsewhere what cannot be compared belongs to the complement.
func TestNotOfWhatIsNeverNull(t *testing.T) {
	t.Parallel()
	c := described(t, ordatest.SQLite(t), (*shelf)(nil))
	for _, d := range []dialect.Dialect{dialect.SQLite{}, dialect.Postgres{}} {
		for text, plain := range map[string]bool{
			"not (ID = 3)":                   true,
			"not (code = x)":                 true,
			"not (code = 'x@' or ID in [1])": true,
			"not (note = x)":                 false, // nullable
			"not (code = x and note = y)":    false,
			"not (code % x)":                 false,
		} {
			st, err := sqlplan.New(d).Keys(source(t, c, text, query.ORDA, sqlplan.Values{}), sqlplan.Lens{})
			if err != nil {
				t.Fatal(err)
			}
			if got := !strings.Contains(st.SQL, "IS NOT TRUE"); got != plain || plain && !strings.Contains(st.SQL, "NOT (") {
				t.Errorf("%s on %s: %s", text, d.Name(), st.SQL)
			}
		}
	}
}

// a null is in the complement, on every database.
func TestNotFindsNull(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, g *gorm.DB) {
		d := openLetters(t, g)
		got := d.keys(t, source(t, d.class, "not (found = 'Alpha Bravo') and box = 99", query.ORDA, sqlplan.Values{}))
		if got != "99,0" {
			t.Errorf("found %q, want the letter without text, 99,0", got)
		}
	})
}
