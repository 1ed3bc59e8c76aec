package query_test

import (
	"testing"

	"github.com/ordago/ordago/internal/query"
)

func BenchmarkParse(b *testing.B) {
	texts := []struct {
		name string
		text string
		d    query.Dialect
	}{
		{"one", "ID = :1", query.ORDA},
		{"usual", "status = :1 and customer.country = 'Ger@' order by date desc", query.ORDA},
		{"rest", "status = open and customer.country = Ger@ order by date desc", query.REST},
		{"long", "(a = 1 or b.c[x].d >= 2026-01-31) and not(e in ['x', \"y\", z]) except f{2}.g begin 'h' or eval(this.i > 1) order by a, b.c desc, :1", query.ORDA},
	}
	for _, tc := range texts {
		b.Run(tc.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := query.Parse(tc.text, tc.d); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkQueryString(b *testing.B) {
	q, err := query.Parse("status = :1 and customer.country = 'Ger@' order by date desc", query.ORDA)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = q.String()
	}
}
