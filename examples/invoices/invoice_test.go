package invoices_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/triggers"
)

// noKeys leaves out of a comparison what the database gives.
var noKeys = cmp.Options{cmpopts.IgnoreTypes(model.Record{}), cmp.Comparer(func(a, b model.Day) bool { return a == b })}

// rejected reports whether err is a refusal with that code.
func rejected(err error, code triggers.Code) bool {
	r, ok := errors.AsType[*triggers.RejectedError](err)
	return ok && r.Code == code
}

// userError reports whether err is an error for the caller with that code.
func userError(err error, code int) bool {
	u, ok := errors.AsType[*dataclasses.UserError](err)
	return ok && u.Code == code
}

// S-108: number, total, dates and creator are given by triggers, createdBy by the session.
func TestDraft(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		r, err := w.ds.Remote().Class("Invoice").ClassFunction("draft").Call(w.as("clerk"), nil,
			args(fmt.Sprint(s.alder), fmt.Sprintf(`[{"productID":%d,"quantity":2},{"productID":%d,"quantity":3}]`, s.desk, s.lamp)), nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.Kind != dataclasses.EntityResult || r.Entity.IsNew() || r.Entity.Stamp() != 1 {
			t.Errorf("draft returned kind %v, new %v, stamp %d", r.Kind, r.Entity.IsNew(), r.Entity.Stamp())
		}
		want := invoices.Invoice{
			ID: 1, Number: "INV-2026-0001", Date: day(2026, time.May, 4), DueDate: day(2026, time.June, 3),
			Status: invoices.Draft, Total: 55_997, CustomerID: s.alder, CreatedBy: "clara",
		}
		if diff := cmp.Diff(want, load[invoices.Invoice](w, 1).Value, noKeys); diff != "" {
			t.Errorf("invoice (-want +got):\n%s", diff)
		}
		var lines []invoices.InvoiceLine
		for _, l := range w.lines(1) {
			lines = append(lines, l.Value)
		}
		wantLines := []invoices.InvoiceLine{
			{ID: 1, InvoiceID: 1, ProductID: s.desk, Quantity: 2, UnitPrice: 25_000, Amount: 50_000},
			{ID: 2, InvoiceID: 1, ProductID: s.lamp, Quantity: 3, UnitPrice: 1_999, Amount: 5_997},
		}
		if diff := cmp.Diff(wantLines, lines, noKeys); diff != "" {
			t.Errorf("lines (-want +got):\n%s", diff)
		}
	})
}

func TestDraftRefused(t *testing.T) {
	line := func(product uint, quantity int64) []invoices.OrderLine {
		return []invoices.OrderLine{{ProductID: product, Quantity: quantity}}
	}
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		dear := put(w, invoices.Product{Code: "X", Name: "Dear", UnitPrice: 1_000_000_000}).ID
		before := w.counts()
		many := make([]invoices.OrderLine, 1001)
		tests := []struct {
			name  string
			order invoices.Order
			want  func(error) bool
		}{
			{"unknown customer", invoices.Order{CustomerID: 999, Lines: line(s.desk, 1)}, code(invoices.RejectReference)},
			{"blocked customer", invoices.Order{CustomerID: s.blocked, Lines: line(s.desk, 1)}, code(invoices.RejectBlocked)},
			{"unknown product", invoices.Order{CustomerID: s.alder, Lines: line(999, 1)}, argument},
			{"no quantity", invoices.Order{CustomerID: s.alder, Lines: line(s.desk, 0)}, argument},
			{"negative quantity", invoices.Order{CustomerID: s.alder, Lines: line(s.desk, -1)}, argument},
			{"huge quantity", invoices.Order{CustomerID: s.alder, Lines: line(s.desk, 1_000_001)}, argument},
			{"huge total", invoices.Order{CustomerID: s.alder, Lines: repeat(line(dear, 1_000_000)[0], 10)}, argument},
			{"many lines", invoices.Order{CustomerID: s.alder, Lines: many}, argument},
		}
		for _, tt := range tests {
			inv, err := w.app.Draft.Call(w.as("clerk"), dataclasses.Of[invoices.Invoice](w.ds), tt.order)
			if inv != nil || !tt.want(err) {
				t.Errorf("%s: %v, %v", tt.name, inv, err)
			}
		}
		if diff := cmp.Diff(before, w.counts()); diff != "" {
			t.Errorf("something was written (-want +got):\n%s", diff)
		}
		if inv := w.draft(w.as("clerk"), s); inv.Value.Number != "INV-2026-0001" {
			t.Errorf("the first invoice that is kept has number %s: a refused one has used one up", inv.Value.Number)
		}
	})
}

func code(c triggers.Code) func(error) bool { return func(err error) bool { return rejected(err, c) } }

func argument(err error) bool { return userError(err, invoices.ErrorArgument) }

func repeat(l invoices.OrderLine, n int) []invoices.OrderLine {
	lines := make([]invoices.OrderLine, n)
	for i := range lines {
		lines[i] = l
	}
	return lines
}

// A new invoice that is written directly gets what triggers give, whatever the caller says.
func TestCreateInvoiceDirectly(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		invoice := w.ds.Remote().Class("Invoice")
		sent := fmt.Sprintf(`{"customerID":%d,"date":"2025-12-31","number":"MINE","total":999,"createdBy":"mark","approvedBy":"mark","approvedAt":"2025-01-01T00:00:00Z"}`, s.alder)
		e, err := invoice.Save(w.as("clerk"), body(t, sent), nil)
		if err != nil {
			t.Fatal(err)
		}
		want := invoices.Invoice{
			ID: 1, Number: "INV-2025-0001", Date: day(2025, time.December, 31), DueDate: day(2026, time.January, 30),
			Status: invoices.Draft, CustomerID: s.alder, CreatedBy: "clara",
		}
		if diff := cmp.Diff(want, load[invoices.Invoice](w, 1).Value, noKeys); diff != "" || e.Key() != "1" {
			t.Errorf("invoice %s (-want +got):\n%s", e.Key(), diff)
		}
		for text, want := range map[string]triggers.Code{
			`{"customerID":%d,"status":"approved"}`:                        invoices.RejectStatus,
			`{"customerID":%d,"status":"paid"}`:                            invoices.RejectStatus,
			`{"customerID":%d,"date":"2026-05-04","dueDate":"2026-05-03"}`: invoices.RejectInvalid,
			`{"customerID":99%d}`:                                          invoices.RejectReference,
		} {
			if _, err := invoice.Save(w.as("clerk"), body(t, fmt.Sprintf(text, s.alder)), nil); !rejected(err, want) {
				t.Errorf("create %s: %v", text, err)
			}
		}
	})
}

// What may become of a draft.
func TestChangeDraft(t *testing.T) {
	tests := []struct {
		body string
		want func(error) bool
	}{
		{`{"dueDate":"2026-12-24"}`, granted},
		{`{"number":"INV-2026-0001","total":55997,"createdBy":"clara","status":"draft"}`, granted}, // as they are
		{`{"approvedBy":"mark"}`, granted},                                                         // without effect
		{`{"number":"INV-2026-0099"}`, code(invoices.RejectFixed)},
		{`{"createdBy":"mark"}`, code(invoices.RejectFixed)},
		{`{"total":1}`, code(invoices.RejectFixed)},
		{`{"dueDate":"2026-05-03"}`, code(invoices.RejectInvalid)},
		{`{"date":null}`, code(invoices.RejectInvalid)},
		{`{"customerID":2}`, code(invoices.RejectBlocked)},
		{`{"customerID":999}`, code(invoices.RejectReference)},
		{`{"status":"paid"}`, code(invoices.RejectStatus)},
		{`{"status":"lost"}`, code(invoices.RejectStatus)},
		{`{"status":"cancelled"}`, granted},
		{`{"dueDate":"2026-12-31"}`, code(invoices.RejectStatus)}, // cancelled is final
		{`{"status":"draft"}`, code(invoices.RejectStatus)},
	}
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		key := dataclasses.KeyText{w.draft(w.as("clerk"), s).Key()}
		for _, tt := range tests {
			before := load[invoices.Invoice](w, 1).Value
			_, err := w.ds.Remote().Class("Invoice").Save(w.as("manager"), body(t, tt.body), key)
			if !tt.want(err) {
				t.Errorf("save %s: %v", tt.body, err)
			}
			if after := load[invoices.Invoice](w, 1).Value; err != nil && after.OrdaStamp != before.OrdaStamp {
				t.Errorf("save %s was refused and has changed the row", tt.body)
			}
		}
		want := invoices.Invoice{
			ID: 1, Number: "INV-2026-0001", Date: day(2026, time.May, 4), DueDate: day(2026, time.December, 24),
			Status: invoices.Cancelled, Total: 55_997, CustomerID: s.alder, CreatedBy: "clara",
		}
		if diff := cmp.Diff(want, load[invoices.Invoice](w, 1).Value, noKeys); diff != "" {
			t.Errorf("invoice (-want +got):\n%s", diff)
		}
	})
}

func granted(err error) bool { return err == nil }

// An approved invoice changes no more but by payment, and a paid one not at all.
func TestApproveAndPay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		w.draft(w.as("clerk"), s)
		invoice := w.ds.Remote().Class("Invoice")
		key := dataclasses.KeyText{"1"}
		clerk, manager := w.as("clerk"), w.as("manager")
		call := func(fn string, arguments ...string) error {
			on, err := invoice.Entity(manager, key)
			if err != nil {
				t.Fatal(err)
			}
			caller := manager
			if fn == "pay" {
				caller = clerk // S-318: the promotion lets a clerk change the status, in pay only
			}
			_, err = invoice.EntityFunction(fn).Call(caller, on, args(arguments...), nil)
			return err
		}
		save := func(text string) error {
			_, err := invoice.Save(manager, body(t, text), key)
			return err
		}
		steps := []struct {
			name string
			err  func() error
			want func(error) bool
		}{
			{"pay a draft", func() error { return call("pay", "55997") }, func(err error) bool { return userError(err, invoices.ErrorStatus) }},
			{"approve", func() error { return call("approve") }, granted},
			{"approve again", func() error { return call("approve") }, func(err error) bool { return userError(err, invoices.ErrorStatus) }},
			{"change the due date", func() error { return save(`{"dueDate":"2027-01-01"}`) }, code(invoices.RejectStatus)},
			{"take approval back", func() error { return save(`{"status":"draft"}`) }, code(invoices.RejectStatus)},
			{"cancel", func() error { return save(`{"status":"cancelled"}`) }, code(invoices.RejectStatus)},
			{"pay by writing the status", func() error { return save(`{"status":"paid"}`) }, code(invoices.RejectStatus)},
			{"drop", func() error { return invoice.Drop(manager, key, nil) }, code(invoices.RejectStatus)},
			{"pay a part", func() error { return call("pay", "1000") }, func(err error) bool { return userError(err, invoices.ErrorAmount) }},
			{"pay", func() error { return call("pay", "55997") }, granted},
			{"pay twice", func() error { return call("pay", "55997") }, func(err error) bool { return userError(err, invoices.ErrorStatus) }},
			{"change a paid one", func() error { return save(`{"dueDate":"2027-01-01"}`) }, code(invoices.RejectStatus)},
			{"drop a paid one", func() error { return invoice.Drop(manager, key, nil) }, code(invoices.RejectStatus)},
		}
		for _, step := range steps {
			if err := step.err(); !step.want(err) {
				t.Errorf("%s: %v", step.name, err)
			}
		}
		at := clock()
		want := invoices.Invoice{
			ID: 1, Number: "INV-2026-0001", Date: day(2026, time.May, 4), DueDate: day(2026, time.June, 3),
			Status: invoices.Paid, Total: 55_997, CustomerID: s.alder, CreatedBy: "clara", ApprovedBy: "mark", ApprovedAt: &at,
		}
		if diff := cmp.Diff(want, load[invoices.Invoice](w, 1).Value, noKeys); diff != "" {
			t.Errorf("invoice (-want +got):\n%s", diff)
		}
	})
}

// A payment carries no other change with it.
func TestPayChangesNothingElse(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		inv := w.approved(w.small())
		inv.Value.DueDate = inv.Value.DueDate.AddDays(90)
		if _, err := w.app.Pay.Call(t.Context(), inv, invoices.Payment{Amount: inv.Value.Total}); !rejected(err, invoices.RejectStatus) {
			t.Errorf("pay with a changed due date: %v", err)
		}
	})
}

// A status that is written directly is an approval like any other: in the name of the session.
func TestApproveByWritingTheStatus(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.draft(w.as("clerk"), w.small())
		sent := body(t, `{"status":"approved","approvedBy":"somebody","approvedAt":"2020-01-01T00:00:00Z"}`)
		if _, err := w.ds.Remote().Class("Invoice").Save(w.as("manager"), sent, dataclasses.KeyText{"1"}); err != nil {
			t.Fatal(err)
		}
		got := load[invoices.Invoice](w, 1).Value
		if got.ApprovedBy != "mark" || got.ApprovedAt == nil || !got.ApprovedAt.Equal(clock()) {
			t.Errorf("approved by %s at %v", got.ApprovedBy, got.ApprovedAt)
		}
	})
}

// A dropped draft takes its lines along, each with its triggers.
func TestDropDraft(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		inv := w.draft(w.as("clerk"), s)
		if err := inv.Drop(w.as("manager")); err != nil {
			t.Fatal(err)
		}
		got := w.counts()
		if got.Invoices != 0 || got.Lines != 0 {
			t.Errorf("%d invoices and %d lines are left", got.Invoices, got.Lines)
		}
		if n := matching[invoices.AuditEntry](w, "event = 'drop' and userName = 'mark'"); n != 3 {
			t.Errorf("%d audit entries of the drop, want 3", n)
		}
	})
}

// A draft that somebody else changed meanwhile is not approved.
func TestApproveStale(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		inv := w.draft(w.as("clerk"), s)
		put(w, invoices.InvoiceLine{InvoiceID: inv.Value.ID, ProductID: s.lamp, Quantity: 1})
		_, err := w.app.Approve.Call(w.as("manager"), inv, dataclasses.None{})
		if !errors.Is(err, dataclasses.ErrConflict) {
			t.Errorf("approve an invoice that has got another line: %v", err)
		}
	})
}

// Numbers are unique and without gaps when many callers draft at once, and count by year.
func TestNumbers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		var mu sync.Mutex
		numbers := map[string]bool{}
		var callers sync.WaitGroup
		for caller := range 8 {
			ctx := w.as("clerk")
			callers.Go(func() {
				for n := range 5 {
					order := invoices.Order{CustomerID: s.alder, Lines: []invoices.OrderLine{{ProductID: s.desk, Quantity: 1}}}
					if n == 3 {
						order.CustomerID = s.blocked // undone: its number must not be lost
					}
					inv, err := w.app.Draft.Call(ctx, dataclasses.Of[invoices.Invoice](w.ds), order)
					switch {
					case n == 3:
					case err != nil:
						t.Errorf("caller %d: %v", caller, err)
					default:
						mu.Lock()
						numbers[inv.Value.Number] = true
						mu.Unlock()
					}
				}
			})
		}
		callers.Wait()
		for n := range 32 {
			if number := fmt.Sprintf("INV-2026-%04d", n+1); !numbers[number] {
				t.Errorf("number %s is missing", number)
			}
		}
		put(w, invoices.Sequence{Name: "INV-2027", Value: 9999})
		for _, want := range []string{"INV-2027-10000", "INV-2027-10001"} {
			inv := put(w, invoices.Invoice{CustomerID: s.alder, Date: day(2027, time.January, 1)})
			if inv.Number != want {
				t.Errorf("number %s, want %s", inv.Number, want)
			}
		}
	})
}

func TestLabel(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		inv := w.draft(w.as("clerk"), w.small())
		on, err := w.ds.Remote().Class("Invoice").Entity(w.as("clerk"), dataclasses.KeyText{inv.Key()})
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.ds.Remote().Class("Invoice").EntityFunction("label").Call(w.as("clerk"), on, nil, nil)
		if err != nil || r.Value != "INV-2026-0001 · Alder & Sons" {
			t.Errorf("label = %v, %v", r.Value, err)
		}
	})
}

// overdue has the approved invoices alone, the oldest first; totalDue adds up what is approved of any selection.
func TestOverdueAndTotalDue(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		for n, status := range []invoices.Status{invoices.Draft, invoices.Approved, invoices.Paid, invoices.Cancelled, invoices.Approved, invoices.Approved} {
			inv := w.draft(t.Context(), s)
			inv.Value.DueDate = day(2026, time.July, 20-n)
			w.take(inv, status)
		}
		class := w.ds.Remote().Class("Invoice")
		r, err := class.ClassFunction("overdue").Call(w.as("clerk"), nil, args(`"2026-07-19"`), nil)
		if err != nil {
			t.Fatal(err)
		}
		keys, err := r.Selection.Keys(w.as("clerk"), 10)
		if diff := cmp.Diff([]string{"6", "5"}, keys); diff != "" || err != nil {
			t.Errorf("overdue: %v (-want +got):\n%s", err, diff)
		}
		for _, tt := range []struct {
			on   *dataclasses.RemoteSelection
			want int64
		}{{r.Selection, 2 * 55_997}, {class.All(), 3 * 55_997}, {class.FromKeys([]string{"1", "2", "3", "4"}), 55_997}, {class.FromKeys(nil), 0}} {
			due, err := class.SelectionFunction("totalDue").Call(w.as("clerk"), tt.on, nil, nil)
			if err != nil || due.Value != tt.want {
				t.Errorf("totalDue = %v, %v, want %d", due.Value, err, tt.want)
			}
		}
		if _, err := class.ClassFunction("overdue").Call(w.as("clerk"), nil, args(`"0!0!0"`), nil); !argument(err) {
			t.Errorf("overdue of the null date: %v", err)
		}
	})
}

// take brings a draft to a status.
func (w *world) take(inv *dataclasses.Entity[invoices.Invoice], status invoices.Status) {
	w.t.Helper()
	inv.Value.Status = status
	if status == invoices.Paid {
		inv.Value.Status = invoices.Approved
	}
	if err := inv.Save(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	if status != invoices.Paid {
		return
	}
	if _, err := w.app.Pay.Call(w.t.Context(), inv, invoices.Payment{Amount: inv.Value.Total}); err != nil {
		w.t.Fatal(err)
	}
}

// Plain GORM on the same handle meets the same triggers.
func TestPlainGORM(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		inv := invoices.Invoice{CustomerID: s.alder}
		if err := w.db.WithContext(t.Context()).Create(&inv).Error; err != nil {
			t.Fatal(err)
		}
		if inv.Number != "INV-2026-0001" || inv.Status != invoices.Draft {
			t.Errorf("created %s, %s", inv.Number, inv.Status)
		}
		line := invoices.InvoiceLine{InvoiceID: inv.ID, ProductID: s.desk, Quantity: 4}
		if err := w.db.WithContext(t.Context()).Create(&line).Error; err != nil {
			t.Fatal(err)
		}
		if got := load[invoices.Invoice](w, inv.ID).Value.Total; got != 100_000 {
			t.Errorf("total %d, want 100000", got)
		}
		if err := w.db.Exec("UPDATE invoices SET total = 1").Error; err == nil || !strings.Contains(err.Error(), "triggers") {
			t.Errorf("raw SQL past the triggers: %v", err)
		}
		if err := w.db.WithContext(t.Context()).Delete(&invoices.Invoice{ID: inv.ID}).Error; err != nil {
			t.Errorf("delete by key: %v", err)
		}
		if got := w.counts(); got.Invoices != 0 || got.Lines != 0 {
			t.Errorf("%d invoices and %d lines are left", got.Invoices, got.Lines)
		}
	})
}
