package dataclasses_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
)

// O-031
func TestGeneratedUUIDs(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, keyed()...)
		token, device := create(t, ds, Token{}), create(t, ds, Device{Name: "d"})
		if id := token.Value.ID; len(id) != 32 || id != strings.ToUpper(id) {
			t.Errorf("text UUID %q, want 32 upper-case digits", id)
		}
		if device.Value.ID == uuid.Nil || device.Value.ID.Version() != 7 {
			t.Errorf("UUID %v", device.Value.ID)
		}
		given := uuid.MustParse("5d41402a-bc4b-4a76-b971-9d911017c592")
		create(t, ds, Device{ID: given, Name: "given"})
		for _, key := range []any{given, given.String(), strings.ToUpper(given.String()), strings.ReplaceAll(given.String(), "-", "")} {
			if e, err := dataclasses.Of[Device](ds).Get(t.Context(), key); err != nil || e.Value.Name != "given" {
				t.Errorf("get %T %v: %v", key, key, err)
			}
		}
		note := create(t, ds, TokenNote{TokenID: &token.Value.ID})
		if got, err := dataclasses.RelatedEntity[Token](t.Context(), note, "token"); err != nil || got.Value.ID != token.Value.ID {
			t.Errorf("relation by a text UUID: %v", err)
		}
		remote := ds.Remote().Class("Token")
		for _, key := range []string{token.Value.ID, strings.ToLower(token.Value.ID)} {
			if e, err := remote.Entity(t.Context(), dataclasses.KeyText{key}); err != nil || e.Key() != token.Value.ID {
				t.Errorf("remote get %s: %v", key, err)
			}
		}
	})
}

// What is no UUID is not found, on every database and in the middle of a transaction.
func TestKeysThatAreNoUUID(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, keyed()...)
		create(t, ds, Device{Name: "d"})
		devices, remote := dataclasses.Of[Device](ds), ds.Remote().Class("Device")
		p, err := remote.Project(t.Context(), dataclasses.ProjectionSpec{})
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"no-uuid", "", "5d41402a", "'; drop table devices; --"} {
			if _, err := devices.Get(t.Context(), text); !errors.Is(err, dataclasses.ErrNotFound) {
				t.Errorf("get %q: %v", text, err)
			}
			if _, err := remote.GetBy(t.Context(), "ID", text, p); !errors.Is(err, dataclasses.ErrNotFound) {
				t.Errorf("get by %q: %v", text, err)
			}
			if _, err := remote.Get(t.Context(), dataclasses.KeyText{text}, p); !errors.Is(err, dataclasses.ErrNotFound) {
				t.Errorf("remote get %q: %v", text, err)
			}
		}
		e := devices.New()
		if err := e.Set("ID", "no-uuid"); err == nil {
			t.Error("an attribute of 16 bytes took what is no UUID")
		}
	})
}
