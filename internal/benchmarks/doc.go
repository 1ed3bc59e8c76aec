// Package benchmarks compares the whole way of a request through Ordago with a handler written by hand on net/http and database/sql:
// the same SQLite file, the same connections, the same bytes in the answer. Run it with
//
//	go test ./internal/benchmarks -bench . -count 6 | tee new.txt && go tool -modfile=tools.mod benchstat new.txt
package benchmarks
