package model

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"

	"gorm.io/gorm/schema"
)

// Describe returns the dataclass that the struct *v or v means to GORM (O-010), its relations still without their other sides:
// [Link] finds those. The namer is that of the database's GORM configuration; nil is GORM's default.
// The error joins all mistakes, each as `position: Type.Field: what is wrong; what to write instead`.
func Describe(v any, namer schema.Namer, position string) (*Class, error) {
	typ, err := structType(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", position, err)
	}
	if namer == nil {
		namer = schema.NamingStrategy{IdentifierMaxLength: 64}
	}
	d := &describer{typ: typ, class: newClass(typ.Name(), position), refused: map[string]bool{}}
	d.header()
	d.precheck(typ)
	d.parse(namer)
	if len(d.errs) > 0 {
		return nil, errors.Join(d.errs...)
	}
	return d.class, nil
}

func structType(v any) (reflect.Type, error) {
	if v == nil {
		return nil, fmt.Errorf("a dataclass is nil; give a struct")
	}
	t := reflect.TypeOf(v)
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t.Name() == "" {
		return nil, fmt.Errorf("a dataclass is a %s; give a struct type with a name", t)
	}
	return t, nil
}

// describer collects a class and everything that is wrong with it.
type describer struct {
	typ       reflect.Type
	class     *Class
	relations map[*schema.Field]*schema.Relationship
	refused   map[string]bool // fields that precheck has refused
	errs      []error
}

// fail notes a mistake in a field; field "" is the struct itself.
func (d *describer) fail(field string, err error) {
	name := d.typ.Name()
	if field != "" {
		name += "." + field
	}
	d.errs = append(d.errs, fmt.Errorf("%s: %s: %w", d.class.Position, name, err))
}

// header reads the class's own tag, on a blank field, and checks its name.
func (d *describer) header() {
	for f := range d.typ.Fields() {
		if f.Name == "_" {
			d.headerTag(f.Tag.Get("orda"))
		}
	}
	if err := checkClassName(d.class.Name); err != nil {
		d.fail("", err)
	}
}

func (d *describer) headerTag(text string) {
	t, err := parseTag(text)
	if err == nil && t.typ != "" {
		err = fmt.Errorf("a dataclass has no type; remove type= from the orda tag")
	}
	if err != nil {
		d.fail("_", err)
		return
	}
	if t.name != "" {
		d.class.Name = t.name
	}
	d.class.Hidden = d.class.Hidden || t.hidden
}

// parse lets GORM read the struct and makes attributes of its fields.
func (d *describer) parse(namer schema.Namer) {
	s, err := schema.Parse(reflect.New(d.typ).Interface(), &sync.Map{}, namer)
	if err != nil && len(d.errs) == 0 { // else it is a consequence of a mistake that is already noted
		d.fail("", fmt.Errorf("gorm: %w; correct the field, or exclude it with gorm:\"-\"", err))
	}
	if s == nil {
		return
	}
	c := d.class
	c.Schema, c.Table, c.Hooks = s, s.Table, hooksOf(s)
	d.relations = relationsOf(s)
	for _, f := range s.Fields {
		d.field(f)
	}
	d.keys()
	d.indexes()
}

func hooksOf(s *schema.Schema) Hooks {
	return Hooks{
		BeforeSave: s.BeforeSave, AfterSave: s.AfterSave,
		BeforeCreate: s.BeforeCreate, AfterCreate: s.AfterCreate,
		BeforeUpdate: s.BeforeUpdate, AfterUpdate: s.AfterUpdate,
		BeforeDelete: s.BeforeDelete, AfterDelete: s.AfterDelete,
		AfterFind: s.AfterFind,
	}
}

// relationsOf finds the relation of each field. GORM's map also holds the far sides of other structs, its lists do not.
func relationsOf(s *schema.Schema) map[*schema.Field]*schema.Relationship {
	m := map[*schema.Field]*schema.Relationship{}
	r := &s.Relationships
	for _, list := range [][]*schema.Relationship{r.BelongsTo, r.HasMany, r.HasOne, r.Many2Many} {
		for _, rel := range list {
			m[rel.Field] = rel
		}
	}
	return m
}

// field makes an attribute of a field, unless GORM ignores it or it is part of Record.
func (d *describer) field(f *schema.Field) {
	if d.refused[f.Name] {
		return
	}
	t, err := parseTag(f.Tag.Get("orda"))
	if err != nil {
		d.fail(fieldName(f), err)
		return
	}
	if !f.Creatable && !f.Updatable && !f.Readable {
		if t != (tag{}) {
			d.fail(fieldName(f), fmt.Errorf("gorm ignores the field, so it is no attribute; remove the orda tag"))
		}
		return
	}
	a := &Attribute{Field: fieldName(f), Hidden: t.hidden, field: f}
	a.plan.owner, a.plan.index = reflect.PointerTo(d.typ), f.StructField.Index
	switch rel := d.relations[f]; {
	case rel != nil:
		err = d.relation(a, rel, t)
	case f.DBName == "":
		return // GORM could not read it and has said so
	case d.class.Schema.FieldsByDBName[f.DBName] != f:
		return // covered by a field of an outer struct
	default:
		err = d.storage(a, t)
	}
	if err != nil {
		d.fail(a.Field, err)
	}
}

// fieldName is the Go field as one writes it, without the names of anonymous structs.
func fieldName(f *schema.Field) string { return strings.Join(f.EmbeddedBindNames, ".") }

func nameOf(f *schema.Field, t tag) string {
	if t.name != "" {
		return t.name
	}
	return attributeName(strings.Join(f.EmbeddedBindNames, ""))
}

func (d *describer) storage(a *Attribute, t tag) error {
	f := a.field
	a.Kind, a.Column, a.Class = Storage, f.DBName, d.class
	if err := describeType(a, t); err != nil {
		return err
	}
	if a.Keywords = t.words; t.words && a.Type != String {
		return fmt.Errorf("orda:\"keywords\" is for texts, this attribute is %s: take it out", a.Type)
	}
	a.NotNull = f.NotNull || f.PrimaryKey
	a.Unique = f.Unique
	a.MaxLength = maxLength(f)
	a.ReadOnly = !f.Creatable && !f.Updatable
	a.Hidden = a.Hidden || !f.Readable
	a.Identifying = f.PrimaryKey
	a.AutoSequence = f.PrimaryKey && f.AutoIncrement && a.Type.Integer()
	a.AutoGenerate = f.PrimaryKey && a.Type == UUID
	a.Name = nameOf(f, t)
	if d.record(a) {
		d.class.fields = append(d.class.fields, a)
		return nil
	}
	return d.add(a)
}

func (d *describer) add(a *Attribute) error {
	if err := d.class.add(a); err != nil {
		return err
	}
	d.class.fields = append(d.class.fields, a)
	return nil
}

// record keeps the fields of Record apart from the attributes.
func (d *describer) record(a *Attribute) bool {
	names := a.field.BindNames
	if len(names) < 2 || parent(d.typ, names) != reflect.TypeFor[Record]() {
		return false
	}
	switch names[len(names)-1] {
	case "OrdaStamp":
		d.class.Stamp = a
	case "OrdaCreatedAt":
		d.class.Created = a
	case "OrdaUpdatedAt":
		d.class.Modified = a
	}
	return true
}

// parent is the struct type in which the last of the names is a field.
func parent(t reflect.Type, names []string) reflect.Type {
	for _, name := range names[:len(names)-1] {
		f, ok := t.FieldByName(name)
		if !ok {
			return nil
		}
		t = f.Type
		if t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
	}
	return t
}

// maxLength is the length that the column states: size:200, varchar(200), char(200).
func maxLength(f *schema.Field) int {
	if f.GORMDataType != schema.String {
		return 0
	}
	var n int
	typ := strings.ToLower(f.TagSettings["TYPE"])
	for _, format := range []string{"varchar(%d)", "char(%d)", "character varying(%d)", "nvarchar(%d)"} {
		if _, err := fmt.Sscanf(typ, format, &n); err == nil {
			return n
		}
	}
	if typ == "" && f.TagSettings["SIZE"] != "" {
		return max(f.Size, 0)
	}
	return 0
}

// relation makes the attribute of a relation; Link sets the other side.
func (d *describer) relation(a *Attribute, rel *schema.Relationship, t tag) error {
	a.Name = nameOf(a.field, t)
	switch {
	case t.typ != "":
		return fmt.Errorf("a relation has no type; remove type= from the orda tag")
	case rel.Polymorphic != nil:
		return fmt.Errorf("a polymorphic relation has no single dataclass on its other side; declare one relation for each dataclass")
	case rel.Type == schema.Many2Many:
		return fmt.Errorf("a many-to-many relation hides a table; declare the join table as a dataclass with a relation to each side")
	case rel.Type == schema.HasOne:
		return fmt.Errorf("a relation is N to 1 or 1 to N; declare the field as a slice, or name the foreign key of %s with gorm:\"foreignKey:…\"", d.typ.Name())
	case len(rel.References) != 1:
		return fmt.Errorf("the relation goes over %d columns; one foreign key column is needed", len(rel.References))
	case rel.Type == schema.BelongsTo:
		a.Kind = RelatedEntity
	default:
		a.Kind = RelatedEntities
	}
	a.relation = rel
	return d.add(a)
}

// keys lists the primary key in the order of the fields.
func (d *describer) keys() {
	for _, a := range d.class.Attributes {
		if a.Identifying {
			d.class.Key = append(d.class.Key, a)
		}
	}
	if len(d.class.Key) == 0 && len(d.class.Schema.PrimaryFields) == 0 {
		d.fail("", fmt.Errorf("no primary key; add a field `ID uint` or mark a field with gorm:\"primaryKey\""))
	}
	if len(d.class.Key) > 1 {
		return
	}
	for _, a := range d.class.Key {
		a.Unique, a.Indexed = true, true
	}
}

// indexes marks attributes that an index leads with, or that a unique index holds alone.
func (d *describer) indexes() {
	for _, index := range d.class.Schema.ParseIndexes() {
		for i, option := range index.Fields {
			a := d.class.byColumn(option.Field.DBName)
			if a == nil || i > 0 || option.Expression != "" {
				continue
			}
			a.Indexed = true
			a.Unique = a.Unique || strings.EqualFold(index.Class, "UNIQUE") && len(index.Fields) == 1 && index.Where == ""
		}
	}
	for _, a := range d.class.Attributes {
		a.Indexed = a.Indexed || a.Unique
	}
	if len(d.class.Key) > 1 {
		d.class.Key[0].Indexed = true
	}
}
