package rest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
)

// The model of rest.md 0.4.

type Author struct {
	model.Record
	ID        int32 `gorm:"primaryKey;autoIncrement"`
	FirstName string
	LastName  string `gorm:"index"`
	Born      *model.Day
	Email     *string `gorm:"unique"`
	Active    bool
	Portrait  []byte `orda:"type=image"`
	Secret    string `orda:"-"`
	Books     []Book
}

type Book struct {
	model.Record
	ID        int32   `gorm:"primaryKey;autoIncrement"`
	Title     string  `gorm:"index"`
	Isbn      *string `gorm:"unique"`
	Price     float64
	Pages     *int32
	Released  *model.Day
	Runtime   *time.Duration
	SoldCount int64
	Meta      json.RawMessage `orda:"type=object"`
	Cover     []byte          `orda:"type=image"`
	Excerpt   []byte
	Printed   *time.Time
	AuthorID  *int32
	Author    *Author
}

type Badge struct {
	model.Record
	UID   string `gorm:"primaryKey" orda:"type=uuid"`
	Label string
}

// Ledger exposes functions but no data.
type Ledger struct {
	model.Record
	ID int32 `gorm:"primaryKey"`
}

type nameArg struct{ Name string }

type countArg struct{ N int }

type rateArg struct{ Rate float64 }

type retagArgs struct {
	Books *dataclasses.Selection[Book]
	Tag   string
}

type draftArg struct{ Draft *dataclasses.Entity[Book] }

type credentialsArg struct {
	Credentials struct{ Name, Password string }
}

type textArg struct{ Text string }

func hello(_ context.Context, _ *session.Session, _ *dataclasses.DataStore, in nameArg) (string, error) {
	return "Hello " + in.Name, nil
}

// authentify knows one password.
func login(_ context.Context, s *session.Session, _ *dataclasses.DataStore, in credentialsArg) (bool, error) {
	if in.Credentials.Password != "sesame" {
		return false, nil
	}
	return true, s.SetPrivileges(session.Grant{Roles: []string{in.Credentials.Name}, UserName: in.Credentials.Name})
}

func whoAmI(_ context.Context, s *session.Session, _ *dataclasses.DataStore, _ dataclasses.None) (string, error) {
	return s.User(), nil
}

func topSellers(_ context.Context, _ *session.Session, c *dataclasses.DataClass[Book], _ countArg) (*dataclasses.Selection[Book], error) {
	return c.Query("soldCount > 1000 order by soldCount desc")
}

func totalPages(ctx context.Context, _ *session.Session, s *dataclasses.Selection[Book], _ dataclasses.None) (int, error) {
	total := 0
	for e, err := range s.Entities(ctx) {
		if err != nil {
			return 0, err
		}
		if e.Value.Pages != nil {
			total += int(*e.Value.Pages)
		}
	}
	return total, nil
}

func discounted(_ context.Context, _ *session.Session, e *dataclasses.Entity[Book], in rateArg) (float64, error) {
	return e.Value.Price * (1 - in.Rate), nil
}

func importDraft(ctx context.Context, _ *session.Session, _ *dataclasses.DataClass[Book], in draftArg) (*dataclasses.Entity[Book], error) {
	return in.Draft, in.Draft.Save(ctx)
}

func newDraft(_ context.Context, _ *session.Session, c *dataclasses.DataClass[Book], in textArg) (*dataclasses.Entity[Book], error) {
	e := c.New()
	e.Value.Title = in.Text
	return e, nil
}

func noBook(context.Context, *session.Session, *dataclasses.DataClass[Book], dataclasses.None) (*dataclasses.Entity[Book], error) {
	return nil, nil
}

func retag(ctx context.Context, _ *session.Session, _ *dataclasses.DataClass[Book], in retagArgs) ([]string, error) {
	var titles []string
	for e, err := range in.Books.Entities(ctx) {
		if err != nil {
			return nil, err
		}
		titles = append(titles, in.Tag+": "+e.Value.Title)
	}
	return titles, nil
}

func misfortune(_ context.Context, _ *session.Session, _ *dataclasses.DataStore, in textArg) (dataclasses.None, error) {
	switch in.Text {
	case "panic":
		panic("secret detail")
	case "user":
		return dataclasses.None{}, dataclasses.Errorf(4711, "the shop is closed")
	case "teapot":
		return dataclasses.None{}, &dataclasses.UserError{Code: 4712, Message: "not here", Status: 451}
	case "internal":
		return dataclasses.None{}, errors.New("secret detail")
	}
	return dataclasses.None{}, nil
}

func date(context.Context, *session.Session, *dataclasses.DataStore, dataclasses.None) (time.Time, error) {
	return time.Date(2021, 9, 14, 0, 0, 0, 0, time.UTC), nil
}

// scopeOfClass is private: nobody reaches it from outside.
func scopeOfClass(context.Context, *session.Session, *dataclasses.DataClass[Book], dataclasses.None) (string, error) {
	return "class", nil
}

func slogan(context.Context, *session.Session, *dataclasses.DataClass[Book], dataclasses.None) (string, error) {
	return "read more", nil
}

func describe(_ context.Context, e *dataclasses.Entity[Book], _ dataclasses.None) (string, error) {
	return fmt.Sprintf("%s (%g)", e.Value.Title, e.Value.Price), nil
}

func validPrice(_ context.Context, e *dataclasses.Entity[Book], _ dataclasses.Event) error {
	if e.Value.Price < 0 {
		return dataclasses.Invalid(1569, "price is below 0")
	}
	return nil
}

func definitions(roles *privileges.Roles) []dataclasses.Definition {
	return []dataclasses.Definition{
		dataclasses.Permissions(roles),
		dataclasses.DefineExposed[Author](
			dataclasses.Computed("fullName", func(_ context.Context, e *dataclasses.Entity[Author]) (string, error) {
				return e.Value.FirstName + " " + e.Value.LastName, nil
			}),
		),
		dataclasses.DefineExposed[Book](
			dataclasses.Alias[Book]("authorName", "author.lastName"),
			dataclasses.ValidateSave(validPrice),
			dataclasses.OnClass(
				dataclasses.Exposed("topSellers", topSellers),
				dataclasses.Exposed("importDraft", importDraft),
				dataclasses.Exposed("newDraft", newDraft),
				dataclasses.Exposed("noBook", noBook),
				dataclasses.Exposed("retag", retag),
				dataclasses.Exposed("slogan", slogan, dataclasses.OnHTTPGet),
				dataclasses.Private("hidden", scopeOfClass),
			),
			dataclasses.OnSelection(dataclasses.Exposed("totalPages", totalPages)),
			dataclasses.OnEntity(
				dataclasses.Exposed("discounted", discounted),
				dataclasses.Local("audit", describe),
				dataclasses.ExposedLocal("describe", describe, dataclasses.OnHTTPGet),
			),
		),
		dataclasses.DefineExposed[Badge](),
		dataclasses.Define[Ledger](dataclasses.OnClass(dataclasses.Exposed("balance",
			func(context.Context, *session.Session, *dataclasses.DataClass[Ledger], dataclasses.None) (int, error) {
				return 7, nil
			}))),
		dataclasses.OnStore(
			dataclasses.Exposed("hello", hello),
			dataclasses.Exposed("authentify", login),
			dataclasses.Exposed("whoAmI", whoAmI, dataclasses.OnHTTPGet),
			dataclasses.Exposed("misfortune", misfortune),
			dataclasses.Exposed("date", date),
			dataclasses.Private("backdoor", hello),
		),
	}
}

// openLibrary makes a new library with three authors and four books.
func openLibrary(t testing.TB, roles *privileges.Roles) *dataclasses.DataStore {
	t.Helper()
	ds := ordatest.Open(t, ordatest.SQLite(t), definitions(roles)...)
	t.Cleanup(func() {
		if err := ds.Close(); err != nil {
			t.Errorf("close datastore: %v", err)
		}
	})
	fill(t, ds)
	return ds
}

func fill(t testing.TB, ds *dataclasses.DataStore) {
	t.Helper()
	ctx := context.Background()
	for _, a := range []Author{
		{FirstName: "Ines", LastName: "Duarte", Born: new(model.NewDay(1979, 2, 3)), Email: new("ines@example.org"), Active: true, Secret: "x"},
		{FirstName: "Chidi", LastName: "Okoro", Portrait: png()},
		{FirstName: "Anna", LastName: "Petrov"},
	} {
		e := dataclasses.Of[Author](ds).New()
		e.Value = a
		mustSave(t, e.Save(ctx))
	}
	for _, b := range []Book{
		{Title: "Low Water", Isbn: new("978-0-11-1"), Price: 9.5, Pages: new(int32(120)), AuthorID: new(int32(1)), SoldCount: 1200},
		{
			Title: "Salt Roads", Isbn: new("978-0-11-2"), Price: 18.5, Pages: new(int32(312)), Released: new(model.NewDay(2021, 9, 14)),
			Runtime: new(450 * time.Minute), SoldCount: 120934, Meta: json.RawMessage(`{"tags":["sea","trade"],"rating":4.2,"deep":{"a":1,"b":2}}`),
			Cover: png(), Excerpt: []byte("It was a dark and stormy night"), AuthorID: new(int32(2)),
			Printed: new(time.Date(2021, 9, 1, 12, 30, 15, 123456000, time.UTC)),
		},
		{Title: "Glass Harbor", Price: 21, AuthorID: new(int32(2))},
		{Title: "Orphan", Price: 3, Pages: new(int32(10))},
	} {
		e := dataclasses.Of[Book](ds).New()
		e.Value = b
		mustSave(t, e.Save(ctx))
	}
	e := dataclasses.Of[Badge](ds).New()
	e.Value = Badge{UID: "5D41402ABC4B2A76B9719D911017C592", Label: "Gold"}
	mustSave(t, e.Save(ctx))
}

func png() []byte { return slices.Concat([]byte("\x89PNG\r\n\x1a\n"), []byte("picture")) }

func mustSave(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("save: %v", err)
	}
}
