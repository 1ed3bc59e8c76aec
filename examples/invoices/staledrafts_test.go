package invoices_test

import (
	"encoding/json"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/server"
)

// application opens the demo as an application that has a session of its own.
func application(t *testing.T) (*server.Server, *world) {
	t.Helper()
	app := invoices.New()
	s, err := server.Open(t.Context(), server.Config{
		Database: filepath.Join(t.TempDir(), "i.db"), Log: slog.New(slog.DiscardHandler), Standalone: true, UserName: "night",
		Definitions: app.Definitions(), Migrations: invoices.Migrations(), Procedures: app.Procedures(), Schedule: app.Schedule(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, &world{t: t, app: app, ds: s.DataStore(), manager: s.Sessions()}
}

// The job of the night cancels old drafts and nothing else, in the name of the application's session, and says what it did.
func TestCancelStaleDrafts(t *testing.T) {
	t.Parallel()
	s, w := application(t)
	today := model.Today(time.Now())
	stock := w.small()
	dated := func(age int) uint {
		inv := w.draft(w.as("clerk"), stock)
		inv.Value.Date = today.AddDays(-age)
		if err := inv.Save(w.t.Context()); err != nil {
			t.Fatal(err)
		}
		return inv.Value.ID
	}
	fresh, old, oldest, approved := dated(29), dated(31), dated(400), dated(400)
	inv := load[invoices.Invoice](w, approved)
	if _, err := w.app.Approve.Call(w.as("manager"), inv, dataclasses.None{}); err != nil {
		t.Fatal(err)
	}
	ctx := s.Context(t.Context())
	if err := w.app.CancelStaleDrafts.Call(ctx, invoices.StaleDrafts{Days: 30}); err != nil {
		t.Fatal(err)
	}
	got := map[uint]invoices.Status{}
	for _, id := range []uint{fresh, old, oldest, approved} {
		got[id] = load[invoices.Invoice](w, id).Value.Status
	}
	want := map[uint]invoices.Status{
		fresh: invoices.Draft, old: invoices.Cancelled, oldest: invoices.Cancelled, approved: invoices.Approved,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	done, ok := invoices.LastCleanUp.Get(s.Session())
	if !ok || done.Cancelled != 2 || done.Skipped != 0 || done.Before != today.AddDays(-30) {
		t.Errorf("what it left: %+v, %v, want 2 cancelled", done, ok)
	}
	entries, err := dataclasses.Of[invoices.AuditEntry](w.ds).Query("userName = :1 and sessionID = :2", "night", s.Session().ID())
	if err != nil {
		t.Fatal(err)
	}
	if n, err := entries.Count(t.Context()); n != 2 || err != nil {
		t.Errorf("%d audit entries of the job, %v, want 2", n, err)
	}
}

func TestCancelStaleDraftsParameters(t *testing.T) {
	t.Parallel()
	s, w := application(t)
	ctx := s.Context(t.Context())
	if err := s.Call(ctx, "cancelStaleDrafts", nil); err != nil {
		t.Errorf("without parameters: %v", err)
	}
	if done, _ := invoices.LastCleanUp.Get(s.Session()); done.Before != model.Today(time.Now()).AddDays(-180) {
		t.Errorf("by default drafts before %v are stale, want 180 days", done.Before)
	}
	if err := s.Call(ctx, "cancelStaleDrafts", json.RawMessage(`{"days":-1}`)); err == nil || !strings.Contains(err.Error(), "1 or more") {
		t.Errorf("-1 days: %v", err)
	}
	if err := w.app.CancelStaleDrafts.Call(t.Context(), invoices.StaleDrafts{}); err == nil {
		t.Error("outside of an application: no error")
	}
}
