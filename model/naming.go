package model

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// maxNameLength is the longest name of a dataclass or attribute (O-014).
const maxNameLength = 255

// attributeName is the name that a Go field has as an attribute; see the package comment for the rule.
func attributeName(field string) string {
	r := []rune(field)
	n := 0
	for n < len(r) && unicode.IsUpper(r[n]) {
		n++
	}
	switch {
	case n < 2:
	case !slices.ContainsFunc(r, unicode.IsLower): // ID, URL
		return field
	case string(r[n:]) == "s": // IDs, URLs
	case n < len(r) && unicode.IsLower(r[n]): // URLPath: P belongs to the next word
		n--
	}
	return strings.ToLower(string(r[:n])) + string(r[n:])
}

// checkName tells what is wrong with the name of a dataclass or attribute (O-014).
func checkName(name string) error {
	if name == "" {
		return fmt.Errorf("the name is empty")
	}
	if len(name) > maxNameLength {
		return fmt.Errorf("the name has %d characters; write at most %d", len(name), maxNameLength)
	}
	for i, r := range name {
		if r == '_' || r == '$' || unicode.IsLetter(r) || i > 0 && unicode.IsDigit(r) {
			continue
		}
		return fmt.Errorf("%q is no name; begin with a letter, _ or $ and go on with letters, digits and _", name)
	}
	return nil
}

// checkAttributeName is checkName and the reserved names.
// A name that begins with two underscores belongs to the protocol; the two exceptions are those of change tracking.
func checkAttributeName(class, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	if strings.HasPrefix(name, "__") && name != "__GlobalStamp" && !strings.HasPrefix(class, "__") {
		return fmt.Errorf("the name %q is reserved: names with __ belong to the protocol; choose another with orda:\"name=…\"", name)
	}
	if entityFunction(name) {
		return fmt.Errorf("the name %q is reserved: it is a function of every entity; choose another with orda:\"name=…\"", name)
	}
	return nil
}

// checkClassName is checkName and the reserved names (O-015).
func checkClassName(name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	if strings.HasPrefix(name, "$") || strings.HasPrefix(name, "__") && name != "__DeletedRecords" {
		return fmt.Errorf("the name %q is reserved: names with $ or __ belong to the protocol; choose another with _ struct{} `orda:\"name=…\"`", name)
	}
	if builtInClass(name) {
		return fmt.Errorf("the name %q is reserved: it is a built-in class or function; choose another with _ struct{} `orda:\"name=…\"`", name)
	}
	return nil
}

// entityFunction reports whether every entity has a function of that name (spec/orda.md section 4).
func entityFunction(name string) bool {
	switch name {
	case "clone", "diff", "drop", "first", "fromObject", "getDataClass", "getKey", "getRemoteContextAttributes",
		"getSelection", "getStamp", "indexOf", "isNew", "last", "lock", "next", "previous", "reload", "save",
		"toObject", "touched", "touchedAttributes", "unlock":
		return true
	}
	return false
}

// builtInClass reports whether the name is taken beside the dataclasses of a datastore.
func builtInClass(name string) bool {
	switch name {
	case "DataClass", "DataStore", "DataStoreImplementation", "Entity", "EntitySelection", "Session",
		"cancelTransaction", "clearAllRemoteContexts", "encryptionStatus", "flushAndLock", "getAllRemoteContexts",
		"getGlobalStamp", "getInfo", "getRemoteContextInfo", "getRequestLog", "locked", "makeSelection",
		"provideDataKey", "setAdminProtection", "setGlobalStamp", "setRemoteContextInfo", "startRequestLog",
		"startTransaction", "stopRequestLog", "unlock", "validateTransaction":
		return true
	}
	return false
}

// LowerCamel returns the name a Go field has as an attribute or parameter: CustomerID becomes customerID, ID stays ID.
func LowerCamel(field string) string { return attributeName(field) }
