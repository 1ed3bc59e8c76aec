package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"strings"
)

// Groups of a session's storage: the storage itself, that is its scalar values
// and which objects there are, and one for each of those objects (S-255).
const (
	rootGroup   = ""
	groupPrefix = "/" // and the name of the property
)

// errChanged is what an update returns when the group is not what it was.
var errChanged = errors.New("changed meanwhile")

func (st *state) lock(ctx context.Context, group string) (func(), error) {
	return st.locks.acquire(ctx, group)
}

// begin looks into the store first when what this process remembers has turned
// out to be old.
func (st *state) begin(ctx context.Context, group string, again bool) (any, any, error) {
	if again {
		if err := st.refresh(ctx); err != nil {
			return nil, nil, err
		}
	}
	v := st.view.Load()
	if v.closed {
		return nil, nil, ErrClosed
	}
	stored := v.record.Storage
	if group == rootGroup {
		return rootOf(stored), stored, nil
	}
	data, ok := stored[strings.TrimPrefix(group, groupPrefix)]
	if !ok {
		return nil, data, nil
	}
	root, err := decodeNode(data)
	return root, data, err
}

// rootOf returns a storage that was not looked into yet.
func rootOf(stored map[string]json.RawMessage) *dict {
	root := &dict{make(map[string]any, len(stored))}
	for name, data := range stored {
		root.values[name] = data
	}
	return root
}

func (st *state) read(group string) any {
	stored := st.view.Load().record.Storage
	if group == rootGroup {
		return rootOf(stored)
	}
	data, ok := stored[strings.TrimPrefix(group, groupPrefix)]
	if !ok {
		return nil
	}
	root, err := decodeNode(data)
	if err != nil {
		return nil
	}
	return root
}

func (st *state) placeOf(group string, path []step) place {
	if group == rootGroup && len(path) > 0 {
		return place{st, groupPrefix + path[0].name, path[1:]}
	}
	return place{st, group, path}
}

func (st *state) commit(group string, root, base any) (bool, error) {
	err := st.commitGroup(group, root, base)
	if errors.Is(err, errChanged) {
		return false, nil
	}
	return err == nil, err
}

func (st *state) commitGroup(group string, root, base any) error {
	if group == rootGroup {
		return st.commitRoot(root.(*dict), base.(map[string]json.RawMessage))
	}
	data, err := encodeNode(root)
	old := base.(json.RawMessage)
	if err != nil || bytes.Equal(data, old) {
		return err
	}
	name := strings.TrimPrefix(group, groupPrefix)
	return st.update(func(r *Record) error {
		if !bytes.Equal(r.Storage[name], old) {
			return errChanged
		}
		return put(r, name, data, st.realm.maxStorage)
	})
}

func (st *state) commitRoot(root *dict, base map[string]json.RawMessage) error {
	next := make(map[string]json.RawMessage, len(root.values))
	for name, value := range root.values {
		data, err := encodeNode(value)
		if err != nil {
			return err
		}
		next[name] = data
	}
	if maps.EqualFunc(next, base, sameJSON) {
		return nil
	}
	return st.update(func(r *Record) error {
		if !maps.EqualFunc(scalars(r.Storage), scalars(base), sameJSON) {
			return errChanged
		}
		return replace(r, base, next, st.realm.maxStorage)
	})
}

// replace makes those changes to the storage of r that make next of base.
func replace(r *Record, base, next map[string]json.RawMessage, limit int) error {
	touched := func(name string) bool { return !sameJSON(base[name], next[name]) }
	for name, data := range base {
		if touched(name) && !sameJSON(r.Storage[name], data) {
			return errChanged
		}
		if _, stays := next[name]; !stays {
			delete(r.Storage, name)
		}
	}
	for name, data := range next {
		if !touched(name) {
			continue
		}
		if base[name] == nil && r.Storage[name] != nil {
			return errChanged
		}
		if err := put(r, name, data, limit); err != nil {
			return err
		}
	}
	return nil
}

func sameJSON(a, b json.RawMessage) bool { return bytes.Equal(a, b) }

// scalars returns the values that belong to the storage itself.
func scalars(stored map[string]json.RawMessage) map[string]json.RawMessage {
	own := make(map[string]json.RawMessage)
	for name, data := range stored {
		if !isContainer(data) {
			own[name] = data
		}
	}
	return own
}
