package rest_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/rest"
)

func newSet(id, session string, used time.Time, members int) rest.EntitySet {
	keys := make([]string, members)
	for i := range keys {
		keys[i] = fmt.Sprint(i)
	}
	return rest.EntitySet{ID: id, Class: "Book", Keys: keys, Session: session, Timeout: time.Hour, Used: used}
}

func mustCreate(t *testing.T, m *rest.MemoryEntitySets, set rest.EntitySet) {
	t.Helper()
	if err := m.Create(context.Background(), set, 0); err != nil {
		t.Fatal(err)
	}
}

func exists(t *testing.T, m *rest.MemoryEntitySets, id string, now time.Time) bool {
	t.Helper()
	_, ok, err := m.Load(t.Context(), id, now)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

//
func TestMemoryEntitySetsExpire(t *testing.T) {
	t.Parallel()
	m := rest.NewMemoryEntitySets()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	set := newSet("A", "s", start, 3)
	mustCreate(t, m, set)
	got, ok, err := m.Load(t.Context(), "A", start.Add(59*time.Minute))
	if diff := cmp.Diff(set, got); !ok || err != nil || diff != "" {
		t.Errorf("Load before the end = %v, %v (-want +got):\n%s", ok, err, diff)
	}
	if exists(t, m, "A", start.Add(time.Hour)) {
		t.Error("Load at the end found the set")
	}
	if ok, err := m.Touch(t.Context(), "A", start.Add(59*time.Minute), 0); !ok || err != nil {
		t.Errorf("Touch = %v, %v", ok, err)
	}
	if !exists(t, m, "A", start.Add(118*time.Minute)) || exists(t, m, "A", start.Add(119*time.Minute)) {
		t.Error("a use does not restart the countdown with the same value")
	}
	if _, err := m.Touch(t.Context(), "A", start, 2*time.Hour); err != nil {
		t.Fatal(err)
	}
	if !exists(t, m, "A", start.Add(119*time.Minute)) {
		t.Error("a new time-out does not replace the old one")
	}
	if ok, _ := m.Touch(t.Context(), "B", start, 0); ok {
		t.Error("Touch found a set that was never made")
	}
}

// R-251, S-205
func TestMemoryEntitySetsLimits(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	m := rest.NewMemoryEntitySets()
	for i := range rest.DefaultSets + 1 {
		mustCreate(t, m, newSet(fmt.Sprint(i), "s", start.Add(time.Duration(i)*time.Millisecond), 1))
	}
	mustCreate(t, m, newSet("other", "t", start, 1))
	if exists(t, m, "0", start) || !exists(t, m, "1", start) || !exists(t, m, "other", start) {
		t.Error("without a quota the oldest set of the session, and no other, must go")
	}

	m = rest.NewMemoryEntitySets()
	for i, want := range []error{nil, nil, rest.ErrTooManySets} {
		if err := m.Create(t.Context(), newSet(fmt.Sprint(i), "s", start, 1), 2); !errors.Is(err, want) {
			t.Errorf("Create number %d = %v, want %v", i, err, want)
		}
	}
	if err := m.Create(t.Context(), newSet("late", "s", start.Add(2*time.Hour), 1), 2); err != nil {
		t.Errorf("Create after the others expired: %v", err)
	}

	m = rest.MaxMembers(10)
	for i := range 4 {
		mustCreate(t, m, newSet(fmt.Sprint(i), fmt.Sprint(i), start.Add(time.Duration(i)), 4))
	}
	list, err := m.List(t.Context(), start)
	var ids []string
	for _, info := range list {
		ids = append(ids, fmt.Sprintf("%s:%d", info.ID, info.Size))
	}
	if diff := cmp.Diff([]string{"2:4", "3:4"}, ids); diff != "" || err != nil {
		t.Errorf("sets under memory pressure %v (-want +got):\n%s", err, diff)
	}
}

func TestMemoryEntitySetsRelease(t *testing.T) {
	t.Parallel()
	start := time.Now()
	m := rest.NewMemoryEntitySets()
	for _, set := range []rest.EntitySet{newSet("A", "s", start, 1), newSet("B", "s", start, 1), newSet("C", "t", start, 1)} {
		mustCreate(t, m, set)
	}
	for _, want := range []bool{true, false} {
		if ok, err := m.Release(t.Context(), "A"); ok != want || err != nil {
			t.Errorf("Release = %v, %v, want %v", ok, err, want)
		}
	}
	if err := m.ReleaseSession(t.Context(), "s"); err != nil {
		t.Fatal(err)
	}
	if exists(t, m, "B", start) || !exists(t, m, "C", start) {
		t.Error("ReleaseSession must remove the sets of that session only")
	}
}
