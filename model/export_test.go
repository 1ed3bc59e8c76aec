package model

// The tests compare the short way of canonicalJSON with the long one.
var (
	IsCanonical = isCanonical
	DecodeJSON  = decodeJSON
	EncodeJSON  = encodeJSON
)
