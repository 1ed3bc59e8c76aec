package triggers_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/triggers"
)

func wantRejected(t *testing.T, err error, message string) {
	t.Helper()
	got, ok := errors.AsType[*triggers.RejectedError](err)
	if !ok {
		t.Fatalf("error %v, want a RejectedError", err)
	}
	if diff := cmp.Diff(&triggers.RejectedError{Code: errRefused, Message: message}, got); diff != "" {
		t.Errorf("rejection (-want +got):\n%s", diff)
	}
}

func wantBypass(t *testing.T, err error, call string) {
	t.Helper()
	got, ok := errors.AsType[*triggers.BypassError](err)
	if !ok || got.Call != call {
		t.Errorf("error %v, want a BypassError of %q", err, call)
	}
}

func wantIs(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}

var errBroken = errors.New("broken")

func failOnFind(db *gorm.DB) { _ = db.AddError(errBroken) }

// ignoreFuncs leaves out the hooks' code and times.
func ignoreFuncs() cmp.Option {
	return cmp.FilterPath(func(p cmp.Path) bool {
		name := p.Last().String()
		return name == ".Do" || name == ".After"
	}, cmp.Ignore())
}
