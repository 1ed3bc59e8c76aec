package server

import "github.com/ordago/ordago/rest"

// mount puts the datastore on its paths. All of them share the entity sets, of which a session has one number.
func (s *Server) mount() error {
	opts := []rest.Option{
		rest.Logger(s.config.Log), rest.MaxBody(s.config.MaxBody), rest.Login(s.config.RESTAuthentication),
		rest.WithEntitySets(rest.NewMemoryEntitySets()),
	}
	opts = append(opts, s.config.REST...)
	s.echo = rest.New(opts...)
	rest.Mount(s.echo.Group("/rest"), s.store.Remote(), s.sessions, opts...)
	if s.config.Mobile == nil {
		return nil
	}
	if err := s.keepSignIns(); err != nil {
		return err
	}
	opts = append(opts, rest.CollectionSuffix("Collection"), rest.MobileApps(s.config.Mobile))
	rest.Mount(s.echo.Group("/mobileapp"), s.store.Remote(), s.sessions, opts...)
	return nil
}

// keepSignIns gives the mobile apps the store that belongs to the database.
func (s *Server) keepSignIns() error {
	if s.config.Mobile.Store != nil || s.source.dialect != dialectSQLite {
		return nil
	}
	files, err := rest.OpenMobileFiles(mobilePath(s.source.path))
	if err != nil {
		return err
	}
	s.config.Mobile.Store = files
	return nil
}
