package session

// Kind is one of the four types of session (S-003).
type Kind uint8

// The kinds. All but Web are called desktop sessions (S-004).
const (
	// Web is a browser or REST client, recognised by its cookie.
	Web Kind = iota
	// Remote is a connected client program and its user.
	Remote
	// StoredProcedure is everything a server runs on its own account.
	StoredProcedure
	// Standalone is an application with a database of its own.
	Standalone
)

var kindNames = [...]string{"web", "remote", "storedProcedure", "standalone"}

// String returns the word used as info.type.
func (k Kind) String() string {
	if int(k) >= len(kindNames) {
		return "unknown"
	}
	return kindNames[k]
}
