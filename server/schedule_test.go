package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/ordago/ordago/server"
)

// startAt runs an application whose schedule has a clock of its own, and waits until that is waited for.
func startAt(t *testing.T, c server.Config, begin time.Time) (*running, *clockwork.FakeClock) {
	t.Helper()
	clock := clockwork.NewFakeClockAt(begin)
	s := startWith(t, c, func(s *server.Server) { server.SetClock(s, clock) })
	pass(t, clock, 0)
	return s, clock
}

// pass lets time pass, once the schedule waits for its next run.
func pass(t *testing.T, clock *clockwork.FakeClock, d time.Duration) {
	t.Helper()
	if err := clock.BlockUntilContext(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	clock.Advance(d)
}

var midnight = time.Date(2026, time.March, 1, 0, 0, 0, 0, time.UTC)

// A schedule starts processes in the session of the application, with their parameters.
func TestSchedule(t *testing.T) {
	t.Parallel()
	o := newOffice()
	close(o.let)
	c := o.config(t)
	c.Schedule = []server.Scheduled{
		{Spec: "CRON_TZ=UTC 0 3 * * *", Procedure: "look"},
		{Spec: "CRON_TZ=Europe/Berlin 0 5 * * *", Procedure: "take", Args: order{Text: "berlin"}},
	}
	s, clock := startAt(t, c, midnight)
	if err := clock.BlockUntilContext(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	pass(t, clock, 3*time.Hour-time.Second)
	if len(o.seen) > 0 {
		t.Error("a procedure ran before its time")
	}
	pass(t, clock, time.Second)
	wantSight(t, "a scheduled procedure", <-o.seen, own(s.Server))
	if len(o.taken) > 0 {
		t.Error("a procedure of another time zone ran at the time of this one")
	}
	if err := clock.BlockUntilContext(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	pass(t, clock, time.Hour)
	if got := <-o.taken; got.Text != "berlin" {
		t.Errorf("parameters: %+v, want berlin", got)
	}
}

// A run that is due while the last one goes on is skipped; the schedule ends with Run.
func TestScheduleNeverOverlaps(t *testing.T) {
	t.Parallel()
	o := newOffice()
	c := o.config(t)
	log, buf := logged()
	c.Log = log
	c.Schedule = []server.Scheduled{{Spec: "@every 1h", Procedure: "wait"}}
	s, clock := startAt(t, c, midnight)
	pass(t, clock, time.Hour)
	<-o.waiting
	for range 3 {
		pass(t, clock, time.Hour)
	}
	pass(t, clock, 0) // the third is done when the next is waited for
	if len(o.waiting) > 0 {
		t.Error("a second run began beside the first")
	}
	activity, err := s.Activity(t.Context(), server.ProcessesOnly, "")
	if err != nil || len(activity.Processes) != 1 || activity.Processes[0].Name != "schedule: wait" || activity.Processes[0].Method != "wait" {
		t.Errorf("Activity: %+v, %v, want the process of the schedule", activity, err)
	}
	if err := s.end(t); err != nil {
		t.Error(err)
	}
	<-o.aborted
	clock.Advance(24 * time.Hour)
	if len(o.waiting) > 0 {
		t.Error("a procedure began after the end")
	}
	if text := buf.String(); !strings.Contains(text, "scheduled procedure is skipped") || !strings.Contains(text, "process=1") {
		t.Errorf("log %q, want the runs that were skipped", text)
	}
}

func TestScheduleMistakes(t *testing.T) {
	t.Parallel()
	c := newOffice().config(t)
	c.Schedule = []server.Scheduled{
		{Spec: "at three", Procedure: "look"},
		{Spec: "0 0 31 2 *", Procedure: "look"},
		{Spec: "", Procedure: "look"},
		{Spec: "0 3 * * *", Procedure: "fly"},
		{Spec: "0 3 * * *", Procedure: "take", Args: map[string]int{"Text": 3}},
		{Spec: "0 3 * * *", Procedure: "take", Args: func() {}},
	}
	_ = wantOpenError(t, c,
		`schedule of procedure "look": "at three" is no time: write five fields like "0 3 * * *", or "@every 1h": expected exactly 5 fields`,
		`"0 0 31 2 *" is no time`, `"" is no time`,
		`schedule of procedure "fly": there is no such procedure: add it to Config.Procedures`,
		`schedule of procedure "take": procedure take: parameters: json: cannot unmarshal number`,
		`schedule of procedure "take": parameters: json: unsupported type: func()`)
}
