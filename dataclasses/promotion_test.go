package dataclasses_test

import (
	"context"
	"testing"

	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
)

// promoting lends itself a privilege and saves what its caller may not.
func promoting(ctx context.Context, s *session.Session, e *dataclasses.Entity[Task], _ dataclasses.None) (bool, error) {
	if _, err := s.Promote("money"); err != nil {
		return false, err
	}
	e.Value.Budget++
	return s.HasPrivilege("money"), e.Save(ctx)
}

// S-148, S-195, S-200: what a function promotes at run time is in force in it and ends with it.
func TestPromotionAtRunTimeEndsWithTheFunction(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		raise := dataclasses.Private("promoting", promoting)
		f := &fixture{ds: ordatest.Open(t, db, dataclasses.Define[Task](dataclasses.OnEntity(raise)), dataclasses.Define[Note](), dataclasses.Permissions(dataRoles(t)))}
		f.manager = &session.Manager{Roles: f.ds.Roles()}
		t.Cleanup(func() { _ = f.manager.Close() })
		task := dataclasses.Of[Task](f.ds).New()
		task.Value.Name = "plan"
		if err := task.Save(t.Context()); err != nil {
			t.Fatal(err)
		}
		worker, s := f.as(t, "work")
		held, err := raise.Call(worker, task, dataclasses.None{})
		if err != nil || !held {
			t.Fatalf("inside: held %v, %v", held, err)
		}
		if s.HasPrivilege("money") {
			t.Error("the promotion outlived the function")
		}
		task.Value.Budget++
		refused(t, task.Save(worker), "No permission to update for the Task.budget attribute")
	})
}

// dataRoles is taskRoles for a datastore without the functions of the other tests.
func dataRoles(t *testing.T) *privileges.Roles {
	t.Helper()
	r, err := privileges.Parse([]byte(`{"restrictedByDefault":true,"privileges":[{"privilege":"work"},{"privilege":"money","includes":["work"]}],
 "permissions":{"allowed":[
  {"applyTo":"Task","type":"dataclass","read":["work"],"create":["work"],"update":["work"],"execute":["work"]},
  {"applyTo":"Task.budget","type":"attribute","read":["money"],"create":["money"],"update":["money"]}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	return r
}
