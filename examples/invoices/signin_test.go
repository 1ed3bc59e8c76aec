package invoices_test

import (
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/session"
)

// staff puts people with passwords into the database.
func (w *world) staff() {
	w.t.Helper()
	hash := invoices.HashPassword("secret")
	for _, p := range []invoices.SalesPerson{
		{Name: "clara", Email: "clara@example.com", Role: "clerk", PasswordHash: hash},
		{Name: "mark", Email: "mark@example.com", Role: "manager", PasswordHash: hash},
		{Name: "nohash", Email: "nohash@example.com", Role: "manager"},
		{Name: "broken", Email: "broken@example.com", Role: "manager", PasswordHash: strings.Replace(hash, "m=", "m=1", 1)},
		{Name: "twin", Email: "twin1@example.com", Role: "manager", PasswordHash: hash},
		{Name: "Twin", Email: "twin2@example.com", Role: "manager", PasswordHash: hash},
	} {
		put(w, p)
	}
}

// signedIn is what a session shows after a sign-in.
type signedIn struct {
	Result     bool
	User       string
	Guest      bool
	Privileges []string
}

// S-317, S-347, S-348, S-349: guests may call it, it takes any arguments and returns any value, only setPrivileges signs in,
// and the promotion lets it read the people.
func TestAuthentify(t *testing.T) {
	stranger := signedIn{Guest: true, Privileges: []string{}}
	clerk := signedIn{Result: true, User: "clara", Privileges: []string{"ReadData", "CreateInvoices"}}
	manager := signedIn{Result: true, User: "mark", Privileges: []string{
		"ReadData", "CreateInvoices", "ApproveInvoices", "ManageCustomers", "ViewAudit",
	}}
	tests := []struct {
		name, password string
		want           signedIn
	}{
		{"clara", "secret", clerk},
		{"CLARA", "secret", clerk},
		{"mark", "secret", manager},
		{"clara", "Secret", stranger},
		{"clara", "", stranger},
		{"clara", "secret ", stranger},
		{"clara", strings.Repeat("s", 5000), stranger},
		{"", "secret", stranger},
		{"nobody", "secret", stranger},
		{"clar@", "secret", stranger},
		{"@", "secret", stranger},
		{"mark*", "secret", stranger},
		{"nohash", "", stranger},
		{"nohash", "secret", stranger},
		{"broken", "secret", stranger},
		{"twin", "secret", stranger},
	}
	each(t, func(t *testing.T, w *world) {
		w.staff()
		authentify := w.ds.Remote().Function("authentify")
		for _, tt := range tests {
			ctx, s := w.guest()
			name, _ := json.Marshal(tt.name)
			password, _ := json.Marshal(tt.password)
			r, err := authentify.Call(ctx, nil, args(string(name), string(password)), nil)
			if err != nil {
				t.Errorf("authentify(%q, %.10q): %v", tt.name, tt.password, err)
				continue
			}
			got := signedIn{r.Value.(bool), s.User(), s.IsGuest(), s.Privileges()}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("authentify(%q, %.10q) (-want +got):\n%s", tt.name, tt.password, diff)
			}
		}
	})
}

// S-351: a second sign-in is the second person's alone.
func TestAuthentifyAgain(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.staff()
		ctx, s := w.guest()
		for _, name := range []string{"mark", "clara"} {
			if ok, err := w.app.Authentify.Call(ctx, w.ds, invoices.Credentials{Name: name, Password: "secret"}); !ok || err != nil {
				t.Fatalf("authentify(%s) = %v, %v", name, ok, err)
			}
		}
		want := signedIn{User: "clara", Privileges: []string{"ReadData", "CreateInvoices"}}
		if diff := cmp.Diff(want, signedIn{User: s.User(), Guest: s.IsGuest(), Privileges: s.Privileges()}); diff != "" {
			t.Errorf("session (-want +got):\n%s", diff)
		}
	})
}

func TestAuthentifyAttempts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, ordatest.SQLite(t))
	w.staff()
	ctx, s := w.guest()
	var refused, wrong atomic.Int64
	var tries sync.WaitGroup
	for range 25 {
		tries.Go(func() {
			ok, err := w.app.Authentify.Call(ctx, w.ds, invoices.Credentials{Name: "clara", Password: "guess"})
			limit, limited := errors.AsType[*dataclasses.UserError](err)
			switch {
			case limited && limit.Code == invoices.ErrorAttempts && limit.Status == 429:
				refused.Add(1)
			case err == nil && !ok:
				wrong.Add(1)
			default:
				t.Errorf("authentify = %v, %v", ok, err)
			}
		})
	}
	tries.Wait()
	if refused.Load() != 5 || wrong.Load() != 20 {
		t.Errorf("25 attempts at once: %d wrong and %d refused, want 20 and 5", wrong.Load(), refused.Load())
	}
	if ok, err := w.app.Authentify.Call(ctx, w.ds, invoices.Credentials{Name: "clara", Password: "secret"}); ok || err == nil || !s.IsGuest() {
		t.Errorf("the right password after too many attempts = %v, %v", ok, err)
	}
	other, _ := w.guest()
	if ok, err := w.app.Authentify.Call(other, w.ds, invoices.Credentials{Name: "clara", Password: "secret"}); !ok || err != nil {
		t.Errorf("another session = %v, %v", ok, err)
	}
}

// A success forgets the failures before it.
func TestAuthentifyForgetsFailures(t *testing.T) {
	t.Parallel()
	w := newWorld(t, ordatest.SQLite(t))
	w.staff()
	ctx, _ := w.guest()
	for n := range 23 {
		password := "guess"
		if n == 19 {
			password = "secret"
		}
		ok, err := w.app.Authentify.Call(ctx, w.ds, invoices.Credentials{Name: "clara", Password: password})
		if ok != (password == "secret") || err != nil {
			t.Fatalf("attempt %d = %v, %v", n, ok, err)
		}
	}
}

func TestAuthentifyWithoutSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, ordatest.SQLite(t))
	w.staff()
	ok, err := w.app.Authentify.Call(t.Context(), w.ds, invoices.Credentials{Name: "clara", Password: "secret"})
	if ok || !errors.Is(err, session.ErrNoSession) {
		t.Errorf("authentify without a session = %v, %v", ok, err)
	}
}

func TestTopCustomers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.staff()
		clara := uint(1)
		desk := put(w, invoices.Product{Code: "P", Name: "Desk", UnitPrice: 1000}).ID
		for _, c := range []struct {
			name     string
			quantity int64
			person   *uint
		}{{"one", 1, &clara}, {"nine", 9, &clara}, {"nine too", 9, &clara}, {"five", 5, &clara}, {"none", 0, &clara}, {"not hers", 50, nil}} {
			id := put(w, invoices.Customer{Name: c.name, SalesPersonID: c.person}).ID
			if c.quantity == 0 {
				continue
			}
			order := invoices.Order{CustomerID: id, Lines: []invoices.OrderLine{{ProductID: desk, Quantity: c.quantity}}}
			if _, err := w.app.Draft.Call(t.Context(), dataclasses.Of[invoices.Invoice](w.ds), order); err != nil {
				t.Fatal(err)
			}
		}
		ctx, _ := w.guest()
		if ok, err := w.app.Authentify.Call(ctx, w.ds, invoices.Credentials{Name: "clara", Password: "secret"}); !ok || err != nil {
			t.Fatalf("authentify = %v, %v", ok, err)
		}
		put(w, invoices.Customer{Name: "later", SalesPersonID: &clara})
		r, err := w.ds.Remote().Function("topCustomers").Call(ctx, nil, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := []invoices.TopCustomer{{ID: 2, Name: "nine", Total: 9000}, {ID: 3, Name: "nine too", Total: 9000}, {ID: 4, Name: "five", Total: 5000}}
		if diff := cmp.Diff(want, r.Value); diff != "" {
			t.Errorf("topCustomers (-want +got):\n%s", diff)
		}
		r, err = w.ds.Remote().Function("topCustomers").Call(w.as("clerk"), nil, nil, nil)
		if diff := cmp.Diff([]invoices.TopCustomer{}, r.Value); diff != "" || err != nil {
			t.Errorf("topCustomers of another session: %v (-want +got):\n%s", err, diff)
		}
	})
}

// S-152: the privileges come with what they include.
func TestWhoAmI(t *testing.T) {
	t.Parallel()
	w := newWorld(t, ordatest.SQLite(t))
	ctx := w.as("clerk")
	got, err := w.app.WhoAmI.Call(ctx, w.ds, dataclasses.None{})
	if err != nil {
		t.Fatal(err)
	}
	want := invoices.Identity{UserName: "clara", Privileges: []string{"ReadData", "CreateInvoices"}, SessionID: session.Current(ctx).ID()}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("whoAmI (-want +got):\n%s", diff)
	}
}

func TestServerTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, ordatest.SQLite(t))
	f := w.ds.Remote().Function("serverTime")
	if !f.Local() || !f.OnGet() {
		t.Errorf("serverTime: local %v, by GET %v", f.Local(), f.OnGet())
	}
	if _, err := f.Call(w.as("clerk"), nil, nil, nil); err != nil {
		t.Error(err)
	}
}
