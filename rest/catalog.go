package rest

import (
	"net/http"
	"strings"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
)

// catalog answers everything below $catalog (section 2), and calls of datastore functions.
func (c *call) catalog() error {
	if len(c.req.segments) > 1 {
		return notFound("Unknown resource")
	}
	if !c.reading() {
		return c.catalogCall()
	}
	if len(c.req.segments) == 0 {
		c.shortCatalog()
		return nil
	}
	names := c.req.segments[0].names
	switch {
	case len(names) == 1 && names[0] == "$all":
		c.fullCatalog(c.exposedClasses(), true)
		return nil
	case len(names) == 1:
		return c.catalogOne(names[0], c.req.segments[0].inline)
	}
	return c.catalogMany(names)
}

// catalogCall calls a function of the datastore. A name that is none gets the answer of an unknown attribute (S-334).
func (c *call) catalogCall() error {
	name := c.req.part(0)
	if c.r.Method != http.MethodPost || name == "" {
		return notApplicable("HTTP " + c.r.Method + " on $catalog")
	}
	fn := c.remote.Function(name)
	if fn == nil {
		return unknownMember("DataStore", name)
	}
	return c.storeFunction(fn, c.req.segments[0].inline)
}

// exposedClasses lists the dataclasses whose data can be reached.
func (c *call) exposedClasses() []*dataclasses.RemoteClass {
	var list []*dataclasses.RemoteClass
	for _, class := range c.remote.Classes() {
		if class.Exposed() {
			list = append(list, class)
		}
	}
	return list
}

func (c *call) exposedClass(name string) *dataclasses.RemoteClass {
	if class := c.remote.Class(name); class != nil && class.Exposed() {
		return class
	}
	return nil
}

func (c *call) shortCatalog() {
	w := &c.out
	w.raw(`{"dataClasses":[`)
	for i, class := range c.exposedClasses() {
		if i > 0 {
			w.raw(`,`)
		}
		name := pathEscape(class.Name())
		w.raw(`{"name":`)
		w.string(class.Name())
		w.raw(`,"uri":"` + w.base + `/$catalog/` + name + `","dataURI":"` + w.base + `/` + name + `"}`)
	}
	w.raw(`]`)
	c.singletons()
	w.raw(`}`)
}

// fullCatalog describes these classes, and if they are all there are, what is beside them.
func (c *call) fullCatalog(classes []*dataclasses.RemoteClass, all bool) {
	w := &c.out
	w.raw(`{"dataClasses":[`)
	for i, class := range classes {
		if i > 0 {
			w.raw(`,`)
		}
		w.raw(`{`)
		c.describe(class)
		w.raw(`}`)
	}
	w.raw(`]`)
	if all {
		c.singletons()
	}
	if c.metadata() && len(c.remote.Functions()) > 0 {
		w.raw(`,"methods":[`)
		for i, fn := range c.remote.Functions() {
			if i > 0 {
				w.raw(`,`)
			}
			c.method(fn, "dataStore", "DataStore")
		}
		w.raw(`]`)
	}
	w.raw(`}`)
}

// metadata reports whether signatures are asked for.
func (c *call) metadata() bool { return strings.EqualFold(c.req.params.text("metadata"), "full") }

// catalogOne answers one dataclass in both envelopes that clients expect. A GET may call a function of the datastore too.
func (c *call) catalogOne(name string, inline bool) error {
	class := c.exposedClass(name)
	if class == nil {
		if fn := c.remote.Function(name); fn != nil {
			return c.storeFunction(fn, inline)
		}
		return unknownClass(name)
	}
	w := &c.out
	w.raw(`{`)
	start := len(w.buf)
	c.describe(class)
	description := string(w.buf[start:])
	w.raw(`,"dataClasses":[{` + description + `}]}`)
	return nil
}

func (c *call) catalogMany(names []string) error {
	classes := make([]*dataclasses.RemoteClass, len(names))
	for i, name := range names {
		if classes[i] = c.exposedClass(name); classes[i] == nil {
			return unknownClass(name)
		}
	}
	c.fullCatalog(classes, false)
	return nil
}

// describe writes the members of a dataclass object, without the braces.
func (c *call) describe(class *dataclasses.RemoteClass) {
	w := &c.out
	w.raw(`"name":`)
	w.string(class.Name())
	w.raw(`,"className":`)
	w.string(class.Name())
	w.raw(`,"collectionName":`)
	w.string(class.Name() + w.suffix)
	w.raw(`,"tableNumber":`)
	w.int(int64(class.Number()))
	w.raw(`,"scope":"public","dataURI":"` + w.base + `/` + pathEscape(class.Name()) + `","attributes":[`)
	position := 0
	for i, a := range class.Attributes() {
		if i > 0 {
			w.raw(`,`)
		}
		if a.Kind == model.Storage {
			position++
		}
		w.attribute(class, a, position)
	}
	w.raw(`]`)
	c.methods(class)
	w.raw(`,"key":[`)
	for i, a := range class.Key() {
		if i > 0 {
			w.raw(`,`)
		}
		w.raw(`{"name":`)
		w.string(a.Name)
		w.raw(`}`)
	}
	w.raw(`]`)
}

// methods writes the functions of a dataclass, when it has any.
func (c *call) methods(class *dataclasses.RemoteClass) {
	if len(class.Functions()) == 0 {
		return
	}
	c.out.raw(`,"methods":[`)
	for i, fn := range class.Functions() {
		if i > 0 {
			c.out.raw(`,`)
		}
		switch fn.Scope() {
		case dataclasses.OfSelection:
			c.method(fn, "entityCollection", class.Name()+c.out.suffix)
		case dataclasses.OfEntity:
			c.method(fn, "entity", class.Name()+"Entity")
		default:
			c.method(fn, "dataClass", class.Name())
		}
	}
	c.out.raw(`]`)
}

// method writes one function.
func (c *call) method(fn *dataclasses.RemoteFunction, applyTo, from string) {
	w := &c.out
	w.raw(`{"name":`)
	w.string(fn.Name())
	w.raw(`,"applyTo":"` + applyTo + `","scope":"public","from":`)
	w.string(from)
	w.raw(`,"allowedOnHTTPGET":`)
	w.bool(fn.OnGet())
	w.raw(`,"exposed":true`)
	if c.metadata() {
		w.raw(`,"paramsText":`)
		w.string(paramsText(fn))
	}
	w.raw(`}`)
}

func paramsText(fn *dataclasses.RemoteFunction) string {
	params := fn.Params()
	list := make([]string, len(params))
	for i, p := range params {
		list[i] = p.Name + " : " + p.Type
	}
	text := "(" + strings.Join(list, ", ") + ")"
	if result := fn.Result(); result != "" {
		text += " : " + result
	}
	return text
}
