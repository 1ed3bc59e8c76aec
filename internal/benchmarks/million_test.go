package benchmarks_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/migrations"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/sqlite"
)

// A million invoices of a hundred thousand customers, for what only shows on many rows.

type Seller struct {
	ID   int64
	Name string `gorm:"index"`
}

type Buyer struct {
	ID       int64
	Name     string `gorm:"index"`
	Country  string `gorm:"index;not null"`
	SellerID int64
	Seller   *Seller
	Bills    []Bill
}

type Bill struct {
	ID      int64
	Number  string    `gorm:"uniqueIndex;not null"`
	Date    model.Day `gorm:"index;not null"`
	Status  string    `gorm:"not null"`
	Total   int64     `gorm:"not null;index"`
	BuyerID int64     `gorm:"not null"`
	Buyer   *Buyer
}

// ledger is the database with both ways to it.
type ledger struct {
	ds    *dataclasses.DataStore
	bills *dataclasses.DataClass[Bill]
	db    *sql.DB // for statements by hand: the readers
	fold  func(column string) string
	mark  func(n int) string       // placeholder
	whole func(expr string) string // without its fraction
	size  int
}

func openLedger(tb testing.TB, bills int) *ledger {
	tb.Helper()
	if url := os.Getenv("ORDAGO_TEST_POSTGRES"); url != "" && os.Getenv("ORDAGO_BENCH_DATABASE") == "postgres" {
		return openLedgerOn(tb, postgresSchema(tb, url), bills)
	}
	d := sqlite.Open(filepath.Join(tb.TempDir(), "ledger.db"))
	tb.Cleanup(func() { d.Close() })
	return openLedgerOn(tb, d, bills)
}

// postgresSchema is a schema of its own that ends with the test.
func postgresSchema(tb testing.TB, url string) gorm.Dialector {
	tb.Helper()
	admin, err := gorm.Open(postgres.Open(url), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		tb.Fatal(err)
	}
	schema := fmt.Sprintf("ordago_bench_%d", os.Getpid())
	if err := admin.Exec("CREATE SCHEMA " + schema).Error; err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { admin.Exec("DROP SCHEMA " + schema + " CASCADE") })
	return postgres.Open(url + "&timezone=UTC&jit=off&search_path=" + schema)
}

func openLedgerOn(tb testing.TB, d gorm.Dialector, bills int) *ledger {
	tb.Helper()
	db, err := gorm.Open(d, &gorm.Config{Logger: logger.Discard, TranslateError: true})
	if err != nil {
		tb.Fatal(err)
	}
	ds, err := dataclasses.Open(db, dataclasses.Define(dataclasses.WithoutStamp[Seller]()),
		dataclasses.Define(dataclasses.WithoutStamp[Buyer]()), dataclasses.Define(dataclasses.WithoutStamp[Bill]()))
	if err != nil {
		tb.Fatal(err)
	}
	l := &ledger{ds: ds, bills: dataclasses.Of[Bill](ds), size: bills}
	if _, err := migrations.Create(tb.Context(), db, ds.Models()); err != nil {
		tb.Fatal(err)
	}
	if l.db, err = db.DB(); err != nil {
		tb.Fatal(err)
	}
	l.fill(tb, db)
	if s, ok := d.(interface{ Readers() *sql.DB }); ok {
		l.db = s.Readers()
		l.fold = func(c string) string {
			return strings.ReplaceAll("CASE WHEN octet_length(#)=length(#) THEN lower(#) ELSE ordago_fold(#) END", "#", c)
		}
		l.mark = func(int) string { return "?" }
		l.whole = func(expr string) string { return "CAST(" + expr + " AS integer)" }
		return l
	}
	l.fold = func(c string) string { return "ordago_fold(" + c + `) COLLATE "C"` }
	l.mark = func(n int) string { return fmt.Sprintf("$%d", n) }
	l.whole = func(expr string) string { return "CAST(trunc(" + expr + ") AS bigint)" }
	return l
}

func (l *ledger) fill(tb testing.TB, db *gorm.DB) {
	tb.Helper()
	numbers := func(n int) string { return fmt.Sprintf("generate_series(1, %d) AS n(i)", n) }
	day := "date '2020-01-01' + i % 2000"
	number := "'INV-' || lpad(i::text, 7, '0')"
	if db.Name() == "sqlite" {
		numbers = func(n int) string {
			return fmt.Sprintf("(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) SELECT i FROM n)", n)
		}
		day, number = "date('2020-01-01', '+' || (i % 2000) || ' days')", "printf('INV-%07d', i)"
	}
	buyers := max(l.size/10, 1)
	for _, statement := range []string{
		"INSERT INTO sellers SELECT i, 'Seller ' || i FROM " + numbers(100),
		"INSERT INTO buyers SELECT i, 'Buyer ' || i, CASE WHEN i % 50 = 7 THEN 'Åland' ELSE 'Country ' || (i % 50) END, 1 + i % 100 FROM " + numbers(buyers),
		fmt.Sprintf("INSERT INTO bills SELECT i, %s, %s, CASE i %% 3 WHEN 0 THEN 'draft' WHEN 1 THEN 'approved' ELSE 'paid' END, (i %% 100000) * 7919 %% 100000, 1 + (i * 31) %% %d FROM %s",
			number, day, buyers, numbers(l.size)),
		"ANALYZE",
	} {
		if err := db.Exec(statement).Error; err != nil {
			tb.Fatalf("%s: %v", statement, err)
		}
	}
}

// task is one thing to find out, through Ordago and by the best SQL that we can write for it.
type task struct {
	name   string
	ordago func(ctx context.Context) (any, error)
	byHand func(ctx context.Context) (any, error)
}

const billColumns = "b.id, b.number, b.date, b.status, b.total, b.buyer_id"

// read returns bills by hand.
func (l *ledger) read(ctx context.Context, tail string, args ...any) (any, error) {
	rows, err := l.db.QueryContext(ctx, "SELECT "+billColumns+" FROM "+tail, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []*Bill
	for rows.Next() {
		b := &Bill{}
		if err := rows.Scan(&b.ID, &b.Number, &b.Date, &b.Status, &b.Total, &b.BuyerID); err != nil {
			return nil, err
		}
		list = append(list, b)
	}
	return list, rows.Err()
}

func (l *ledger) number(ctx context.Context, statement string, args ...any) (any, error) {
	var n int64
	err := l.db.QueryRowContext(ctx, statement, args...).Scan(&n)
	return n, err
}

// find reads entities from start up to end of a query.
func (l *ledger) find(ctx context.Context, start, end int, text string, values ...any) (any, error) {
	sel, err := l.bills.Query(text, values...)
	if err != nil {
		return nil, err
	}
	return l.collect(ctx, sel, start, end)
}

func (l *ledger) collect(ctx context.Context, sel *dataclasses.Selection[Bill], start, end int) (any, error) {
	entities, err := sel.Slice(start, end).Collect(ctx)
	list := make([]*Bill, len(entities))
	for i, e := range entities {
		list[i] = &e.Value
	}
	return list, err
}

// combined counts a set operation of the bills of a week and the small ones.
func (l *ledger) combined(ctx context.Context, op func(*dataclasses.Selection[Bill], context.Context, dataclasses.Members[Bill]) (*dataclasses.Selection[Bill], error),
	from, to model.Day) (any, error) {
	week, err := l.bills.Query("date >= :1 and date < :2", from, to)
	if err != nil {
		return nil, err
	}
	small, err := l.bills.Query("total < 5000")
	if err != nil {
		return nil, err
	}
	both, err := op(week, ctx, small)
	if err != nil {
		return nil, err
	}
	n, err := both.Count(ctx)
	return int64(n), err
}

// texts reads a column of texts.
func (l *ledger) texts(ctx context.Context, statement string) (any, error) {
	rows, err := l.db.QueryContext(ctx, statement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, rows.Err()
}

func (l *ledger) count(ctx context.Context, text string, values ...any) (any, error) {
	sel, err := l.bills.Query(text, values...)
	if err != nil {
		return nil, err
	}
	n, err := sel.Count(ctx)
	return int64(n), err
}

func (l *ledger) tasks() []task {
	deep := l.size * 9 / 10
	from, to := model.NewDay(2022, 3, 1), model.NewDay(2022, 3, 8)
	total := func(ctx context.Context) (any, error) {
		sel, err := l.bills.Query("status = approved")
		if err != nil {
			return nil, err
		}
		return dataclasses.Sum[int64](ctx, sel, "total")
	}
	number := fmt.Sprintf("inv-%07d", l.size/2)
	return []task{
		{"Equality", func(ctx context.Context) (any, error) { return l.find(ctx, 0, 10, "number = :1", number) },
			func(ctx context.Context) (any, error) {
				return l.read(ctx, "bills b WHERE "+l.fold("b.number")+" = "+l.mark(1)+" ORDER BY b.id LIMIT 10", number)
			}},
		{"Range", func(ctx context.Context) (any, error) {
			return l.find(ctx, 0, 100, "date >= :1 and date < :2", from, to)
		}, func(ctx context.Context) (any, error) {
			return l.read(ctx, "bills b WHERE b.date >= "+l.mark(1)+" AND b.date < "+l.mark(2)+" ORDER BY b.id LIMIT 100", from.String(), to.String())
		}},
		{"CountRange", func(ctx context.Context) (any, error) {
			return l.count(ctx, "date >= :1 and date < :2", from, to)
		}, func(ctx context.Context) (any, error) {
			return l.number(ctx, "SELECT count(*) FROM bills b WHERE b.date >= "+l.mark(1)+" AND b.date < "+l.mark(2), from.String(), to.String())
		}},
		{"Order", func(ctx context.Context) (any, error) {
			sel, err := l.bills.All().OrderBy("total desc")
			if err != nil {
				return nil, err
			}
			return l.collect(ctx, sel, 0, 100)
		}, func(ctx context.Context) (any, error) {
			return l.read(ctx, "bills b ORDER BY b.total DESC, b.id LIMIT 100")
		}},
		{"Path", func(ctx context.Context) (any, error) { return l.count(ctx, "buyer.name = :1", "BUYER 777") },
			func(ctx context.Context) (any, error) {
				return l.number(ctx, "SELECT count(*) FROM bills b JOIN buyers c ON c.id = b.buyer_id WHERE "+l.fold("c.name")+" = "+l.mark(1), "buyer 777")
			}},
		{"PathPage", func(ctx context.Context) (any, error) {
			return l.find(ctx, 0, 100, "buyer.country = :1 and date >= :2", "aland", from)
		}, func(ctx context.Context) (any, error) {
			return l.read(ctx, "bills b JOIN buyers c ON c.id = b.buyer_id WHERE "+l.fold("c.country")+" = "+l.mark(1)+" AND b.date >= "+l.mark(2)+" ORDER BY b.id LIMIT 100", "aland", from.String())
		}},
		{"TwoLevelPath", func(ctx context.Context) (any, error) {
			return l.count(ctx, "buyer.seller.name = :1 and date < :2", "seller 7", "2020-02-01")
		}, func(ctx context.Context) (any, error) {
			return l.number(ctx, "SELECT count(*) FROM bills b JOIN buyers c ON c.id = b.buyer_id JOIN sellers s ON s.id = c.seller_id WHERE "+
				l.fold("s.name")+" = "+l.mark(1)+" AND b.date < "+l.mark(2), "seller 7", "2020-02-01")
		}},
		{"Sum", total, func(ctx context.Context) (any, error) {
			return l.number(ctx, "SELECT sum(b.total) FROM bills b WHERE "+l.fold("b.status")+" = "+l.mark(1), "approved")
		}},
		{"Average", func(ctx context.Context) (any, error) {
			sel, err := l.bills.Query("date >= :1 and date < :2", from, to)
			if err != nil {
				return nil, err
			}
			mean, _, err := sel.Average(ctx, "total")
			return int64(mean), err
		}, func(ctx context.Context) (any, error) {
			return l.number(ctx, "SELECT "+l.whole("avg(b.total)")+" FROM bills b WHERE b.date >= "+l.mark(1)+" AND b.date < "+l.mark(2), from.String(), to.String())
		}},
		{"Distinct", func(ctx context.Context) (any, error) {
			return dataclasses.Distinct[string](ctx, l.bills.All(), "status")
		}, func(ctx context.Context) (any, error) {
			return l.texts(ctx, "SELECT DISTINCT b.status FROM bills b ORDER BY 1")
		}},
		{"And", func(ctx context.Context) (any, error) {
			return l.combined(ctx, (*dataclasses.Selection[Bill]).And, from, to)
		}, func(ctx context.Context) (any, error) {
			return l.number(ctx, "SELECT count(*) FROM bills b WHERE b.date >= "+l.mark(1)+" AND b.date < "+l.mark(2)+" AND b.total < "+l.mark(3), from.String(), to.String(), 5000)
		}},
		{"Minus", func(ctx context.Context) (any, error) {
			return l.combined(ctx, func(s *dataclasses.Selection[Bill], ctx context.Context, x dataclasses.Members[Bill]) (*dataclasses.Selection[Bill], error) {
				return s.Minus(ctx, x)
			}, from, to)
		}, func(ctx context.Context) (any, error) {
			return l.number(ctx, "SELECT count(*) FROM bills b WHERE b.date >= "+l.mark(1)+" AND b.date < "+l.mark(2)+" AND NOT b.total < "+l.mark(3), from.String(), to.String(), 5000)
		}},
		{"DeepPage", func(ctx context.Context) (any, error) { return l.find(ctx, deep, deep+100, "total >= 0 order by ID") },
			func(ctx context.Context) (any, error) {
				return l.read(ctx, fmt.Sprintf("bills b WHERE b.total >= 0 ORDER BY b.id LIMIT 100 OFFSET %d", deep))
			}},
	}
}

// What is compared must find the same.
func TestLedgerAnswersAreEqual(t *testing.T) {
	t.Parallel()
	l := openLedger(t, 20_000)
	for _, task := range append(l.tasks(), l.smallTasks()...) {
		got, err := task.ordago(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", task.name, err)
		}
		want, err := task.byHand(t.Context())
		if err != nil {
			t.Fatalf("%s by hand: %v", task.name, err)
		}
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b model.Day) bool { return a == b })); diff != "" {
			t.Errorf("%s (-by hand +ordago):\n%.2000s", task.name, diff)
		}
	}
}

// BenchmarkLedger measures a million invoices: ORDAGO_BENCH_DATABASE=postgres for those on ORDAGO_TEST_POSTGRES.
func BenchmarkLedger(b *testing.B) {
	l := openLedger(b, 1_000_000)
	compare(b, l.tasks())
}

// compare measures both ways of each task.
func compare(b *testing.B, tasks []task) {
	for _, task := range tasks {
		for _, way := range []struct {
			name string
			run  func(context.Context) (any, error)
		}{{"ordago", task.ordago}, {"byhand", task.byHand}} {
			b.Run(task.name+"/"+way.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := way.run(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkLedgerSets measures set operations on selections whose members are fixed: a million keys on one side, half of them on the other.
func BenchmarkLedgerSets(b *testing.B) {
	l := openLedger(b, 1_000_000)
	all, err := l.bills.All().Fix(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	half, err := l.bills.Query("total >= 50000")
	if err == nil {
		half, err = half.Fix(b.Context())
	}
	if err != nil {
		b.Fatal(err)
	}
	operations := map[string]func() (*dataclasses.Selection[Bill], error){
		"And":   func() (*dataclasses.Selection[Bill], error) { return all.And(b.Context(), half) },
		"Or":    func() (*dataclasses.Selection[Bill], error) { return half.Or(b.Context(), all) },
		"Minus": func() (*dataclasses.Selection[Bill], error) { return all.Minus(b.Context(), half) },
	}
	for name, op := range operations {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := op(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("Fix", func(b *testing.B) {
		for b.Loop() {
			if _, err := l.bills.All().Fix(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}
