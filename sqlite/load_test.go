package sqlite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"gorm.io/gorm"
)

// GORM's own Create leaves statements open (RETURNING), and then the WAL is
// never moved into the file: 4 KB or more for each of these rows.
func TestWALStaysSmall(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	db, _, err := open(t, path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.AutoMigrate(&Customer{}); err != nil {
		t.Fatal(err)
	}
	alone := db.Session(&gorm.Session{SkipDefaultTransaction: true}) // a commit after the row would hide the trap
	notes := strings.Repeat("x", 300)
	for i := range 5000 {
		if err := alone.Create(&Customer{Name: fmt.Sprint("customer ", i), Notes: &notes}).Error; err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	if most := int64(8 << 20); info.Size() > most {
		t.Errorf("the WAL has %d bytes after 5000 rows, want at most %d", info.Size(), most)
	}
}

func TestWritersAndReadersTogether(t *testing.T) {
	t.Parallel()
	db, d := mustOpen(t)
	const writers, rows = 8, 100
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range rows {
				if err := writeOne(db, fmt.Sprintf("%d-%d", w, i), i%2 == 0); err != nil {
					t.Errorf("writer %d: %v", w, err)
					return
				}
			}
		})
	}
	for range 8 {
		all.Go(func() {
			for range rows {
				queryText(t, d.Readers(), "SELECT count(*) FROM customers WHERE ordago_fold(name) LIKE '1%'")
			}
		})
	}
	all.Wait()
	if got, want := queryText(t, d.Readers(), "SELECT count(*) FROM customers"), fmt.Sprint(writers*rows); got != want {
		t.Errorf("%s rows, want %s", got, want)
	}
}

// writeOne creates a row, in half of the cases after reading in the same
// transaction: a transaction that reads first cannot get the lock later.
func writeOne(db *gorm.DB, name string, readFirst bool) error {
	return db.Transaction(func(tx *gorm.DB) error {
		if readFirst {
			var n int64
			if err := tx.Model(&Customer{}).Count(&n).Error; err != nil {
				return err
			}
		}
		return tx.Create(&Customer{Name: name}).Error
	})
}

func BenchmarkCreate(b *testing.B) {
	db, _ := mustOpen(b)
	i := 0
	for b.Loop() {
		i++
		if err := db.Create(&Customer{Name: fmt.Sprint(i)}).Error; err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCreateParallel(b *testing.B) {
	db, _ := mustOpen(b)
	var i atomic.Int64
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := db.Create(&Customer{Name: fmt.Sprint(i.Add(1))}).Error; err != nil {
				b.Error(err)
			}
		}
	})
}
