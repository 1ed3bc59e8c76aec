package invoices

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/session"
)

// Credentials are what authentify takes.
type Credentials struct{ Name, Password string }

// maxFailures is how many wrong sign-ins one session may try.
const maxFailures = 20

// failures counts the sign-ins of the session that were begun and have not succeeded.
var failures = session.NewKey[int]("signInFailures")

// authentify signs a sales person in: it gives the session the privileges of the person's role and the person's name, and puts the
// person's best customers into its storage. The result is false, and nothing is set, when name or password is wrong.
func (a *App) authentify(ctx context.Context, s *session.Session, ds *dataclasses.DataStore, in Credentials) (bool, error) {
	if err := countAttempt(s); err != nil {
		return false, err
	}
	person, err := personNamed(ctx, ds, in.Name)
	if err != nil {
		return false, err
	}
	stored := ""
	if person != nil {
		stored = person.Value.PasswordHash
	}
	right, err := a.passwords.check(ctx, in.Password, stored)
	if err != nil || !right {
		return false, err
	}
	return true, errors.Join(signIn(ctx, s, person), failures.Delete(s))
}

// countAttempt counts before it is known whether the attempt succeeds, so that parallel requests cannot try more often.
func countAttempt(s *session.Session) error {
	return failures.Update(s, func(n int) (int, error) {
		if n >= maxFailures {
			return n, &dataclasses.UserError{
				Code:    ErrorAttempts,
				Message: "too many failed sign-ins in this session: begin a new session",
				Status:  http.StatusTooManyRequests,
			}
		}
		return n + 1, nil
	})
}

// personNamed finds who signs in by that name; nil for nobody, and also for two people of one name: neither can be told from the other.
// "===" takes @ in the name for an ordinary character. A name that no attribute can have is nobody's: an error about it would tell
// a guest how names are kept.
func personNamed(ctx context.Context, ds *dataclasses.DataStore, name string) (*dataclasses.Entity[SalesPerson], error) {
	if strings.ContainsRune(name, 0) {
		return nil, nil
	}
	named, err := dataclasses.Of[SalesPerson](ds).Query("name === :1", name)
	if err != nil {
		return nil, err
	}
	found, err := named.Slice(0, 2).Collect(ctx)
	if err != nil || len(found) != 1 {
		return nil, err
	}
	return found[0], nil
}

// signIn gives the session what belongs to the person, and takes away what belonged to the one before.
func signIn(ctx context.Context, s *session.Session, person *dataclasses.Entity[SalesPerson]) error {
	top, err := bestCustomers(ctx, person)
	if err != nil {
		return err
	}
	if !s.IsGuest() {
		if err := s.Logout(); err != nil {
			return err
		}
	}
	if err := topKey.Set(s, top); err != nil {
		return err
	}
	return s.SetPrivileges(session.Grant{Roles: []string{person.Value.Role}, UserName: person.Value.Name})
}

// TopCustomer is a customer in the list of topCustomers.
type TopCustomer struct {
	ID    int64  `json:"ID"`
	Name  string `json:"name"`
	Total int64  `json:"total"` // cents: of all invoices that were not cancelled
}

// topKey is where the session keeps the list.
var topKey = session.NewKey[[]TopCustomer]("topCustomers")

// topCount is the length of the list.
const topCount = 3

// topCustomers returns the list that authentify put into the session; an empty one if it did not.
func topCustomers(_ context.Context, s *session.Session, _ *dataclasses.DataStore, _ none) ([]TopCustomer, error) {
	if top, ok := topKey.Get(s); ok && top != nil {
		return top, nil
	}
	return []TopCustomer{}, nil
}

// bestCustomers lists the customers of a person to whom most was invoiced.
func bestCustomers(ctx context.Context, person *dataclasses.Entity[SalesPerson]) ([]TopCustomer, error) {
	ds := person.DataClass().DataStore()
	invoices, err := dataclasses.Of[Invoice](ds).Query("customer.salesPersonID = :1 and status != :2", person.Value.ID, string(Cancelled))
	if err != nil {
		return nil, err
	}
	totals, err := dataclasses.SumBy[int64, int64](ctx, invoices, "customerID", "total")
	if err != nil {
		return nil, err
	}
	top := make([]TopCustomer, 0, len(totals))
	for id, total := range totals {
		top = append(top, TopCustomer{ID: id, Total: total})
	}
	slices.SortFunc(top, func(a, b TopCustomer) int { return cmp.Or(cmp.Compare(b.Total, a.Total), cmp.Compare(a.ID, b.ID)) })
	top = top[:min(topCount, len(top))]
	return top, nameCustomers(ctx, ds, top)
}

func nameCustomers(ctx context.Context, ds *dataclasses.DataStore, top []TopCustomer) error {
	for i := range top {
		c, err := dataclasses.Of[Customer](ds).Get(ctx, top[i].ID)
		if err != nil {
			return err
		}
		top[i].Name = c.Value.Name
	}
	return nil
}

// Identity is what whoAmI returns.
type Identity struct {
	UserName   string   `json:"userName"`
	IsGuest    bool     `json:"isGuest"`
	Privileges []string `json:"privileges"`
	SessionID  string   `json:"sessionID"`
}

// whoAmI tells callers who they are to the server.
func whoAmI(_ context.Context, s *session.Session, _ *dataclasses.DataStore, _ none) (Identity, error) {
	return Identity{s.User(), s.IsGuest(), s.Privileges(), s.ID()}, nil
}
