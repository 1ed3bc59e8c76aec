package dataclasses

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
)

// KeyText is a primary key as a URL gives it: one text per part.
type KeyText []string

// RemoteEntity is an entity in memory as remote callers see it: the result of a function or a write.
type RemoteEntity struct{ core *record }

// Class returns the dataclass of the entity.
func (e *RemoteEntity) Class() *RemoteClass { return e.core.class.remoteClass() }

// IsNew reports whether the entity was never saved.
func (e *RemoteEntity) IsNew() bool { return e.core.isNew }

// Key returns the text of __KEY, "" for a new entity.
func (e *RemoteEntity) Key() string { return e.core.Key() }

// Stamp returns the entity's stamp.
func (e *RemoteEntity) Stamp() int64 { return e.core.Stamp() }

// Row renders the entity from memory: what the projection shows of it now.
func (e *RemoteEntity) Row(ctx context.Context, p *Projection) (*Row, error) {
	ctx = remote(ctx)
	rows, err := p.ofRecords(ctx, []*record{e.core})
	if err == nil {
		err = p.expand(ctx, rows)
	}
	if err != nil {
		return nil, err
	}
	return &rows[0], nil
}

// splitKey splits the text of a __KEY into the parts of a composite key.
func (c *class) splitKey(text string) []string {
	if len(c.model.Key) == 1 {
		return []string{text}
	}
	return strings.Split(text, ",")
}

// parse converts a key of a URL; one that does not convert belongs to no entity.
func (c *class) parse(ctx context.Context, key KeyText) ([]any, error) {
	canonical, err := c.model.ParseKey(key)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", c.notFound(strings.Join(key, ",")), err)
	}
	for _, part := range canonical {
		if !canBeKey(part) {
			return nil, c.notFound(strings.Join(key, ","))
		}
	}
	if a := c.model.Key[0]; len(canonical) == 1 && a.Type == model.UUID && !a.NativeUUID() {
		return c.storedSpelling(ctx, canonical)
	}
	return canonical, nil
}

// storedSpelling finds how a UUID that the model keeps as text is spelled in the table: UUIDs are equal as 128-bit values.
// It looks at hidden entities too: only reads with the key that it returns tell anything, and these are restricted.
func (c *class) storedSpelling(ctx context.Context, key []any) ([]any, error) {
	text, _ := key[0].(string)
	id, err := model.ParseUUID(text)
	if err != nil {
		return key, nil
	}
	dashed := uuid.UUID(id).String()
	plain := strings.ReplaceAll(dashed, "-", "")
	spellings := [][]any{{strings.ToUpper(plain)}, {plain}, {dashed}, {strings.ToUpper(dashed)}}
	statement, err := c.ds.planner.Keys(c.keySource(spellings), sqlplan.Lens{})
	if err != nil {
		return nil, err
	}
	err = scan(ctx, c.ds.reader(ctx), statement, 1, func(raw []any) error { return canonicalRow(c.model.Key, raw, key) })
	return key, err
}

// Get reads one entity straight from its row. Errors: [ErrNotFound], *[PermissionError].
func (c *RemoteClass) Get(ctx context.Context, key KeyText, p *Projection) (*Row, error) {
	canonical, err := c.core.parse(ctx, key)
	if err != nil {
		return nil, err
	}
	ctx = remote(ctx)
	if err := c.core.may(ctx, privileges.Read); err != nil {
		return nil, err
	}
	row, err := p.one(ctx, canonical)
	if err == nil && row == nil {
		err = c.core.notFound(strings.Join(key, ","))
	}
	return row, err
}

// GetBy reads the first entity, in primary key order, whose attribute equals the value exactly.
func (c *RemoteClass) GetBy(ctx context.Context, attribute, value string, p *Projection) (*Row, error) {
	s, err := c.by(ctx, attribute, value)
	if err != nil {
		return nil, err
	}
	return c.core.row(ctx, s, p, attribute+" "+value)
}

// row reads the one row of a selection.
func (c *class) row(ctx context.Context, s *selection, p *Projection, what string) (*Row, error) {
	ctx = remote(ctx)
	if err := c.may(ctx, privileges.Read); err != nil {
		return nil, err
	}
	row, err := firstRow(p.read(ctx, s, 1))
	if err == nil && row == nil {
		err = c.notFound(what)
	}
	return row, err
}

// by is the selection of the first entity whose attribute has the value; filtering by an attribute needs the right to read it.
func (c *RemoteClass) by(ctx context.Context, attribute, value string) (*selection, error) {
	a := c.Attribute(attribute)
	if a == nil || a.Kind != model.Storage {
		return nil, &AttributeError{Class: c.Name(), Attribute: attribute}
	}
	authority := c.core.ds.authority(remote(ctx))
	if err := c.core.mayAttribute(authority, privileges.Read, a); err != nil {
		return nil, err
	}
	canonical, err := fromJSON(a, value)
	if err != nil || canonical != nil && !canBeKey(canonical) {
		return nil, c.core.notFound(attribute + " " + value)
	}
	s := c.core.relatedTo(a, []any{canonical})
	s.remote = true
	return s.slice(0, 1), nil
}

// Entity loads one entity, for functions. Errors as [RemoteClass.Get].
func (c *RemoteClass) Entity(ctx context.Context, key KeyText) (*RemoteEntity, error) {
	canonical, err := c.core.parse(ctx, key)
	if err != nil {
		return nil, err
	}
	r, err := c.core.load(remote(ctx), canonical)
	if err != nil {
		return nil, err
	}
	return &RemoteEntity{r}, nil
}

// EntityBy loads the first entity whose attribute equals the value.
func (c *RemoteClass) EntityBy(ctx context.Context, attribute, value string) (*RemoteEntity, error) {
	s, err := c.by(ctx, attribute, value)
	if err != nil {
		return nil, err
	}
	records, err := s.records(remote(ctx))
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return nil, c.core.notFound(attribute + " " + value)
	}
	return &RemoteEntity{records[0]}, nil
}

// source loads the entity that a navigation starts from and checks the right to read the relation.
func (c *RemoteClass) source(ctx context.Context, key KeyText, a *model.Attribute) (*record, error) {
	authority := c.core.ds.authority(ctx)
	if err := c.core.mayAttribute(authority, privileges.Read, a); err != nil {
		return nil, err
	}
	canonical, err := c.core.parse(ctx, key)
	if err != nil {
		return nil, err
	}
	return c.core.load(ctx, canonical)
}

// RelatedEntity reads the entity that an N to 1 relation leads to; nil when there is none.
func (c *RemoteClass) RelatedEntity(ctx context.Context, key KeyText, a *model.Attribute, p *Projection) (*Row, error) {
	ctx = remote(ctx)
	r, err := c.source(ctx, key, a)
	if err != nil {
		return nil, err
	}
	if a.Kind == model.Calculated {
		return c.calculatedEntity(ctx, r, a, p)
	}
	links, err := c.core.derived(ctx, []*record{r}, a.ForeignKey)
	if err != nil || links[0] == nil {
		return nil, err
	}
	link := links[0]
	target := c.core.ds.ofModel(a.Target)
	if err := target.may(ctx, privileges.Read); err != nil {
		return nil, err
	}
	rows, err := p.read(ctx, target.relatedTo(a.LinkedKey, []any{link}), 1)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// RelatedEntities returns the selection that a 1 to N relation leads to.
func (c *RemoteClass) RelatedEntities(ctx context.Context, key KeyText, a *model.Attribute) (*RemoteSelection, error) {
	r, err := c.source(remote(ctx), key, a)
	if err != nil {
		return nil, err
	}
	if a.Kind == model.Calculated {
		return c.calculatedSelection(remote(ctx), r, a)
	}
	s, err := r.many(a.Name, nil)
	if err != nil {
		return nil, err
	}
	s.remote = true
	return &RemoteSelection{s}, nil
}

// Media returns the bytes of an image or blob attribute; none when it is null or may not be read.
func (c *RemoteClass) Media(ctx context.Context, key KeyText, a *model.Attribute) ([]byte, error) {
	ctx = remote(ctx)
	if err := c.core.may(ctx, privileges.Read); err != nil {
		return nil, err
	}
	canonical, err := c.core.parse(ctx, key)
	if err != nil {
		return nil, err
	}
	statement, err := c.core.ds.planInside(ctx, c.core.keySource([][]any{canonical}), []*model.Attribute{a})
	if err != nil {
		return nil, err
	}
	var data []byte
	found := false
	err = scan(ctx, c.core.ds.reader(ctx), statement, 1, func(raw []any) error {
		found = true
		data, _ = raw[0].([]byte)
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, c.core.notFoundKey(canonical)
	case c.core.mayAttribute(c.core.ds.authority(ctx), privileges.Read, a) != nil:
		return nil, nil
	}
	return data, nil
}
