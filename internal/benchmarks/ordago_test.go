package benchmarks_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/migrations"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/sqlite"
	"github.com/ordago/ordago/triggers"
)

// Item is what is read and written: attributes of the usual types, a trigger, rights.
type Item struct {
	model.Record
	ID       int64
	Code     string `gorm:"index"`
	Name     string
	Price    int64 `gorm:"index"`
	Stock    *int64
	Active   bool
	Ready    model.Day `gorm:"index"`
	SeenAt   *time.Time
	OwnerID  int64
	MadeBy   string
	Comments *string
}

// BeforeSave is the trigger that the handler written by hand has in its code.
func (i *Item) BeforeSave(tx *gorm.DB) error {
	if i.Price < 0 {
		return triggers.Rejectf(-15001, "price of %s is negative", i.Name)
	}
	if s, ok := triggers.Session(tx); ok {
		i.MadeBy = s.User()
	}
	return nil
}

func margin(_ context.Context, _ *session.Session, e *dataclasses.Entity[Item], in struct{ Percent int64 }) (int64, error) {
	return e.Value.Price * in.Percent / 100, nil
}

func login(_ context.Context, s *session.Session, _ *dataclasses.DataStore, in struct{ Name string }) (bool, error) {
	return true, s.SetPrivileges(session.Grant{Privileges: []string{"work"}, UserName: in.Name})
}

const roles = `{"restrictedByDefault":true,"forceLogin":true,
 "privileges":[{"privilege":"work"}],
 "permissions":{"allowed":[{"applyTo":"ds","type":"datastore","read":["work"],"create":["work"],"update":["work"],"drop":["work"],"execute":["work"]}]}}`

const rows = 20_000

// servers are the two handlers on one database.
type servers struct {
	ordago, byHand http.Handler
	cookie         *http.Cookie // signed in at ordago
	token          *http.Cookie // signed in at the handler written by hand
}

func open(tb testing.TB) *servers {
	tb.Helper()
	dialector := sqlite.Open(filepath.Join(tb.TempDir(), "bench.db"))
	db, err := gorm.Open(dialector, &gorm.Config{Logger: logger.Discard})
	check(tb, err)
	compiled, err := privileges.Parse([]byte(roles))
	check(tb, err)
	ds, err := dataclasses.Open(db,
		dataclasses.DefineExposed[Item](dataclasses.OnEntity(dataclasses.Exposed("margin", margin))),
		dataclasses.OnStore(dataclasses.Exposed("authentify", login)),
		dataclasses.Permissions(compiled),
	)
	check(tb, err)
	tb.Cleanup(func() { check(tb, ds.Close()) })
	_, err = migrations.Create(tb.Context(), db, ds.Models())
	check(tb, err)
	fill(tb, ds)
	manager := &session.Manager{Roles: ds.Roles()}
	tb.Cleanup(func() { check(tb, manager.Close()) })
	writer, err := db.DB()
	check(tb, err)
	hand := &byHand{writer: writer, readers: dialector.Readers(), sessions: map[string]*account{}}
	s := &servers{ordago: rest.Handler(ds.Remote(), manager), byHand: hand.routes()}
	s.cookie, s.token = signIn(tb, s.ordago, "4DSID"), signIn(tb, s.byHand, "token")
	return s
}

func fill(tb testing.TB, ds *dataclasses.DataStore) {
	tb.Helper()
	items := dataclasses.Of[Item](ds)
	first := model.NewDay(2020, 1, 1)
	check(tb, ds.Transaction(tb.Context(), func(ctx context.Context) error {
		for i := range int64(rows) {
			e := items.New()
			stock, comment := i%100, strings.Repeat("word ", int(i%7))
			e.Value = Item{Code: fmt.Sprintf("I-%05d", i), Name: "Item of the catalog", Price: i * 7 % 100_000, Active: i%3 == 0,
				Ready: first.AddDays(int(i % 2000)), OwnerID: i % 50, MadeBy: "fill", Comments: &comment}
			if i%4 > 0 {
				e.Value.Stock = &stock
			}
			if err := e.Save(ctx); err != nil {
				return err
			}
		}
		return nil
	}))
}

func signIn(tb testing.TB, h http.Handler, prefix string) *http.Cookie {
	tb.Helper()
	r := httptest.NewRequest(http.MethodPost, "/rest/$catalog/authentify", strings.NewReader(`["Ana"]`))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if strings.HasPrefix(c.Name, prefix) {
			return c
		}
	}
	tb.Fatalf("sign in: %d %s", w.Code, w.Body)
	return nil
}

func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
