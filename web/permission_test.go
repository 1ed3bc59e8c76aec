package web_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// Invoice is read by clerks only.
type Invoice struct {
	ID     uint
	Number string
	model.Record
}

// S-332, S-409: a missing right is an ordinary error of the code that runs in a tag, a method or a handler.
func TestMissingRights(t *testing.T) {
	t.Parallel()
	r, err := privileges.Parse([]byte(`{"privileges":[{"privilege":"clerk"}],"roles":[],
		"permissions":{"allowed":[{"applyTo":"Invoice","type":"dataclass","read":["clerk"]}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	ds := ordatest.Open(t, ordatest.SQLite(t), dataclasses.Define[Invoice](), dataclasses.Permissions(r))
	invoices := dataclasses.Of[Invoice](ds)
	e := invoices.New()
	e.Value.Number = "R-1"
	if err := e.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	first := func(ctx context.Context, _ *session.Session) (string, error) {
		found, err := invoices.Get(ctx, 1)
		if err != nil {
			return "", err
		}
		return found.Value.Number, nil
	}
	m := &session.Manager{Roles: r}
	t.Cleanup(func() { _ = m.Close() })
	b := serve(t, site(t, web.Server{
		Manager: m, Log: slog.New(slog.DiscardHandler),
		Root: folder(map[string]string{"p.shtml": "$4DTEXT(first())!"}),
		Tags: web.Environment{Functions: []*web.Function{web.Function0("first", first, web.TagsAndURLs)}},
		Methods: []*web.Method{
			web.NewMethod("first", func(ctx context.Context, s *session.Session, c *web.Call) error {
				text, err := first(ctx, s)
				if err != nil {
					return err
				}
				return c.SendText(text)
			}, web.TagsAndURLs),
			web.NewMethod("signIn", func(_ context.Context, s *session.Session, _ *web.Call) error {
				return s.SetPrivileges(session.Grant{Privileges: []string{"clerk"}})
			}, web.TagsAndURLs),
		},
		Handlers: []web.RequestHandler{{Pattern: "api", Handle: func(ctx context.Context, s *session.Session, _ *web.HandlerRequest) (*web.HandlerResponse, error) {
			text, err := first(ctx, s)
			return &web.HandlerResponse{Body: []byte(text)}, err
		}}},
	}))
	b.wants("/p.shtml", 200, "$4DTEXT(first()) : ## error # 5!")
	b.wants("/4DACTION/first", 500, "Internal Server Error\n")
	b.wants("/api", 500, "Internal Server Error\n")
	b.wants("/4DACTION/signIn", 200, "")
	b.wants("/p.shtml", 200, "R-1!")
	b.wants("/4DACTION/first", 200, "R-1")
	b.wants("/api", 200, "R-1")
	if got := b.get("/p.shtml").Body; strings.Contains(got, "error") {
		t.Errorf("after sign-in: %q", got)
	}
}
