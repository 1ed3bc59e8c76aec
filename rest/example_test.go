package rest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"

	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/migrations"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/sqlite"
)

// Planet is the model of the example.
type Planet struct {
	model.Record
	ID    int64
	Name  string
	Moons int64
}

// A datastore is served under /rest; a client creates an entity and asks for it.
func ExampleHandler() {
	dir, err := os.MkdirTemp("", "ordago")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	db, err := gorm.Open(sqlite.Open(filepath.Join(dir, "planets.db")))
	if err != nil {
		panic(err)
	}
	ds, err := dataclasses.Open(db, dataclasses.DefineExposed[Planet]())
	if err != nil {
		panic(err)
	}
	defer ds.Close()
	if _, err := migrations.Create(context.Background(), db, ds.Models()); err != nil {
		panic(err)
	}
	manager := &session.Manager{}
	defer manager.Close()
	server := httptest.NewServer(rest.Handler(ds.Remote(), manager))
	defer server.Close()

	created, err := http.Post(server.URL+"/rest/Planet?$method=update&$attributes=name", "application/json", strings.NewReader(`{"name":"Mars","moons":2}`))
	if err != nil {
		panic(err)
	}
	fmt.Println(created.Status)
	response, err := http.Get(server.URL + `/rest/Planet/moons?$filter="name=m@"&$top=1`)
	if err != nil {
		panic(err)
	}
	body, _ := io.ReadAll(response.Body)
	fmt.Println(strings.Contains(string(body), `"moons":2`))
	// Output:
	// 200 OK
	// true
}
