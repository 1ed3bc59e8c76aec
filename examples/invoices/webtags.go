package invoices

import (
	"context"
	"errors"
	"fmt"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// pageRows is how many rows a page shows.
const pageRows = 100

// tags are what expressions in pages may name.
func (a *App) tags() web.Environment {
	return web.Environment{Functions: []*web.Function{
		web.Function0("customers", customersForPage, web.TagsAndURLs),
		web.Function0("openInvoices", openInvoices, web.TagsAndURLs),
		web.Function0("invoice", a.invoiceForPage, web.TagsAndURLs),
		web.Function0("signInFailed", signInFailed, web.TagsAndURLs),
	}}
}

// customerRow is a customer on a page.
type customerRow struct {
	ID      uint   `json:"ID"`
	Name    string `json:"name"`
	City    string `json:"city"`
	Country string `json:"country"`
	Balance string `json:"balance"`
	Care    string `json:"care"` // name of the sales person
	Blocked bool   `json:"blocked"`
}

// customersForPage lists the first customers by name.
func customersForPage(ctx context.Context, _ *session.Session) ([]customerRow, error) {
	ds, err := pageStore(ctx)
	if err != nil {
		return nil, err
	}
	byName, err := dataclasses.Of[Customer](ds).All().OrderBy("name")
	if err != nil {
		return nil, err
	}
	found, err := byName.Slice(0, pageRows).Collect(ctx)
	if err != nil {
		return nil, err
	}
	due, err := balances(ctx, found)
	if err != nil {
		return nil, err
	}
	care, err := salesPeople(ctx, found)
	if err != nil {
		return nil, err
	}
	rows := make([]customerRow, len(found))
	for i, c := range found {
		v := c.Value
		rows[i] = customerRow{v.ID, v.Name, v.City, v.Country, amount(due[i]), "", v.Blocked}
		if v.SalesPersonID != nil {
			rows[i].Care = care[*v.SalesPersonID]
		}
	}
	return rows, nil
}

// salesPeople reads the names of those who look after customers, in one query.
func salesPeople(ctx context.Context, customers []*dataclasses.Entity[Customer]) (map[uint]string, error) {
	var keys []any
	for _, c := range customers {
		if c.Value.SalesPersonID != nil {
			keys = append(keys, *c.Value.SalesPersonID)
		}
	}
	return namesBy(ctx, keys, func(p *SalesPerson) (uint, string) { return p.ID, p.Name })
}

// namesBy reads the entities with these keys, in one query, and returns what of makes of them.
func namesBy[T any](ctx context.Context, keys []any, of func(*T) (uint, string)) (map[uint]string, error) {
	ds, err := pageStore(ctx)
	if err != nil {
		return nil, err
	}
	named, err := dataclasses.Of[T](ds).Query("ID in :1", keys)
	if err != nil {
		return nil, err
	}
	names := make(map[uint]string, len(keys))
	for e, err := range named.Entities(ctx) {
		if err != nil {
			return nil, err
		}
		key, name := of(&e.Value)
		names[key] = name
	}
	return names, nil
}

// invoiceRow is an invoice in a list.
type invoiceRow struct {
	Number   string `json:"number"`
	Customer string `json:"customer"`
	Due      string `json:"due"`
	Total    string `json:"total"`
}

// openInvoices lists the approved invoices that were not paid, the oldest first.
func openInvoices(ctx context.Context, _ *session.Session) ([]invoiceRow, error) {
	ds, err := pageStore(ctx)
	if err != nil {
		return nil, err
	}
	unpaid, err := dataclasses.Of[Invoice](ds).Query("status = :1 order by dueDate, number", string(Approved))
	if err != nil {
		return nil, err
	}
	found, err := unpaid.Slice(0, pageRows).Collect(ctx)
	if err != nil {
		return nil, err
	}
	keys := make([]any, len(found))
	for i, inv := range found {
		keys[i] = inv.Value.CustomerID
	}
	names, err := namesBy(ctx, keys, func(c *Customer) (uint, string) { return c.ID, c.Name })
	if err != nil {
		return nil, err
	}
	rows := make([]invoiceRow, len(found))
	for i, inv := range found {
		v := inv.Value
		rows[i] = invoiceRow{v.Number, names[v.CustomerID], v.DueDate.String(), amount(v.Total)}
	}
	return rows, nil
}

// invoicePage is an invoice with its lines.
type invoicePage struct {
	Number   string        `json:"number"`
	Label    string        `json:"label"`
	Status   Status        `json:"status"`
	Date     string        `json:"date"`
	Due      string        `json:"due"`
	Total    string        `json:"total"`
	Approved string        `json:"approvedBy"`
	Lines    []invoiceItem `json:"lines"`
}

type invoiceItem struct {
	Product  string `json:"product"`
	Quantity int64  `json:"quantity"`
	Price    string `json:"price"`
	Amount   string `json:"amount"`
}

// invoiceForPage is the invoice that the URL names, in its path or as the variable number; nil when there is no such invoice.
func (a *App) invoiceForPage(ctx context.Context, _ *session.Session) (*invoicePage, error) {
	inv, err := namedInvoice(ctx)
	if err != nil || inv == nil {
		return nil, err
	}
	label, err := a.Label.Call(ctx, inv, none{})
	if err != nil {
		return nil, err
	}
	lines, err := itemsOf(ctx, inv)
	if err != nil {
		return nil, err
	}
	v := inv.Value
	return &invoicePage{v.Number, label, v.Status, v.Date.String(), v.DueDate.String(), amount(v.Total), v.ApprovedBy, lines}, nil
}

// namedInvoice reads the invoice that the request names.
func namedInvoice(ctx context.Context) (*invoiceEntity, error) {
	ds, err := pageStore(ctx)
	if err != nil {
		return nil, err
	}
	c, ok := web.FromContext(ctx)
	if !ok {
		return nil, errors.New("only a page names an invoice")
	}
	number := numberInPath(c)
	if number == "" {
		number, _ = c.Value("number")
	}
	named, err := dataclasses.Of[Invoice](ds).Query("number === :1", number)
	if err != nil {
		return nil, err
	}
	return named.First(ctx)
}

func itemsOf(ctx context.Context, inv *invoiceEntity) ([]invoiceItem, error) {
	lines, err := dataclasses.RelatedEntities[InvoiceLine](inv, "lines")
	if err != nil {
		return nil, err
	}
	found, err := lines.Slice(0, maxOrderLines).Collect(ctx)
	if err != nil {
		return nil, err
	}
	keys := make([]any, len(found))
	for i, line := range found {
		keys[i] = line.Value.ProductID
	}
	names, err := namesBy(ctx, keys, func(p *Product) (uint, string) { return p.ID, p.Name })
	if err != nil {
		return nil, err
	}
	items := make([]invoiceItem, len(found))
	for i, line := range found {
		v := line.Value
		items[i] = invoiceItem{names[v.ProductID], v.Quantity, amount(v.UnitPrice), amount(v.Amount)}
	}
	return items, nil
}

// amount writes cents for people.
func amount(cents int64) string {
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	return fmt.Sprintf("%s%d.%02d", sign, cents/100, cents%100)
}
