package server

import (
	"errors"
	"log/slog"
	"path/filepath"
	"slices"

	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/privileges"
)

// rolesReport is the name of the error report, beside roles.json (S-299).
const rolesReport = "Roles_Errors.json"

// openStore opens the datastore with the permissions of the definitions or of [Config.RolesFile].
func openStore(db *gorm.DB, c Config) (*dataclasses.DataStore, error) {
	c.Definitions = c.definitions()
	if c.RolesFile == "" {
		return dataclasses.Open(db, c.Definitions...)
	}
	store, err := openWithRoles(db, c)
	mistakes, isRoles := errors.AsType[*privileges.FileError](err)
	if err == nil || isRoles {
		report(c, mistakes)
	}
	if err == nil {
		warn(c, store.Roles().Current())
	}
	if !isRoles || !c.RolesFailOpen {
		return store, err
	}
	c.Log.Error("ALL ACCESS PROTECTION IS OFF because of mistakes in the roles file", slog.Any("error", mistakes))
	return dataclasses.Open(db, withRoles(c.Definitions, mistakes.Open())...)
}

func openWithRoles(db *gorm.DB, c Config) (*dataclasses.DataStore, error) {
	roles, err := privileges.Load(c.RolesFile)
	if err != nil {
		return nil, err
	}
	return dataclasses.Open(db, withRoles(c.Definitions, roles)...)
}

// warn logs what is allowed in the file but probably not meant (S-305).
func warn(c Config, roles *privileges.Roles) {
	for _, w := range roles.Warnings() {
		c.Log.Warn("the roles file is probably not meant so", "file", c.RolesFile, "line", w.Line, "at", w.Path, "problem", w.Message)
	}
}

// withRoles adds permissions that replace earlier ones.
func withRoles(defs []dataclasses.Definition, roles *privileges.Roles) []dataclasses.Definition {
	return append(slices.Clone(defs), dataclasses.Permissions(roles))
}

// report writes or, when there are no mistakes, deletes the error report (S-299, S-300).
func report(c Config, mistakes *privileges.FileError) {
	var err error
	if mistakes != nil {
		err = mistakes
	}
	if err := privileges.WriteReport(filepath.Join(filepath.Dir(c.RolesFile), rolesReport), err); err != nil {
		c.Log.Warn("the report about the roles file is not up to date", "error", err)
	}
}
