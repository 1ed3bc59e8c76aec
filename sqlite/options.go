package sqlite

import (
	"errors"
	"time"
)

// An Option changes how [Open] opens a file.
type Option func(*options)

type options struct {
	durable     bool
	readOnly    bool
	busyTimeout time.Duration
	writerWait  time.Duration
}

func newOptions(opts []Option) options {
	o := options{busyTimeout: 5 * time.Second, writerWait: 10 * time.Second}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// Durable makes every commit wait for the disk (PRAGMA synchronous=FULL), so
// that not even a power cut loses it. Without it a power cut may lose the last
// commits, but never damages the file, and a crash of the program loses nothing.
func Durable() Option { return func(o *options) { o.durable = true } }

// ReadOnly opens a file that exists, without ever writing to it. GORM's handle
// and [Dialector.Readers] are then the same connections, and a write is an error.
func ReadOnly() Option { return func(o *options) { o.readOnly = true } }

// BusyTimeout sets how long a statement waits for a lock that another process
// holds: 5 seconds by default, no wait for zero. It is cut to milliseconds.
func BusyTimeout(d time.Duration) Option { return func(o *options) { o.busyTimeout = d } }

// WriterWait sets how long GORM's handle waits for the only writing connection
// before it gives up with [ErrWriterBusy]: 10 seconds by default. A context
// that ends earlier ends the wait earlier. It limits the wait alone, not the
// statement that follows.
func WriterWait(d time.Duration) Option { return func(o *options) { o.writerWait = d } }

func (o options) check() error {
	if o.busyTimeout < 0 || o.writerWait <= 0 {
		return errors.New("times to wait must be positive: check BusyTimeout and WriterWait")
	}
	return nil
}

// synchronous is the value of the pragma of that name.
func synchronous(o options) string {
	if o.durable {
		return "FULL"
	}
	return "NORMAL"
}
