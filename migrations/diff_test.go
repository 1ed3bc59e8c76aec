package migrations_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/migrations"
	"github.com/ordago/ordago/model"
)

type Author struct {
	ID    uint
	Name  string `gorm:"size:80;not null;uniqueIndex"`
	Email string `gorm:"unique"`
	Books []Book
	model.Record
}

type Book struct {
	ID       uint
	Title    string     `gorm:"not null;index:by_title,priority:1;check:title <> ''"`
	Volume   int16      `gorm:"not null;index:by_title,priority:2,sort:desc"`
	Rank     int        `gorm:"default:5;index:ranked,where:rank > 3"`
	Meta     model.JSON `gorm:"not null"`
	Released model.Day
	AuthorID *uint
	Author   *Author `gorm:"constraint:OnDelete:CASCADE"`
	model.Record
}

// An alias of relations needs nothing of its own in the database.
func TestCreateWithAliasOfRelations(t *testing.T) {
	t.Parallel()
	list := classes(t, Book{}, Author{})
	book := list[0]
	author := book.Attribute("author")
	book.Attributes = append(book.Attributes, &model.Attribute{Class: book, Name: "peers", Kind: model.Alias, Target: book, Path: []*model.Attribute{author, list[1].Attribute("books")}})
	db := ordatest.SQLite(t)
	if _, err := migrations.Create(t.Context(), db, list); err != nil {
		t.Fatal(err)
	}
	again, err := migrations.Diff(t.Context(), db, list)
	if err != nil || !again.Empty() {
		t.Errorf("Diff = %v, %v", again, err)
	}
}

// Team and Player lead to each other, so neither table can be created before the other.
type Team struct {
	Code      string `gorm:"primaryKey;size:8"`
	CaptainID *int
	Captain   *Player `gorm:"foreignKey:CaptainID"`
	Players   []Player
}

type Player struct {
	ID       int
	TeamCode string `gorm:"size:8"`
	Team     Team
	BossID   *int
	Boss     *Player
	Badge    *string
	Holder   *Badge `gorm:"foreignKey:Badge;references:Number"`
	When     time.Time
}

type Badge struct {
	ID     int
	Number string `gorm:"unique"`
}

type Entry struct {
	Code string    `gorm:"primaryKey"`
	ID   int       `gorm:"primaryKey"`
	Day  time.Time `gorm:"type:date"`
}

func classes(t *testing.T, structs ...any) []*model.Class {
	t.Helper()
	var list []*model.Class
	for _, s := range structs {
		c, err := model.Describe(s, schema.NamingStrategy{IdentifierMaxLength: 64}, "test.go:1")
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, c)
	}
	if err := model.Link(list); err != nil {
		t.Fatal(err)
	}
	return list
}

func library(t *testing.T) []*model.Class {
	t.Helper()
	return classes(t, Book{}, Author{}, Team{}, Player{}, Entry{}, Badge{})
}

// What Create has made needs nothing more, serves GORM, and holds its constraints.
func TestCreate(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		report, err := migrations.Create(t.Context(), db, library(t))
		if err != nil {
			t.Fatal(err)
		}
		want := "books: missing table\nauthors: missing table\nteams: missing table\nplayers: missing table\nentries: missing table\nbadges: missing table\n"
		if diff := cmp.Diff(want, report.String()); diff != "" {
			t.Errorf("report (-want +got):\n%s", diff)
		}
		again, err := migrations.Create(t.Context(), db, library(t))
		if err != nil || !again.Empty() || again.String() != "the database is as the models need it\n" {
			t.Errorf("second Create = %v, %v", again, err)
		}
		author := &Author{Name: "Ann", Books: []Book{{Title: "T", Meta: model.JSON{"a": 1}, Released: model.NewDay(2024, 1, 2)}}}
		if err := db.Create(author).Error; err != nil {
			t.Fatal(err)
		}
		if err := db.Create(&Entry{Code: "a", ID: 1}).Error; err != nil {
			t.Error(err)
		}
		if err := db.Create(&Author{Name: "Ann", Email: "other"}).Error; err == nil {
			t.Error("a name that must be unique is stored twice")
		}
		if err := db.Create(&Book{Title: "", Meta: model.JSON{}}).Error; err == nil {
			t.Error("a check does not hold")
		}
		if err := db.Create(&Book{Title: "x", Meta: model.JSON{}, AuthorID: new(uint(99))}).Error; err == nil {
			t.Error("a foreign key does not hold")
		}
		if err := db.Delete(author).Error; err != nil {
			t.Fatal(err)
		}
		var n int64
		if err := db.Model(&Book{}).Count(&n).Error; err != nil || n != 0 {
			t.Errorf("%d books of a deleted author are left, error %v", n, err)
		}
	})
}

func TestDiff(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		old := []string{
			`CREATE TABLE authors (id INTEGER NOT NULL PRIMARY KEY, name DATE, email TEXT NOT NULL, "old column" TEXT, orda_stamp BIGINT NOT NULL)`,
			`CREATE TABLE books (id BIGINT NOT NULL PRIMARY KEY, title TEXT NOT NULL, rank BIGINT)`,
			`CREATE UNIQUE INDEX mail ON authors (email)`,
			`CREATE INDEX tv ON books (title, rank)`,
			`INSERT INTO books (id, title) VALUES (1, 'x')`,
		}
		for _, s := range old {
			if err := db.Exec(s).Error; err != nil {
				t.Fatal(err)
			}
		}
		list := classes(t, Author{}, Book{})
		report, err := migrations.Diff(t.Context(), db, list)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, db.Name()+".report", report.String())
		up, down := report.SQL(migrations.SQLOptions{})
		golden(t, db.Name()+".sql", up+"\n"+down)
		if bare := withoutComments(up + down); strings.Contains(bare, "DROP") {
			t.Errorf("a DROP is written that nobody has asked for:\n%s", bare)
		}
		golden(t, db.Name()+".drop.sql", report.Migration(migrations.SQLOptions{AllowDrop: true}))

		if _, err := migrations.Create(t.Context(), db, list); err != nil {
			t.Fatal(err)
		}
		rest, err := migrations.Diff(t.Context(), db, list)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, db.Name()+".rest", rest.String())
		var volume int
		if err := db.Raw("SELECT volume FROM books WHERE id = 1").Scan(&volume).Error; err != nil || volume != 0 {
			t.Errorf("volume of the old row = %d, %v", volume, err)
		}
	})
}

func withoutComments(sql string) string {
	var b strings.Builder
	for line := range strings.Lines(sql) {
		if !strings.HasPrefix(line, "--") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// A unique index is not replaced by one that is not, nor by one on more columns, nor a whole one by a partial one.
func TestIndexesThatDoNotServe(t *testing.T) {
	t.Parallel()
	type Thing struct {
		ID   int
		Code string `gorm:"unique"`
		Kind string `gorm:"index"` // indexed by its fold: a text
		Rank int    `gorm:"index"`
	}
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		for _, s := range []string{
			`CREATE TABLE things (id BIGINT NOT NULL PRIMARY KEY, code TEXT, kind TEXT, rank BIGINT)`, `CREATE INDEX f ON things (kind)`,
			`CREATE INDEX g ON things (rank) WHERE code = 'x'`,
			`CREATE INDEX a ON things (code)`, `CREATE UNIQUE INDEX b ON things (code, kind)`,
			`CREATE UNIQUE INDEX c ON things (code) WHERE kind = 'x'`, `CREATE INDEX d ON things (kind) WHERE code = 'x'`, `CREATE INDEX e ON things (lower(kind))`,
		} {
			if err := db.Exec(s).Error; err != nil {
				t.Fatal(err)
			}
		}
		report, err := migrations.Diff(t.Context(), db, classes(t, Thing{}))
		want := "things: missing index idx_things_kind_fold\nthings: missing index idx_things_rank\nthings: missing unique index uni_things_code\n" +
			"things: missing index idx_things_code_fold\n"
		if diff := cmp.Diff(want, report.String()); diff != "" || err != nil {
			t.Errorf("report, error %v (-want +got):\n%s", err, diff)
		}
	})
}

// A statement that the data forbids leaves nothing behind.
func TestCreateIsAtomic(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		for _, s := range []string{
			`CREATE TABLE authors (id BIGINT NOT NULL PRIMARY KEY, name VARCHAR(80) NOT NULL, email TEXT)`,
			`INSERT INTO authors VALUES (1, 'same', 'a'), (2, 'same', 'b')`,
		} {
			if err := db.Exec(s).Error; err != nil {
				t.Fatal(err)
			}
		}
		_, err := migrations.Create(t.Context(), db, classes(t, Author{}, Book{}))
		if err == nil || !strings.Contains(err.Error(), "create index idx_authors_name") {
			t.Errorf("Create = %v, want an error about the index", err)
		}
		if db.Migrator().HasTable("books") {
			t.Error("a table of a transaction that did not end is there")
		}
	})
}

func TestDiffErrors(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		remote, err := model.NewClass("Remote", "here")
		if err != nil {
			t.Fatal(err)
		}
		_, err = migrations.Diff(t.Context(), db, []*model.Class{remote})
		if want := "migrations: here: Remote has no Go struct, so it has no table; leave it out"; err == nil || err.Error() != want {
			t.Errorf("Diff = %v, want %s", err, want)
		}
	})
}
