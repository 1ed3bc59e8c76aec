package sqlplan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/migrations"
	"github.com/ordago/ordago/model"
)

// letter has the same text twice, with and without a keyword index.
type letter struct {
	Box    int     `gorm:"primaryKey;autoIncrement:false"`
	No     int     `gorm:"primaryKey;autoIncrement:false"`
	Found  *string `orda:"keywords"`
	Sought *string
}

func openLetters(t *testing.T, g *gorm.DB) indexed {
	t.Helper()
	c := described(t, g, (*letter)(nil))
	texts := []string{
		"Alpha Bravo", "alpha-BRÁVO, twice: bravo", "", "Bravos only", "computer", "Un café à Nîmes", "2nd of 12 (x)", "ΟΔΟΣ", "it's \\ 'quoted'",
		"long " + strings.Repeat("a", 600), "CREME fraîche", "e\u0301te\u0301",
	}
	letters := make([]letter, 0, 3000)
	for i := range 3000 {
		text := fmt.Sprintf("plain text number %d", i)
		if i < len(texts) {
			text = texts[i]
		}
		letters = append(letters, letter{Box: i / 100, No: i % 100, Found: &text, Sought: &text})
	}
	letters = append(letters, letter{Box: 99})
	half := len(letters) / 2 // the first half is there before the index
	if err := g.AutoMigrate(&letter{}); err != nil {
		t.Fatal(err)
	}
	if err := g.CreateInBatches(letters[:half], 500).Error; err != nil {
		t.Fatal(err)
	}
	if _, err := migrations.Create(t.Context(), g, []*model.Class{c}); err != nil {
		t.Fatal(err)
	}
	if err := g.CreateInBatches(letters[half:], 500).Error; err != nil {
		t.Fatal(err)
	}
	return analyzed(t, g, c)
}

var soughtWords = []string{
	"bravo", "BRÁVO", "brav", "brav@", "@", "", "alpha bravo", "cafe", "comput@", "2nd", "nd", "οδος", "it", "s", "quoted", "quoted'", "ete", "cre@", "plain", "number@",
	strings.Repeat("a", 600), strings.Repeat("a", 600) + "@", "x')", "':*",
}

// O-119: the index finds what is found without it, also what was written before it was made and after rows changed and went.
func TestKeywordIndex(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, g *gorm.DB) {
		d := openLetters(t, g)
		d.sameWords(t)
		for _, change := range []string{
			"UPDATE letters SET found = 'Bravo changed', sought = 'Bravo changed' WHERE box = 0 AND no IN (1, 3)",
			"UPDATE letters SET found = NULL, sought = NULL WHERE box = 0 AND no = 0",
			"UPDATE letters SET box = 50 WHERE box = 0 AND no = 5",
			"DELETE FROM letters WHERE box = 0 AND no = 10",
		} {
			if err := g.Exec(change).Error; err != nil {
				t.Fatal(err)
			}
		}
		d.sameWords(t)
		for _, word := range []string{"bravo", "brav@"} {
			st, err := d.planner.Keys(source(t, d.class, "found % '"+word+"'", query.ORDA, sqlplan.Values{}), sqlplan.Lens{})
			if err != nil {
				t.Fatal(err)
			}
			if plan := d.plan(t, st); !strings.Contains(plan, "letters_found_words") {
				t.Errorf("found %% %s: the index is not used:\n%s\n%s", word, st.SQL, plan)
			}
		}
	})
}

func (d indexed) sameWords(t *testing.T) {
	t.Helper()
	for _, word := range soughtWords {
		for _, form := range []string{"%s %% :1", "not (%s %% :1)", "not (%s %% :1) and no < 20 or no = 21"} {
			ask := func(attribute string) string {
				return d.keys(t, source(t, d.class, fmt.Sprintf(form, attribute), query.ORDA, sqlplan.Values{Indexed: []any{word}}))
			}
			if diff := cmp.Diff(ask("sought"), ask("found")); diff != "" {
				t.Errorf("%s with %q (-without index +with it):\n%s", form, word, diff)
			}
		}
	}
}
