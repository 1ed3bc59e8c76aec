package session

// Profile chooses the version of 4D whose rules hold (S-001). It never changes
// which session a request gets or how long a session lives (S-002).
//
// C and R4 add to P21 and may be combined: C | R4. P20 excludes both.
type Profile uint8

// The profiles. P21 is the zero value, and therefore the default.
const (
	// P21 is 4D 21: desktop sessions hold real privileges and can be shared with
	// web requests by a passcode.
	P21 Profile = 0
	// P20 is 4D 20 R8 to R10: desktop sessions answer questions about privileges
	// with constants, and have no passcodes.
	P20 Profile = 1 << 0
	// C gives a remote client a session object of its own, see
	// [Session.ClientSide] (S-026).
	C Profile = 1 << 1
	// R4 adds quotas, unreachableSince, and a session for every REST request even
	// when sessions are switched off (S-027).
	R4 Profile = 1 << 2
)

// has reports whether the rules of extra, which is C or R4, hold.
func (p Profile) has(extra Profile) bool { return p&P20 == 0 && p&extra != 0 }

// p20 reports whether the rules of 4D 20 hold.
func (p Profile) p20() bool { return p&P20 != 0 }

// constant reports whether the session answers questions about privileges as
// desktop sessions of 4D 20 do (S-149, S-157, S-169, S-176).
func (s *Session) constant() bool {
	st := s.state()
	return st.kind != Web && st.realm.profile.p20()
}
