package dataclasses

import (
	"strings"

	"github.com/ordago/ordago/model"
)

// ClassInfo describes a dataclass (O-059).
type ClassInfo struct {
	Name        string `json:"name"`
	PrimaryKey  string `json:"primaryKey"` // attributes of a composite key are joined by commas
	TableNumber int    `json:"tableNumber"`
	Exposed     bool   `json:"exposed"` // remote callers can reach its data
}

// Info describes the dataclass.
func (c *DataClass[T]) Info() ClassInfo {
	m := c.core.model
	return ClassInfo{Name: m.Name, PrimaryKey: strings.Join(namesOf(m.Key), ","), TableNumber: m.Number, Exposed: c.core.exposed}
}

// Attribute describes an attribute of a dataclass (O-051). What an attribute does not have is the empty value of its type (O-052).
// It is a copy: changing it changes nothing.
type Attribute struct {
	Name        string `json:"name"`
	Kind        string `json:"kind"`        // storage, relatedEntity, relatedEntities, calculated, alias (O-020)
	Type        string `json:"type"`        // blob, bool, date, image, number, object, string, or Customer, or CustomerSelection (O-021)
	FieldType   int    `json:"fieldType"`   // 4D's number of the type (O-022)
	FieldNumber int    `json:"fieldNumber"` // position among the stored attributes, from 1; 0: not stored
	Exposed     bool   `json:"exposed"`     // remote callers can reach it
	ReadOnly    bool   `json:"readOnly"`

	AutoFilled     bool `json:"autoFilled"` // the key is generated when it is null
	Indexed        bool `json:"indexed"`
	KeywordIndexed bool `json:"keywordIndexed"` // always false: there are no keyword indexes
	Mandatory      bool `json:"mandatory"`      // null is refused
	Unique         bool `json:"unique"`

	InverseName      string `json:"inverseName,omitempty"`      // of a relation: the attribute of the other side that leads back
	RelatedDataClass string `json:"relatedDataClass,omitempty"` // of a relation
	Path             string `json:"path,omitempty"`             // of an alias
}

// Attributes returns all attributes of the dataclass in model order, hidden ones too (O-050).
func (c *DataClass[T]) Attributes() []Attribute {
	list := make([]Attribute, 0, len(c.core.model.Attributes))
	number := 0
	for _, a := range c.core.model.Attributes {
		if a.Kind == model.Storage {
			number++
		}
		list = append(list, c.core.attribute(a, number))
	}
	return list
}

// Attribute returns the attribute of that name; ok is false when there is none.
func (c *DataClass[T]) Attribute(name string) (a Attribute, ok bool) {
	for _, a := range c.Attributes() {
		if a.Name == name {
			return a, true
		}
	}
	return Attribute{}, false
}

func (c *class) attribute(a *model.Attribute, number int) Attribute {
	out := Attribute{
		Name:      a.Name,
		Kind:      a.Kind.String(),
		Type:      a.Type.Conceptual(),
		FieldType: fieldType(a),
		Exposed:   c.exposed && c.isVisible(a),
		ReadOnly:  a.ReadOnly,
	}
	if a.Kind == model.Storage {
		out.FieldNumber = number
	}
	if a.Kind == model.Alias {
		out.Path = strings.Join(namesOf(a.Path), ".")
	}
	if a.Target != nil {
		out.Type, out.RelatedDataClass = a.Target.Name, a.Target.Name
		if a.Kind == model.RelatedEntities {
			out.Type += "Selection"
		}
		if a.Inverse != nil {
			out.InverseName = a.Inverse.Name
		}
		return out
	}
	out.AutoFilled = a.AutoSequence || a.AutoGenerate
	out.Indexed = a.Indexed || a.Identifying
	out.Mandatory = a.NotNull
	out.Unique = a.Unique || a.Identifying && len(c.model.Key) == 1
	return out
}

// 4D's numbers of types.
const (
	isAlpha      = 0
	isReal       = 1
	isText       = 2
	isPicture    = 3
	isDate       = 4
	isBoolean    = 6
	isInteger    = 8
	isLongint    = 9
	isTime       = 11
	isInteger64  = 25
	isBlob       = 30
	isObject     = 38
	isCollection = 42
)

func fieldType(a *model.Attribute) int {
	switch {
	case a.Kind == model.RelatedEntity:
		return isObject
	case a.Kind == model.RelatedEntities:
		return isCollection
	case a.Type == model.String && a.MaxLength == 0:
		return isText
	}
	return [...]int{
		model.String: isAlpha, model.UUID: isAlpha, model.Bool: isBoolean, model.Byte: isInteger, model.Word: isInteger,
		model.Long: isLongint, model.Long64: isInteger64, model.Number: isReal, model.Date: isDate, model.Duration: isTime,
		model.Object: isObject, model.Image: isPicture, model.Blob: isBlob,
	}[a.Type]
}

func namesOf(attributes []*model.Attribute) []string {
	names := make([]string, len(attributes))
	for i, a := range attributes {
		names[i] = a.Name
	}
	return names
}
