package model

import "fmt"

// String is the kind as the catalog writes it (O-020, R-045).
func (k Kind) String() string {
	switch k {
	case Storage:
		return "storage"
	case RelatedEntity:
		return "relatedEntity"
	case RelatedEntities:
		return "relatedEntities"
	case Calculated:
		return "calculated"
	case Alias:
		return "alias"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// String is the type as the catalog writes it.
func (t Type) String() string {
	switch t {
	case String:
		return "string"
	case UUID:
		return "uuid"
	case Bool:
		return "bool"
	case Byte:
		return "byte"
	case Word:
		return "word"
	case Long:
		return "long"
	case Long64:
		return "long64"
	case Number:
		return "number"
	case Date:
		return "date"
	case Duration:
		return "duration"
	case Object:
		return "object"
	case Image:
		return "image"
	case Blob:
		return "blob"
	}
	return fmt.Sprintf("Type(%d)", uint8(t))
}

// Conceptual is the type as an attribute object of the language states it (O-021):
// every number, durations included, is "number"; text and UUID are "string".
func (t Type) Conceptual() string {
	switch t {
	case UUID:
		return "string"
	case Byte, Word, Long, Long64, Number, Duration:
		return "number"
	}
	return t.String()
}

// Integer reports whether the canonical values are int64.
func (t Type) Integer() bool { return t >= Byte && t <= Long64 }

// Numeric reports whether the values are numbers (durations are not).
func (t Type) Numeric() bool { return t >= Byte && t <= Number }

// Text reports whether the canonical values are strings.
func (t Type) Text() bool { return t == String || t == UUID }

// Binary reports whether the canonical values are bytes.
func (t Type) Binary() bool { return t == Image || t == Blob }
