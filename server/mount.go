package server

import (
	"slices"

	"github.com/ordago/ordago/rest"
)

// mountREST puts the datastore on its paths. All of them share the entity sets, of which a session has one number. It returns the options
// that hold for every web server of the application.
func (s *Server) mountREST() ([]rest.Option, error) {
	opts := []rest.Option{
		rest.Logger(s.config.Log), rest.MaxBody(s.config.MaxBody), rest.Login(s.config.RESTAuthentication),
		rest.WithEntitySets(rest.NewMemoryEntitySets()),
	}
	opts = append(opts, s.config.REST...)
	if s.config.Web != nil {
		opts = append(opts, rest.CheckedElsewhere(pagesRoute))
	}
	s.echo = rest.New(opts...)
	rest.Mount(s.echo.Group("/rest"), s.store.Remote(), s.sessions, opts...)
	if s.config.Mobile == nil {
		return opts, nil
	}
	if err := s.keepSignIns(); err != nil {
		return nil, err
	}
	apps := slices.Concat(opts, []rest.Option{rest.CollectionSuffix("Collection"), rest.MobileApps(s.config.Mobile)})
	rest.Mount(s.echo.Group("/mobileapp"), s.store.Remote(), s.sessions, apps...)
	return opts, nil
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
