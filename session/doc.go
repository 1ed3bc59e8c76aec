// Package session is the Session command: who is calling, with which
// privileges, and what that user's session remembers between requests.
//
// There are four kinds. A web session belongs to one browser: a [Manager] finds
// it by cookie, or makes a guest, and keeps it in a [Store]. Remote, stored
// procedure and standalone sessions are made with [New] and live in memory.
//
//	m := &session.Manager{Roles: roles, AppName: "Library"}
//	s, err := m.Bind(w, r, "web")              // one call for each request
//	ctx := session.NewContext(r.Context(), s)  // from here on:
//	s = session.Current(ctx)                   // nil in the two null cases
//	err = s.SetPrivileges(session.Grant{Roles: []string{"Clerk"}, UserName: "ada"})
//	err = m.Commit(w, s)                       // before the answer's header is sent
//
// A one-time passcode brings a browser into a session, also into a desktop
// session: [Session.CreateOTP], [Session.Restore]. What sessions store can be
// read and changed as values with [Key] or as a tree with [Session.Storage].
//
// The package decides who holds what. What a privilege permits is the business
// of package privileges and of the data layer; HTTP routes are that of rest.
package session
