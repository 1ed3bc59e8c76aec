// Package invoices is the demo application of Ordago: sales people, customers, products and invoices with an audit trail.
// It is written as a user would write one, against the public packages only, and serves as an example, as the content of
// `ordago serve` on a fresh machine, and as material for tests.
//
//	ds, err := dataclasses.Open(db, invoices.Definitions()...)
//	if err != nil {
//		return err
//	}
//	err = invoices.Fill(ctx, ds)
//
// Rules that hold whoever writes are GORM hooks on the models, one file per dataclass: numbers, totals, what an approved invoice
// still allows, the audit trail. What callers can ask for are the functions of [App]. What callers may do is in roles.json.
//
// All amounts are integers in cents, so that nothing is ever rounded.
package invoices
