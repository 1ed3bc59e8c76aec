// Package rest serves a datastore over the ORDA REST protocol: catalog, entities, collections, entity sets, writes and class functions,
// with the caller's session bound to every request.
//
// It knows the wire and nothing else: URLs, JSON, cookies, status codes. What a request may see or do is decided by package
// dataclasses, which checks the rights of the session on every path; rest only holds back guests in force-login mode and turns errors
// into answers, in one table (errors.go). Echo appears in echo.go and serve.go alone.
//
//	e := rest.New()
//	manager := &session.Manager{AppName: "library"}
//	rest.Mount(e.Group("/rest"), ds.Remote(), manager)
//	err := rest.Serve(ctx, e, "127.0.0.1:8080")
package rest
