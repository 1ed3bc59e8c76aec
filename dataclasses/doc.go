// Package dataclasses is ORDA's data layer for Go: GORM models become dataclasses, their rows entities, sets of them entity selections,
// and typed Go functions hang on all three and on the datastore.
//
// A program declares what it has and opens it on a database:
//
//	ds, err := dataclasses.Open(db,
//		dataclasses.DefineExposed[Employee](
//			dataclasses.OnEntity(dataclasses.Exposed("raise", raise)),
//		),
//	)
//	e, err := dataclasses.Of[Employee](ds).Get(ctx, 9)
//	e.Value.Salary += 100
//	err = e.Save(ctx)
//
// Who calls is in the context (package session): functions that are not local get the session as a parameter, triggers ask
// triggers.Session, and every read and write passes one permission check, in permission.go.
//
// Where things are: define.go and function.go are the declarations, open.go puts them together, entity.go and selection.go are what
// programs work with, store.go is the only file that writes rows, read.go and row.go read them, remote*.go is what packages that serve
// remote callers see. The database's SQL comes from internal/sqlplan; tables come from package migrations; bytes of the protocol from
// package rest.
package dataclasses
