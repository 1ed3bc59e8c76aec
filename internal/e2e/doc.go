// Package e2e tests the whole product the way its users meet it: the demo application behind a real server, a real database and
// real HTTP. It looks for what the tests of single packages cannot see: bad input, faults, load, crashes and attacks.
//
//	go test ./internal/e2e                            # SQLite
//	ORDAGO_TEST_POSTGRES=postgres://… go test ./internal/e2e
//	ORDAGO_LOAD=60s go test -run TestLoad ./internal/e2e
package e2e
