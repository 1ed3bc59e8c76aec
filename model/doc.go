// Package model says what a GORM struct means as a dataclass: its name, attributes, kinds, types, primary key, relations and stamp
// (spec/orda.md section 1). It reads no database and knows no permission, no query and no protocol.
//
//	type Book struct {
//		ID       uint
//		Title    string `gorm:"size:200;index"`
//		Released model.Day
//		AuthorID *uint
//		Author   *Author // a relatedEntity
//		model.Record     // stamp and timestamps
//	}
//
//	book, err := model.Describe(Book{}, schema.NamingStrategy{}, "books.go:12")
//	author, err := model.Describe(Author{}, schema.NamingStrategy{}, "books.go:20")
//	err = model.Link([]*model.Class{author, book})
//
// # Names
//
// A dataclass is called like its Go type; a blank field overrides it: `_ struct{} "orda:\"name=Livre\""`.
// An attribute is called like its field with the first letter in lower case. A leading run of capitals is one word:
//
//	Name → name, CustomerID → customerID, URLPath → urlPath, IDs → ids
//	ID → ID, URL → URL (two capitals or more and nothing else stay)
//
// # Tags
//
//	orda:"name=title"  the attribute's name
//	orda:"-"           does not exist for remote callers
//	orda:"type=uuid"   the type where the Go type does not tell it: uuid, image, object, number …
//
// # Null
//
// Pointers, sql.Null types, [Day], []byte, maps and slices can hold null. Any other field shows the blank value of its type
// where the column holds null, as it does after GORM has read the row. The zero time.Time is the null date,
// and bytes of length 0 are the null blob.
package model
