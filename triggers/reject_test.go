package triggers_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/triggers"
)

// O-564: any code but 0 refuses, and the error keeps it.
func TestRejectf(t *testing.T) {
	t.Parallel()
	for code, want := range map[triggers.Code]triggers.Code{-15001: -15001, -32000: -32000, 7: 7, 0: triggers.Refused} {
		wrapped := fmt.Errorf("save: %w", triggers.Rejectf(code, "%d of %s", 3, "x"))
		got, ok := errors.AsType[*triggers.RejectedError](wrapped)
		if !ok {
			t.Fatalf("code %d: no RejectedError in %v", code, wrapped)
		}
		if diff := cmp.Diff(&triggers.RejectedError{Code: want, Message: "3 of x"}, got); diff != "" {
			t.Errorf("code %d (-want +got):\n%s", code, diff)
		}
	}
	if got, want := triggers.Rejectf(-15001, "no").Error(), "no (code -15001)"; got != want {
		t.Errorf("text %q, want %q", got, want)
	}
}

// S-105: the numbers are those of Trigger event.
func TestEventNumbers(t *testing.T) {
	t.Parallel()
	got := map[triggers.Event]string{}
	for e := range triggers.Event(5) {
		got[e] = e.String()
	}
	want := map[triggers.Event]string{0: "none", 1: "creating", 2: "updating", 3: "deleting", 4: "none"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// Errors say what is wrong, where, and what to write instead.
func TestErrorTexts(t *testing.T) {
	t.Parallel()
	got := []string{
		(&triggers.BypassError{Model: "Employee", Call: "Update with a map", Instead: "call Save(&x)"}).Error(),
		(&triggers.HookError{Type: "Employee", Method: "OnSave", Problem: "is no hook", Instead: "BeforeSave"}).Error(),
	}
	want := []string{
		"Employee: Update with a map is refused because the model has triggers or a stamp: call Save(&x)",
		"Employee.OnSave is no hook: write BeforeSave",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("texts (-want +got):\n%s", diff)
	}
}
