package triggers

import (
	"errors"
	"fmt"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// hookNames are the methods that GORM calls.
func hookNames() []string {
	return []string{
		"BeforeSave", "BeforeCreate", "BeforeUpdate", "BeforeDelete",
		"AfterSave", "AfterCreate", "AfterUpdate", "AfterDelete", "AfterFind",
	}
}

// HookError is a method that its author takes for a hook and GORM does not call, or not for every row.
type HookError struct {
	Type    string // name of the model
	Method  string
	Problem string
	Instead string // what to write instead
}

// Error says all of it.
func (e *HookError) Error() string {
	return fmt.Sprintf("%s.%s %s: write %s", e.Type, e.Method, e.Problem, e.Instead)
}

// Check looks for hooks of the model v, a struct or a pointer to one, that GORM would silently not call: a wrong signature, a name
// that only looks like a hook's, hooks that are hidden by embedding, and receivers that exclude each other.
// It returns all that it finds, joined; each is a [*HookError]. Methods that are not exported cannot be seen.
func Check(v any) error {
	t := reflect.TypeOf(v)
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t == nil || t.Kind() != reflect.Struct {
		return fmt.Errorf("check hooks: %T is no struct", v)
	}
	c := checker{model: t}
	c.signatures()
	c.lookalikes()
	c.receivers()
	c.embedded(t)
	return errors.Join(c.found...)
}

type checker struct {
	model reflect.Type
	found []error
}

func (c *checker) report(method, problem, instead string) {
	c.found = append(c.found, &HookError{Type: c.model.Name(), Method: method, Problem: problem, Instead: instead})
}

// declaration is the hook as it must be written.
func (c *checker) declaration(name string) string {
	return fmt.Sprintf("func (x *%s) %s(tx *gorm.DB) error", c.model.Name(), name)
}

// methods is the method set that GORM looks at.
func (c *checker) methods() reflect.Type { return reflect.PointerTo(c.model) }

func (c *checker) signatures() {
	zero := reflect.Zero(c.methods())
	for _, name := range hookNames() {
		m := zero.MethodByName(name)
		if m.IsValid() && m.Type() != reflect.TypeFor[func(*gorm.DB) error]() {
			c.report(name, "has the signature "+m.Type().String()+" and is not called", c.declaration(name))
		}
	}
}

func (c *checker) lookalikes() {
	for m := range c.methods().Methods() {
		if !hookish(m.Type) {
			continue
		}
		if meant := lookalike(m.Name); meant != "" {
			c.report(m.Name, "looks like a hook and is none", c.declaration(meant)+", or choose another name")
		}
	}
}

// hookish reports whether a method could be meant as a hook: it returns nothing or an error.
func hookish(method reflect.Type) bool {
	return method.NumOut() == 0 || method.NumOut() == 1 && method.Out(0) == reflect.TypeFor[error]()
}

// receivers finds hooks with a pointer receiver next to one with a value receiver. GORM calls both kinds at one moment on a copy first;
// when a value receiver answers, those with a pointer receiver are skipped.
func (c *checker) receivers() {
	for _, group := range [][]string{
		{"BeforeSave", "BeforeCreate", "BeforeUpdate"},
		{"AfterSave", "AfterCreate", "AfterUpdate"},
	} {
		var onPointer, onValue []string
		for _, name := range group {
			if _, ok := c.model.MethodByName(name); ok {
				onValue = append(onValue, name)
			} else if _, ok := c.methods().MethodByName(name); ok {
				onPointer = append(onPointer, name)
			}
		}
		for _, name := range onPointer {
			if len(onValue) > 0 {
				c.report(name, "is skipped because "+onValue[0]+" has a value receiver", c.declaration(onValue[0]))
			}
		}
	}
}

// embedded finds hooks of embedded structs that Go does not promote: two of one name, or a named field that only GORM embeds.
func (c *checker) embedded(t reflect.Type) {
	for f := range t.Fields() {
		_, byTag := schema.ParseTagSetting(f.Tag.Get("gorm"), ";")["EMBEDDED"]
		if !f.Anonymous && !byTag {
			continue
		}
		part := f.Type
		for part.Kind() == reflect.Pointer {
			part = part.Elem()
		}
		if part.Kind() == reflect.Struct {
			c.hidden(f.Name, part)
		}
	}
}

func (c *checker) hidden(field string, part reflect.Type) {
	for _, name := range hookNames() {
		_, has := reflect.PointerTo(part).MethodByName(name)
		_, promoted := c.methods().MethodByName(name)
		if has && !promoted {
			c.report(field+"."+name, "is not called: it is not promoted to the model", c.declaration(name)+" that calls it")
		}
	}
}
