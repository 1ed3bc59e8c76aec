package sqlite_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/ordago/ordago/sqlite"
)

type Customer struct {
	ID      uint
	Name    string `gorm:"uniqueIndex"`
	Age     int    `gorm:"check:age_is_sane,age < 150"`
	Created time.Time
	Notes   *string
}

type Invoice struct {
	ID         uint
	CustomerID uint
	Customer   *Customer
}

// Country has a key that the database does not make.
type Country struct {
	Code string `gorm:"primaryKey"`
	Name string
}

func open(t testing.TB, path string, opts ...sqlite.Option) (*gorm.DB, *sqlite.Dialector, error) {
	t.Helper()
	d := sqlite.Open(path, opts...)
	db, err := gorm.Open(d, &gorm.Config{
		TranslateError: true,
		Logger:         logger.Discard,
		NowFunc:        func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) },
	})
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return db, d, err
}

// mustOpen opens a file in a directory of its own and creates the tables.
func mustOpen(t testing.TB, opts ...sqlite.Option) (*gorm.DB, *sqlite.Dialector) {
	t.Helper()
	db, d, err := open(t, filepath.Join(t.TempDir(), "test.db"), opts...)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.AutoMigrate(&Customer{}, &Invoice{}, &Country{}); err != nil {
		t.Fatal(err)
	}
	return db, d
}

func queryText(t testing.TB, db *sql.DB, query string, args ...any) string {
	t.Helper()
	var s string
	if err := db.QueryRowContext(t.Context(), query, args...).Scan(&s); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return s
}

func TestCreateAndRead(t *testing.T) {
	t.Parallel()
	db, d := mustOpen(t)
	at := time.Date(2026, 3, 4, 5, 6, 7, 123456000, time.UTC)
	notes := "x"
	want := Customer{Name: "Müller", Age: 30, Created: at, Notes: &notes}
	if err := db.Create(&want).Error; err != nil {
		t.Fatal(err)
	}
	if want.ID != 1 {
		t.Errorf("key after Create = %d, want 1", want.ID)
	}
	var got Customer
	if err := db.First(&got, want.ID).Error; err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if name := queryText(t, d.Readers(), "SELECT name FROM customers"); name != "Müller" {
		t.Errorf("name read beside GORM = %q, want Müller", name)
	}
}

func TestCreateKeys(t *testing.T) {
	t.Parallel()
	db, _ := mustOpen(t)
	batch := []Customer{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	if err := db.Create(&batch).Error; err != nil {
		t.Fatal(err)
	}
	given := Customer{ID: 40, Name: "d"}
	next := Customer{Name: "e"}
	country := Country{Code: "ES", Name: "España"}
	for _, row := range []any{&given, &next, &country} {
		if err := db.Create(row).Error; err != nil {
			t.Fatal(err)
		}
	}
	got := []uint{batch[0].ID, batch[1].ID, batch[2].ID, given.ID, next.ID}
	if diff := cmp.Diff([]uint{1, 2, 3, 40, 41}, got); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	if want := (Country{"ES", "España"}); country != want {
		t.Errorf("after Create: %v, want %v", country, want)
	}
}

// Both engines pass this with the same text, so a file can change engines.
func TestTimeText(t *testing.T) {
	t.Parallel()
	db, d := mustOpen(t)
	for _, tt := range []struct {
		at   time.Time
		want string
	}{
		{time.Date(2026, 3, 4, 5, 6, 7, 123456000, time.UTC), "2026-03-04 05:06:07.123456+00:00"},
		{time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), "2026-03-04 05:06:07+00:00"},
		{time.Date(2026, 3, 4, 5, 6, 7, 0, time.FixedZone("", 2*3600)), "2026-03-04 05:06:07+02:00"},
	} {
		c := Customer{Name: tt.want, Created: tt.at}
		if err := db.Create(&c).Error; err != nil {
			t.Fatal(err)
		}
		if got := queryText(t, d.Readers(), "SELECT CAST(created AS text) FROM customers WHERE id = ?", c.ID); got != tt.want {
			t.Errorf("text of %v = %q, want %q", tt.at, got, tt.want)
		}
		// The reader must write the time in its condition in the same way.
		if got := queryText(t, d.Readers(), "SELECT name FROM customers WHERE created = ?", tt.at); got != tt.want {
			t.Errorf("found by time %v: %q, want %q", tt.at, got, tt.want)
		}
	}
}

func TestPragmas(t *testing.T) {
	t.Parallel()
	read := func(db *sql.DB) map[string]string {
		got := map[string]string{}
		for _, name := range []string{"journal_mode", "busy_timeout", "foreign_keys", "synchronous", "query_only"} {
			got[name] = queryText(t, db, "PRAGMA "+name)
		}
		return got
	}
	db, d := mustOpen(t)
	writer, err := db.DB()
	if err != nil {
		t.Fatal(err)
	}
	durable, _ := mustOpen(t, sqlite.Durable(), sqlite.BusyTimeout(70*time.Millisecond))
	durableWriter, err := durable.DB()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]map[string]string{"writer": read(writer), "reader": read(d.Readers()), "durable": read(durableWriter)}
	want := map[string]map[string]string{
		"writer":  {"journal_mode": "wal", "busy_timeout": "5000", "foreign_keys": "1", "synchronous": "1", "query_only": "0"},
		"reader":  {"journal_mode": "wal", "busy_timeout": "5000", "foreign_keys": "1", "synchronous": "1", "query_only": "1"},
		"durable": {"journal_mode": "wal", "busy_timeout": "70", "foreign_keys": "1", "synchronous": "2", "query_only": "0"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := writer.Stats().MaxOpenConnections; n != 1 {
		t.Errorf("%d writing connections, want 1", n)
	}
	if n := d.Readers().Stats().MaxOpenConnections; n < 4 {
		t.Errorf("%d readers, want 4 or more", n)
	}
}

func TestReadersCannotWrite(t *testing.T) {
	t.Parallel()
	_, d := mustOpen(t)
	_, err := d.Readers().ExecContext(t.Context(), "INSERT INTO countries (code) VALUES ('ES')")
	if err == nil || !strings.Contains(err.Error(), "readonly") {
		t.Errorf("insert with a reader: %v, want a readonly error", err)
	}
}

func TestTranslate(t *testing.T) {
	t.Parallel()
	db, _ := mustOpen(t)
	if err := db.Create(&Customer{ID: 1, Name: "a"}).Error; err != nil {
		t.Fatal(err)
	}
	if err := db.Create(&Country{Code: "ES"}).Error; err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		row  any
		want error
	}{
		{"unique index", &Customer{Name: "a"}, gorm.ErrDuplicatedKey},
		{"integer key", &Customer{ID: 1, Name: "b"}, gorm.ErrDuplicatedKey},
		{"text key", &Country{Code: "ES"}, gorm.ErrDuplicatedKey},
		{"foreign key", &Invoice{CustomerID: 99}, gorm.ErrForeignKeyViolated},
		{"check", &Customer{Name: "c", Age: 200}, gorm.ErrCheckConstraintViolated},
	} {
		if err := db.Create(tt.row).Error; !errors.Is(err, tt.want) {
			t.Errorf("%s: error %v, want %v", tt.name, err, tt.want)
		}
	}
	other := db.Exec("INSERT INTO nowhere VALUES (1)").Error
	if other == nil || errors.Is(other, gorm.ErrDuplicatedKey) || !strings.Contains(other.Error(), "no such table") {
		t.Errorf("unknown table: error %v, want SQLite's own", other)
	}
	d := sqlite.Open("unused")
	if err := d.Translate(gorm.ErrRecordNotFound); err != gorm.ErrRecordNotFound {
		t.Errorf("Translate(ErrRecordNotFound) = %v, want it unchanged", err)
	}
}

func TestTranslateKeepsTheCause(t *testing.T) {
	t.Parallel()
	db, d := mustOpen(t)
	for range 2 {
		db.Create(&Country{Code: "ES"})
	}
	err := db.Create(&Country{Code: "ES"}).Error
	if err == nil || strings.Count(err.Error(), gorm.ErrDuplicatedKey.Error()) != 1 || !strings.Contains(err.Error(), "countries.code") {
		t.Errorf("error %v, want GORM's error once and the column", err)
	}
	if again := d.Translate(err); again != err {
		t.Errorf("translated twice: %v, want %v", again, err)
	}
}

func TestSavePoints(t *testing.T) {
	t.Parallel()
	db, d := mustOpen(t)
	err := db.Transaction(func(tx *gorm.DB) error {
		if err := tx.Create(&Country{Code: "ES"}).Error; err != nil {
			return err
		}
		inner := tx.Transaction(func(tx *gorm.DB) error {
			tx.Create(&Country{Code: "FR"})
			return errors.New("no")
		})
		if inner == nil {
			t.Error("the inner transaction has no error, want one")
		}
		return tx.Create(&Country{Code: "IT"}).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	got := queryText(t, d.Readers(), "SELECT group_concat(code) FROM (SELECT code FROM countries ORDER BY code)")
	if got != "ES,IT" {
		t.Errorf("countries %s, want ES,IT", got)
	}
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	db, d, err := open(t, path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.AutoMigrate(&Country{}); err != nil {
		t.Fatal(err)
	}
	db.Create(&Country{Code: "ES", Name: "España"})
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}

	ro, _, err := open(t, path, sqlite.ReadOnly())
	if err != nil {
		t.Fatal(err)
	}
	var got Country
	if err := ro.Where("ordago_fold(name) = ?", "espana").First(&got).Error; err != nil || got.Code != "ES" {
		t.Errorf("read = %v, %v, want España", got, err)
	}
	err = ro.Create(&Country{Code: "FR"}).Error
	if err == nil || !strings.Contains(err.Error(), "readonly") {
		t.Errorf("Create: %v, want a readonly error", err)
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	d := sqlite.Open(filepath.Join(t.TempDir(), "test.db"))
	if d.Readers() != nil {
		t.Error("Readers before Initialize, want nil")
	}
	if err := d.Close(); err != nil {
		t.Errorf("Close before Initialize: %v", err)
	}
	db, err := gorm.Open(d, &gorm.Config{Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gorm.Open(d, &gorm.Config{}); err == nil || !strings.Contains(err.Error(), "used before") {
		t.Errorf("second gorm.Open: %v, want an error", err)
	}
	for range 2 {
		if err := d.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if err := db.Exec("SELECT 1").Error; err == nil {
		t.Error("a statement after Close has no error")
	}
	if err := d.Readers().Ping(); err == nil {
		t.Error("the readers are open after Close")
	}
}

func TestCloseOfGORMsHandleClosesTheReaders(t *testing.T) {
	t.Parallel()
	db, d := mustOpen(t)
	writer, err := db.DB()
	if err != nil {
		t.Fatal(err)
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	if err := d.Readers().Ping(); err == nil {
		t.Error("the readers are still open")
	}
}

func TestMigratorKeepsRows(t *testing.T) {
	t.Parallel()
	db, d := mustOpen(t)
	db.Create(&Customer{Name: "a"})
	type Customer struct {
		ID   uint
		Name string `gorm:"not null;default:none"`
	}
	if err := db.Migrator().AlterColumn(&Customer{}, "Name"); err != nil {
		t.Fatal(err)
	}
	if got := queryText(t, d.Readers(), "SELECT name FROM customers"); got != "a" {
		t.Errorf("name after a rebuild = %q, want a", got)
	}
}
