package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
)

// busy runs a process in an application that has a session of every kind, and returns their IDs.
func busy(t *testing.T, c server.Config, o *office) (s *running, own, remoteID, webID string) {
	t.Helper()
	s = start(t, c)
	wantPost(t, client(t), s.base+"$catalog/call", `[]`, `{"result":true}`)
	web := <-o.seen
	_, r := remote(t, s.Server)
	if _, err := o.wait.Execute(s.Context(t.Context()), dataclasses.None{}, server.ProcessName("long")); err != nil {
		t.Fatal(err)
	}
	<-o.waiting
	return s, s.Session().ID(), r.ID, web.ID
}

// browse returns the session of a browser's first request.
func browse(t *testing.T, m *session.Manager) *session.Session {
	t.Helper()
	s, err := m.Bind(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil), "web")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// kinds are the types of the sessions.
func kinds(list []session.Info) []string {
	var all []string
	for _, i := range list {
		all = append(all, i.Type)
	}
	slices.Sort(all)
	return all
}

// S-273, S-274, S-275, S-276
func TestActivity(t *testing.T) {
	t.Parallel()
	o := newOffice()
	s, own, remoteID, webID := busy(t, o.config(t), o)
	ctx := s.Context(t.Context())
	for name, test := range map[string]struct {
		part      server.ActivityPart
		id        string
		sessions  []string
		processes []string // nil: not asked for
		info      bool
	}{
		"both":                {server.ProcessesAndSessions, "", []string{"remote", "rest", "storedProcedure"}, []string{"long"}, true},
		"processes":           {server.ProcessesOnly, "", nil, []string{"long"}, false},
		"sessions":            {server.SessionsOnly, "", []string{"remote", "rest", "storedProcedure"}, nil, false},
		"own":                 {server.ProcessesAndSessions, own, []string{"storedProcedure"}, []string{"long"}, true},
		"remote":              {server.ProcessesAndSessions, remoteID, []string{"remote"}, []string{}, false},
		"web":                 {server.SessionsOnly, webID, []string{"rest"}, nil, false},
		"processes of remote": {server.ProcessesOnly, remoteID, nil, []string{}, false},
	} {
		a, err := s.Activity(ctx, test.part, test.id)
		if err != nil || a == nil {
			t.Errorf("%s: %v, %v", name, a, err)
			continue
		}
		if diff := cmp.Diff(test.sessions, kinds(a.Sessions)); diff != "" {
			t.Errorf("%s: sessions (-want +got):\n%s", name, diff)
		}
		if (a.Processes == nil) != (test.processes == nil) || len(a.Processes) != len(test.processes) {
			t.Errorf("%s: processes %+v, want %q", name, a.Processes, test.processes)
			continue
		}
		for i, p := range a.Processes {
			if p.Name != test.processes[i] || p.Method != "wait" || p.SessionID != own || (p.Session != nil) != test.info || test.info && p.Session.ID != own {
				t.Errorf("%s: process %+v, want %s of %s", name, p, test.processes[i], own)
			}
		}
	}
	if a, err := s.Activity(ctx, server.ProcessesAndSessions, "F"); a != nil || err != nil {
		t.Errorf("of an unknown session: %v, %v, want nil", a, err)
	}
}

// S-273
func TestActivityJSON(t *testing.T) {
	t.Parallel()
	o := newOffice()
	s, own, _, _ := busy(t, o.config(t), o)
	a, err := s.Activity(s.Context(t.Context()), server.ProcessesAndSessions, own)
	if err != nil {
		t.Fatal(err)
	}
	info := s.Session().Info()
	type object = map[string]any
	described := object{
		"type": "storedProcedure", "userName": "designer", "machineName": info.MachineName, "hostType": info.HostType,
		"creationDateTime": info.CreationDateTime, "state": "active", "ID": own,
	}
	want := object{
		"processes": []any{object{
			"name": "long", "sessionID": own, "number": 1.0, "method": "wait", "state": 0.0,
			"creationDateTime": a.Processes[0].CreationDateTime, "session": described,
		}},
		"sessions": []any{described}, "webRequests": 0.0,
	}
	var got object
	if err := roundTrip(a, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Activity as JSON (-want +got):\n%s", diff)
	}
	processes, err := s.Activity(t.Context(), server.ProcessesOnly, "")
	if err != nil {
		t.Fatal(err)
	}
	got = nil
	if err := roundTrip(processes, &got); err != nil {
		t.Fatal(err)
	}
	_, hasSessions := got["sessions"]
	_, hasInfo := got["processes"].([]any)[0].(object)["session"]
	if hasSessions || hasInfo {
		t.Errorf("processes only: %v, want no sessions", got)
	}
}

func roundTrip(v, into any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

// S-274
func TestActivityOfAStandaloneApplication(t *testing.T) {
	t.Parallel()
	o := newOffice()
	c := o.config(t)
	c.Standalone = true
	s, _, _, _ := busy(t, c, o)
	a, err := s.Activity(t.Context(), server.SessionsOnly, "no such session")
	if err != nil || a == nil || a.Sessions != nil || len(a.Processes) != 1 || a.Processes[0].Session != nil {
		t.Errorf("Activity: %+v, %v, want its process and no session", a, err)
	}
}

// S-276: REST sessions are listed in P20, those of browsers are not.
func TestActivityByProfile(t *testing.T) {
	t.Parallel()
	for profile, want := range map[session.Profile][]string{
		session.P21: {"remote", "rest", "storedProcedure", "web"},
		session.P20: {"remote", "rest", "storedProcedure"},
	} {
		o := newOffice()
		c := o.config(t)
		c.Profile = profile
		s, _, _, _ := busy(t, c, o)
		browser := browse(t, s.Sessions())
		a, err := s.Activity(t.Context(), server.SessionsOnly, "")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, kinds(a.Sessions)); diff != "" {
			t.Errorf("profile %d: sessions (-want +got):\n%s", profile, diff)
		}
		a, err = s.Activity(t.Context(), server.SessionsOnly, browser.ID())
		if err != nil || (a == nil) != (profile == session.P20) {
			t.Errorf("profile %d: activity of a browser: %+v, %v", profile, a, err)
		}
	}
}

func TestActivityIsForAdministrators(t *testing.T) {
	t.Parallel()
	s := open(t, newOffice().config(t))
	guest := browse(t, s.Sessions())
	ctx := session.NewContext(context.Background(), guest)
	for name, ctx := range map[string]context.Context{"a guest": ctx, "nobody": session.Anonymous(ctx)} {
		if a, err := s.Activity(ctx, server.ProcessesAndSessions, ""); a != nil || !errors.Is(err, server.ErrNotAdministrator) {
			t.Errorf("Activity for %s: %v, %v, want ErrNotAdministrator", name, a, err)
		}
	}
	if err := guest.SetPrivileges(session.Grant{Privileges: []string{"WebAdmin"}}); err != nil {
		t.Fatal(err)
	}
	if a, err := s.Activity(ctx, server.ProcessesAndSessions, ""); a == nil || err != nil {
		t.Errorf("Activity for an administrator: %v, %v", a, err)
	}
}

// A process that was told to stop is shown as aborted; web requests that run are counted.
func TestActivityWhileStopping(t *testing.T) {
	t.Parallel()
	o := newOffice()
	c := o.config(t)
	s := start(t, c)
	if _, err := o.deaf.Execute(s.Context(t.Context()), dataclasses.None{}); err != nil {
		t.Fatal(err)
	}
	<-o.waiting
	callSlow(t, s, o.notes)
	a, err := s.Activity(t.Context(), server.ProcessesOnly, "")
	if err != nil || a.WebRequests != 1 || a.Processes[0].State != server.Executing {
		t.Errorf("before: %+v, %v, want 1 web request and a process that executes", a, err)
	}
	close(o.release)
	s.stop()
	for a.Processes[0].State == server.Executing {
		if a, err = s.Activity(t.Context(), server.ProcessesOnly, ""); err != nil {
			t.Fatal(err)
		}
	}
	if a, err = s.Activity(t.Context(), server.ProcessesOnly, ""); err != nil { // the requests are counted before the processes
		t.Fatal(err)
	}
	if a.Processes[0].State != server.Aborted || a.WebRequests != 0 {
		t.Errorf("after: %+v, want an aborted process and no web request", a)
	}
	close(o.let)
}
