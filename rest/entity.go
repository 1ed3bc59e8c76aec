package rest

import (
	"encoding/json"
	"strings"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
)

// extras are members that only the answers to writes have.
type extras struct {
	top    bool // the entity is the whole answer: it names its dataclass
	uri    bool
	status *status
	chain  []wireError
}

// entity writes one entity (section 3.2). In an answer that is too large it writes nothing, and the whole answer is refused.
func (w *writer) entity(s *shape, row *dataclasses.Row, x extras) {
	if w.most > 0 && len(w.buf) > w.most {
		w.full = true
		return
	}
	if row.Dead {
		w.raw(`{"__STAMP":0}`)
		return
	}
	w.raw(`{`)
	if x.top {
		w.raw(`"__entityModel":`)
		w.string(s.class.Name())
		w.raw(`,"__DATACLASS":`)
		w.string(s.class.Name())
		w.raw(`,`)
	}
	w.system(s, row)
	if x.uri && row.Key != "" {
		w.raw(`,"uri":"`)
		w.entityURI(s.class.Name(), len(s.class.Key()), s.key(row))
		w.raw(`"`)
	}
	for i := range s.fields {
		w.raw(`,`)
		w.raw(s.fields[i].member)
		w.field(s, &s.fields[i], row)
	}
	w.outcome(x)
	w.raw(`}`)
}

// system writes __KEY, __TIMESTAMP and __STAMP. An unsaved entity has no key; a time that nobody recorded is left out.
func (w *writer) system(s *shape, row *dataclasses.Row) {
	if row.Key != "" {
		w.raw(`"__KEY":`)
		w.string(s.key(row))
		w.raw(`,`)
	}
	if !row.Modified.IsZero() {
		w.raw(`"__TIMESTAMP":`)
		w.instant(row.Modified)
		w.raw(`,`)
	}
	w.raw(`"__STAMP":`)
	w.int(row.Stamp)
}

// outcome writes __STATUS and __ERROR of a write.
func (w *writer) outcome(x extras) {
	if x.status != nil {
		w.raw(`,"__STATUS":`)
		w.status(*x.status)
	}
	if len(x.chain) > 0 {
		w.raw(`,"__ERROR":`)
		w.errors(x.chain)
	}
}

// key returns the key of a row as the wire writes it.
func (s *shape) key(row *dataclasses.Row) string {
	if s.uuidKey {
		return wireUUID(row.Key)
	}
	return row.Key
}

// field writes the value of one member.
func (w *writer) field(s *shape, f *shapeField, row *dataclasses.Row) {
	switch f.kind {
	case imageField, blobField:
		w.media(s, f, row)
	case partialObject:
		w.partial(f, row.Values[f.Value])
	case deferredOne:
		w.deferredOne(f, row.Values[f.Value])
	case deferredMany:
		w.deferredMany(s, f.Attribute, row)
	case nestedOne:
		w.nestedOne(f, row.One[f.Slot])
	case nestedMany:
		w.nestedMany(s, f, row)
	default:
		w.scalar(f.Attribute, row.Values[f.Value])
	}
}

func (w *writer) partial(f *shapeField, v any) {
	data, ok := v.(json.RawMessage)
	if !ok {
		w.null()
		return
	}
	w.subset(data, f.SubPaths)
}

// media writes the reference under which an image or BLOB can be fetched, null when there is none.
func (w *writer) media(s *shape, f *shapeField, row *dataclasses.Row) {
	if isEmptyMedia(row.Values[f.Value]) || row.Key == "" {
		w.null()
		return
	}
	name := pathEscape(f.Attribute.Name)
	w.raw(`{"__deferred":{"uri":"`)
	w.entityURI(s.class.Name(), len(s.class.Key()), s.key(row))
	w.raw(`/` + name)
	if f.kind == imageField {
		w.raw(`?$imageformat=best&$version=`)
		w.int(row.Stamp)
		w.raw(`&$expand=` + name + `","image":true}}`)
		return
	}
	w.raw(`?$binary=true&$expand=` + name + `"}}`)
}

// isEmptyMedia reports whether a media value is absent. The data layer may give the bytes or only whether there are any.
func isEmptyMedia(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []byte:
		return len(v) == 0
	case bool:
		return !v
	}
	return false
}

// deferredOne writes the reference to the related entity whose key is v, null when there is none.
func (w *writer) deferredOne(f *shapeField, v any) {
	key := model.KeyText(v)
	if key == "" {
		w.null()
		return
	}
	if f.uuidKey {
		key = wireUUID(key)
	}
	target := f.Attribute.Target
	w.raw(`{"__deferred":{"uri":"`)
	w.entityURI(target.Name, len(target.Key), key)
	w.raw(`","__KEY":`)
	w.string(key)
	w.raw(`}}`)
}

// deferredMany writes the reference to the related selection. Clients append parameters to it, so $expand is part of it.
func (w *writer) deferredMany(s *shape, a *model.Attribute, row *dataclasses.Row) {
	if row.Key == "" {
		w.null()
		return
	}
	w.raw(`{"__deferred":{"uri":"`)
	w.relationURI(s, a, row)
	w.raw(`"}}`)
}

func (w *writer) nestedOne(f *shapeField, row *dataclasses.Row) {
	if row == nil {
		w.null()
		return
	}
	w.entity(f.nested, row, extras{})
}

// nestedMany writes related entities inside their owner; here __ENTITYSET is the relation's URI, not an entity set.
func (w *writer) nestedMany(s *shape, f *shapeField, row *dataclasses.Row) {
	rows := row.Many[f.Slot]
	w.raw(`{`)
	if row.Key != "" {
		w.raw(`"__ENTITYSET":"`)
		w.relationURI(s, f.Attribute, row)
		w.raw(`",`)
	}
	w.counts(len(rows), len(rows), 0)
	w.entities(f.nested, rows)
	w.raw(`}`)
}

// counts writes the numbers of a collection. The global stamp is 0 as long as changes are not tracked.
func (w *writer) counts(count, sent, first int) {
	w.raw(`"__GlobalStamp":0,"__COUNT":`)
	w.int(int64(count))
	w.raw(`,"__SENT":`)
	w.int(int64(sent))
	w.raw(`,"__FIRST":`)
	w.int(int64(first))
}

func (w *writer) entities(s *shape, rows []dataclasses.Row) {
	w.raw(`,"__ENTITIES":[`)
	for i := range rows {
		if i > 0 {
			w.raw(`,`)
		}
		w.entity(s, &rows[i], extras{})
	}
	w.raw(`]`)
}

// collection writes a page of a selection (section 3.3). set is the ID of its entity set, "" when there is none to tell.
func (w *writer) collection(s *shape, page *dataclasses.Page, set string, how explanation) error {
	name := s.class.Name()
	w.raw(`{`)
	if set != "" {
		w.raw(`"__ENTITYSET":"`)
		w.raw(w.base + `/` + pathEscape(name) + `/$entityset/` + set + `",`)
	}
	w.raw(`"__DATACLASS":`)
	w.string(name)
	w.raw(`,"__entityModel":`)
	w.string(name)
	w.raw(`,`)
	w.counts(page.Count, len(page.Rows), page.First)
	w.entities(s, page.Rows)
	if err := w.explanation(how); err != nil {
		return err
	}
	w.raw(`}`)
	return nil
}

// entityURI writes /rest/Book(3), without quotes around it. The key is split into its parts when the dataclass has several.
func (w *writer) entityURI(class string, parts int, key string) {
	w.raw(w.base + `/` + pathEscape(class) + `(` + keyTarget(splitKey(key, parts)) + `)`)
}

// splitKey splits the text of a __KEY into the texts of its parts.
func splitKey(key string, parts int) []string {
	if parts < 2 {
		return []string{key}
	}
	return strings.SplitN(key, ",", parts)
}

func (w *writer) relationURI(s *shape, a *model.Attribute, row *dataclasses.Row) {
	name := pathEscape(a.Name)
	w.entityURI(s.class.Name(), len(s.class.Key()), s.key(row))
	w.raw(`/` + name + `?$expand=` + name)
}

// status is the __STATUS of a write. The zero status is success.
type status struct {
	number int
	text   string
}

func (w *writer) status(s status) {
	if s.number == 0 {
		w.raw(`{"success":true}`)
		return
	}
	w.raw(`{"success":false,"status":`)
	w.int(int64(s.number))
	w.raw(`,"statusText":`)
	w.string(s.text)
	w.raw(`}`)
}
