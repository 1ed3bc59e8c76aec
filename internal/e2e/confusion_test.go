package e2e_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// reading answers with the price of books as far as the session may read it: by a method, a tag and a request handler. slowly is promoted
// meanwhile, and waits at the meeting point.
func reading(c *server.Config, l *library) {
	price := func(ctx context.Context) (string, error) {
		ds, ok := dataclasses.FromContext(ctx)
		if !ok {
			return "", errors.New("no datastore")
		}
		dear, err := dataclasses.Of[Book](ds).Query("price > 10")
		if err != nil {
			return "", err
		}
		_, err = dear.Count(ctx)
		return "read", err
	}
	answer := func(ctx context.Context, _ *session.Session, c *web.Call) error {
		text, err := price(ctx)
		if err != nil {
			return err
		}
		return c.SendText(text)
	}
	c.Web = &web.Server{
		Root: fstest.MapFS{"price.shtml": {Data: []byte("<!--#4DTEXT price()-->")}},
		Methods: []*web.Method{
			web.NewMethod("price", answer, web.TagsAndURLs),
			web.NewMethod("slowly", func(ctx context.Context, s *session.Session, c *web.Call) error {
				if _, err := s.Promote("audit"); err != nil {
					return err
				}
				l.meet(ctx)
				return answer(ctx, s, c)
			}, web.TagsAndURLs),
		},
		Handlers: []web.RequestHandler{{Pattern: "price", Handle: func(ctx context.Context, _ *session.Session, _ *web.HandlerRequest) (*web.HandlerResponse, error) {
			text, err := price(ctx)
			return &web.HandlerResponse{Body: []byte(text)}, err
		}}},
		Tags: web.Environment{Functions: []*web.Function{
			web.Function0("price", func(ctx context.Context, _ *session.Session) (string, error) { return price(ctx) }, web.TagsAndURLs),
		}},
	}
}

// wantPriceHiddenFromPages expects pages to read as little as REST.
func (b *browser) wantPriceHiddenFromPages() {
	b.t.Helper()
	for path, status := range map[string]int{"4DACTION/price": 500, "price": 500, "price.shtml": 200} {
		if r := b.send(http.MethodGet, "../"+path, ""); r.status != status || strings.Contains(r.body, "read") {
			b.t.Errorf("GET /%s: %d %s, want %d and no price", path, r.status, r.body, status)
		}
	}
}

// S-148, S-200, S-319: what is promoted while one request runs is neither there for parallel requests of the same session, in pages and over
// REST, nor for later ones; by roles.json in a function and by code in a method.
func TestPromotionDoesNotLeakBetweenPagesAndREST(t *testing.T) {
	t.Parallel()
	for name, slow := range map[string]func(b *browser) reply{
		"function over REST": func(b *browser) reply { return b.post("Book(1)/checkOutSlowly", "") },
		"method of a page":   func(b *browser) reply { return b.send(http.MethodGet, "../4DACTION/slowly", "") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, l := startLibraryWith(t, lending(), reading)
			b := p.browser(t)
			b.call("$catalog/set", `["lend"]`, nil)
			var running sync.WaitGroup
			var promoted reply
			running.Go(func() { promoted = slow(b) })
			<-l.entered
			b.wantPriceHidden()
			b.wantPriceHiddenFromPages()
			close(l.release)
			running.Wait()
			if promoted.status != http.StatusOK {
				t.Errorf("the promoted request: %d %s", promoted.status, promoted.body)
			}
			b.wantPriceHidden()
			b.wantPriceHiddenFromPages()
		})
	}
}

// S-319: many requests of one session at a time, promoted and not: each has the rights of its own and no other.
func TestPromotionInParallel(t *testing.T) {
	t.Parallel()
	p, _ := startLibraryWith(t, lending(), reading)
	b := p.browser(t)
	b.call("$catalog/set", `["lend"]`, nil)
	var running sync.WaitGroup
	for i := range 8 {
		running.Go(func() {
			for range 15 {
				if i%2 == 0 {
					if r, err := b.try(http.MethodPost, "Book(1)/checkOut", ""); err != nil || r.status != http.StatusOK {
						t.Errorf("a promoted request: %d %s, %v", r.status, r.body, err)
					}
					continue
				}
				b.wantPriceHidden()
				b.wantPriceHiddenFromPages()
			}
		})
	}
	running.Wait()
}

// entering lets browsers ask for a passcode and use one, in whatever way there is.
func entering(c *server.Config, _ *library) {
	who := func(_ context.Context, s *session.Session, c *web.Call) error { return c.SendText(s.ID()) }
	c.Web = &web.Server{
		Root:    fstest.MapFS{"who.shtml": {Data: []byte("<!--#4DTEXT Session.id-->")}, "plain.html": {Data: []byte("plain")}},
		Methods: []*web.Method{web.NewMethod("who", who, web.TagsAndURLs)},
		Handlers: []web.RequestHandler{{Pattern: "who", Handle: func(_ context.Context, s *session.Session, _ *web.HandlerRequest) (*web.HandlerResponse, error) {
			return &web.HandlerResponse{Body: []byte(s.ID())}, nil
		}}},
	}
	c.Definitions = append(c.Definitions, dataclasses.OnStore(
		dataclasses.Exposed("passcode", func(ctx context.Context, s *session.Session, _ *store, _ none) (string, error) {
			return s.CreateOTP(ctx)
		}),
		dataclasses.Exposed("restore", func(ctx context.Context, s *session.Session, _ *store, in struct{ Token string }) (bool, error) {
			return s.Restore(ctx, in.Token)
		}),
	))
}

// T-34, T-35. S-189, S-239, S-242: of many browsers that present one passcode at the same time, in URLs of all kinds and over REST, exactly one
// gets into the session; nobody does later, not with what a log or a link still holds.
func TestPasscodeReplay(t *testing.T) {
	t.Parallel()
	for _, sessions := range []server.SessionStorage{server.SessionsInMemory, server.SessionsInSQL} {
		t.Run(string(sessions), func(t *testing.T) {
			t.Parallel()
			p, _ := startLibraryWith(t, libraryRoles(false, false), func(c *server.Config, l *library) {
				entering(c, l)
				c.Sessions = sessions
			})
			owner := p.browser(t)
			owner.call("$catalog/set", `["a"]`, nil)
			id := owner.facts().ID
			var token string
			owner.call("$catalog/passcode", "", &token)
			ways := []func(b *browser){
				func(b *browser) { b.page("/4DACTION/who?$4DSID=" + token) },
				func(b *browser) { b.page("/who.shtml?$4DSID=" + token) },
				func(b *browser) { b.page("/who?$4DSID=" + token) },
				func(b *browser) { b.page("/plain.html?$4DSID=" + token) },
				func(b *browser) { b.post("$catalog/restore", `["`+token+`"]`) },
			}
			var inside atomic.Int32
			var running sync.WaitGroup
			attempts := func(times int) {
				for i := range times * len(ways) {
					b := p.browser(t)
					running.Go(func() {
						ways[i%len(ways)](b)
						if f := b.facts(); f.ID == id {
							inside.Add(1)
						} else if !f.Guest || len(f.Privileges) > 0 {
							t.Errorf("a browser that was not let in has %+v", f)
						}
					})
				}
				running.Wait()
			}
			attempts(8)
			if n := inside.Load(); n != 1 {
				t.Errorf("%d of 40 browsers are in the session, want 1", n)
			}
			attempts(1)
			if n := inside.Load(); n != 1 {
				t.Errorf("a used passcode let %d more in", n-1)
			}
			if owner.facts().ID != id {
				t.Error("the owner has lost the session")
			}
		})
	}
}
