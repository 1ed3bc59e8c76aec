package dataclasses_test

import (
	"context"
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
		}, []string{"alias bookTitle of Author: books is a relatedEntities attribute", `attribute "nosuch" not found in dataclass Author`, `"title" is taken`}},
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
