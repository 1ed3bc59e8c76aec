package sqlplan_test

import (
	"fmt"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/migrations"
	"github.com/ordago/ordago/model"
)

type shelf struct {
	ID    uint
	Name  string `gorm:"index"`
	Code  string `gorm:"uniqueIndex;not null"`
	State string `gorm:"index:by_state,priority:1"`
	Rank  int    `gorm:"index:by_state,priority:2"`
	Note  string
}

// indexed is a database that the migrations have made, with enough rows for an index to be worth while.
type indexed struct {
	database
	gorm  *gorm.DB
	class *model.Class
}

// described is the class of a model without relations.
func described(t *testing.T, g *gorm.DB, value any) *model.Class {
	t.Helper()
	c, err := model.Describe(value, g.NamingStrategy, "here")
	if err != nil {
		t.Fatal(err)
	}
	if err := model.Link([]*model.Class{c}); err != nil {
		t.Fatal(err)
	}
	return c
}

// analyzed is the database after it has looked at its rows.
func analyzed(t *testing.T, g *gorm.DB, c *model.Class) indexed {
	t.Helper()
	if err := g.Exec("ANALYZE").Error; err != nil {
		t.Fatal(err)
	}
	d, err := dialect.Of(g.Name())
	if err != nil {
		t.Fatal(err)
	}
	pool, err := g.DB()
	if err != nil {
		t.Fatal(err)
	}
	return indexed{database{db: pool, planner: sqlplan.New(d), dialect: d}, g, c}
}

func openIndexed(t *testing.T, g *gorm.DB) indexed {
	t.Helper()
	c := described(t, g, (*shelf)(nil))
	if _, err := migrations.Create(t.Context(), g, []*model.Class{c}); err != nil {
		t.Fatal(err)
	}
	list := make([]shelf, 5000)
	for i := range list {
		name := fmt.Sprintf("Shelf %04d", i)
		if i%3 == 0 {
			name = fmt.Sprintf("Étagère %04d", i)
		}
		list[i] = shelf{Name: name, Code: fmt.Sprintf("C-%05d", i), State: fmt.Sprint("State ", i%50), Rank: i}
	}
	if err := g.CreateInBatches(list, 500).Error; err != nil {
		t.Fatal(err)
	}
	return analyzed(t, g, c)
}

// plan is what the database says it will do for a statement.
func (d indexed) plan(t *testing.T, st sqlplan.Statement) string {
	t.Helper()
	explain := "EXPLAIN "
	if d.dialect.Name() == "sqlite" {
		explain = "EXPLAIN QUERY PLAN "
	}
	return strings.Join(d.read(t, sqlplan.Statement{SQL: explain + st.SQL, Args: st.Args}), "\n")
}

// O-115, O-117, O-151: text is compared and sorted without case and diacritics, by an index that the database really uses.
func TestTextIndexIsUsed(t *testing.T) {
	t.Parallel()
	tests := []struct {
		query string
		limit int
		index string
		first string // first key found
	}{
		{"name = 'ÉTAGÈRE 0003'", -1, "idx_shelves_name_fold", "4"},
		{"name = 'shelf 0001'", -1, "idx_shelves_name_fold", "2"},
		{"name = 'étagère 012@'", -1, "idx_shelves_name_fold", "121"},
		{"name = 'étagère 0@1'", -1, "idx_shelves_name_fold", "22"},
		{"name begin 'SHELF 499'", -1, "idx_shelves_name_fold", "4991"},
		{"name >= 'shelf 4996' order by name", 3, "idx_shelves_name_fold", "4997"},
		{"name in ['shelf 0001', 'etagere 0003']", -1, "idx_shelves_name_fold", "2"},
		{"code = c-00017", -1, "idx_shelves_code_fold", "18"},
		{"state = 'STATE 7' and rank < 100", -1, "by_state_fold", "8"},
		{"order by name", 5, "idx_shelves_name_fold", "1"},
		{"order by name desc", 5, "idx_shelves_name_fold", "5000"},
	}
	ordatest.Each(t, func(t *testing.T, g *gorm.DB) {
		d := openIndexed(t, g)
		for _, tt := range tests {
			s := source(t, d.class, tt.query, query.ORDA, sqlplan.Values{})
			s.Limit = tt.limit
			st, err := d.planner.Keys(s, sqlplan.Lens{})
			if err != nil {
				t.Fatal(err)
			}
			if plan := d.plan(t, st); !strings.Contains(plan, tt.index) {
				t.Errorf("%s: the plan does not use %s:\n%s\n%s", tt.query, tt.index, st.SQL, plan)
			}
			if got, _, _ := strings.Cut(d.keys(t, s), " "); got != tt.first {
				t.Errorf("%s: first key %s, want %s", tt.query, got, tt.first)
			}
		}
	})
}
