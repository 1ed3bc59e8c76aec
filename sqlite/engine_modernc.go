//go:build !cgo || puresqlite

package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"

	engine "modernc.org/sqlite"
)

// Engine names the SQLite engine in this build: "mattn" or "modernc".
const Engine = "modernc"

// The functions get views of SQLite's memory (VolatileArgs); they keep none,
// and a result is copied before the view ends.
func newDriver() (driver.Driver, error) {
	d := &engine.Driver{}
	err := errors.Join(
		d.RegisterFunction("ordago_fold", &engine.FunctionImpl{
			NArgs: 1, Deterministic: true, VolatileArgs: true,
			Scalar: func(_ *engine.FunctionContext, args []driver.Value) (driver.Value, error) {
				return foldValue(args[0]), nil
			},
		}),
		d.RegisterFunction("ordago_keyword", &engine.FunctionImpl{
			NArgs: 2, Deterministic: true, VolatileArgs: true,
			Scalar: func(_ *engine.FunctionContext, args []driver.Value) (driver.Value, error) {
				return keywordValue(args[0], args[1]), nil
			},
		}),
		d.RegisterFunction("ordago_words", &engine.FunctionImpl{
			NArgs: 1, Deterministic: true, VolatileArgs: true,
			Scalar: func(_ *engine.FunctionContext, args []driver.Value) (driver.Value, error) {
				return wordsValue(args[0]), nil
			},
		}),
		d.RegisterFunction("ordago_vector", &engine.FunctionImpl{
			NArgs: 3, Deterministic: true, VolatileArgs: true,
			Scalar: func(_ *engine.FunctionContext, args []driver.Value) (driver.Value, error) {
				return vectorValue(args[0], args[1], args[2]), nil
			},
		}),
	)
	return d, err
}

// The engine runs the pragmas in order. The time format is the other engine's:
// both must write the same text, which queries then compare.
func baseQuery(o options) string {
	return fmt.Sprintf("_pragma=busy_timeout(%d)&_pragma=foreign_keys(1)&_pragma=synchronous(%s)&_time_format=sqlite",
		o.busyTimeout.Milliseconds(), synchronous(o))
}

func writerQuery(o options) string {
	return baseQuery(o) + "&_pragma=journal_mode(WAL)&_txlock=immediate"
}

func readerQuery(o options) string {
	if o.readOnly {
		return baseQuery(o) + "&_pragma=query_only(1)&mode=ro"
	}
	return baseQuery(o) + "&_pragma=journal_mode(WAL)&_pragma=query_only(1)"
}

// errorCode returns SQLite's extended result code.
func errorCode(err error) (int, bool) {
	if e, ok := errors.AsType[*engine.Error](err); ok {
		return e.Code(), true
	}
	return 0, false
}
