//go:build !unix

package server

import "context"

// watchSystemEvents does nothing: there is no job control here.
func (s *Server) watchSystemEvents(context.Context) {}
