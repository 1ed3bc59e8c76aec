package model

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm/schema"
)

// Link finds the other side of every relation among the classes, pairs the two attributes of each relation (O-040),
// and numbers the classes from 1 in their order. It is called once, with all classes of a datastore.
// The error joins all mistakes: names taken twice, relations that lead out of the datastore.
func Link(classes []*Class) error {
	l := linker{classes: classes}
	for i, c := range classes {
		c.Number = i + 1
	}
	l.names()
	for _, c := range classes {
		for _, a := range c.Attributes {
			if a.relation != nil {
				l.relation(a)
			}
		}
	}
	l.inverses()
	return errors.Join(l.errs...)
}

type linker struct {
	classes []*Class
	errs    []error
}

func (l *linker) fail(c *Class, what string, err error) {
	l.errs = append(l.errs, fmt.Errorf("%s: %s: %w", c.Position, what, err))
}

// names refuses two classes of one name, and a class named like the selection or entity class of another (section 6.1).
func (l *linker) names() {
	byName := map[string]*Class{}
	for _, c := range l.classes {
		if other := byName[c.Name]; other != nil {
			l.fail(c, c.Name, fmt.Errorf("the dataclass name is taken at %s; choose another with _ struct{} `orda:\"name=…\"`", other.Position))
			continue
		}
		byName[c.Name] = c
	}
	for _, c := range l.classes {
		for _, suffix := range []string{"Selection", "Entity"} {
			if base, ok := strings.CutSuffix(c.Name, suffix); ok && byName[base] != nil {
				l.fail(c, c.Name, fmt.Errorf("the name is that of the %s class of %s; choose another with _ struct{} `orda:\"name=…\"`", strings.ToLower(suffix), base))
			}
		}
	}
}

// relation sets target and keys of a relation attribute.
func (l *linker) relation(a *Attribute) {
	rel, ref := a.relation, a.relation.References[0]
	what := a.Class.Name + "." + a.Field
	target := l.describing(a)
	if target == nil {
		l.fail(a.Class, what, fmt.Errorf("%s is no dataclass of the datastore; define it too, or exclude the field with gorm:\"-\"", rel.FieldSchema.Name))
		return
	}
	one, many := target, a.Class
	if a.Kind == RelatedEntities {
		one, many = a.Class, target
	}
	a.Target = target
	a.ForeignKey = many.byColumn(ref.ForeignKey.DBName)
	a.LinkedKey = one.byColumn(ref.PrimaryKey.DBName)
	if a.ForeignKey == nil || a.LinkedKey == nil {
		l.fail(a.Class, what, fmt.Errorf("the key of the relation is no attribute; name the fields with gorm:\"foreignKey:…;references:…\""))
		return
	}
	if !a.LinkedKey.Unique {
		l.fail(a.Class, what, fmt.Errorf("%s.%s is not unique, so it does not tell which entity is meant; add gorm:\"unique\" to it", one.Name, a.LinkedKey.Name))
	}
	a.ForeignKey.Indexed = true
	if err := a.setOnDelete(); err != nil {
		l.fail(a.Class, what, err)
	}
}

// setOnDelete reads the constraint tag of GORM.
func (a *Attribute) setOnDelete() error {
	text := a.field.TagSettings["CONSTRAINT"]
	if text == "-" {
		a.OnDelete = "-"
		return nil
	}
	a.OnDelete = strings.ToUpper(schema.ParseTagSetting(text, ",")["ONDELETE"])
	switch a.OnDelete {
	case "", "CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT", "NO ACTION":
		return nil
	}
	return fmt.Errorf("unknown OnDelete:%s; write CASCADE, SET NULL, SET DEFAULT, RESTRICT or NO ACTION", a.OnDelete)
}

// describing finds the class of the relation's other struct.
func (l *linker) describing(a *Attribute) *Class {
	for _, c := range l.classes {
		if c.Schema != nil && c.Schema.ModelType == a.relation.FieldSchema.ModelType {
			return c
		}
	}
	return nil
}

// inverses pairs each relatedEntity with the relatedEntities attribute over the same foreign key.
func (l *linker) inverses() {
	for _, c := range l.classes {
		for _, a := range c.Attributes {
			if a.Kind == RelatedEntity && a.Target != nil {
				a.pair()
			}
		}
	}
}

func (a *Attribute) pair() {
	for _, b := range a.Target.Attributes {
		if b.Kind == RelatedEntities && b.Inverse == nil && b.Target == a.Class &&
			b.ForeignKey == a.ForeignKey && b.LinkedKey == a.LinkedKey {
			a.Inverse, b.Inverse = b, a
			a.OnDelete = cmp.Or(a.OnDelete, b.OnDelete)
			b.OnDelete = a.OnDelete
			return
		}
	}
}
