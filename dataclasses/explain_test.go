package dataclasses_test

import (
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/privileges"
)

// An explanation says what really happens: it is compared with what the data layer does.
// S-295, S-297, S-308, S-317, S-322
func TestExplain(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		f := newFixture(t, db, strings.NewReplacer(`"drop":["money"],"execute"`, `"drop":["work"],"execute"`,
			`"update":["money"]}`, `"update":["money"],"drop":["money"]}`).Replace(taskRoles))
		task := dataclasses.Of[Task](f.ds).New()
		task.Value.Name = "plan"
		if err := task.Save(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			action, resource, privilege string
			allowed                     bool
			says                        string
		}{
			{"", "Task", "work", true, "not Task.budget, which needs one of money too"},
			{"", "Task", "money", true, "holds work: money > work"},
			{"", "Task", "", false, "needs one of work: dataclass Task, line 6"},
			{"update", "Task(1)", "work", true, "Task(1) exists"},
			{"update", "Task(99)", "work", true, "there is no Task with the key 99"},
			{"update", "Task('x", "work", false, ""},
			{"drop", "Task(1)", "work", false, "cannot be dropped because budget is not null"},
			{"drop", "Task(1)", "money", true, "exists"},
			{"", "Task.budget", "work", false, "attribute Task.budget, line 7"},
			{"update", "Task(1).budget", "money", true, "exists"},
			{"", "Task.spend", "work", true, "while it runs it lends"},
			{"execute", "Task.spend", "audit", false, "method Task.spend, line 8"},
			{"", "ds.whoAmI", "", false, "method ds.whoAmI"},
			{"", "ds.secret", "work", false, "is not exposed"},
			{"", "Note", "work", false, "the data of Note is not exposed"},
			{"", "ds", "work", false, "restrictedByDefault is on"},
		} {
			var caller privileges.Caller
			if c.privilege != "" {
				caller.Privileges = []string{c.privilege}
			}
			got, err := f.ds.Explain(t.Context(), dataclasses.Question{Action: c.action, Resource: c.resource, Caller: caller})
			if c.says == "" {
				if err == nil {
					t.Errorf("%+v: no error", c)
				}
				continue
			}
			if err != nil {
				t.Errorf("%+v: %v", c, err)
				continue
			}
			if got.Allowed != c.allowed || !strings.Contains(got.String(), c.says) {
				t.Errorf("%+v:\n%s", c, got)
			}
		}
		worker, _ := f.as(t, "work")
		mine, err := dataclasses.Of[Task](f.ds).Get(worker, 1)
		if err != nil {
			t.Fatal(err)
		}
		refused(t, mine.Drop(worker), "No permission to drop for the Task.budget attribute")
	})
}

func TestExplainSingletonsAndNonsense(t *testing.T) {
	t.Parallel()
	ds := ordatest.Open(t, ordatest.SQLite(t), append(singletons(newCounter), dataclasses.Permissions(parsedRoles(t, counterRoles)))...)
	got, err := ds.Explain(t.Context(), dataclasses.Question{Resource: "Counter.spend", Caller: privileges.Caller{Privileges: []string{"work"}}})
	if err != nil || !got.Allowed || !strings.Contains(got.String(), "singleton Counter, line 2") || !strings.Contains(got.String(), "lends money") {
		t.Errorf("Counter.spend: %v, %v", got, err)
	}
	for resource, want := range map[string]string{
		"": "write a dataclass", "Task(": "write a dataclass", "Task.a.b": "write a dataclass", "Tusk": "no dataclass and no singleton Tusk",
		"Tusk.x": "no dataclass", "Task.x": "Task has no attribute or function x", "Counter": "name a function", "Counter(1).next": "is no dataclass",
		"ds(1)": "is no dataclass", "Counter.x": "no attribute or function x",
	} {
		if got, err := ds.Explain(t.Context(), dataclasses.Question{Resource: resource}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v, want %q", resource, got, err, want)
		}
	}
	for action, resource := range map[string]string{"execute": "Task.name", "read": "Counter.next", "fly": "Task", "promote": "Counter.next"} {
		if got, err := ds.Explain(t.Context(), dataclasses.Question{Action: action, Resource: resource}); err == nil {
			t.Errorf("%s %s: %v", action, resource, got)
		}
	}
	open := ordatest.Open(t, ordatest.SQLite(t), singletons(newCounter)...)
	if got, err := open.Explain(t.Context(), dataclasses.Question{Action: "drop", Resource: "Task"}); err != nil || !got.Allowed || !strings.Contains(got.String(), "no permissions") {
		t.Errorf("without permissions: %v, %v", got, err)
	}
}
