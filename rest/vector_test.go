package rest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/session"
)

// Passage is found by what it means.
type Passage struct {
	model.Record
	ID      int64
	Text    string
	Meaning model.Vector
}

func near(metric string, threshold float64, v ...float64) model.JSON {
	return model.JSON{"vector": v, "metric": metric, "threshold": threshold}
}

// texts are the texts of an answer's entities.
func (r reply) texts(t *testing.T) []string {
	t.Helper()
	var answer struct {
		Entities []struct{ Text string } `json:"__ENTITIES"`
	}
	if err := json.Unmarshal([]byte(r.body), &answer); err != nil || r.status != http.StatusOK {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}
	texts := []string{}
	for _, e := range answer.Entities {
		texts = append(texts, e.Text)
	}
	return texts
}

// O-156, O-157, O-158, R-045, R-171
func TestVectorAttribute(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, dataclasses.DefineExposed[Passage]())
		passages := dataclasses.Of[Passage](ds)
		for _, p := range []Passage{{Text: "north", Meaning: model.Vector{0, 1}}, {Text: "northeast", Meaning: model.Vector{0.7, 0.7}}, {Text: "south", Meaning: model.Vector{0, -1}}, {Text: "nowhere"}} {
			e := passages.New()
			e.Value.Text, e.Value.Meaning = p.Text, p.Meaning
			if err := e.Save(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		manager := &session.Manager{}
		t.Cleanup(func() { _ = manager.Close() })
		b := start(t, rest.Handler(ds.Remote(), manager))

		if r := b.do("POST", "/rest/Passage?$method=update", `{"text":"east","meaning":[1,0.25]}`); !strings.Contains(r.body, `"meaning":[1,0.25]`) {
			t.Errorf("saved over REST: %d %s", r.status, r.body)
		}
		for _, tt := range []struct {
			query, filter, order string
			value                any
			want                 []string
		}{
			{"meaning > :1", "", "", near("cosine", 0.5, 0, 2), []string{"north", "northeast"}},
			{"meaning > :1 order by meaning desc", "", "", near("cosine", -1, 0, 2), []string{"north", "northeast", "east"}},
			{"meaning >= :1 order by meaning desc", "meaning >= :1", "meaning desc", near("dot", 0, 1, 0), []string{"east", "northeast", "north", "south"}},
			{"meaning <= :1 and text != nowhere order by meaning", "", "", near("euclidean", 1, 0, 1), []string{"north", "northeast"}},
			{"meaning = null", "", "", nil, []string{"nowhere"}},
		} {
			sel, err := passages.Query(tt.query, tt.value)
			if err != nil {
				t.Fatalf("%s: %v", tt.query, err)
			}
			entities, err := sel.Collect(t.Context())
			got := []string{}
			for _, e := range entities {
				got = append(got, e.Value.Text)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("%s: %v (-want +got):\n%s", tt.query, err, diff)
			}
			if tt.filter == "" {
				tt.filter = tt.query
			}
			params, err := json.Marshal([]any{tt.value})
			if err != nil {
				t.Fatal(err)
			}
			target := fmt.Sprintf("/rest/Passage?$filter=%q&$params='%s'&$orderby=%q", tt.filter, params, tt.order)
			if diff := cmp.Diff(tt.want, b.do("GET", target, "").texts(t)); diff != "" {
				t.Errorf("GET %s (-want +got):\n%s", target, diff)
			}
		}
		e, err := passages.Get(t.Context(), 2)
		if err != nil || !slices.Equal(e.Value.Meaning, model.Vector{0.7, 0.7}) {
			t.Errorf("the vector that was saved: %v, %v", e.Value.Meaning, err)
		}
		if r := b.do("GET", "/rest/$catalog/Passage", ""); !strings.Contains(r.body, `"scope":"public","type":"object","classID":"4D.Vector"`) {
			t.Errorf("catalog: %s", r.body)
		}
	})
}

// O-157, R-168, R-171
func TestVectorMistakes(t *testing.T) {
	t.Parallel()
	ds := ordatest.Open(t, ordatest.SQLite(t), dataclasses.DefineExposed[Passage]())
	manager := &session.Manager{}
	t.Cleanup(func() { _ = manager.Close() })
	b := start(t, rest.Handler(ds.Remote(), manager))
	for target, code := range map[string]string{
		`$filter="meaning = :1"&$params=[{"vector":[1]}]`:                                     "1112",
		`$filter="meaning > 1"`:                                                               "1200",
		`$filter="meaning > :1"&$params=[[1,2]]`:                                              "1280",
		`$filter="meaning > :1"&$params=[{"vector":[]}]`:                                      "1280",
		`$filter="meaning > :1"&$params=[{"vector":["a"]}]`:                                   "1280",
		`$filter="meaning > :1"&$params=[{"vector":[1],"metric":"manhattan"}]`:                "1280",
		`$filter="meaning > :1"&$params=[{"vector":[1],"threshold":"near"}]`:                  "1280",
		`$filter="meaning > :1"`:                                                              "1279",
		`$orderby="meaning"`:                                                                  "1810",
		`$filter="text > :1"&$params=[{"vector":[1]}]`:                                        "1280",
		`$filter="meaning > :1"&$params=[{"vector":[` + strings.Repeat("1,", 17_000) + `1]}]`: "1806", // too long for a URL
	} {
		r := b.do("GET", "/rest/Passage?"+target, "")
		if r.status != 500 || !strings.Contains(r.body, `"errCode":`+code) {
			t.Errorf("%.80s: %d %s, want error %s", target, r.status, r.body, code)
		}
	}
	for _, body := range []string{`{"text":"x","meaning":"north"}`, `{"text":"x","meaning":{"a":1}}`, `{"text":"x","meaning":[1,"a"]}`, `{"text":"x","meaning":[1e999]}`} {
		if r := b.do("POST", "/rest/Passage?$method=update", body); r.status != 500 || !strings.Contains(r.body, "__ERROR") {
			t.Errorf("POST %s: %d %s", body, r.status, r.body)
		}
	}
	if n, err := dataclasses.Of[Passage](ds).Count(t.Context()); n != 0 || err != nil {
		t.Errorf("%d passages were saved, %v", n, err)
	}
}
