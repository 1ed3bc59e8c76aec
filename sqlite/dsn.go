package sqlite

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// checkPath refuses what is no path of a file, because SQLite would take it and
// do something else.
func checkPath(path string) error {
	switch {
	case path == "":
		return errors.New("no path: name the database file")
	case strings.HasPrefix(path, ":memory:"), strings.HasPrefix(path, "file::memory:"):
		return errors.New(":memory: gives every connection a database of its own: use a file, in tests in t.TempDir()")
	case strings.HasPrefix(path, "file:"):
		return errors.New("a URI instead of a path: name the file and use options")
	case strings.ContainsRune(path, 0):
		return errors.New("the path holds a NUL character")
	}
	return nil
}

// checkPlace tells what SQLite would only call "unable to open database file".
func checkPlace(path string, mustExist bool) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return errors.New("this is a directory: name a file in it")
	case err == nil:
		return nil
	case !errors.Is(err, os.ErrNotExist):
		return err
	}
	dir := filepath.Dir(path)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("there is no directory %s: create it first", dir)
	}
	if mustExist {
		return errors.New("there is no such file, and read-only opening creates none")
	}
	return nil
}

// uri returns the absolute path as SQLite's URI, in which ? and # and % are
// escaped, with the query of the engine.
func uri(path, query string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	slashed := filepath.ToSlash(abs)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // a drive letter of Windows
	}
	return "file://" + (&url.URL{Path: slashed}).EscapedPath() + "?" + query, nil
}
