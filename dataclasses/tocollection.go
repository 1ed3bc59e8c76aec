package dataclasses

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/ordago/ordago/model"
)

// CollectionOptions are what [Selection.ToCollection] adds to objects, and which entities it takes.
type CollectionOptions struct {
	PrimaryKey bool // adds __KEY to every object
	Stamp      bool // adds __STAMP to every object
	Begin      int  // position of the first entity; below 0 is 0
	HowMany    int  // entities from there on; 0 or less: all
}

// ToCollection returns a plain object for each entity, ready to be written as JSON (O-363 to O-365). The filter is a list of paths,
// separated by commas (O-237, O-238):
//
//	""  or "*"        stored attributes, and every N to 1 relation as {"__KEY": …}
//	"name, total"     these attributes, calculated and alias ones too
//	"customer"        {"__KEY": …}, or nil
//	"customer.*"      an object with the stored attributes of the related entity; "customer.name, customer.city" with these
//	"lines.*"         a list of objects, empty without related entities; "lines.text, lines.amount" with these
//
// Each relation costs one statement, whatever the number of entities. Attributes that the caller may not read are left out (S-326), and
// members that are gone have no object. Dates are texts such as 1963-02-01T00:00:00.000Z, durations are milliseconds, images and blobs
// {"type": "image"} where there is one (O-240).
//
// Errors: *[AttributeError], *[PermissionError] for the dataclass or that of a relation, *[LimitError].
func (s *Selection[T]) ToCollection(ctx context.Context, filter string, o CollectionOptions) ([]map[string]any, error) {
	p, err := s.core.class.projectInside(ctx, filter)
	if err != nil {
		return nil, err
	}
	begin, end := max(o.Begin, 0), End
	if o.HowMany > 0 && o.HowMany < math.MaxInt-begin {
		end = begin + o.HowMany
	}
	rows, err := p.rowsOf(ctx, s.core.slice(begin, end))
	if err != nil {
		return nil, err
	}
	return p.objects(rows, &o), nil
}

// projectInside resolves a filter for Go code, to which nothing is hidden but what the caller may not read.
func (c *class) projectInside(ctx context.Context, filter string) (*Projection, error) {
	root := &tree{all: strings.TrimSpace(filter) == ""}
	if !root.all {
		for path := range strings.SplitSeq(filter, ",") {
			root.add(strings.TrimSpace(path), false)
		}
	}
	p := &projector{authority: c.ds.authority(ctx), left: maxFields, inside: true}
	return p.project(c, root, nil, 0)
}

// all names the attributes that "*" stands for: what is visible for remote callers; for Go code what is stored and N to 1 relations,
// and what is named besides.
func (p *projector) all(c *class, t *tree) []string {
	var names []string
	if !p.inside {
		for _, a := range c.visible {
			names = append(names, a.Name)
		}
		return names
	}
	for _, a := range c.model.Attributes {
		if a.Kind == model.Storage || a.Kind == model.RelatedEntity {
			names = append(names, a.Name)
		}
	}
	for _, name := range t.names {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// rowsOf reads the rows of a selection in its order; members that are gone have none.
func (p *Projection) rowsOf(ctx context.Context, s *selection) ([]Row, error) {
	ctx = s.class.ds.oneRead(ctx)
	s, err := s.evaluated(ctx)
	if err != nil {
		return nil, err
	}
	list := s.list()
	if list == nil {
		return p.read(ctx, s, 0)
	}
	rows := make([]Row, 0, list.Len())
	for keys := range pages(list, keysAtOnce) {
		alive, err := p.byKeys(ctx, s, keys)
		if err != nil {
			return nil, err
		}
		for _, key := range keys {
			if row := alive[identity(key)]; row != nil {
				rows = append(rows, *row)
			}
		}
	}
	return rows, nil
}

func (p *Projection) objects(rows []Row, o *CollectionOptions) []map[string]any {
	objects := make([]map[string]any, len(rows))
	for i := range rows {
		objects[i] = p.object(&rows[i], o)
	}
	return objects
}

func (p *Projection) object(row *Row, o *CollectionOptions) map[string]any {
	object := make(map[string]any, len(p.Fields)+2)
	if o.PrimaryKey {
		object["__KEY"] = row.Values[0]
		if len(p.Class.Key()) > 1 {
			object["__KEY"] = row.Key
		}
	}
	if o.Stamp {
		object["__STAMP"] = row.Stamp
	}
	for i := range p.Fields {
		f := &p.Fields[i]
		if v, shown := f.plain(row, o); shown {
			object[f.Attribute.Name] = v
		}
	}
	return object
}

// plain is the value of one member; a 1 to N relation without attributes is not shown.
func (f *Field) plain(row *Row, o *CollectionOptions) (any, bool) {
	a := f.Attribute
	switch {
	case f.Nested != nil && a.Kind == model.RelatedEntities:
		return f.Nested.objects(row.Many[f.Slot], o), true
	case f.Nested != nil:
		if row.One[f.Slot] == nil {
			return nil, true
		}
		return f.Nested.object(row.One[f.Slot], o), true
	case a.Kind == model.RelatedEntities || f.Value < 0:
		return nil, false
	case a.Kind == model.RelatedEntity:
		if row.Values[f.Value] == nil {
			return nil, true
		}
		return map[string]any{"__KEY": row.Values[f.Value]}, true
	case len(f.SubPaths) > 0:
		return subset(row.Values[f.Value], f.SubPaths), true
	}
	return plain(a, row.Values[f.Value]), true
}

// isoMillis is how dates are written (O-240).
const isoMillis = "2006-01-02T15:04:05.000Z"

// plain is a canonical value as JSON shows it.
func plain(a *model.Attribute, v any) any {
	switch v := v.(type) {
	case model.Day:
		return v.Time().Format(isoMillis)
	case time.Time:
		return v.UTC().Format(isoMillis)
	case time.Duration:
		return v.Milliseconds()
	}
	if a.Type.Binary() && v != nil {
		return map[string]any{"type": a.Type.String()}
	}
	return v
}

// subset is the parts of a JSON value that the paths name, in every element of a collection; nil for a scalar.
func subset(v any, paths [][]string) any {
	raw, ok := v.(json.RawMessage)
	if !ok {
		return nil
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) == nil && object != nil {
		return subsetOfObject(object, paths)
	}
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil || list == nil {
		return nil
	}
	parts := make([]any, len(list))
	for i, element := range list {
		parts[i] = subset(element, paths)
	}
	return parts
}

func subsetOfObject(object map[string]json.RawMessage, paths [][]string) map[string]any {
	below := map[string][][]string{}
	whole := map[string]bool{}
	for _, path := range paths {
		below[path[0]] = append(below[path[0]], path[1:])
		whole[path[0]] = whole[path[0]] || len(path) == 1
	}
	parts := map[string]any{}
	for name, deeper := range below {
		value, there := object[name]
		switch {
		case !there:
		case whole[name]:
			parts[name] = value
		default:
			parts[name] = subset(value, deeper)
		}
	}
	return parts
}
