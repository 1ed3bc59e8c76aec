package dataclasses_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
)

type bare struct{ ID int64 }

type typo struct {
	model.Record
	ID int64
}

func (*typo) BeforeSaved(*gorm.DB) error { return nil }

func nothing(context.Context, *session.Session, *dataclasses.DataStore, dataclasses.None) (string, error) {
	return "", nil
}

func badArgs(context.Context, *session.Session, *dataclasses.DataStore, int) (string, error) {
	return "", nil
}

// O-014, O-402, O-463, S-303
func TestOpenReportsAllMistakes(t *testing.T) {
	t.Parallel()
	roles, err := privileges.Parse([]byte(`{"privileges":[{"privilege":"a"}],"permissions":{"allowed":[{"applyTo":"Nosuch","type":"dataclass","read":["a"]}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		defs []dataclasses.Definition
		want []string
	}{
		{"models", []dataclasses.Definition{dataclasses.Define[bare](), dataclasses.Define[typo](), nil},
			[]string{"open_test.go:", "bare", "has no stamp", "BeforeSaved", "a nil definition"}},
		{"functions", append(library(), dataclasses.OnStore(
			dataclasses.Exposed("not a name", nothing),
			dataclasses.Exposed("getInfo", nothing),
			dataclasses.Exposed("twice", nothing),
			dataclasses.Private("twice", nothing),
			dataclasses.Exposed("args", badArgs),
			dataclasses.Exposed[*dataclasses.DataStore, dataclasses.None, string]("missing", nil),
		)), []string{"open_test.go:", `function name "not a name"`, "getInfo is reserved", "twice is declared twice", "parameters must be a struct", "missing has no Go function"}},
		{"attributes", []dataclasses.Definition{
			dataclasses.Define[Author](dataclasses.Alias[Author]("bookTitle", "books.title"), dataclasses.Alias[Author]("lost", "nosuch.name")),
			dataclasses.Define[Book](dataclasses.Computed("title", func(context.Context, *dataclasses.Entity[Book]) (string, error) { return "", nil })),
		}, []string{"alias bookTitle of Author: it leads through the 1 to N relation Author.books to several values", `attribute "nosuch" not found in dataclass Author`, `"title" is taken`}},
		{"roles", append(library(), dataclasses.Permissions(roles)), []string{"roles.json", "Nosuch"}},
		{"missing target", []dataclasses.Definition{dataclasses.Define[Book]()}, []string{"Author"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := dataclasses.Open(ordatest.SQLite(t), tt.defs...)
			if err == nil {
				t.Fatal("Open accepted it")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error lacks %q:\n%v", want, err)
				}
			}
		})
	}
}

func TestOfPanicsForAnUndeclaredClass(t *testing.T) {
	t.Parallel()
	ds := ordatest.Open(t, ordatest.SQLite(t), library()...)
	defer func() {
		if recover() == nil {
			t.Error("Of of a class that is not declared did not panic")
		}
	}()
	dataclasses.Of[bare](ds)
}

func modelResult(context.Context, *session.Session, *dataclasses.DataStore, dataclasses.None) ([]Author, error) {
	return nil, nil
}

func nestedResult(context.Context, *session.Session, *dataclasses.DataStore, dataclasses.None) (map[string]struct{ A *dataclasses.Entity[Author] }, error) {
	return nil, nil
}

// What a function returns must not show an entity past its hidden attributes.
func TestResultsThatWouldShowHiddenAttributes(t *testing.T) {
	t.Parallel()
	_, err := dataclasses.Open(ordatest.SQLite(t), append(library(), dataclasses.OnStore(
		dataclasses.Exposed("models", modelResult), dataclasses.Exposed("nested", nestedResult), dataclasses.Private("mine", modelResult)))...)
	for _, want := range []string{"function models: the result contains the model Author", "function nested: the result contains an entity"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q: %v", want, err)
		}
	}
	if err != nil && strings.Contains(err.Error(), "mine") {
		t.Errorf("a private function was refused: %v", err)
	}
	if _, err := json.Marshal(map[string]any{"e": &dataclasses.Entity[Author]{}}); err == nil {
		t.Error("an entity was marshalled")
	}
}

type cascading struct {
	model.Record
	ID    int64
	Books []cascaded `gorm:"foreignKey:ParentID;constraint:OnDelete:CASCADE"`
}

type cascaded struct {
	model.Record
	ID       int64
	ParentID int64
}

func (*cascaded) BeforeDelete(*gorm.DB) error { return nil }

// O-047: the database must not delete rows past their triggers.
func TestCascadePastTriggersIsRefused(t *testing.T) {
	t.Parallel()
	_, err := dataclasses.Open(ordatest.SQLite(t), dataclasses.Define[cascading](), dataclasses.Define[cascaded]())
	if err == nil || !strings.Contains(err.Error(), "ON DELETE CASCADE would change rows of cascaded without their triggers") {
		t.Errorf("Open: %v", err)
	}
}
