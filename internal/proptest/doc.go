// Package proptest compares the query language, from text to rows, with an evaluator that is slow and obvious: random data, random
// queries, and the same keys in the same order on every database. It has tests only, and four kinds of questions: queries of code,
// filters of REST, queries under random restrictions, and selections built of others.
//
//	go test ./internal/proptest                              a few thousand questions
//	ORDAGO_PROPERTY=100000 go test ./internal/proptest       a hundred thousand on each database, half of them queries of code
//	ORDAGO_PROPERTY_SEED=17 go test ./internal/proptest      begin with another world
//
// A failure shows the seed of its world, the question and the data. What failed once is kept in regress_test.go in its smallest form.
package proptest
