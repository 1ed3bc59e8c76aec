package rest_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/session"
)

// Shelf has functions of the same name in two scopes.
type Shelf struct {
	model.Record
	ID   int64
	Name string
}

func ofClass(context.Context, *session.Session, *dataclasses.DataClass[Shelf], dataclasses.None) (string, error) {
	return "dataclass", nil
}

func ofSelection(ctx context.Context, _ *session.Session, s *dataclasses.Selection[Shelf], _ dataclasses.None) (int, error) {
	return s.Count(ctx)
}

// R-351, O-425, S-363: under Shelf/f a selection function wins over a dataclass function of the same name; a dataclass function without
// such a rival is found, also with a filter, which it ignores.
func TestSelectionFunctionWins(t *testing.T) {
	t.Parallel()
	ds := ordatest.Open(t, ordatest.SQLite(t), dataclasses.DefineExposed[Shelf](
		dataclasses.OnClass(dataclasses.Exposed("both", ofClass), dataclasses.Exposed("alone", ofClass)),
		dataclasses.OnSelection(dataclasses.Exposed("both", ofSelection)),
	))
	for _, name := range []string{"Novels", "Poems"} {
		e := dataclasses.Of[Shelf](ds).New()
		e.Value.Name = name
		if err := e.Save(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	manager := &session.Manager{}
	t.Cleanup(func() { _ = manager.Close() })
	server := httptest.NewServer(rest.Handler(ds.Remote(), manager))
	t.Cleanup(server.Close)
	got := map[string]string{}
	for _, target := range []string{"Shelf/both", `Shelf/both?$filter="name=p@"`, "Shelf/alone", `Shelf/alone?$filter="name=p@"`} {
		response, err := http.Post(server.URL+"/rest/"+target, "application/json", strings.NewReader("[]"))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		got[target] = string(body)
	}
	want := map[string]string{
		"Shelf/both":                    `{"result":2}`,
		`Shelf/both?$filter="name=p@"`:  `{"result":1}`,
		"Shelf/alone":                   `{"result":"dataclass"}`,
		`Shelf/alone?$filter="name=p@"`: `{"result":"dataclass"}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}
