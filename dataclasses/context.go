package dataclasses

import "context"

// datastoreKey is the context key of the datastore.
type datastoreKey struct{}

// NewContext returns a context that carries ds, for code that gets no datastore otherwise, such as methods and functions of web pages.
// Package server gives every web request the datastore of its application.
func NewContext(ctx context.Context, ds *DataStore) context.Context {
	return context.WithValue(ctx, datastoreKey{}, ds)
}

// FromContext is the ds command: the datastore that [NewContext] put into the context, false where there is none. Functions of the
// datastore and triggers have better ways: their receiver and [FromTx].
func FromContext(ctx context.Context) (*DataStore, bool) {
	ds, _ := ctx.Value(datastoreKey{}).(*DataStore)
	return ds, ds != nil
}
