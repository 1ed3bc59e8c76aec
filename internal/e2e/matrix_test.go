package e2e_test

import (
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// whose says which session code has to see.
type whose string

const (
	atHost      whose = "the browser's web session at the host"
	atComponent whose = "the browser's web session at the component's web server"
	application whose = "the application's own session, free" // storedProcedure on a server, standalone in a single-user application
	shared      whose = "the application's own session, in a web process, where permissions apply"
	null        whose = "none, in a web process"
	never       whose = "no run"
)

// places are the processes in which a context exists.
type places func(matrixSpec) bool

func served(s matrixSpec) bool   { return s.Serve }
func server4D(s matrixSpec) bool { return s.Serve && !s.Standalone } // 4D Server
func single(s matrixSpec) bool   { return s.Standalone }
func alone(s matrixSpec) bool    { return !s.Serve } // single-user without web server
func anywhere(matrixSpec) bool   { return true }

// available is a row of the availability matrix, session.md section 5.1.
type available struct {
	row     string // its number there; "" for what other sections say
	context string
	in      places
	on, off whose                     // with scalable sessions and without
	called  func(m *machine) []string // how it is called, and what all the code in it sees
}

// matrix is the table. Rows 13 to 18 and 26 are about code that runs for or on a remote client: they come with remote clients.
func matrix() []available {
	return append(append(webRows(), processRows()...), endRows()...)
}

func webRows() []available {
	return []available{
		{"1", "On Web Authentication", served, atHost, null, func(m *machine) []string {
			m.page(m.browser, "4DACTION/look?authentication")
			return m.hears("On Web Authentication")
		}},
		{"2", "On Web Connection", served, atHost, null, func(m *machine) []string { return m.page(m.browser, "not/a/file") }},
		{"3", "On REST Authentication", served, atHost, null, func(m *machine) []string {
			m.browser.ok("POST", "$directory/login", `["ada","x"]`)
			return m.hears("On REST Authentication")
		}},
		{"4", "tags that show values", served, atHost, null, func(m *machine) []string { return m.page(m.browser, "values.shtml") }},
		{"5", "tags that decide, and a sub-page", served, atHost, null, func(m *machine) []string {
			return append(m.page(m.browser, "flow.shtml"), m.hears("4DIF", "4DELSEIF", "4DLOOP", "4DLOOP", "4DIF of a sub-page")...)
		}},
		{"6", "method by /4DACTION/", served, atHost, null, func(m *machine) []string { return m.page(m.browser, "4DACTION/look") }},
		{"7", "On Mobile App Authentication", served, atHost, null, func(m *machine) []string {
			m.phone("$authenticate", 200)
			return m.hears("On Mobile App Authentication")
		}},
		{"8", "On Mobile App Action", served, atHost, never, func(m *machine) []string {
			if m.NoSessions { // no session that could have signed in
				m.phone("$action/go", 401)
				return nil
			}
			m.phone("$action/go", 200)
			return m.hears("On Mobile App Action")
		}},
		{"9", "ORDA function by POST", served, atHost, null, func(m *machine) []string { return m.result("POST", "$catalog/witness", "") }},
		{"9", "ORDA function by GET", served, atHost, null, func(m *machine) []string { return m.result("GET", "$catalog/look", "") }},
		{"9", "ORDA function of a dataclass", served, atHost, null, func(m *machine) []string { return m.result("POST", "Visit/look", "") }},
		{"9", "ORDA function of a selection", served, atHost, null, func(m *machine) []string { return m.result("POST", "Visit/lookAll", "") }},
		{"9", "ORDA function of an entity", served, atHost, null, func(m *machine) []string { return m.result("POST", "Visit(1)/lookOne", "") }},
		{"10", "singleton function", served, atHost, null, func(m *machine) []string { return m.result("POST", "$singleton/Desk/look", "") }},
		{"11", "request handler", served, atHost, never, func(m *machine) []string {
			r := m.browser.send("GET", "../handler", "")
			if handled := r.header.Get("X-Handled") != ""; handled == m.NoSessions {
				m.t.Errorf("sessions switched off %t, the handler has run %t", m.NoSessions, handled)
			}
			if m.NoSessions { // the path is On Web Connection's, as any other
				return nil
			}
			return m.lines(r)
		}},
		// Row 12: there is no SOAP; a front of the program's own binds its sessions so.
		{"12", "front of the program's own", served, atHost, null, func(m *machine) []string { return m.lines(m.browser.send("POST", "../soap", "")) }},
		{"", "route that binds no session", served, null, null, func(m *machine) []string { return m.lines(m.browser.send("POST", "../unbound", "")) }},
		{"", "trigger of a save over REST", served, atHost, null, func(m *machine) []string {
			seen, _ := m.browser.ok("POST", "Visit?$method=update", `{"place":"here"}`)["seen"].(string)
			return []string{"trigger " + seen}
		}},
		{"", "method with the attribute Execute on Server, called by a web request", served, atHost, null, func(m *machine) []string {
			m.browser.ok("POST", "$catalog/call", `["called by a web request"]`)
			return m.hears("called by a web request")
		}},
		{"28", "component through the host", served, atHost, null, func(m *machine) []string {
			return append(m.page(m.browser, "4DACTION/partLook"), m.result("POST", "Errand/look", "")...)
		}},
		{"28", "component through its own server", served, atComponent, null, func(m *machine) []string {
			sights := append(m.page(m.part, "4DACTION/partLook"), m.page(m.part, "values.shtml")...)
			sights = append(sights, m.page(m.part, "not/a/file")...)
			m.page(m.part, "4DACTION/partLook?authentication")
			return append(sights, m.hears("On Web Authentication")...)
		}},
		{"29", "passcode of the standalone session", func(s matrixSpec) bool { return s.Standalone && s.Serve }, shared, null, sharing},
		{"", "passcode of a stored procedure", server4D, never, never, func(m *machine) []string {
			if token := m.hears("passcode")[0]; token != "" {
				m.t.Errorf("the stored procedure session made passcode %q", token)
			}
			return nil
		}},
	}
}

// sharing lets another browser into the session of the application; it stays there, in pages and over REST.
func sharing(m *machine) []string {
	m.t.Helper()
	token, other := m.hears("passcode")[0], (&product{host: m.browser.host}).browser(m.t)
	sights := m.page(other, "4DACTION/look?$4DSID="+token)
	sights = append(sights, m.page(other, "values.shtml")...)
	seen, _ := other.ok("POST", "Visit?$method=update", `{}`)["seen"].(string)
	return append(sights, "trigger "+seen)
}

func processRows() []available {
	return []available{
		{"19", "method started by Execute on server from a web request", served, application, application, func(m *machine) []string {
			m.browser.ok("POST", "$catalog/execute", `["started by a web request"]`)
			return m.hears("started by a web request")
		}},
		{"20, 24", "method started by ordinary code", anywhere, application, application, told("started by ordinary code")},
		{"20, 24", "scheduled procedure", served, application, application, told("scheduled procedure")},
		{"24, 27", "ordinary code", anywhere, application, application, told("ordinary code")},
		{"24", "method with the attribute Execute on Server, called by ordinary code", anywhere, application, application, told("called by ordinary code")},
		{"21", "On Server Startup", server4D, application, application, told("On Server Startup")},
		{"22, 24", "backup hooks, backup by a web request", served, application, application, func(m *machine) []string {
			m.browser.ok("POST", "$catalog/backup", "")
			return m.hears("On Backup Startup", "On Backup Shutdown 0")
		}},
		{"22, 24", "backup hooks, backup by ordinary code", alone, application, application, told("On Backup Startup", "On Backup Shutdown 0")},
		{"23, 24", "On System Event by signals", func(s matrixSpec) bool { return s.Serve && runtime.GOOS != "windows" }, application, application, (*machine).background},
		{"24", "On System Event of a single-user application", alone, application, application, told("On System Event 1", "On System Event 2")},
	}
}

// endRows are what comes when the process ends.
func endRows() []available {
	return []available{
		{"21", "On Server Shutdown", server4D, application, application, func(m *machine) []string {
			m.stop()
			return m.hears("On Server Shutdown")
		}},
		{"", "hooks of a server in a single-user application", single, never, never, func(m *machine) []string {
			m.stop()
			<-m.ended
			if n := len(m.told["On Server Startup"]) + len(m.told["On Server Shutdown"]); n > 0 {
				m.t.Errorf("hooks of a server were called %d times", n)
			}
			return nil
		}},
	}
}

// told is how a context is called that comes by itself.
func told(contexts ...string) func(m *machine) []string {
	return func(m *machine) []string { return m.hears(contexts...) }
}

// contextsThatTell are the contexts whose sights come by the output of the process.
func contextsThatTell() []string {
	return []string{
		"own", "addresses", "passcode", "ordinary code", "called by ordinary code", "started by ordinary code", "scheduled procedure",
		"called by a web request", "started by a web request", "On Web Authentication", "On REST Authentication",
		"On Mobile App Authentication", "On Mobile App Action", "4DIF", "4DELSEIF", "4DLOOP", "4DIF of a sub-page",
		"On Server Startup", "On Server Shutdown", "On Backup Startup", "On Backup Shutdown 0", "On System Event 1", "On System Event 2",
	}
}

// phone sends a request of a mobile app, in the browser's session.
func (m *machine) phone(target string, status int) {
	m.t.Helper()
	r := m.browser.send("POST", "../mobileapp/"+target, `{"application":{"id":"a"},"device":{"id":"d"}}`, "Content-Type", "application/json")
	if r.status != status {
		m.t.Errorf("%s: %d %s, want %d", target, r.status, r.body, status)
	}
}

// sight returns what code must see.
func (m *machine) sight(w whose) string {
	switch w {
	case atHost:
		return "web/" + m.id + "/restricted"
	case atComponent:
		return "web/" + m.partID + "/restricted"
	case application:
		return m.own
	case shared:
		return strings.TrimSuffix(m.own, "free") + "restricted"
	default:
		return "null//restricted"
	}
}

// S-020, S-022, S-023, S-025, S-028, S-029, S-031, S-032, S-033, S-035, S-036, S-037, S-039, S-041, S-044, S-046, S-047, S-048, S-049, S-050,
// S-057, S-058, S-107, S-114, S-115, S-261, S-262, S-281, S-370, T-14: which session is current in each context, in real processes: a server
// and a single-user application, with scalable sessions and without, and a single-user application that serves nothing.
func TestAvailability(t *testing.T) {
	t.Parallel()
	for name, spec := range map[string]matrixSpec{
		"server":                           {Serve: true},
		"server without sessions":          {Serve: true, NoSessions: true},
		"single-user":                      {Serve: true, Standalone: true},
		"single-user without sessions":     {Serve: true, Standalone: true, NoSessions: true},
		"single-user without a web server": {Standalone: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := startMachine(t, spec)
			m.wantSessions()
			for _, row := range matrix() {
				if row.in(spec) {
					m.check(row)
				}
			}
			m.wantEnd()
		})
	}
}

// check calls a context. All code in it must see the one session.
func (m *machine) check(row available) {
	m.t.Helper()
	expected := row.on
	if m.NoSessions {
		expected = row.off
	}
	got := row.called(m)
	var want []string
	for _, line := range got {
		what, _, _ := strings.Cut(line, " ")
		want = append(want, what+" "+m.sight(expected))
	}
	if diff := cmp.Diff(want, got); diff != "" || (len(got) == 0) != (expected == never) {
		m.t.Errorf("row %s, %s: want %s (-want +got):\n%s", row.row, row.context, expected, diff)
	}
}

// wantSessions checks the sessions that rows are compared with: of the right kind, different from each other, and of cookies or none.
func (m *machine) wantSessions() {
	m.t.Helper()
	kind := "storedProcedure"
	if m.Standalone {
		kind = "standalone"
	}
	if !strings.HasPrefix(m.own, kind+"/") || len(m.own) != len(kind+"//free")+32 {
		m.t.Errorf("the application's own session is %s, want %s", m.own, kind)
	}
	if !m.Serve {
		return
	}
	other := (&product{host: m.browser.host}).browser(m.t)
	ids := map[string]bool{m.own: true, m.id: true, m.partID: true, idIn(m.page(other, "4DACTION/look")): true}
	if want := map[bool]int{false: 4, true: 2}[m.NoSessions]; len(ids) != want || ids[""] != m.NoSessions {
		m.t.Errorf("sessions of application, browser at host and component, and another browser: %v", ids)
	}
	if cookie := m.browser.cookie(); (cookie == "") != m.NoSessions {
		m.t.Errorf("cookie %q with sessions switched off: %v", cookie, m.NoSessions)
	}
}
