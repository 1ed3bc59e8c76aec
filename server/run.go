package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"
)

// How long the server waits for clients.
const (
	headerTimeout = 10 * time.Second // until the header of a request is there
	readTimeout   = 5 * time.Minute  // until its body is there
	idleTimeout   = 2 * time.Minute  // for the next request of a connection
	writeTimeout  = time.Minute      // for the client to take what was written
	maxHeader     = 64 << 10
)

var errClosed = errors.New("the server is closed")

// Listen takes the address of the configuration and returns it with the real port. Connections wait until [Server.Run].
// An address that is in use or not allowed is an error that says so.
func (s *Server) Listen(ctx context.Context) (net.Addr, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	if s.listener != nil {
		return s.listener.Addr(), nil
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.config.Listen)
	if err != nil {
		return nil, explainListen(s.config.Listen, err)
	}
	s.listener = l
	return l.Addr(), nil
}

func explainListen(addr string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("address %s is in use: stop the program that listens there or choose another address", addr)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("address %s is not allowed: choose a port above 1023 or run with the right to use it", addr)
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("address %s is not one of this machine: choose 127.0.0.1, or 0.0.0.0 for all", addr)
	}
	return fmt.Errorf("listen on %s: %w", addr, err)
}

// takeListener hands the listener over to who closes it; nil when there is none.
func (s *Server) takeListener() net.Listener {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.listener
	s.listener = nil
	return l
}

// stopListening gives the address up for good.
func (s *Server) stopListening() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	if l := s.takeListener(); l != nil {
		return l.Close()
	}
	return nil
}

// Run answers requests until ctx ends. Then no new ones are accepted and running ones may finish within [Config.Grace]; those that do
// not are cut, which is an error. It listens first unless [Server.Listen] has.
func (s *Server) Run(ctx context.Context) error {
	if _, err := s.Listen(ctx); err != nil {
		return err
	}
	l := s.takeListener()
	if l == nil {
		return errClosed
	}
	web := s.webServer()
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() { stopped <- s.shutdown(ctx, web) })
	err := web.Serve(l)
	if stop() { // ctx has not ended: the listener broke
		return fmt.Errorf("serve: %w", err)
	}
	return <-stopped
}

func (s *Server) webServer() *http.Server {
	return &http.Server{
		Handler:           withWriteDeadline(s.echo),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.errorLog().Handler(), slog.LevelDebug),
	}
}

func (s *Server) shutdown(ctx context.Context, web *http.Server) error {
	s.config.Log.Info("stopping: running requests may finish", "grace", s.config.Grace)
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.Grace)
	defer cancel()
	err := web.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("requests still ran %s after the server was told to stop: they were cut", s.config.Grace)
	}
	return errors.Join(err, web.Close())
}

// withWriteDeadline gives a client time for each piece of an answer. [http.Server.WriteTimeout] would cut long work and streams.
func withWriteDeadline(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d := &deadlineWriter{w, http.NewResponseController(w)}
		_ = d.controller.SetWriteDeadline(time.Time{}) // that of the connection's last answer
		h.ServeHTTP(d, r)
		d.extend()
	})
}

// deadlineWriter moves the connection's write deadline with every write.
type deadlineWriter struct {
	http.ResponseWriter
	controller *http.ResponseController
}

// Write implements [http.ResponseWriter].
func (d *deadlineWriter) Write(p []byte) (int, error) {
	d.extend()
	return d.ResponseWriter.Write(p)
}

// Unwrap gives [http.ResponseController] the way to what lies below.
func (d *deadlineWriter) Unwrap() http.ResponseWriter { return d.ResponseWriter }

func (d *deadlineWriter) extend() { _ = d.controller.SetWriteDeadline(time.Now().Add(writeTimeout)) }
