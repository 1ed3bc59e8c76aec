// Package proptest compares the query language, from text to rows, with an evaluator that is slow and obvious: random data, random
// queries, and the same keys in the same order on every database. It has tests only.
//
//	go test ./internal/proptest                              a few thousand queries
//	ORDAGO_PROPERTY=100000 go test ./internal/proptest       a hundred thousand on each database
//	ORDAGO_PROPERTY_SEED=17 go test ./internal/proptest      begin with another world
package proptest
