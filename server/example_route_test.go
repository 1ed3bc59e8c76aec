package server_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/labstack/echo/v4"

	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
)

// bound gives routes of one's own the session that pages and REST have. With sessions switched off there is none, and the data layer lets
// the route do what a guest may.
func bound(s *server.Server) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			own, err := s.Sessions().Bind(c.Response(), c.Request(), "web")
			if err != nil {
				return err
			}
			c.Response().Before(func() { _ = s.Sessions().Commit(c.Response(), own) }) // adds a cookie; it cannot fail
			c.SetRequest(c.Request().WithContext(session.NewContext(c.Request().Context(), own)))
			return next(c)
		}
	}
}

// A route of one's own, with the session of the browser that asks for it.
func ExampleServer_Echo() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	app, err := server.Open(context.Background(), server.Config{
		Database: filepath.Join(dir, "notes.db"), Definitions: newNotes().definitions(), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer app.Close()
	app.Echo().GET("/hello", func(c echo.Context) error {
		s := session.Current(c.Request().Context())
		return c.String(http.StatusOK, fmt.Sprintf("a %s session, guest: %t", s.Kind(), s.IsGuest()))
	}, bound(app))
	answer := httptest.NewRecorder()
	app.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/hello", nil))
	fmt.Println(answer.Body)
	// Output: a web session, guest: true
}
