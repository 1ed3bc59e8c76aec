package invoices

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"net/http"
	"strings"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/triggers"
	"github.com/ordago/ordago/web"
)

// How often people may sign in through the form, all together: who guesses passwords does not get far.
const (
	signInsPerSecond = 5
	signInBurst      = 30
)

// signInPage answers the sign-in form. It lets authentify decide, as REST does.
func (a *App) signInPage(ctx context.Context, s *session.Session, c *web.Call) error {
	switch {
	case c.Verb() != http.MethodPost:
		return c.SendStatus(http.StatusMethodNotAllowed)
	case s == nil: // this server keeps no sessions
		return c.SendStatus(http.StatusForbidden)
	case !a.signIns.Allow():
		return c.SendStatus(http.StatusTooManyRequests)
	}
	ds, err := pageStore(ctx)
	if err != nil {
		return err
	}
	name, _ := c.Field("name")
	password, _ := c.Field("password")
	right, err := a.Authentify.Call(ctx, ds, Credentials{name, password})
	if refused, ok := errors.AsType[*dataclasses.UserError](err); ok {
		return c.SendStatus(cmp.Or(refused.Status, http.StatusInternalServerError))
	}
	if err != nil {
		return err
	}
	if !right {
		return c.Redirect("/?failed")
	}
	return c.Redirect("/")
}

// signInFailed reports whether the page answers a sign-in that failed.
func signInFailed(ctx context.Context, _ *session.Session) (bool, error) {
	c, ok := web.FromContext(ctx)
	if !ok {
		return false, nil
	}
	_, failed := c.Value("failed")
	return failed, nil
}

// signOutPage ends the sign-in.
func signOutPage(_ context.Context, s *session.Session, c *web.Call) error {
	if c.Verb() != http.MethodPost {
		return c.SendStatus(http.StatusMethodNotAllowed)
	}
	if err := s.Logout(); err != nil {
		return err
	}
	return c.Redirect("/")
}

// approvePage approves the draft that the form names. Who may is decided by roles.json.
func (a *App) approvePage(ctx context.Context, _ *session.Session, c *web.Call) error {
	if c.Verb() != http.MethodPost {
		return c.SendStatus(http.StatusMethodNotAllowed)
	}
	inv, err := namedInvoice(ctx)
	if err == nil && inv == nil {
		return c.SendStatus(http.StatusNotFound)
	}
	if err == nil {
		_, err = a.Approve.Call(ctx, inv, none{})
	}
	if _, ok := errors.AsType[*dataclasses.PermissionError](err); ok {
		return c.SendStatus(http.StatusForbidden)
	}
	if conflicts(err) {
		return c.SendStatus(http.StatusConflict)
	}
	if err != nil {
		return err
	}
	return c.Redirect("/invoice/" + inv.Value.Number)
}

// conflicts reports whether an invoice is not one, or no more, that can be approved.
func conflicts(err error) bool {
	_, refused := errors.AsType[*dataclasses.UserError](err)
	_, rejected := errors.AsType[*triggers.RejectedError](err)
	return refused || rejected || errors.Is(err, dataclasses.ErrConflict)
}

// exportOpen is the request handler of /export: the open invoices as CSV.
func exportOpen(ctx context.Context, _ *session.Session, _ *web.HandlerRequest) (*web.HandlerResponse, error) {
	rows, err := openInvoices(ctx, nil)
	if _, ok := errors.AsType[*dataclasses.PermissionError](err); ok {
		return &web.HandlerResponse{Status: http.StatusForbidden, Body: []byte("Sign in first\n")}, nil
	}
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	table := csv.NewWriter(&body)
	_ = table.Write([]string{"number", "customer", "due", "total"}) // a buffer takes everything
	for _, r := range rows {
		_ = table.Write([]string{r.Number, cell(r.Customer), r.Due, r.Total})
	}
	table.Flush()
	return &web.HandlerResponse{
		Header: http.Header{"Content-Type": {"text/csv; charset=utf-8"}, "Content-Disposition": {`attachment; filename="open.csv"`}},
		Body:   body.Bytes(),
	}, nil
}

// cell keeps spreadsheets from taking a text for a formula.
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
