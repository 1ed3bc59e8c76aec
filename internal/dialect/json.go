package dialect

// JSONKind says as what a value inside a JSON document is read. Whatever is of another type is NULL then, so that
// it compares with nothing (O-126).
type JSONKind uint8

// The kinds.
const (
	JSONAny     JSONKind = iota // NULL for null and for what is missing, else not NULL
	JSONText                    // text
	JSONNumber                  // number
	JSONBool                    // boolean
	JSONInstant                 // text without the "Z" at its end, so that fractions of a second sort
	JSONRank                    // number that sorts by type: null, boolean, text, number, object, collection (O-150)
	JSONOrder                   // number that sorts booleans among themselves and numbers among themselves
	JSONSource                  // JSON text of the value; NULL for null. Not of an element itself
)

// JSON is the SQL of a place in a JSON document: a [Dialect] makes and reads it. It holds numbered placeholders, which
// may be repeated.
type JSON struct {
	doc     []byte
	path    []byte // SQLite: a placeholder; nil for the document itself
	element []byte // SQLite: the row of json_each that the place is the value of; nil else
}

// rankNumber is the rank of numbers in [JSONRank].
const rankNumber = 3

// documents is the part of [Dialect] for values inside JSON documents.
type documents interface {
	// Numbered appends the place of the n-th bound value in a form that may be repeated.
	Numbered(b []byte, n int) []byte
	// JSONColumn is the document in a column; bytes says that the column holds the JSON text as bytes.
	JSONColumn(col []byte, bytes bool) JSON
	// JSONElement is the element that the row of [Dialect.JSONElements] with that alias stands for.
	JSONElement(alias []byte) JSON
	// JSONAt is the place that the keys lead to. ph binds a value and appends its place in the form of Numbered.
	JSONAt(j JSON, keys []string, ph func([]byte, any) []byte) JSON
	// JSONExpr appends the value at a place.
	JSONExpr(b []byte, j JSON, kind JSONKind) []byte
	// JSONLength appends the number of elements if whole is a collection, else the value of member, which is its
	// property "length" (O-135).
	JSONLength(b []byte, whole, member JSON, kind JSONKind) []byte
	// JSONElements appends what stands in FROM for the elements of a collection, with its alias; no rows if it is none.
	JSONElements(b []byte, j JSON, alias []byte) []byte
	// JSONPresent appends the condition that the row of JSONElements is there, for outer joins.
	JSONPresent(b, alias []byte) []byte
}
