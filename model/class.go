package model

import (
	"fmt"

	"gorm.io/gorm/schema"
)

// Class is what a GORM struct means as a dataclass. It is built by [Describe], linked by [Link] and does not change afterwards.
type Class struct {
	Name       string // dataclass name: the Go type's name or orda:"name=…"
	Table      string // table in the database, GORM's business
	Position   string // file:line of the declaration, for messages
	Number     int    // table number in the catalog, from 1
	Attributes []*Attribute
	Key        []*Attribute // primary key, in order; one in 4D, several are accepted

	// Stamp, Created and Modified come with model.Record and are never attributes of the wire; nil without it.
	Stamp    *Attribute
	Created  *Attribute
	Modified *Attribute

	Hooks  Hooks          // GORM hooks that the struct has
	Schema *schema.Schema // GORM's description of the same struct

	// Hidden says that the dataclass does not exist for remote callers: `_ struct{} "orda:\"-\""` (O-017).
	Hidden bool

	byName map[string]*Attribute
	fields []*Attribute // all that have a Go field: Attributes and those of Record
}

// NewClass returns a class without a Go struct: the description of a dataclass that lives elsewhere, filled by [Class.Add].
// It has no Schema; New, Clone and the access to fields do not work on it.
func NewClass(name, position string) (*Class, error) {
	if err := checkClassName(name); err != nil {
		return nil, fmt.Errorf("%s: %w", position, err)
	}
	return newClass(name, position), nil
}

func newClass(name, position string) *Class {
	return &Class{Name: name, Position: position, byName: map[string]*Attribute{}}
}

// Add adds an attribute that no Go field stands for: calculated or alias, and any kind to a class made by [NewClass].
// A name that is reserved or taken is an error.
func (c *Class) Add(a *Attribute) error {
	if c.Schema != nil && a.Kind != Calculated && a.Kind != Alias {
		return fmt.Errorf("%s: %s.%s: a %s attribute is a field of the struct; declare it there", c.Position, c.Name, a.Name, a.Kind)
	}
	if err := c.add(a); err != nil {
		return fmt.Errorf("%s: %s.%s: %w", c.Position, c.Name, a.Name, err)
	}
	return nil
}

func (c *Class) add(a *Attribute) error {
	if err := checkAttributeName(c.Name, a.Name); err != nil {
		return err
	}
	if other := c.byName[a.Name]; other != nil {
		return fmt.Errorf("the name %q is taken by %s; choose another with orda:\"name=…\"", a.Name, other.origin())
	}
	a.Class = c
	c.byName[a.Name] = a
	c.Attributes = append(c.Attributes, a)
	return nil
}

// origin says where an attribute comes from, for messages.
func (a *Attribute) origin() string {
	if a.Field != "" {
		return "the field " + a.Field
	}
	return "a " + a.Kind.String() + " attribute"
}

// Attribute returns the attribute of that name (case-sensitive, O-014), or nil.
func (c *Class) Attribute(name string) *Attribute { return c.byName[name] }

// byColumn returns the storage attribute of that column, or nil.
func (c *Class) byColumn(column string) *Attribute {
	for _, a := range c.Attributes {
		if a.Kind == Storage && a.Column == column {
			return a
		}
	}
	return nil
}

// Hooks says which GORM hooks a struct has.
type Hooks struct {
	BeforeSave, AfterSave, BeforeCreate, AfterCreate, BeforeUpdate, AfterUpdate, BeforeDelete, AfterDelete, AfterFind bool
}

// Triggers reports whether a hook runs when a row is written.
func (h Hooks) Triggers() bool {
	return h.BeforeSave || h.AfterSave || h.BeforeCreate || h.AfterCreate ||
		h.BeforeUpdate || h.AfterUpdate || h.BeforeDelete || h.AfterDelete
}

// Attribute is one attribute of a dataclass.
type Attribute struct {
	Class  *Class
	Name   string
	Field  string // Go field; "" for calculated and alias
	Column string // column; "" unless Kind is Storage
	Kind   Kind
	Type   Type // storage, calculated, alias: the value's type; relations: see Target

	SimpleDate   bool // Type is Date and has no time part
	Identifying  bool // part of the primary key
	AutoSequence bool // number filled by the database
	AutoGenerate bool // UUID filled by the data layer when null
	Unique       bool
	Indexed      bool
	Keywords     bool // orda:"keywords": an index of the text's words serves the operator %
	NotNull      bool // the column refuses null
	Nullable     bool // the Go field can hold null
	Hidden       bool // orda:"-": does not exist for remote callers
	ReadOnly     bool // calculated without setter, alias
	MaxLength    int  // of text; 0: none stated
	Vector       bool // Type is Object and the value a [Vector]

	// Relations (relatedEntity, relatedEntities), set by Link.
	Target     *Class     // class of the other side
	ForeignKey *Attribute // storage attribute that stores the key: of this class for relatedEntity, of Target for relatedEntities
	LinkedKey  *Attribute // storage attribute that ForeignKey points to, normally the primary key: of Target for relatedEntity, of this class for relatedEntities
	Inverse    *Attribute // attribute of the other side, or nil
	// OnDelete is what becomes of the entities of the N side when the one they belong to is dropped (O-047), from
	// gorm:"constraint:OnDelete:…" on either side: "" or NO ACTION (the database refuses), CASCADE, SET NULL, SET DEFAULT, RESTRICT;
	// "-": the database has no constraint.
	OnDelete string

	// Alias.
	Path []*Attribute // what an alias leads through, the target last; set by the data layer
	// Behavior of an alias or calculated attribute is RelatedEntity or RelatedEntities when its value is an entity or a selection
	// of Target, else Storage.
	Behavior Kind

	field    *schema.Field        // nil for calculated and alias
	relation *schema.Relationship // nil but for relations
	plan     access               // how to read and write the Go field, see access.go
}

// ToOne reports whether the value is an entity of Target.
func (a *Attribute) ToOne() bool { return a.Kind == RelatedEntity || a.Behavior == RelatedEntity }

// ToMany reports whether the value is a selection of Target.
func (a *Attribute) ToMany() bool { return a.Kind == RelatedEntities || a.Behavior == RelatedEntities }

// StoredAsBytes reports whether the column holds bytes, whatever the attribute's type: JSON text in a []byte, for example.
func (a *Attribute) StoredAsBytes() bool { return a.field != nil && a.field.DataType == schema.Bytes }

// Kind is one of ORDA's five kinds of attribute (O-020).
type Kind uint8

// The kinds.
const (
	Storage Kind = iota
	RelatedEntity
	RelatedEntities
	Calculated
	Alias
)

// Type is the type of a value as the catalog names it.
type Type uint8

// The types.
const (
	String   Type = iota // string
	UUID                 // uuid
	Bool                 // bool
	Byte                 // byte: 8-bit integer
	Word                 // word: 16-bit integer
	Long                 // long: 32-bit integer
	Long64               // long64: 64-bit integer
	Number               // number: float64
	Date                 // date
	Duration             // duration, milliseconds on the wire
	Object               // object: any JSON
	Image                // image
	Blob                 // blob
)

// The canonical values: what Attribute.Canonical returns for each type.
//
//	String, UUID           string (UUID: as stored; the wire form is the protocol's business)
//	Bool                   bool
//	Byte … Long64          int64 (uint64 above MaxInt64)
//	Number                 float64
//	Date, SimpleDate       model.Day
//	Date                   time.Time in UTC
//	Duration               time.Duration
//	Object                 json.RawMessage, valid and compact
//	Image, Blob            []byte, not empty
//	null                   nil
