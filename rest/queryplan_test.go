package rest_test

import (
	"encoding/json"
	"fmt"
	"testing"
)

// explained is what an answer says about how it came about.
type explained struct {
	Plan json.RawMessage `json:"__queryPlan"`
	Path *struct {
		Steps []struct {
			Description string            `json:"description"`
			Time        *int              `json:"time"`
			Records     *int              `json:"recordsfounds"`
			Steps       []json.RawMessage `json:"steps"`
		} `json:"steps"`
	} `json:"__queryPath"`
	Set string `json:"__ENTITYSET"`
}

func (b *browser) explained(target string) explained {
	b.t.Helper()
	var e explained
	r := b.do("GET", target, "")
	if err := json.Unmarshal([]byte(r.body), &e); err != nil || r.status != 200 {
		b.t.Fatalf("GET %s: %d %s", target, r.status, r.body)
	}
	return e
}

//
func TestQueryPath(t *testing.T) {
	t.Parallel()
	b := start(t, plainServer(t))
	const filter = `$filter="price>5 and author.lastName=Okoro"`
	summary := func(target string) string {
		t.Helper()
		e := b.explained(target)
		if e.Path == nil || len(e.Path.Steps) != 1 || e.Path.Steps[0].Time == nil || e.Path.Steps[0].Records == nil {
			t.Fatalf("GET %s: path %+v", target, e.Path)
		}
		step := e.Path.Steps[0]
		return fmt.Sprintf("%s %d %d plan %t", step.Description, *step.Records, len(step.Steps), e.Plan != nil)
	}
	set := b.explained(`/rest/Book?` + filter + `&$method=entityset`).Set
	for _, tt := range []struct{ target, want string }{
		{`/rest/Book?` + filter + `&$querypath=true`, "AND 2 2 plan false"},
		{`/rest/Book?` + filter + `&querypath=true&$queryplan=true&$top=1`, "AND 2 2 plan true"},
		{`/rest/Book?` + filter + `&$method=entityset&$querypath=true`, "AND 2 2 plan false"},
		{set + `?$querypath=true`, "[index : Book.ID ] in 2 keys 2 0 plan false"},
		{`/rest/Book?$querypath=true`, "all entities 4 0 plan false"},
	} {
		if got := summary(tt.target); got != tt.want {
			t.Errorf("GET %s: %s, want %s", tt.target, got, tt.want)
		}
	}
	if e := b.explained(`/rest/Book?` + filter); e.Path != nil || e.Plan != nil {
		t.Errorf("not asked for: %+v", e)
	}
}
