package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"
)

// defaultConfigFile is read from the current folder if it is there.
const defaultConfigFile = "ordago.yaml"

const environmentPrefix = "ORDAGO_"

// fileOption names the file; it cannot stand in it.
const fileOption = "config"

// layer is one source of options.
type layer struct {
	name     string // for messages
	provider koanf.Provider
	parser   koanf.Parser // nil where the provider needs none
}

// configure gives every option the value of the strongest source: command line, environment, file, default.
func (a *app) configure() error {
	environment, commandLine := a.environment(), a.commandLine()
	file, err := a.file(commandLine, environment)
	if err != nil {
		return err
	}
	merged, origin := koanf.New("."), map[string]string{}
	for _, l := range []layer{file, {"environment", environment, nil}, {"command line", commandLine, nil}} {
		one := koanf.New(".")
		if err := one.Load(l.provider, l.parser); err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
		if err := a.checkKeys(l.name, one.Keys()); err != nil {
			return err
		}
		for _, key := range one.Keys() {
			origin[key] = l.name
		}
		if err := merged.Merge(one); err != nil {
			return fmt.Errorf("%s: %w", l.name, err)
		}
	}
	return a.apply(merged, origin)
}

// apply sets the options that a source names.
func (a *app) apply(merged *koanf.Koanf, origin map[string]string) error {
	var errs []error
	for _, key := range merged.Keys() {
		text, err := plain(merged.Get(key))
		if err == nil {
			err = a.options.Lookup(key).Value.Set(text)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: option %s: %w", origin[key], key, err))
		}
	}
	return errors.Join(errs...)
}

// plain is a value as one would write it on the command line.
func plain(value any) (string, error) {
	switch value := value.(type) {
	case string, bool, int, int64, uint64, float64:
		return fmt.Sprint(value), nil
	case nil:
		return "", errors.New("has no value")
	}
	return "", errors.New("must be a single value")
}

func (a *app) checkKeys(origin string, keys []string) error {
	var errs []error
	for _, key := range keys {
		if !slices.Contains(a.names(), key) {
			errs = append(errs, fmt.Errorf("%s: unknown option %q; known are %s", origin, key, strings.Join(a.names(), ", ")))
		}
	}
	return errors.Join(errs...)
}

// names lists the options that every source can hold.
func (a *app) names() []string {
	var names []string
	a.options.VisitAll(func(f *pflag.Flag) {
		if f.Name != fileOption {
			names = append(names, f.Name)
		}
	})
	return names
}

// file is the configuration file, which the other sources name, the strongest first. One that is named must be there, the default one
// need not.
func (a *app) file(sources ...values) (layer, error) {
	named := ""
	for _, s := range sources {
		name, _ := s[fileOption].(string)
		named = cmp.Or(named, name)
		delete(s, fileOption)
	}
	name := cmp.Or(named, defaultConfigFile)
	data, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && named != "":
		return layer{}, fmt.Errorf("configuration file %s: there is no such file", name)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return layer{}, fmt.Errorf("configuration file: %w", err)
	}
	return layer{name, content(data), yaml.Parser()}, nil
}

// environment takes the options out of the environment. Other variables with our prefix are not ours to judge: container platforms and
// tests set some.
func (a *app) environment() values {
	found := values{}
	for _, entry := range a.env {
		name, value, _ := strings.Cut(entry, "=")
		key, ours := strings.CutPrefix(name, environmentPrefix)
		key = strings.ReplaceAll(strings.ToLower(key), "_", "-")
		if ours && a.options.Lookup(key) != nil {
			found[key] = value
		}
	}
	return found
}

// commandLine takes the flags that were given.
func (a *app) commandLine() values {
	found := values{}
	a.options.VisitAll(func(f *pflag.Flag) {
		if f.Changed {
			found[f.Name] = f.Value.String()
		}
	})
	return found
}

// values is a [koanf.Provider] of options that are known already.
type values map[string]any

// Read implements [koanf.Provider].
func (v values) Read() (map[string]any, error) { return maps.Clone(v), nil }

// ReadBytes implements [koanf.Provider].
func (v values) ReadBytes() ([]byte, error) { return nil, errors.ErrUnsupported }

// content is a [koanf.Provider] of a text that a parser reads.
type content []byte

// Read implements [koanf.Provider].
func (c content) Read() (map[string]any, error) { return nil, errors.ErrUnsupported }

// ReadBytes implements [koanf.Provider].
func (c content) ReadBytes() ([]byte, error) { return slices.Clone(c), nil }
