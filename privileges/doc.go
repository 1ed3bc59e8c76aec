// Package privileges reads roles.json and answers one question: may a caller
// who holds these privileges perform this action on this resource?
//
// It knows nothing of sessions, requests or databases. A file is parsed and
// checked once, at start, and compiled into bit sets; after that every answer
// is a map look-up and a few bit operations without allocation.
//
//	roles, err := privileges.Load("roles.json")
//	if err != nil {
//		return err // *FileError: every problem of the file, each with its line
//	}
//	_, held := roles.Grant([]string{"browse"}, []string{"Clerk"})
//	ok := roles.Class(privileges.Read, "Book").Allows(held)
//
// A nil *Roles is a valid value that declares nothing and allows everything,
// which is also what a missing file means.
package privileges
