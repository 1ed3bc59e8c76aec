package e2e_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
)

// slowDrafts adds functions to the demo that make a draft and then meet the test before they return.
func slowDrafts(t *testing.T, c server.Config, l *library) server.Config {
	t.Helper()
	app := invoices.New()
	slow := func(end func(context.Context) error) func(context.Context, *session.Session, *store, none) (none, error) {
		return func(ctx context.Context, _ *session.Session, ds *store, _ none) (none, error) {
			order := invoices.Order{CustomerID: 1, Lines: []invoices.OrderLine{{ProductID: 1, Quantity: 1}}}
			if _, err := app.Draft.Call(ctx, dataclasses.Of[invoices.Invoice](ds), order); err != nil {
				return none{}, err
			}
			l.meet(ctx)
			return none{}, end(ctx)
		}
	}
	c.Definitions = append(app.Definitions(), dataclasses.OnStore(
		dataclasses.Exposed("draftAndHeed", slow(func(ctx context.Context) error { return ctx.Err() })),
		dataclasses.Exposed("draftAndIgnore", slow(func(context.Context) error { return nil })),
		dataclasses.Exposed("draftAndFail", slow(func(context.Context) error { return errors.New("secret plan 9 failed") })),
		dataclasses.Exposed("draftAndPanic", slow(func(context.Context) error { panic("secret plan 9 panicked") })),
	))
	var rights []string
	for _, name := range []string{"draftAndHeed", "draftAndIgnore", "draftAndFail", "draftAndPanic"} {
		rights = append(rights, `{ "applyTo": "ds.`+name+`", "type": "method", "execute": ["CreateInvoices"] }`)
	}
	return withRoles(t, c, rights...)
}

// begin sends a request over a connection that the test can break.
func (p *product) begin(t *testing.T, b *browser, method, target, body string, length int) *net.TCPConn {
	t.Helper()
	conn := p.dial(t).(*net.TCPConn)
	fmt.Fprintf(conn, "%s /rest/%s HTTP/1.1\r\nHost: %s\r\nCookie: %s=%s\r\nContent-Length: %d\r\n\r\n%s", method, target, p.host, cookieName, b.cookie(), length, body)
	return conn
}

// breakOff ends a connection at once, as a crashed client does.
func breakOff(t *testing.T, conn *net.TCPConn) {
	t.Helper()
	if err := errors.Join(conn.SetLinger(0), conn.Close()); err != nil {
		t.Error(err)
	}
}

// restart ends the server, which waits for running requests, and starts another on the same database.
func (p *product) restart(t *testing.T, c server.Config) *product {
	t.Helper()
	p.end(t)
	return start(t, c)
}

// A function whose caller goes away, or that fails, leaves nothing behind, whether it looks at its context or not.
func TestClientGoneDuringFunction(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		l := newLibrary()
		c := slowDrafts(t, config(database), l)
		p := demo(t, c)
		clara := p.as(t, "clara")
		before := p.state(t)
		for _, name := range []string{"draftAndHeed", "draftAndIgnore"} {
			conn := p.begin(t, clara, http.MethodPost, "$catalog/"+name, "[]", 2)
			<-l.entered
			breakOff(t, conn)
		}
		p = p.restart(t, c)
		p.wantUnchanged(t, before)
		p.wantConsistent(t)
	})
}

// an unexpected error and a panic undo what was written, and tell the client nothing.
func TestFunctionFails(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		l := newLibrary()
		close(l.release)
		p := demo(t, slowDrafts(t, config(database), l))
		clara := p.as(t, "clara")
		before := p.state(t)
		for _, name := range []string{"draftAndFail", "draftAndPanic"} {
			clara.wantRefusal(http.MethodPost, "$catalog/"+name, "[]", refused("internal error", 21000))
		}
		p.wantUnchanged(t, before)
		clara.ok(http.MethodPost, "$catalog/draftAndHeed", "[]")
		if got := count[invoices.Invoice](t, p); got != 401 {
			t.Errorf("%d invoices after a draft that was not undone, want 401", got)
		}
		p.wantConsistent(t)
	})
}

// A client that goes away in the middle of what it sends has sent nothing.
func TestClientGoneDuringBody(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		c := config(database)
		p := demo(t, c)
		clara, mark := p.as(t, "clara"), p.as(t, "mark")
		before := p.state(t)
		const order = `[1,[{"productID":1,"quantity":1}]]`
		for i := range len(order) {
			breakOff(t, p.begin(t, clara, http.MethodPost, "Invoice/draft", order[:i], len(order)))
			breakOff(t, p.begin(t, mark, http.MethodPost, "Customer(1)?$method=update", `{"name":"x"}`, 100+i))
		}
		conn := p.dial(t).(*net.TCPConn)
		fmt.Fprintf(conn, "POST /rest/Invoice/draft HTTP/1.1\r\nHost: x\r\nCookie: %s=%s\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n",
			cookieName, clara.cookie(), len(order), order)
		breakOff(t, conn) // the last chunk, which says that this is all, never comes
		p = p.restart(t, c)
		p.wantUnchanged(t, before)
	})
}

// A client that goes away while it is answered costs no more than its answer: what it asked for is done completely or not at all.
func TestClientGoneDuringAnswer(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		c := config(database)
		p := demo(t, c)
		clara := p.as(t, "clara")
		before := count[invoices.Invoice](t, p)
		for range 20 {
			conn := p.begin(t, clara, http.MethodGet, "Customer?$top=1000&$expand=invoices.lines.product,invoices.customer.invoices", "", 0)
			if _, err := io.ReadFull(conn, make([]byte, 100)); err != nil {
				t.Fatal(err)
			}
			breakOff(t, conn)
			breakOff(t, p.begin(t, clara, http.MethodGet, "Customer?$top=1000&$expand=invoices.lines.product", "", 0))
			const order = `[1,[{"productID":1,"quantity":1},{"productID":2,"quantity":2},{"productID":3,"quantity":3}]]`
			breakOff(t, p.begin(t, clara, http.MethodPost, "Invoice/draft", order, len(order)))
		}
		if r := clara.post("Invoice/draft", `[1,[]]`); r.status != http.StatusOK {
			t.Errorf("afterwards a draft: %d %s", r.status, r.body)
		}
		p = p.restart(t, c)
		p.wantConsistent(t)
		after := count[invoices.Invoice](t, p)
		if after <= before || after > before+21 {
			t.Errorf("%d invoices, were %d", after, before)
		}
		t.Logf("%d of 20 drafts were carried out", after-before-1)
	})
}
