//go:build !unix

package main

import "github.com/ordago/ordago/server"

// reloadOnHangup does nothing: there is no such signal.
func (*app) reloadOnHangup(*server.Server) (stop func()) { return func() {} }
