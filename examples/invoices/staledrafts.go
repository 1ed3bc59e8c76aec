package invoices

import (
	"context"
	"errors"
	"time"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
)

// defaultStaleDays is after how many days a draft is stale.
const defaultStaleDays = 180

// StaleDrafts is what the procedure cancelStaleDrafts takes.
type StaleDrafts struct {
	Days int // of age, 1 or more; 0 stands for 180
}

// CleanUp is what cancelStaleDrafts did.
type CleanUp struct {
	At        time.Time `json:"at"`
	Before    model.Day `json:"before"`    // drafts older than this day were stale
	Cancelled int       `json:"cancelled"` // invoices
	Skipped   int       `json:"skipped"`   // somebody changed them meanwhile
}

// LastCleanUp is where cancelStaleDrafts leaves its result: in the storage of the session that it runs in.
var LastCleanUp = session.NewKey[CleanUp]("lastCleanUp")

// Procedures returns what the application can run in processes of its own.
func (a *App) Procedures() []server.Procedure { return []server.Procedure{a.CancelStaleDrafts} }

// Schedule returns what the application does every night.
func (a *App) Schedule() []server.Scheduled {
	return []server.Scheduled{{Spec: "0 3 * * *", Procedure: a.CancelStaleDrafts.Name()}}
}

// cancelStaleDrafts cancels old drafts one by one, each with its triggers, so that what it has done stays done when it is stopped.
func (a *App) cancelStaleDrafts(ctx context.Context, s *session.Session, in StaleDrafts) error {
	if in.Days < 0 {
		return errors.New("days must be 1 or more, or 0 for the usual number")
	}
	if in.Days == 0 {
		in.Days = defaultStaleDays
	}
	app, ok := server.FromContext(ctx)
	if !ok {
		return server.ErrNoApplication
	}
	done := CleanUp{At: model.Instant(a.now()), Before: model.Today(a.now()).AddDays(-in.Days)}
	stale, err := dataclasses.Of[Invoice](app.DataStore()).Query("status = :1 and date < :2 order by date", string(Draft), done.Before)
	if err != nil {
		return err
	}
	for inv, err := range stale.Entities(ctx) {
		if err != nil {
			return err
		}
		if err := done.cancel(ctx, inv); err != nil {
			return err
		}
	}
	return LastCleanUp.Set(s, done)
}

// cancel cancels a draft unless it has become something else.
func (c *CleanUp) cancel(ctx context.Context, inv *invoiceEntity) error {
	if inv.Value.Status != Draft {
		c.Skipped++
		return nil
	}
	inv.Value.Status = Cancelled
	err := inv.Save(ctx)
	switch {
	case errors.Is(err, dataclasses.ErrConflict), errors.Is(err, dataclasses.ErrNotFound):
		c.Skipped++
		return nil
	case err == nil:
		c.Cancelled++
	}
	return err
}
