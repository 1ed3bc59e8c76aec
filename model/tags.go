package model

import (
	"fmt"
	"strings"
)

// tag is a parsed orda tag.
type tag struct {
	name   string
	hidden bool
	typ    string // name of a Type; "" when not stated
	words  bool   // keyword index
}

// parseTag reads an orda tag: parts divided by commas, each `-`, `name=…`, `type=…` or `keywords`.
func parseTag(text string) (tag, error) {
	var t tag
	if text == "" {
		return t, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		key, value, found := strings.Cut(part, "=")
		switch {
		case part == "-":
			t.hidden = true
		case part == "keywords":
			t.words = true
		case key == "name" && found && value != "":
			t.name = value
		case key == "type" && found && value != "":
			t.typ = value
		default:
			return tag{}, fmt.Errorf("unknown part %q in the orda tag; write name=…, type=…, keywords or -", part)
		}
	}
	return t, nil
}

// typeNamed returns the type with that wire name; float is the other name of number.
func typeNamed(name string) (Type, error) {
	if name == "float" {
		return Number, nil
	}
	for t := String; t <= Blob; t++ {
		if t.String() == name {
			return t, nil
		}
	}
	return 0, fmt.Errorf("unknown type %q in the orda tag; write one of %s", name, typeNames())
}

// typeNames lists the names of all types for messages.
func typeNames() string {
	var names []string
	for t := String; t <= Blob; t++ {
		names = append(names, t.String())
	}
	return strings.Join(names, ", ")
}
