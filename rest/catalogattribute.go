package rest

import (
	"strings"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
)

// attribute writes the description of an attribute. position counts the storage attributes.
func (w *writer) attribute(class *dataclasses.RemoteClass, a *model.Attribute, position int) {
	w.raw(`{"name":`)
	w.string(a.Name)
	w.raw(`,"kind":"` + a.Kind.String() + `"`)
	if a.Kind == model.Storage {
		w.raw(`,"fieldPos":`)
		w.int(int64(position))
	}
	w.raw(`,"scope":"public"`)
	w.flag("indexed", a.Indexed && a.Kind == model.Storage)
	w.text("type", w.typeOf(a))
	switch a.Kind {
	case model.RelatedEntity:
		w.relatedEntity(class, a)
	case model.RelatedEntities:
		w.relatedEntities(a)
	default:
		w.valueFlags(a)
	}
	w.raw(`}`)
}

// typeOf names the type; a 1 to N relation is named like the target's collectionName, by which clients find it.
func (w *writer) typeOf(a *model.Attribute) string {
	switch {
	case a.ToOne():
		return a.Target.Name
	case a.ToMany():
		return a.Target.Name + w.suffix
	}
	return a.Type.String()
}

func (w *writer) valueFlags(a *model.Attribute) {
	w.flag("identifying", a.Identifying)
	w.flag("unique", a.Unique && !a.Identifying)
	w.flag("autosequence", a.AutoSequence)
	w.flag("autogenerate", a.AutoGenerate)
	w.flag("not_null", a.NotNull && !a.Identifying)
	w.flag("simpleDate", a.Type == model.Date && a.SimpleDate)
	if a.Kind == model.Alias && a.Path[0].Target != nil { // O-466: an alias of the same dataclass shows its target's properties only
		w.text("path", aliasPath(a))
	}
	if a.Behavior != model.Storage {
		w.text("behavior", a.Behavior.String())
	}
	w.flag("readOnly", a.ReadOnly)
	if a.Vector {
		w.text("classID", "4D.Vector") // the name that clients know
	}
	if a.MaxLength > 0 {
		w.raw(`,"maxLength":`)
		w.int(int64(a.MaxLength))
	}
}

func (w *writer) relatedEntity(class *dataclasses.RemoteClass, a *model.Attribute) {
	w.text("path", a.Target.Name)
	if a.ForeignKey != nil && class.Attribute(a.ForeignKey.Name) != nil {
		w.text("foreignKey", a.ForeignKey.Name)
	}
	w.inverse(a)
}

func (w *writer) relatedEntities(a *model.Attribute) {
	if a.Inverse != nil && !a.Inverse.Hidden {
		w.flag("reversePath", true)
		w.text("path", a.Inverse.Name)
	}
	w.inverse(a)
}

func (w *writer) inverse(a *model.Attribute) {
	if a.Inverse != nil && !a.Inverse.Hidden {
		w.text("inverseName", a.Inverse.Name)
	}
}

// flag writes a member that is present only when it is true.
func (w *writer) flag(name string, set bool) {
	if set {
		w.raw(`,"` + name + `":true`)
	}
}

func (w *writer) text(name, value string) {
	w.raw(`,"` + name + `":`)
	w.string(value)
}

func aliasPath(a *model.Attribute) string {
	names := make([]string, len(a.Path))
	for i, step := range a.Path {
		names[i] = step.Name
	}
	return strings.Join(names, ".")
}
