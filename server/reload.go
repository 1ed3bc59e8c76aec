package server

import (
	"errors"
	"fmt"
	"os"

	"github.com/ordago/ordago/privileges"
)

// ReloadRoles reads [Config.RolesFile] again and puts it in force for everybody at once, running requests included. Sessions keep the
// names of their privileges: what the new file does not declare is lost, and comes back when a later one declares it again.
//
// With a mistake in the file, and without a file, the permissions before stay in force, whatever [Config.RolesFailOpen] says; the error
// says what is wrong, and Roles_Errors.json is written and removed as at start (S-299, S-300, S-304). A change of forceLogin needs a
// restart (S-335): it is logged and has no effect.
func (s *Server) ReloadRoles() error {
	if s.config.RolesFile == "" {
		return errors.New("reload the permissions: there is no roles file, the application's own permissions stay in force")
	}
	roles, err := readRoles(s.config.RolesFile)
	if err == nil {
		err = s.store.SetRoles(roles)
	}
	mistakes, isRoles := errors.AsType[*privileges.FileError](err)
	if err == nil || isRoles {
		report(s.config, mistakes)
	}
	if err != nil {
		s.config.Log.Error("the permissions before stay in force: the roles file could not be read again",
			"file", s.config.RolesFile, "error", err)
		return fmt.Errorf("reload the permissions: %w", err)
	}
	warn(s.config, roles)
	if started := s.store.Roles().Current().ForceLogin(); roles.ForceLogin() != started {
		s.config.Log.Warn("forceLogin stays as it was at start: a change needs a restart", "file", s.config.RolesFile, "in force", started)
	}
	s.config.Log.Info("the permissions were read again", "file", s.config.RolesFile)
	return nil
}

// readRoles reads a file that must be there: at start a missing one means that everything is allowed (S-285), while the server runs it
// means that somebody is about to write it.
func readRoles(name string) (*privileges.Roles, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	roles, err := privileges.Parse(data)
	if mistakes, ok := errors.AsType[*privileges.FileError](err); ok {
		mistakes.File = name
	}
	return roles, err
}
