package benchmarks_test

import (
	"context"
	"testing"
)

// smallTasks read few entities: there, what Ordago adds to the statement shows.
func (l *ledger) smallTasks() []task {
	number := "inv-0010000"
	key := int64(l.size / 3)
	return []task{
		{"Page", func(ctx context.Context) (any, error) { return l.find(ctx, 0, 10, "total > :1", 500) },
			func(ctx context.Context) (any, error) {
				return l.read(ctx, "bills b WHERE b.total > "+l.mark(1)+" ORDER BY b.id LIMIT 10", 500)
			}},
		{"First", func(ctx context.Context) (any, error) {
			sel, err := l.bills.Query("number = :1", number)
			if err != nil {
				return nil, err
			}
			e, err := sel.First(ctx)
			if err != nil {
				return nil, err
			}
			return []*Bill{&e.Value}, nil
		}, func(ctx context.Context) (any, error) {
			return l.read(ctx, "bills b WHERE "+l.fold("b.number")+" = "+l.mark(1)+" ORDER BY b.id LIMIT 1", number)
		}},
		{"Get", func(ctx context.Context) (any, error) {
			e, err := l.bills.Get(ctx, key)
			if err != nil {
				return nil, err
			}
			return []*Bill{&e.Value}, nil
		}, func(ctx context.Context) (any, error) {
			return l.read(ctx, "bills b WHERE b.id = "+l.mark(1), key)
		}},
	}
}

// BenchmarkSmallReads measures reads of a few of 20,000 entities.
func BenchmarkSmallReads(b *testing.B) {
	l := openLedger(b, 20_000)
	compare(b, l.smallTasks())
}
