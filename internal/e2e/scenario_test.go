package e2e_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// T-01. S-050, S-152, S-180, S-212, S-220, S-336
func TestScenarioFirstRequest(t *testing.T) {
	t.Parallel()
	p, _ := startLibrary(t, libraryRoles(false, false))
	b := p.browser(t)
	got := b.facts()
	if got.ID == "" || b.cookie() == "" {
		t.Errorf("session %q, cookie %q", got.ID, b.cookie())
	}
	if diff := cmp.Diff(facts{ID: got.ID, Guest: true, Privileges: []string{}, Has: []string{}}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// T-02. S-013, S-016, S-219: the functions wait for each other, so that requests which queued up would never end.
func TestScenarioParallelRequests(t *testing.T) {
	t.Parallel()
	p, l := startLibrary(t, libraryRoles(false, false))
	b := p.browser(t)
	want := b.facts().ID
	const many = 20
	ids := make([]string, many)
	var requests sync.WaitGroup
	for i := range many {
		requests.Go(func() { ids[i] = b.post("$catalog/meet", "").body })
	}
	for range many {
		<-l.entered
	}
	close(l.release)
	requests.Wait()
	for _, id := range ids {
		if id != `{"result":"`+want+`"}` {
			t.Errorf("a request ran in session %s, want %s", id, want)
		}
	}
}

// T-19, T-20. S-146, S-147, S-150, S-153, S-155, S-156, S-158, S-159, S-160, S-163, S-167, S-168
func TestScenarioPrivileges(t *testing.T) {
	t.Parallel()
	p, _ := startLibrary(t, libraryRoles(false, false))
	for _, tt := range []struct {
		settings string
		result   bool
		want     facts
	}{
		{`{"roles":"medium"}`, true, facts{Privileges: []string{"simple", "medium"}, Has: []string{"simple", "SIMPLE", "Medium"}}},
		{`"simple,nosuch"`, true, facts{Privileges: []string{"simple"}, Has: []string{"simple", "SIMPLE"}}},
		{`""`, true, facts{Guest: true, Privileges: []string{}, Has: []string{}}},
		{`[]`, true, facts{Guest: true, Privileges: []string{}, Has: []string{}}},
		{`5`, false, facts{Guest: true, Privileges: []string{}, Has: []string{}}},
		{`{"privileges":5}`, false, facts{Guest: true, Privileges: []string{}, Has: []string{}}},
	} {
		b := p.browser(t)
		id := b.facts().ID
		var result bool
		b.call("$catalog/set", "["+tt.settings+"]", &result)
		tt.want.ID = id
		if diff := cmp.Diff(tt.want, b.facts()); diff != "" || result != tt.result {
			t.Errorf("set %s: %t, want %t (-want +got):\n%s", tt.settings, result, tt.result, diff)
		}
	}
}

// T-21, T-22. S-171, S-173, S-178, S-179, S-316, S-342
func TestScenarioClear(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		force       bool
		after       bool // guest after clearing
		wantReading int
	}{{false, true, http.StatusUnauthorized}, {true, false, http.StatusUnauthorized}} {
		p, _ := startLibrary(t, libraryRoles(tt.force, false, `{"applyTo":"Book","type":"dataclass","read":["a"]}`))
		b := p.browser(t)
		b.call("$catalog/authentify", `["a"]`, nil)
		if f := b.facts(); f.Guest || b.status(http.MethodGet, "Book") != http.StatusOK {
			t.Errorf("forceLogin %t: after signing in %+v", tt.force, f)
		}
		cookie := b.cookie()
		b.call("$catalog/clear", "", nil)
		f := b.facts()
		if f.Guest != tt.after || len(f.Privileges) > 0 || b.cookie() != cookie {
			t.Errorf("forceLogin %t: after clearing %+v, guest want %t", tt.force, f, tt.after)
		}
		if status := b.status(http.MethodGet, "Book"); status != tt.wantReading {
			t.Errorf("forceLogin %t: after clearing a read: %d", tt.force, status)
		}
		if status := b.status(http.MethodGet, "Author"); status != http.StatusOK {
			t.Errorf("forceLogin %t: after clearing a read of what is open: %d", tt.force, status)
		}
	}
}

// T-23, T-24. S-317, S-335, S-337, S-338, S-339, S-340, S-341, S-345, S-347, S-348, S-349, S-351, S-352, R-420, R-421, R-423, R-430
func TestScenarioForceLogin(t *testing.T) {
	t.Parallel()
	p, _ := startLibrary(t, libraryRoles(true, true, `{"applyTo":"Book","type":"dataclass","read":["a"]}`))
	b := p.browser(t)
	statuses := func() map[string]int {
		got := map[string]int{}
		for _, target := range []string{"$catalog", "$catalog/$all", "$catalog/Book", "Book", "Book(1)", "$info", "$catalog/authentify", "$getWebForm"} {
			got[target] = b.status(http.MethodGet, target)
		}
		got["POST facts"] = b.status(http.MethodPost, "$catalog/facts")
		got["POST login"] = b.status(http.MethodPost, "$directory/login")
		return got
	}
	closed := map[string]int{
		"$catalog": 200, "$catalog/$all": 200, "$catalog/Book": 200, "Book": 401, "Book(1)": 401, "$info": 401, "$catalog/authentify": 500, "$getWebForm": 404,
		"POST facts": 401, "POST login": 401,
	}
	if diff := cmp.Diff(closed, statuses()); diff != "" {
		t.Errorf("a guest (-want +got):\n%s", diff)
	}
	var result string
	b.call("$catalog/authentify", `["nothing"]`, &result)
	if diff := cmp.Diff(closed, statuses()); diff != "" || result != "done" {
		t.Errorf("authentify that sets nothing: %q (-want +got):\n%s", result, diff)
	}
	b.call("$catalog/authentify", `["a"]`, nil)
	b.call("$catalog/authentify", `["a"]`, nil)
	open := map[string]int{
		"$catalog": 200, "$catalog/$all": 200, "$catalog/Book": 200, "Book": 200, "Book(1)": 200, "$info": 200, "$catalog/authentify": 500, "$getWebForm": 404,
		"POST facts": 401, "POST login": 401, // restricted by default: no right to execute; the login of old clients is closed
	}
	if diff := cmp.Diff(open, statuses()); diff != "" {
		t.Errorf("signed in (-want +got):\n%s", diff)
	}
}

// T-25. S-233, S-234, S-236, S-342
func TestScenarioLogout(t *testing.T) {
	t.Parallel()
	p, _ := startLibrary(t, libraryRoles(true, false))
	b := p.browser(t)
	b.call("$catalog/authentify", `["a"]`, nil)
	b.call("$catalog/note", `["remember me"]`, nil)
	before, cookie := b.facts(), b.cookie()
	b.ok(http.MethodPost, "$logout", "")
	if b.cookie() != cookie || b.status(http.MethodPost, "$catalog/facts") != http.StatusUnauthorized {
		t.Error("after the logout the cookie has changed, or functions still run")
	}
	b.call("$catalog/authentify", `["simple"]`, nil)
	want := before
	want.Privileges, want.Has = []string{"simple"}, []string{"simple", "SIMPLE"}
	if diff := cmp.Diff(want, b.facts()); diff != "" {
		t.Errorf("signed in again (-want +got):\n%s", diff)
	}
}

// T-26, T-27. S-311, S-312, S-330, S-353
func TestScenarioDefault(t *testing.T) {
	t.Parallel()
	empty := `{"applyTo":"ds","type":"datastore","read":[]}`
	open, _ := startLibrary(t, libraryRoles(false, false, empty))
	if status := open.browser(t).status(http.MethodGet, "Book"); status != http.StatusOK {
		t.Errorf("open by default: %d", status)
	}
	closed, _ := startLibrary(t, libraryRoles(false, true, empty))
	closed.browser(t).wantRefusal(http.MethodGet, "Book", "", denied(21001, "read for the Book dataclass"))
}

// T-28. S-306, S-307, S-310, S-325
func TestScenarioDataclassReplacesDatastore(t *testing.T) {
	t.Parallel()
	p, _ := startLibrary(t, libraryRoles(false, false,
		`{"applyTo":"ds","type":"datastore","read":["a"],"update":["a","b"]}`, `{"applyTo":"Book","type":"dataclass","read":["b"]}`))
	b := p.browser(t)
	b.call("$catalog/set", `["a"]`, nil)
	b.wantRefusal(http.MethodGet, "Book", "", denied(21001, "read for the Book dataclass"))
	if status := b.status(http.MethodGet, "Author"); status != http.StatusOK {
		t.Errorf("another dataclass: %d", status)
	}
	b.call("$catalog/set", `["b"]`, nil) // adds: now both
	if r := b.post("Book(1)?$method=update", `{"title":"Salt"}`); r.status != http.StatusOK {
		t.Errorf("update, whose rule is the datastore's: %d %s", r.status, r.body)
	}
}

// T-29. S-308, S-326
func TestScenarioAttributeAddsToDataclass(t *testing.T) {
	t.Parallel()
	p, _ := startLibrary(t, libraryRoles(false, false,
		`{"applyTo":"Book","type":"dataclass","read":["b"]}`, `{"applyTo":"Book.price","type":"attribute","read":["p"]}`))
	for _, tt := range []struct {
		privileges string
		status     int
		price      bool
	}{{"b", 200, false}, {"p", 401, false}, {"b,p", 200, true}} {
		b := p.browser(t)
		b.call("$catalog/set", `["`+tt.privileges+`"]`, nil)
		r := b.get("Book(1)")
		if r.status != tt.status || strings.Contains(r.body, "price") != tt.price {
			t.Errorf("with %s: %d %s", tt.privileges, r.status, r.body)
		}
	}
}

// lending is the roles file of T-30.
func lending() string {
	return libraryRoles(false, false,
		`{"applyTo":"Book.price","type":"attribute","read":["audit"]}`,
		`{"applyTo":"Book.checkOut","type":"method","execute":["lend"],"promote":["audit"]}`,
		`{"applyTo":"Book.checkOutSlowly","type":"method","execute":["lend"],"promote":["audit"]}`,
		`{"applyTo":"Book.checkOutBadly","type":"method","execute":["lend"],"promote":["audit"]}`)
}

// T-30. S-148, S-154, S-318, S-322
func TestScenarioPromotion(t *testing.T) {
	t.Parallel()
	p, _ := startLibrary(t, lending())
	b := p.browser(t)
	b.wantRefusal(http.MethodPost, "Book(1)/checkOut", "", denied(1561, "execute method checkOut in dataClass Book"))
	b.call("$catalog/set", `["lend"]`, nil)
	b.wantRefusal(http.MethodPost, "Book(1)/peek", "", denied(21001, "read for the Book.price attribute"))
	outside := b.facts()
	for range 2 {
		var inside facts
		b.call("Book(1)/checkOut", "", &inside)
		want := outside
		want.Has = []string{"audit"}
		if diff := cmp.Diff(want, inside); diff != "" {
			t.Errorf("inside the function (-want +got):\n%s", diff)
		}
		b.wantRefusal(http.MethodPost, "Book(1)/checkOutBadly", "", refusal{500, []int{1}, "no luck"})
		if diff := cmp.Diff(outside, b.facts()); diff != "" {
			t.Errorf("after the function (-want +got):\n%s", diff)
		}
		b.wantPriceHidden()
	}
}

// wantPriceHidden expects the price of books to be as secret as ever.
func (b *browser) wantPriceHidden() {
	b.t.Helper()
	if r := b.get("Book(1)"); strings.Contains(r.body, "price") || r.status != http.StatusOK {
		b.t.Errorf("the price shows: %s", r.body)
	}
	b.wantRefusal(http.MethodGet, "Book?$filter=price%3E0", "", denied(21001, "read for the Book.price attribute"))
	b.wantRefusal(http.MethodPost, "Book(1)/peek", "", denied(21001, "read for the Book.price attribute"))
}

// S-148, S-319: while one request of a session is promoted, others of the same session are not.
func TestPromotionDoesNotLeak(t *testing.T) {
	t.Parallel()
	p, l := startLibrary(t, lending())
	b := p.browser(t)
	b.call("$catalog/set", `["lend"]`, nil)
	var slow sync.WaitGroup
	var inside facts
	slow.Go(func() { b.call("Book(1)/checkOutSlowly", "", &inside) })
	<-l.entered
	b.wantPriceHidden()
	if f := b.facts(); len(f.Has) > 0 {
		t.Errorf("a parallel request holds %v", f.Has)
	}
	close(l.release)
	slow.Wait()
	if diff := cmp.Diff([]string{"audit"}, inside.Has); diff != "" {
		t.Errorf("the promoted request holds (-want +got):\n%s", diff)
	}
	b.wantPriceHidden()
}
