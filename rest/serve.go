package rest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/ordago/ordago/session"
)

// How long the server waits for clients.
const (
	headerTimeout = 10 * time.Second // until the header of a request is there
	readTimeout   = 5 * time.Minute  // until its body is there
	idleTimeout   = 2 * time.Minute  // for the next request of a connection
	writeTimeout  = time.Minute      // for the client to take what was written
	writePart     = 256 << 10        // bytes that it must take in that time
	maxHeader     = 64 << 10
)

// DefaultGrace is how long running requests may take when a server stops.
const DefaultGrace = 15 * time.Second

// Serve answers requests at addr ("127.0.0.1:8080", ":8080") until ctx ends, then lets running requests finish, at most 15 seconds.
// It returns nil after such an end; an address that is in use or not allowed is an error that says so.
func Serve(ctx context.Context, e *echo.Echo, addr string) error {
	l, err := Listen(ctx, addr)
	if err != nil {
		return err
	}
	return ServeListener(ctx, e, l, DefaultGrace, slog.Default())
}

// Listen takes a TCP address; connections wait until [ServeListener]. Port 0 takes a free one. An address that is in use or not allowed
// is an error that says so.
func Listen(ctx context.Context, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("address %s is in use: stop the program that listens there or choose another address", addr)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("address %s is not allowed: choose a port above 1023 or run with the right to use it", addr)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, fmt.Errorf("address %s is not one of this machine: choose 127.0.0.1, or 0.0.0.0 for all", addr)
	}
	return nil, fmt.Errorf("listen on %s: %w", addr, err)
}

// ServeListener answers requests on l, which it closes, with limits on headers and on the time clients take. When ctx ends, no new
// requests are accepted and running ones may finish within grace; those that do not are cut, which is an error. The contexts of requests
// have the values of ctx but not its session: until one is bound they are [session.Anonymous].
// What net/http says about broken connections goes to log at debug level.
func ServeListener(ctx context.Context, h http.Handler, l net.Listener, grace time.Duration, log *slog.Logger) error {
	base := session.Anonymous(context.WithoutCancel(ctx))
	server := &http.Server{
		Handler:           withWriteDeadline(h),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		BaseContext:       func(net.Listener) context.Context { return base },
		ErrorLog:          slog.NewLogLogger(log.With("from", "net/http").Handler(), slog.LevelDebug),
	}
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		log.Info("stopping: running requests may finish", "grace", grace)
		stopped <- shutdown(ctx, server, grace)
	})
	err := server.Serve(l)
	if stop() { // ctx has not ended: the listener failed
		return fmt.Errorf("serve: %w", err)
	}
	return <-stopped
}

func shutdown(ctx context.Context, server *http.Server, grace time.Duration) error {
	waiting, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := server.Shutdown(waiting)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("requests still ran %s after the server was told to stop: they were cut", grace)
	}
	return errors.Join(err, server.Close())
}

// withWriteDeadline gives the client a time to take each piece of an answer. A deadline for the whole answer ([http.Server.WriteTimeout])
// would cut long work and streams.
func withWriteDeadline(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d := &deadlineWriter{ResponseWriter: w, rc: http.NewResponseController(w)}
		_ = d.rc.SetWriteDeadline(time.Time{}) // that of the connection's last answer; not every writer has deadlines
		h.ServeHTTP(d, r)
		d.extend()
	})
}

// deadlineWriter moves the connection's write deadline with every write.
type deadlineWriter struct {
	http.ResponseWriter
	rc *http.ResponseController
}

// Write implements [http.ResponseWriter]. A long answer goes out in parts, so that a slow client that does read is not cut off.
func (d *deadlineWriter) Write(p []byte) (int, error) {
	written := 0
	for {
		part := p[written:min(len(p), written+writePart)]
		d.extend()
		n, err := d.ResponseWriter.Write(part)
		written += n
		if err != nil || written >= len(p) {
			return written, err
		}
	}
}

// Unwrap gives [http.ResponseController] the way to what lies below.
func (d *deadlineWriter) Unwrap() http.ResponseWriter { return d.ResponseWriter }

func (d *deadlineWriter) extend() { _ = d.rc.SetWriteDeadline(time.Now().Add(writeTimeout)) }
