package dataclasses_test

import (
	"testing"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
)

func TestFromContext(t *testing.T) {
	t.Parallel()
	if ds, ok := dataclasses.FromContext(t.Context()); ds != nil || ok {
		t.Errorf("FromContext of a bare context: %v, %v, want nothing", ds, ok)
	}
	if _, ok := dataclasses.FromContext(dataclasses.NewContext(t.Context(), nil)); ok {
		t.Error("FromContext finds a nil datastore")
	}
	ds := ordatest.Open(t, ordatest.SQLite(t))
	if got, ok := dataclasses.FromContext(dataclasses.NewContext(t.Context(), ds)); got != ds || !ok {
		t.Errorf("FromContext: %v, %v, want the datastore", got, ok)
	}
}
