package dataclasses

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
	for _, b := range bound {
		if b.fn.name == function {
			return true
		}
	}
	return false
}

// HasSingleton is false: there are no singletons.
func (rolesModel) HasSingleton(string) bool { return false }

// HasSingletonFunction is false: there are no singletons.
func (rolesModel) HasSingletonFunction(string, string) bool { return false }
