package dataclasses

import (
	"fmt"
	"strings"

	"github.com/ordago/ordago/model"
)

// maxAliasPath is how many steps an alias may have once those that are aliases are replaced.
const maxAliasPath = 16

// aliasBuilder resolves the aliases of all dataclasses, each when it is needed first.
type aliasBuilder struct {
	b        *builder
	pending  map[*model.Class]map[string]aliasSpec
	building map[*model.Class]map[string]bool // on the way to another alias
}

// addAliases adds the declared aliases in their order; what is wrong with one is a mistake of its declaration.
func (b *builder) addAliases(ds *DataStore) {
	all := aliasBuilder{b: b, pending: map[*model.Class]map[string]aliasSpec{}, building: map[*model.Class]map[string]bool{}}
	for _, c := range ds.classes {
		all.pending[c.model], all.building[c.model] = map[string]aliasSpec{}, map[string]bool{}
		for _, spec := range c.spec.aliases {
			if first, twice := all.pending[c.model][spec.name]; twice {
				b.mistake("%s: alias %s of %s is declared twice, first at %s", spec.position, spec.name, c.model.Name, first.position)
				continue
			}
			all.pending[c.model][spec.name] = spec
		}
	}
	for _, c := range ds.classes {
		for _, spec := range c.spec.aliases {
			if _, waiting := all.pending[c.model][spec.name]; waiting {
				_, _ = all.add(c.model, spec.name) // has told its mistake
			}
		}
	}
}

// add resolves a waiting alias and adds it to its class.
func (all *aliasBuilder) add(class *model.Class, name string) (*model.Attribute, error) {
	spec := all.pending[class][name]
	all.building[class][name] = true
	path, err := all.path(class, spec)
	delete(all.building[class], name)
	delete(all.pending[class], name)
	if err == nil {
		a := aliasOf(class, name, path)
		if err = class.Add(a); err == nil {
			return a, nil
		}
	}
	all.b.mistake("%s: alias %s of %s: %w", spec.position, name, class.Name, err)
	return nil, err
}

// path resolves the steps of an alias; those that are aliases are replaced by what they lead through.
func (all *aliasBuilder) path(class *model.Class, spec aliasSpec) ([]*model.Attribute, error) {
	var path []*model.Attribute
	at := class
	steps := strings.Split(spec.path, ".")
	for i, step := range steps {
		a, err := all.attribute(at, step)
		if err != nil {
			return nil, err
		}
		if a.Kind == model.Alias {
			path = append(path, a.Path...)
		} else {
			path = append(path, a)
		}
		if len(path) > maxAliasPath {
			return nil, fmt.Errorf("%s is too long: at most %d steps", spec.path, maxAliasPath)
		}
		last := path[len(path)-1]
		if i == len(steps)-1 {
			break
		}
		if at = last.Target; at == nil {
			return nil, fmt.Errorf("%s of %s is a %s attribute and can only be the last step: a path leads through relations", step, a.Class.Name, last.Kind)
		}
	}
	return path, oneValue(path)
}

// attribute is what a step names; an alias that waits is resolved first.
func (all *aliasBuilder) attribute(class *model.Class, name string) (*model.Attribute, error) {
	if all.building[class][name] {
		return nil, fmt.Errorf("it leads to itself by way of %s.%s", class.Name, name)
	}
	if _, waiting := all.pending[class][name]; waiting {
		return all.add(class, name)
	}
	if a := class.Attribute(name); a != nil {
		return a, nil
	}
	return nil, &AttributeError{Class: class.Name, Attribute: name}
}

// oneValue refuses a path that ends on a value and leads to several.
func oneValue(path []*model.Attribute) error {
	last := path[len(path)-1]
	if last.Kind == model.RelatedEntity || last.Kind == model.RelatedEntities {
		return nil
	}
	for _, step := range path {
		if step.Kind == model.RelatedEntities {
			return fmt.Errorf("it leads through the 1 to N relation %s.%s to several values of %s.%s: end it on a relation",
				step.Class.Name, step.Name, last.Class.Name, last.Name)
		}
	}
	return nil
}

// aliasOf is the attribute of a resolved alias (O-464, O-466).
func aliasOf(class *model.Class, name string, path []*model.Attribute) *model.Attribute {
	last := path[len(path)-1]
	a := &model.Attribute{Name: name, Kind: model.Alias, Type: last.Type, SimpleDate: last.SimpleDate, Nullable: true, ReadOnly: true, Path: path}
	for _, step := range path {
		a.Hidden = a.Hidden || step.Target != nil && step.Target.Hidden
	}
	switch {
	case last.Target != nil:
		relate(a, class)
	case len(path) == 1 && last.Kind == model.Storage:
		a.ReadOnly, a.Nullable, a.NotNull, a.MaxLength = last.Identifying, last.Nullable, last.NotNull, last.MaxLength
	}
	return a
}

// relate makes an alias that ends on a relation one itself. Of an alias that leads to one entity the key is an alias too: of the
// foreign key at the end of its path.
func relate(a *model.Attribute, class *model.Class) {
	last := a.Path[len(a.Path)-1]
	a.Target, a.Type, a.Behavior = last.Target, model.Object, model.RelatedEntity
	for _, step := range a.Path {
		if step.Kind == model.RelatedEntities {
			a.Behavior = model.RelatedEntities
			return
		}
	}
	key := append(append([]*model.Attribute{}, a.Path[:len(a.Path)-1]...), last.ForeignKey)
	a.LinkedKey = last.LinkedKey
	a.ForeignKey = last.ForeignKey
	if len(key) > 1 {
		a.ForeignKey = &model.Attribute{Class: class, Name: a.Name, Kind: model.Alias, Type: last.ForeignKey.Type, Nullable: true, ReadOnly: true, Hidden: true, Path: key}
	}
}
