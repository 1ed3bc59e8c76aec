package web

import "github.com/labstack/echo/v4"

// Mount lets site answer all requests of e that no other route takes, such as the one of package rest. The client's address is the one
// that e.IPExtractor finds. For servers that share a port, use a Site as an [http.Handler] per host name.
func Mount(e *echo.Echo, site *Site) {
	h := func(c echo.Context) error {
		site.ServeHTTP(c.Response(), withAddress(c.Request(), c.RealIP()))
		return nil
	}
	e.Any("/*", h)
	e.RouteNotFound("/*", h) // HTTP methods that Echo does not know: the answer is ours
}
