package sqlplan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
)

// O-115, O-116, O-117, O-119, O-125, O-126, O-165: Go finds by a getter what SQL finds by the column that it returns.
func TestMatchesAsSQL(t *testing.T) {
	t.Parallel()
	texts := []string{
		"= hetrick", "= 'h@'", "= 'h@s'", "= '@mi@'", "= '@'", "= 'h@@'", "= '@s'", "= 'o@i@_x'", "!= 'h@'", "!= holmes", "!= 'h@@'",
		"=== 'HÉTRICK'", "=== 'h@'", "!== holmes", "< holmes", "<= holmes", "> holmes", ">= holmes", "< 'h@'", "<= 'h@'", "> 'h@'", ">= 'h@'",
		"begin 'h'", "begin 'h@m'", "% bravo", "% 'bravo@'", "% bra", "in ['h@', 'smith bravo']", "in []", "= null", "!= null", "= 7",
	}
	numbers := []string{
		"= 30", "!= 30", "< 30", "<= 30", "> 20", ">= 20.5", "in [20, 200]", "= null", "is not null", "= '30'", "= 2.5", "> -1",
	}
	days := []string{"= 1990-01-31", "!= 1990-01-31", "< 1990-02-01", ">= 1990-02-01", "in ['1990-01-31']", "= null"}
	onEach(t, func(t *testing.T, d database) {
		p := sqlplan.New(d.dialect, sqlplan.WithCalculated(declared{}))
		for column, conditions := range map[string][]string{"name": texts, "nick": texts, "age": numbers, "score": numbers, "born": days, "active": {"= true", "!= true", "= null"}} {
			for _, condition := range conditions {
				want := d.keys(t, source(t, d.classes["employee"], column+" "+condition, query.ORDA, sqlplan.Values{}))
				s := source(t, d.classes["employee"], "fullName "+condition, query.ORDA, sqlplan.Values{})
				r, err := p.Split(s, s.Class.Key, sqlplan.Lens{})
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, e := range staff() {
					yes, err := r.Holds(nil, func(c sqlplan.Call) (bool, error) { return c.Matches(columnOf(e, column)), nil })
					if err != nil {
						t.Fatal(err)
					}
					if yes {
						got = append(got, fmt.Sprint(e.ID))
					}
				}
				slices.Sort(got)
				if strings.Join(got, " ") != want {
					t.Errorf("%s %s: Go finds %v, SQL %s", column, condition, got, want)
				}
			}
		}
	})
}

func columnOf(e employee, column string) any {
	switch column {
	case "name":
		return e.Name
	case "nick":
		return valueOf(e.Nick)
	case "age":
		return valueOf(e.Age)
	case "score":
		return valueOf(e.Score)
	case "born":
		return valueOf(e.Born)
	}
	return valueOf(e.Active)
}

func valueOf[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}
