package dataclasses

import "github.com/ordago/ordago/model"

// ownLink is the attribute of a relation's own class that the relation goes by.
func ownLink(a *model.Attribute) *model.Attribute {
	switch {
	case a.Kind == model.Alias && a.ToMany():
		return ownLink(a.Path[0])
	case a.ToMany():
		return a.LinkedKey
	}
	return a.ForeignKey
}

// targetLink is the attribute of the other side that the relation goes by.
func targetLink(a *model.Attribute) *model.Attribute {
	switch {
	case a.Kind == model.Alias && a.ToMany():
		return targetLink(a.Path[len(a.Path)-1])
	case a.ToMany():
		return a.ForeignKey
	}
	return a.LinkedKey
}
