package session

import (
	"encoding/json"
	"fmt"
)

// DefaultMaxStorage is the size in bytes that the storage of one session may
// have unless another limit was set.
const DefaultMaxStorage = 1 << 20

// Key names a value of type T in the storage of a session (section 6.7):
//
//	var Cart = session.NewKey[[]Line]("cart")
//
//	lines, ok := Cart.Get(s)
//	err := Cart.Update(s, func(lines []Line) ([]Line, error) { return append(lines, l), nil })
//
// Values are kept as JSON, names and values counted against the limit of the
// session, so that every store behaves alike and nobody can change a value
// that others see without Set or Update (S-249, S-250). Two keys with the same
// name are the same place.
type Key[T any] struct{ name string }

// NewKey returns the key of that name. It is meant for package-level variables.
func NewKey[T any](name string) Key[T] { return Key[T]{name} }

// Name returns the name of the key.
func (k Key[T]) Name() string { return k.name }

// Get returns a fresh copy of the value. It reports false when there is none,
// when the value has another type than T, and for a nil session.
func (k Key[T]) Get(s *Session) (T, bool) {
	var v T
	if s == nil {
		return v, false
	}
	data, ok := s.state().view.Load().record.Storage[k.name]
	if !ok {
		return v, false
	}
	if json.Unmarshal(data, &v) != nil {
		return *new(T), false
	}
	return v, true
}

// Set stores v. The error is [ErrNoSession], [ErrClosed], a [*StorageFullError],
// or says that v has no JSON form or that the store failed.
func (k Key[T]) Set(s *Session, v T) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("session storage %q: %w", k.name, err)
	}
	return s.change(func(r *Record, limit int) error { return put(r, k.name, data, limit) })
}

// Update replaces the value by what fn makes of it, atomically: of any number
// of concurrent updates, in any number of processes, none is lost (S-252). A
// missing value is the zero T. fn may run more than once and must not change
// the same session. After an error of fn nothing is changed.
func (k Key[T]) Update(s *Session, fn func(T) (T, error)) error {
	return s.change(func(r *Record, limit int) error {
		data, err := k.apply(r.Storage[k.name], fn)
		if err != nil {
			return err
		}
		return put(r, k.name, data, limit)
	})
}

func (k Key[T]) apply(data json.RawMessage, fn func(T) (T, error)) (json.RawMessage, error) {
	var v T
	if data != nil {
		if err := json.Unmarshal(data, &v); err != nil {
			return nil, fmt.Errorf("session storage %q holds another type: %w", k.name, err)
		}
	}
	v, err := fn(v)
	if err != nil {
		return nil, err
	}
	data, err = json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("session storage %q: %w", k.name, err)
	}
	return data, nil
}

// Delete removes the value; a missing one is no error.
func (k Key[T]) Delete(s *Session) error {
	return s.change(func(r *Record, _ int) error {
		delete(r.Storage, k.name)
		return nil
	})
}

// change runs fn on the record of s.
func (s *Session) change(fn func(r *Record, limit int) error) error {
	if s == nil {
		return ErrNoSession
	}
	return s.state().update(func(r *Record) error { return fn(r, s.state().realm.maxStorage) })
}

func put(r *Record, key string, data json.RawMessage, limit int) error {
	size := len(key) + len(data)
	for name, value := range r.Storage {
		if name != key {
			size += len(name) + len(value)
		}
	}
	if size > limit {
		return &StorageFullError{Key: key, Size: size, Limit: limit}
	}
	if r.Storage == nil {
		r.Storage = make(map[string]json.RawMessage)
	}
	r.Storage[key] = data
	return nil
}
