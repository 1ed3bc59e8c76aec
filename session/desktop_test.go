package session_test

import (
	"encoding/json"
	"maps"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/ordago/ordago/session"
)

// S-003, S-004
func TestKinds(t *testing.T) {
	t.Parallel()
	var got []string
	for _, k := range []session.Kind{session.Web, session.Remote, session.StoredProcedure, session.Standalone, 4} {
		got = append(got, k.String())
	}
	want := []string{"web", "remote", "storedProcedure", "standalone", "unknown"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
}

func desktops(t *testing.T) map[string]*session.Session {
	d := session.Desktop{UserName: "ada", Roles: roles(t, true)}
	return map[string]*session.Session{
		"remote":          session.New(session.Remote, d),
		"storedProcedure": session.New(session.StoredProcedure, d),
		"standalone":      session.New(session.Standalone, d),
	}
}

// S-011, S-014, S-116, S-118, S-122, S-124, S-143, S-177
func TestDesktopSessions(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for name, s := range desktops(t) {
		if s.Kind().String() != name || len(s.ID()) != 32 || seen[s.ID()] || s.User() != "ada" || s.IsGuest() || s.Enforced() || s.Closed() {
			t.Errorf("%s: %+v", name, s.Info())
		}
		seen[s.ID()] = true
		if err := s.SetIdleTimeout(time.Hour); err != nil || s.IdleTimeout() != 0 || s.ExpirationDate() != "" || !s.Expiration().IsZero() {
			t.Errorf("%s has an idle timeout: %v, %v", name, s.IdleTimeout(), s.ExpirationDate())
		}
		if s.HasPrivilege("guest") || s.HasPrivilege("simple") {
			t.Errorf("%s holds a privilege that nobody gave", name)
		}
		if !s.SetPrivilegesJSON(map[string]any{"roles": "Medium", "userName": "mallory"}) {
			t.Errorf("%s: SetPrivilegesJSON = false", name)
		}
		if diff := cmp.Diff([]string{"simple", "medium"}, s.Privileges()); diff != "" || !s.HasPrivilege("SIMPLE") || s.User() != "ada" {
			t.Errorf("%s: user %q, privileges (-want +got):\n%s", name, s.User(), diff)
		}
		if err := s.Logout(); err != nil || len(s.Privileges()) != 0 || s.IsGuest() || s.User() != "ada" {
			t.Errorf("%s: after Logout %v: %+v", name, err, s.Info())
		}
		if err := session.NewKey[int]("n").Set(s, 3); err != nil {
			t.Errorf("%s: storage: %v", name, err)
		}
	}
}

// S-008: two connections of one user.
func TestRemoteSessionsAreSeparate(t *testing.T) {
	t.Parallel()
	one := session.New(session.Remote, session.Desktop{UserName: "ada"})
	two := session.New(session.Remote, session.Desktop{UserName: "ada"})
	n := session.NewKey[int]("n")
	_ = n.Set(one, 1)
	if _, ok := n.Get(two); ok || one.ID() == two.ID() {
		t.Error("two connections share a session")
	}
}

// S-123
func TestDesktopNames(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]*session.Session{
		"designer": session.NewStandalone(""),
		"alias":    session.NewStandalone("alias"),
	} {
		if s.User() != want || s.Kind() != session.Standalone {
			t.Errorf("NewStandalone: %+v, want user %s", s.Info(), want)
		}
	}
	if s := session.NewStoredProcedure(); s.Kind() != session.StoredProcedure || s.User() != "designer" {
		t.Errorf("NewStoredProcedure: %+v", s.Info())
	}
	defer func() {
		if recover() == nil {
			t.Error("New(Web) did not panic")
		}
	}()
	session.New(session.Web, session.Desktop{})
}

// S-126, S-127, S-131, S-132
func TestDesktopInfo(t *testing.T) {
	t.Parallel()
	host, _ := os.Hostname()
	goos := map[string]string{"darwin": "mac"}[runtime.GOOS]
	if goos == "" {
		goos = runtime.GOOS
	}
	d := session.Desktop{UserName: "ada", Machine: "laptop", System: "al", Address: "192.0.2.9", Now: newClock().Now}
	local := session.Desktop{UserName: "ada", System: "al", Address: "192.0.2.9", Now: newClock().Now}
	base := map[string]any{"userName": "ada", "hostType": goos, "state": "active", "creationDateTime": "2026-03-01T12:00:00.250Z"}
	tests := []struct {
		s    *session.Session
		want map[string]any
	}{
		{session.New(session.Remote, d), map[string]any{"type": "remote", "machineName": "laptop", "systemUserName": "al", "IPAddress": "192.0.2.9"}},
		{session.New(session.StoredProcedure, local), map[string]any{"type": "storedProcedure", "machineName": host}},
		{session.New(session.Standalone, local), map[string]any{"type": "standalone", "machineName": host, "IPAddress": "localhost"}},
	}
	for _, test := range tests {
		maps.Copy(test.want, base)
		test.want["ID"] = test.s.ID()
		if diff := cmp.Diff(test.want, infoJSON(t, test.s)); diff != "" {
			t.Errorf("info of a %s session (-want +got):\n%s", test.s.Kind(), diff)
		}
		info := test.s.Info()
		info.UserName = "changed"
		if test.s.User() != "ada" {
			t.Error("changing an info changed the session")
		}
	}
}

func infoJSON(t *testing.T, s *session.Session) map[string]any {
	t.Helper()
	data, err := json.Marshal(s.Info())
	if err != nil {
		t.Fatal(err)
	}
	var object map[string]any
	if err := json.Unmarshal(data, &object); err != nil {
		t.Fatal(err)
	}
	return object
}
