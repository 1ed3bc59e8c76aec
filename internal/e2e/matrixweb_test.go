package e2e_test

import (
	"context"
	"net/http"
	"strings"
	"testing/fstest"

	"github.com/labstack/echo/v4"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// matrixFiles are pages whose lines are the name of a tag and what its expression sees.
func matrixFiles() fstest.MapFS {
	return fstest.MapFS{
		"values.shtml": {Data: []byte("4DTEXT <!--#4DTEXT look()-->\n$4DTEXT $4DTEXT(look())\n4DHTML <!--#4DHTML look()-->\n4DEVAL <!--#4DEVAL look()-->\n" +
			"4DSCRIPT <!--#4DSCRIPT/lookAt/x-->\n4DCODE <!--#4DCODE\na:=look()\n--><!--#4DTEXT a-->\n" +
			"component <!--#4DTEXT partLook()-->\n<!--#4DINCLUDE included.shtml-->")},
		"included.shtml": {Data: []byte("4DINCLUDE <!--#4DTEXT look()-->\n")},
		"flow.shtml": {Data: []byte(`<!--#4DIF report("4DIF")--><!--#4DENDIF--><!--#4DIF false--><!--#4DELSEIF report("4DELSEIF")--><!--#4DENDIF-->` +
			"<!--#4DLOOP turns--><!--#4DENDLOOP--><!--#4DEACH seen in looks()-->4DEACH <!--#4DTEXT seen-->\n<!--#4DENDEACH--><!--#4DINCLUDE flowing.shtml-->")},
		"flowing.shtml": {Data: []byte(`<!--#4DIF report("4DIF of a sub-page")--><!--#4DENDIF-->`)},
	}
}

// pages describes a web server, the host's or the component's.
func (a *matrixApp) pages() *web.Server {
	return &web.Server{
		Root:           matrixFiles(),
		HomePage:       "none",
		Authentication: a.authenticate,
		Connection:     a.answer,
		Methods:        []*web.Method{web.NewMethod("look", a.answer, web.TagsAndURLs)},
		Tags: web.Environment{Functions: []*web.Function{
			web.Function0("look", func(ctx context.Context, s *session.Session) (string, error) { return sightOf(ctx, s), nil }, web.TagsAndURLs),
			web.Function0("looks", func(ctx context.Context, s *session.Session) ([]string, error) { return []string{sightOf(ctx, s)}, nil }, web.TagsAndURLs),
			web.Function1("lookAt", func(ctx context.Context, s *session.Session, _ string) (string, error) { return sightOf(ctx, s), nil }, web.TagsAndURLs),
			web.Function1("report", func(ctx context.Context, s *session.Session, name string) (bool, error) {
				return true, a.report(ctx, s, name)
			}, web.TagsAndURLs),
			web.Function1("turns", func(ctx context.Context, s *session.Session, n int) (bool, error) {
				return n == 0, a.report(ctx, s, "4DLOOP")
			}, web.TagsAndURLs),
		}},
	}
}

// authenticate is On Web Authentication; it reports where the URL asks for it.
func (a *matrixApp) authenticate(ctx context.Context, s *session.Session, r web.Request) (web.Verdict, error) {
	if !strings.HasSuffix(r.URL(), "?authentication") {
		return web.Accept, nil
	}
	return web.Accept, a.report(ctx, s, "On Web Authentication")
}

// answer is a method, and On Web Connection: it answers with what it and all that it calls see.
func (a *matrixApp) answer(ctx context.Context, s *session.Session, c *web.Call) error {
	sights, err := a.witness(ctx, s)
	if err != nil {
		return err
	}
	return c.SendBytes("text/plain", []byte(strings.Join(sights, "\n")))
}

func (a *matrixApp) handle(ctx context.Context, s *session.Session, _ *web.HandlerRequest) (*web.HandlerResponse, error) {
	sights, err := a.witness(ctx, s)
	return &web.HandlerResponse{Header: http.Header{"X-Handled": {"yes"}}, Body: []byte(strings.Join(sights, "\n"))}, err
}

// component is a component with a web server of its own.
func (a *matrixApp) component() server.Component {
	c := server.Component{
		Name:        "part",
		Definitions: []dataclasses.Definition{dataclasses.DefineExposed[Errand](dataclasses.OnClass(a.lookErrand))},
		Methods:     []*web.Method{web.NewMethod("partLook", a.answer, web.TagsAndURLs)},
		Tags: web.Environment{Functions: []*web.Function{
			web.Function0("partLook", func(ctx context.Context, s *session.Session) (string, error) { return sightOf(ctx, s), nil }, web.TagsAndURLs),
		}},
	}
	if a.Serve {
		c.Web, c.Listen = a.pages(), "127.0.0.1:0"
		c.Web.Manager = &session.Manager{AppName: c.Name, Disabled: a.NoSessions}
	}
	return c
}

// route adds routes of the program's own: a front for SOAP that binds sessions, and one that does not.
func (a *matrixApp) route(s *server.Server) {
	answer := func(c echo.Context) error {
		ctx := c.Request().Context()
		sights, err := a.witness(ctx, session.Current(ctx))
		if err != nil {
			return err
		}
		return c.String(http.StatusOK, strings.Join(sights, "\n"))
	}
	s.Echo().POST("/unbound", answer)
	s.Echo().POST("/soap", func(c echo.Context) error {
		own, err := s.Sessions().Bind(c.Response(), c.Request(), "soap")
		if err != nil {
			return err
		}
		c.SetRequest(c.Request().WithContext(session.NewContext(c.Request().Context(), own)))
		if err := s.Sessions().Commit(c.Response(), own); err != nil {
			return err
		}
		return answer(c)
	})
}
