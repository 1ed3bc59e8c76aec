package dataclasses

import "slices"

// rolesModel lets roles.json be checked against what exists.
type rolesModel struct{ ds *DataStore }

func (m rolesModel) HasClass(name string) bool { return m.ds.byName[name] != nil }

func (m rolesModel) HasAttribute(class, attribute string) bool {
	c := m.ds.byName[class]
	return c != nil && c.model.Attribute(attribute) != nil
}

func (m rolesModel) HasFunction(class, function string) bool {
	bound := m.ds.own
	if class != "ds" {
		c := m.ds.byName[class]
		if c == nil {
			return false
		}
		bound = c.functions
	}
	return hasFunction(bound, function)
}

func (m rolesModel) HasSingleton(name string) bool { return m.ds.singletonNamed(name) != nil }

func (m rolesModel) HasSingletonFunction(singleton, function string) bool {
	s := m.ds.singletonNamed(singleton)
	return s != nil && hasFunction(s.functions, function)
}

func hasFunction(list []*boundFunction, name string) bool {
	return slices.ContainsFunc(list, func(b *boundFunction) bool { return b.fn.name == name })
}
