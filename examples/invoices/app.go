package invoices

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/server"
)

// Entities and selections that functions are called on or return.
type (
	invoiceClass     = dataclasses.DataClass[Invoice]
	invoiceSelection = dataclasses.Selection[Invoice]
	invoiceEntity    = dataclasses.Entity[Invoice]
	none             = dataclasses.None
)

// App is the application: its functions as values, for use in Go:
//
//	inv, err := app.Draft.Call(ctx, dataclasses.Of[invoices.Invoice](ds), invoices.Order{CustomerID: 7, Lines: lines})
//
// Make one with [New]. It does not change afterwards and is safe for concurrent use, also with several datastores.
type App struct {
	Authentify   *dataclasses.Func[*dataclasses.DataStore, Credentials, bool]
	WhoAmI       *dataclasses.Func[*dataclasses.DataStore, none, Identity]
	TopCustomers *dataclasses.Func[*dataclasses.DataStore, none, []TopCustomer]
	ServerTime   *dataclasses.Func[*dataclasses.DataStore, none, time.Time]

	Draft       *dataclasses.Func[*invoiceClass, Order, *invoiceEntity]
	Overdue     *dataclasses.Func[*invoiceClass, AsOf, *invoiceSelection]
	TotalDue    *dataclasses.Func[*invoiceSelection, none, int64]
	Approve     *dataclasses.Func[*invoiceEntity, none, *invoiceEntity]
	Pay         *dataclasses.Func[*invoiceEntity, Payment, *invoiceEntity]
	Label       *dataclasses.Func[*invoiceEntity, none, string]
	Recalculate *dataclasses.Func[*invoiceEntity, none, int64]
	Quote       *dataclasses.Func[*pricing, QuoteFor, int64]

	CancelStaleDrafts *server.Proc[StaleDrafts]

	passwords passwords
	signIns   *rate.Limiter // of the pages; REST has limits of its own
	now       func() time.Time
}

// New returns the application on the clock of the machine.
func New() *App {
	a := &App{passwords: newPasswords(), signIns: rate.NewLimiter(signInsPerSecond, signInBurst), now: time.Now}
	a.Authentify = dataclasses.Exposed("authentify", a.authentify)
	a.WhoAmI = dataclasses.Exposed("whoAmI", whoAmI)
	a.TopCustomers = dataclasses.Exposed("topCustomers", topCustomers)
	a.ServerTime = dataclasses.ExposedLocal("serverTime", a.serverTime, dataclasses.OnHTTPGet)
	a.Draft = dataclasses.Exposed("draft", draft)
	a.Overdue = dataclasses.Exposed("overdue", overdue, dataclasses.OnHTTPGet)
	a.TotalDue = dataclasses.Exposed("totalDue", totalDue)
	a.Approve = dataclasses.Exposed("approve", approve)
	a.Pay = dataclasses.Exposed("pay", pay)
	a.Label = dataclasses.ExposedLocal("label", label)
	a.Recalculate = dataclasses.Private("recalculate", recalculate)
	a.CancelStaleDrafts = server.NewProcedure("cancelStaleDrafts", a.cancelStaleDrafts)
	a.Quote = dataclasses.Exposed("quote", quote, dataclasses.OnHTTPGet)
	return a
}

// Definitions returns all that [New] declares: dataclasses, functions and permissions.
func Definitions() []dataclasses.Definition { return New().Definitions() }

// Definitions returns all that the application adds to a datastore.
// It panics when the embedded roles.json is wrong, which is a mistake of the program.
func (a *App) Definitions() []dataclasses.Definition {
	roles, err := Roles()
	if err != nil {
		panic("invoices: " + err.Error())
	}
	return []dataclasses.Definition{
		dataclasses.OnStore(a.Authentify, a.WhoAmI, a.TopCustomers, a.ServerTime),
		dataclasses.DefineExposed[SalesPerson](),
		dataclasses.DefineExposed[Customer](
			dataclasses.ComputedMany("balance", balances),
			dataclasses.Alias[Customer]("salesPersonName", "salesPerson.name"),
		),
		dataclasses.DefineExposed[Product](),
		dataclasses.DefineExposed[Invoice](
			dataclasses.OnClass(a.Draft, a.Overdue),
			dataclasses.OnSelection(a.TotalDue),
			dataclasses.OnEntity(a.Approve, a.Pay, a.Label, a.Recalculate),
		),
		dataclasses.DefineExposed[InvoiceLine](),
		dataclasses.DefineExposed[AuditEntry](dataclasses.WithoutStamp[AuditEntry]()),
		dataclasses.Define[Sequence](dataclasses.WithoutStamp[Sequence]()),
		dataclasses.SharedSingleton("Pricing", newPricing, dataclasses.OnSingleton(a.Quote)),
		dataclasses.Permissions(roles),
	}
}

//go:embed roles.json
var rolesJSON string

// Roles returns the application's roles.json, compiled anew. Give ds.Roles() to the session manager, which follows the datastore.
func Roles() (*privileges.Roles, error) {
	roles, err := privileges.Parse([]byte(rolesJSON))
	if err != nil {
		return nil, fmt.Errorf("roles.json: %w", err)
	}
	return roles, nil
}

// serverTime is local: it needs no session.
func (a *App) serverTime(context.Context, *dataclasses.DataStore, none) (time.Time, error) {
	return model.Instant(a.now()), nil
}
