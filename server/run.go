package server

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/ordago/ordago/rest"
)

var errClosed = errors.New("the server is closed")

// Listen takes the addresses of the configuration, also those of components and of the administration web server, and returns that of the
// application with the real port. Connections wait until [Server.Run]. An address that is in use or not allowed is an error that says so.
func (s *Server) Listen(ctx context.Context) (net.Addr, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.ran {
		return nil, errClosed
	}
	if s.listener != nil {
		return s.listener.Addr(), nil
	}
	l, err := rest.Listen(ctx, s.config.Listen)
	if err != nil {
		return nil, err
	}
	if err := s.listenFronts(ctx); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	s.listener = l
	return l.Addr(), nil
}

// begin hands the listener to the one Run of this server; nil when there was one, or when the server is closed.
func (s *Server) begin() net.Listener {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ran || s.listener == nil {
		return nil
	}
	l := s.listener
	s.ran, s.listener = true, nil
	return l
}

// stopListening gives the address up for good.
func (s *Server) stopListening() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	err := s.closeFronts()
	if s.listener == nil {
		return err
	}
	err = errors.Join(err, s.listener.Close())
	s.listener = nil
	return err
}

// abortTime is how long processes may take to end once they were told to.
func (s *Server) abortTime() time.Duration { return min(maxAbortTime, s.config.Grace) }

const maxAbortTime = 2 * time.Second

// Run answers requests until ctx ends, once in the life of a server. It listens first unless [Server.Listen] has. Then:
//
//   - [Hooks] ServerStartup runs, while connections wait; the schedule and requests begin when it has returned without an error.
//   - When ctx ends, no new requests are accepted and running ones may finish within [Config.Grace]; those that do not are cut, which
//     is an error.
//   - The schedule stops, [Hooks] ServerShutdown runs, and processes that still run are aborted, one by one: their contexts end, and
//     those that have not returned two seconds later are abandoned, with a line in the log.
func (s *Server) Run(ctx context.Context) error {
	if _, err := s.Listen(ctx); err != nil {
		return err
	}
	l := s.begin()
	if l == nil {
		return errClosed
	}
	_ = s.Session() // there is one while a server runs, used or not (S-009)
	defer s.processes.stop(s.abortTime(), s.config.Log)
	watched, stopWatching := context.WithCancel(ctx)
	defer stopWatching()
	s.watchSystemEvents(watched)
	if err := s.startUp(ctx); err != nil {
		return errors.Join(err, l.Close())
	}
	stopSchedule, err := s.startSchedule()
	if err != nil {
		return errors.Join(err, l.Close())
	}
	err = s.serve(s.webContext(ctx), l)
	stopSchedule()
	s.shutDown(ctx)
	return err
}
