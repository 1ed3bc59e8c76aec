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

// A link that opens a running desktop session in a browser, once.
func ExampleSession_CreateOTP() {
	m := &session.Manager{AppName: "Library"}
	defer m.Close()
	ctx := context.Background()

	desktop := session.New(session.Remote, session.Desktop{UserName: "ada", Manager: m})
	token, err := desktop.CreateOTP(ctx) // for the next ten seconds
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 2 {
		r := httptest.NewRequest("GET", "/report?$4DSID="+token, nil)
		s, err := m.Bind(httptest.NewRecorder(), r, "web")
		fmt.Printf("%s session of %q, error %v\n", s.Kind(), s.User(), err)
	}
	// Output:
	// remote session of "ada", error <nil>
	// web session of "", error <nil>
}

// Changing the storage under the rules of shared objects.
func ExampleObject_Use() {
	s, ctx := session.NewStandalone("ada"), context.Background()
	err := s.Storage().Use(ctx, func(ctx context.Context, storage *session.Object) error {
		if err := storage.Set("visits", 1); err != nil {
			return err
		}
		return storage.Set("cart", session.NewList())
	})
	fmt.Println(err)
	fmt.Println(s.Storage().List("cart").Append(ctx, "tea", "milk"))
	fmt.Println(s.Storage().Set("visits", 2))
	fmt.Println(s.Storage().Copy())
	// Output:
	// <nil>
	// <nil>
	// a shared object is changed inside Use, through the object that Use gives
	// map[cart:[tea milk] visits:1]
}

// A privilege for the time of one function call.
func ExampleEnter() {
	ctx := session.NewContext(context.Background(), session.NewStandalone("ada"))
	audit := func(ctx context.Context) {
		_, s, leave := session.Enter(ctx, session.Lent{})
		defer leave()
		id, err := s.Promote("WebAdmin")
		fmt.Println(id, err, s.HasPrivilege("WebAdmin"), s.Privileges())
	}
	audit(ctx)
	fmt.Println(session.Current(ctx).HasPrivilege("WebAdmin"))
	// Output:
	// 1 <nil> true []
	// false
}
