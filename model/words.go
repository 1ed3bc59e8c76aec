package model

// WordsTable is the name of the table that keeps the words of a text with a keyword index, on databases without an index of that kind.
func (a *Attribute) WordsTable() string { return a.Class.Table + "_" + a.Column + "_words" }
