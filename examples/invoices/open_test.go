package invoices_test

import (
	"context"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/migrations"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/session"
)

// clock is the time of the databases in tests.
func clock() time.Time { return time.Date(2026, time.May, 4, 10, 30, 0, 0, time.UTC) }

// world is the application on one database, with sessions of kind web.
type world struct {
	t       testing.TB
	app     *invoices.App
	db      *gorm.DB
	ds      *dataclasses.DataStore
	manager *session.Manager
}

// each runs a test on a new SQLite file and, where ORDAGO_TEST_POSTGRES names a server, in a new schema on PostgreSQL.
func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) { test(t, newWorld(t, db)) })
}

// newWorld migrates the database and opens the application on it.
func newWorld(t testing.TB, db *gorm.DB) *world {
	t.Helper()
	db.NowFunc = clock
	migrate(t, db)
	w := &world{t: t, app: invoices.New(), db: db}
	ds, err := dataclasses.Open(db, w.app.Definitions()...)
	if err != nil {
		t.Fatal(err)
	}
	w.ds = ds
	w.manager = &session.Manager{Roles: ds.Roles()}
	t.Cleanup(func() { _ = w.manager.Close() })
	return w
}

func migrate(t testing.TB, db *gorm.DB) {
	t.Helper()
	if _, err := migrator(t, db).Up(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func migrator(t testing.TB, db *gorm.DB) *migrations.Migrator {
	t.Helper()
	files, err := fs.Sub(invoices.Migrations(), db.Name())
	if err != nil {
		t.Fatal(err)
	}
	pool, err := db.DB()
	if err != nil {
		t.Fatal(err)
	}
	m, err := migrations.New(pool, db.Name(), files, migrations.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// guest returns the context of a request in a new web session.
func (w *world) guest() (context.Context, *session.Session) {
	w.t.Helper()
	r := httptest.NewRequestWithContext(w.t.Context(), http.MethodPost, "/rest/$catalog/authentify", nil)
	s, err := w.manager.Bind(httptest.NewRecorder(), r, "rest")
	if err != nil {
		w.t.Fatal(err)
	}
	return session.NewContext(w.t.Context(), s), s
}

// as returns the context of a request of somebody with that role, without the cost of a password.
func (w *world) as(role string) context.Context {
	w.t.Helper()
	ctx, s := w.guest()
	names := map[string]string{"clerk": "clara", "manager": "mark"}
	if err := s.SetPrivileges(session.Grant{Roles: []string{role}, UserName: names[role]}); err != nil {
		w.t.Fatal(err)
	}
	return ctx
}

// stock is what small has put into the database.
type stock struct{ clara, alder, blocked, desk, lamp uint }

// small puts a few entities into the database, so that tests are quick.
func (w *world) small() stock {
	w.t.Helper()
	clara := put(w, invoices.SalesPerson{Name: "clara", Email: "clara@example.com", Role: "clerk"})
	return stock{
		clara:   clara.ID,
		alder:   put(w, invoices.Customer{Name: "Alder & Sons", City: "Paris", Country: "France", SalesPersonID: &clara.ID}).ID,
		blocked: put(w, invoices.Customer{Name: "Böhm", City: "Köln", Country: "Germany", Blocked: true}).ID,
		desk:    put(w, invoices.Product{Code: "P-1", Name: "Desk", UnitPrice: 25_000, Stock: 5}).ID,
		lamp:    put(w, invoices.Product{Code: "P-2", Name: "Lamp", UnitPrice: 1_999, Stock: 9}).ID,
	}
}

// put saves an entity as the server itself would.
func put[T any](w *world, value T) T {
	w.t.Helper()
	e := dataclasses.Of[T](w.ds).New()
	e.Value = value
	if err := e.Save(w.t.Context()); err != nil {
		w.t.Fatalf("save %T: %v", value, err)
	}
	return e.Value
}

// load reads an entity as the server itself would.
func load[T any](w *world, key uint) *dataclasses.Entity[T] {
	w.t.Helper()
	e, err := dataclasses.Of[T](w.ds).Get(w.t.Context(), key)
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

// draft makes a draft of two desks and three lamps: 55,997 cents.
func (w *world) draft(ctx context.Context, s stock) *dataclasses.Entity[invoices.Invoice] {
	w.t.Helper()
	inv, err := w.app.Draft.Call(ctx, dataclasses.Of[invoices.Invoice](w.ds), invoices.Order{
		CustomerID: s.alder,
		Lines:      []invoices.OrderLine{{ProductID: s.desk, Quantity: 2}, {ProductID: s.lamp, Quantity: 3}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return inv
}

// approved makes an invoice and approves it.
func (w *world) approved(s stock) *dataclasses.Entity[invoices.Invoice] {
	w.t.Helper()
	inv, err := w.app.Approve.Call(w.as("manager"), w.draft(w.as("clerk"), s), dataclasses.None{})
	if err != nil {
		w.t.Fatal(err)
	}
	return inv
}

// lines reads the lines of an invoice.
func (w *world) lines(invoiceID uint) []*dataclasses.Entity[invoices.InvoiceLine] {
	w.t.Helper()
	found, err := dataclasses.Of[invoices.InvoiceLine](w.ds).Query("invoiceID = :1", invoiceID)
	if err != nil {
		w.t.Fatal(err)
	}
	lines, err := found.Collect(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return lines
}

// args makes JSON arguments of a remote call.
func args(values ...string) []json.RawMessage {
	list := make([]json.RawMessage, len(values))
	for i, v := range values {
		list[i] = json.RawMessage(v)
	}
	return list
}

func day(year int, month time.Month, d int) model.Day { return model.NewDay(year, month, d) }
