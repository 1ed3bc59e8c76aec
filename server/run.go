package server

import (
	"context"
	"errors"
	"net"

	"github.com/ordago/ordago/rest"
)

var errClosed = errors.New("the server is closed")

// Listen takes the addresses of the configuration, also those of components and of the administration web server, and returns that of the
// application with the real port. Connections wait until [Server.Run]. An address that is in use or not allowed is an error that says so.
func (s *Server) Listen(ctx context.Context) (net.Addr, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
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
	err := s.closeFronts()
	s.mu.Unlock()
	if l := s.takeListener(); l != nil {
		return errors.Join(err, l.Close())
	}
	return err
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
	return s.serve(ctx, l)
}
