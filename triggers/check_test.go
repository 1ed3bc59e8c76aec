package triggers_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/triggers"
)

type wrongSignature struct{ ID uint }

func (*wrongSignature) BeforeSave() error                                { return nil }
func (*wrongSignature) BeforeCreate(tx *gorm.DB)                         {}
func (*wrongSignature) AfterFind(ctx context.Context, tx *gorm.DB) error { return nil }
func (*wrongSignature) AfterDelete(tx gorm.DB) error                     { return nil }

type lookalikes struct{ ID uint }

func (*lookalikes) Beforesave(tx *gorm.DB) error    { return nil }
func (*lookalikes) BeforeSaved(tx *gorm.DB) error   { return nil }
func (*lookalikes) AfterCreated(tx *gorm.DB) error  { return nil }
func (*lookalikes) OnSave() error                   { return nil }
func (*lookalikes) BeforeDestroy(tx *gorm.DB) error { return nil }
func (*lookalikes) PostInsert(tx *gorm.DB)          {}
func (*lookalikes) AfterLoad(tx *gorm.DB) error     { return nil }

type harmless struct{ ID uint }

func (harmless) BeforeSave(tx *gorm.DB) error   { return nil }
func (harmless) BeforeCreate(tx *gorm.DB) error { return nil }
func (*harmless) BeforeDelete(*gorm.DB) error   { return nil }
func (*harmless) AfterFind(*gorm.DB) error      { return nil }
func (harmless) AfterSales() string             { return "" }
func (harmless) Save() error                    { return nil }
func (harmless) Before(other harmless) bool     { return false }

type mixed struct{ ID uint }

func (mixed) AfterSave(tx *gorm.DB) error    { return nil }
func (*mixed) AfterCreate(tx *gorm.DB) error { return nil }
func (*mixed) AfterUpdate(tx *gorm.DB) error { return nil }

// HookedA and HookedB are parts with hooks.
type HookedA struct{ A int }

func (*HookedA) BeforeSave(tx *gorm.DB) error { return nil }

type HookedB struct{ B int }

func (*HookedB) BeforeSave(tx *gorm.DB) error { return nil }

type promoted struct {
	ID uint
	HookedA
}

type ambiguous struct {
	ID uint
	HookedA
	*HookedB
}

type named struct {
	ID   uint
	Part HookedA `gorm:"embedded;embeddedPrefix:part_"`
	Free HookedB `gorm:"-"`
}

func TestCheck(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		model any
		want  []triggers.HookError
	}{
		{"nothing wrong", harmless{}, nil},
		{"pointer", &harmless{}, nil},
		{"promoted", &promoted{}, nil},
		{"the models of the tests", &Employee{}, nil},
		{"signatures", wrongSignature{}, []triggers.HookError{
			{"wrongSignature", "BeforeSave", "has the signature func() error and is not called", declaration("wrongSignature", "BeforeSave")},
			{"wrongSignature", "BeforeCreate", "has the signature func(*gorm.DB) and is not called", declaration("wrongSignature", "BeforeCreate")},
			{"wrongSignature", "AfterDelete", "has the signature func(gorm.DB) error and is not called", declaration("wrongSignature", "AfterDelete")},
			{"wrongSignature", "AfterFind", "has the signature func(context.Context, *gorm.DB) error and is not called", declaration("wrongSignature", "AfterFind")},
		}},
		{"lookalikes", &lookalikes{}, []triggers.HookError{
			alike("AfterCreated", "AfterCreate"), alike("AfterLoad", "AfterFind"), alike("BeforeDestroy", "BeforeDelete"),
			alike("BeforeSaved", "BeforeSave"), alike("Beforesave", "BeforeSave"), alike("OnSave", "BeforeSave"), alike("PostInsert", "AfterCreate"),
		}},
		{"mixed receivers", &mixed{}, []triggers.HookError{
			{"mixed", "AfterCreate", "is skipped because AfterSave has a value receiver", declaration("mixed", "AfterSave")},
			{"mixed", "AfterUpdate", "is skipped because AfterSave has a value receiver", declaration("mixed", "AfterSave")},
		}},
		{"ambiguous", &ambiguous{}, []triggers.HookError{hidden("ambiguous", "HookedA"), hidden("ambiguous", "HookedB")}},
		{"named field", &named{}, []triggers.HookError{hidden("named", "Part")}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, hookErrors(t, triggers.Check(test.model))); diff != "" {
				t.Errorf("Check(%T) (-want +got):\n%s", test.model, diff)
			}
		})
	}
	for _, v := range []any{nil, 3, []harmless{}} {
		if triggers.Check(v) == nil {
			t.Errorf("Check(%v) accepts what is no struct", v)
		}
	}
}

func declaration(model, hook string) string {
	return "func (x *" + model + ") " + hook + "(tx *gorm.DB) error"
}

func alike(method, hook string) triggers.HookError {
	return triggers.HookError{
		Type: "lookalikes", Method: method, Problem: "looks like a hook and is none",
		Instead: declaration("lookalikes", hook) + ", or choose another name",
	}
}

func hidden(model, part string) triggers.HookError {
	return triggers.HookError{
		Type: model, Method: part + ".BeforeSave", Problem: "is not called: it is not promoted to the model",
		Instead: declaration(model, "BeforeSave") + " that calls it",
	}
}

// hookErrors takes the joined errors apart.
func hookErrors(t *testing.T, err error) []triggers.HookError {
	t.Helper()
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("error %v is not joined", err)
	}
	var all []triggers.HookError
	for _, e := range joined.Unwrap() {
		h, ok := errors.AsType[*triggers.HookError](e)
		if !ok {
			t.Fatalf("error %v is no HookError", e)
		}
		all = append(all, *h)
	}
	return all
}
