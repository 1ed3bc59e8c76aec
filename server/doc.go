// Package server puts one application together: a database opened by its name, migrated and checked, the datastore on it,
// the sessions, and the REST protocol and web pages over HTTP, from start to graceful stop. Components plug into it ([Component]), and an
// administration web server looks after its sessions ([Admin]).
//
// It decides nothing about data or rights; it chooses drivers, limits and the order of things, so that a program need not.
//
//	app := invoices.New()
//	s, err := server.Open(ctx, server.Config{Database: "invoices.db", Definitions: app.Definitions(), Web: app.Web()})
//	if err != nil {
//		return err
//	}
//	defer s.Close()
//	return s.Run(ctx)
//
// What belongs to no web request runs in processes of the application: procedures ([NewProcedure]), started by [Proc.Execute] or a
// schedule, and [Hooks]. They share one session, [Server.Session].
package server
