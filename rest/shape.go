package rest

import (
	"encoding/json"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
)

// shape is a projection prepared for writing: member names quoted, kinds decided, once for all rows of an answer.
type shape struct {
	class   *dataclasses.RemoteClass
	uuidKey bool
	fields  []shapeField
}

// shapeField is one member of an entity.
type shapeField struct {
	dataclasses.Field
	member  string // `"title":`
	kind    fieldKind
	nested  *shape
	uuidKey bool // the related entity's key is a UUID
}

// fieldKind says how a member is written.
type fieldKind uint8

const (
	scalarField fieldKind = iota
	imageField
	blobField
	partialObject // some paths of an object
	deferredOne
	deferredMany
	nestedOne
	nestedMany
)

// shapeOf returns the projection prepared for writing. Projections are kept by the data layer, their shapes with them.
func shapeOf(p *dataclasses.Projection) *shape {
	return p.Prepare(func() any { return newShape(p) }).(*shape)
}

func newShape(p *dataclasses.Projection) *shape {
	s := &shape{class: p.Class, uuidKey: hasUUIDKey(p.Class.Key()), fields: make([]shapeField, len(p.Fields))}
	for i, f := range p.Fields {
		s.fields[i] = newShapeField(f)
	}
	return s
}

func newShapeField(f dataclasses.Field) shapeField {
	sf := shapeField{Field: f, member: string(appendString(nil, f.Attribute.Name)) + ":", kind: kindOfField(f)}
	if f.Nested != nil {
		sf.nested = shapeOf(f.Nested)
	}
	if f.Attribute.Target != nil {
		sf.uuidKey = hasUUIDKey(f.Attribute.Target.Key)
	}
	return sf
}

func kindOfField(f dataclasses.Field) fieldKind {
	a := f.Attribute
	switch {
	case a.ToOne() && f.Nested != nil:
		return nestedOne
	case a.ToOne():
		return deferredOne
	case a.ToMany() && f.Nested != nil:
		return nestedMany
	case a.ToMany():
		return deferredMany
	case a.Type == model.Image:
		return imageField
	case a.Type == model.Blob:
		return blobField
	case len(f.SubPaths) > 0:
		return partialObject
	}
	return scalarField
}

func hasUUIDKey(key []*model.Attribute) bool { return len(key) == 1 && isNativeUUID(key[0]) }

// subset returns the parts of a JSON object that the paths name, with their nesting. An array gives the subset of each element;
// what is not there is left out.
func (w *writer) subset(data json.RawMessage, paths [][]string) {
	var object map[string]json.RawMessage
	if json.Unmarshal(data, &object) == nil && object != nil {
		w.subsetOfObject(object, paths)
		return
	}
	var list []json.RawMessage
	if json.Unmarshal(data, &list) != nil || list == nil {
		w.null()
		return
	}
	w.raw(`[`)
	for i, element := range list {
		if i > 0 {
			w.raw(`,`)
		}
		w.subset(element, paths)
	}
	w.raw(`]`)
}

func (w *writer) subsetOfObject(object map[string]json.RawMessage, paths [][]string) {
	w.raw(`{`)
	done := map[string]bool{}
	for _, path := range paths {
		name := path[0]
		value, ok := object[name]
		if !ok || done[name] {
			continue
		}
		if len(done) > 0 {
			w.raw(`,`)
		}
		done[name] = true
		w.string(name)
		w.raw(`:`)
		if deeper := tails(paths, name); len(deeper) > 0 {
			w.subset(value, deeper)
			continue
		}
		w.object(value)
	}
	w.raw(`}`)
}

// tails returns what follows name in the paths that begin with it; nil when one of them ends there and so asks for all.
func tails(paths [][]string, name string) [][]string {
	var rest [][]string
	for _, p := range paths {
		if p[0] != name {
			continue
		}
		if len(p) == 1 {
			return nil
		}
		rest = append(rest, p[1:])
	}
	return rest
}
