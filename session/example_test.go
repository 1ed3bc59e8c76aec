package session_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/ordago/ordago/session"
)

// What a server does with each request, and what the code behind it sees.
func ExampleManager() {
	m := &session.Manager{AppName: "Library"}
	defer m.Close()

	handle := func(w http.ResponseWriter, r *http.Request) {
		s, err := m.Bind(w, r, "web")
		if err != nil {
			http.Error(w, "no session", http.StatusInternalServerError)
			return
		}
		answer := work(session.NewContext(r.Context(), s))
		if err := m.Commit(w, s); err != nil { // before the answer leaves
			http.Error(w, "no session", http.StatusInternalServerError)
			return
		}
		fmt.Fprint(w, answer)
	}

	w := httptest.NewRecorder()
	handle(w, httptest.NewRequest("GET", "/", nil))
	fmt.Println(w.Body)
	// Output: ada holds [WebAdmin]
}

func work(ctx context.Context) string {
	s := session.Current(ctx)
	if err := s.SetPrivileges(session.Grant{Privileges: []string{"WebAdmin"}, UserName: "ada"}); err != nil {
		return err.Error()
	}
	return fmt.Sprintf("%s holds %v", s.User(), s.Privileges())
}

// A key names a typed value in a session.
func ExampleKey() {
	visits := session.NewKey[int]("visits")
	s := session.NewStandalone("")
	for range 3 {
		if err := visits.Update(s, func(n int) (int, error) { return n + 1, nil }); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(visits.Get(s))
	// Output: 3 true
}

// A local function does not see the session, the data layer below it does.
func ExampleHide() {
	ctx := session.NewContext(context.Background(), session.NewStandalone("ada"))
	ctx = session.Hide(ctx)
	fmt.Println(session.Current(ctx) == nil, session.Caller(ctx).User())
	// Output: true ada
}
