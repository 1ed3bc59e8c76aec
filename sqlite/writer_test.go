package sqlite_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/ordago/ordago/sqlite"
)

func TestOuterHandleInsideATransaction(t *testing.T) {
	t.Parallel()
	db, d := mustOpen(t, sqlite.WriterWait(300*time.Millisecond))
	uses := map[string]func() error{
		"create":   func() error { return db.Create(&Country{Code: "FR"}).Error },
		"exec":     func() error { return db.Exec("DELETE FROM countries").Error },
		"find":     func() error { return db.Find(&[]Country{}).Error },
		"row":      func() error { var n int; return db.Raw("SELECT 1").Row().Scan(&n) },
		"begin":    func() error { return db.Begin().Error },
		"prepare":  func() error { return db.Session(&gorm.Session{PrepareStmt: true}).Exec("SELECT 1").Error },
		"deadline": func() error { return db.WithContext(longContext(t)).Exec("SELECT 1").Error },
	}
	err := db.Transaction(func(tx *gorm.DB) error {
		var waiting sync.WaitGroup
		for name, use := range uses {
			waiting.Go(func() {
				err := use()
				const want = "database writer busy for 300ms: inside a trigger or transaction use the tx or ctx handed to it"
				if !errors.Is(err, sqlite.ErrWriterBusy) || !strings.Contains(err.Error(), want) {
					t.Errorf("%s: error %v, want %s", name, err, want)
				}
			})
		}
		waiting.Wait()
		return tx.Create(&Country{Code: "ES"}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := queryText(t, d.Readers(), "SELECT group_concat(code) FROM countries"); got != "ES" {
		t.Errorf("countries %s, want ES", got)
	}
	for name, use := range uses {
		if name == "begin" {
			continue
		}
		if err := use(); err != nil {
			t.Errorf("%s after the transaction: %v", name, err)
		}
	}
}

func longContext(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	t.Cleanup(cancel)
	return ctx
}

func TestContextEndsTheWait(t *testing.T) {
	t.Parallel()
	db, _ := mustOpen(t)
	tx := db.Begin()
	defer tx.Rollback()

	short, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := db.WithContext(short).Exec("SELECT 1").Error; !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, sqlite.ErrWriterBusy) {
		t.Errorf("with a deadline: %v, want context.DeadlineExceeded", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	var n int
	if err := db.WithContext(cancelled).Raw("SELECT 1").Row().Scan(&n); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v, want context.Canceled", err)
	}
}

// The wait has a limit, the statement has none.
func TestWaitDoesNotLimitTheStatement(t *testing.T) {
	t.Parallel()
	db, _ := mustOpen(t, sqlite.WriterWait(200*time.Millisecond))
	const slow = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n < ?) SELECT count(*) FROM c"
	for limit := 500_000; ; limit *= 4 {
		start := time.Now()
		var n int
		if err := db.Raw(slow, limit).Row().Scan(&n); err != nil {
			t.Fatalf("after %v: %v", time.Since(start), err)
		}
		if time.Since(start) > 250*time.Millisecond {
			return
		}
	}
}

func TestOpenRowsHoldTheWriter(t *testing.T) {
	t.Parallel()
	db, _ := mustOpen(t, sqlite.WriterWait(200*time.Millisecond))
	rows, err := db.Raw("SELECT 1 UNION ALL SELECT 2").Rows()
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Exec("SELECT 1").Error; !errors.Is(err, sqlite.ErrWriterBusy) {
		t.Errorf("with open rows: %v, want ErrWriterBusy", err)
	}
	var got []int
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		got = append(got, n)
	}
	if err := rows.Close(); err != nil || len(got) != 2 {
		t.Errorf("rows %v, %v, want two", got, err)
	}
	if err := db.Exec("SELECT 1").Error; err != nil {
		t.Errorf("after the rows: %v", err)
	}
}

// A request that ends without Commit or Rollback must not keep the writer.
func TestCancelledTransactionGivesTheWriterBack(t *testing.T) {
	t.Parallel()
	db, _ := mustOpen(t)
	ctx, cancel := context.WithCancel(t.Context())
	tx := db.WithContext(ctx).Begin()
	if err := tx.Create(&Country{Code: "ES"}).Error; err != nil {
		t.Fatal(err)
	}
	cancel()
	var n int64
	if err := db.Model(&Country{}).Count(&n).Error; err != nil || n != 0 {
		t.Errorf("count = %d, %v, want 0", n, err)
	}
}
