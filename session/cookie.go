package session

import (
	"cmp"
	"iter"
	"net/http"
	"slices"
	"strings"
)

// maxCookies is how many cookies of one name are tried: browsers send several
// when they were set for different paths.
const maxCookies = 4

// CookieName returns the name of the session cookie: 4DSID_ and the name of the
// application, illegal characters replaced by an underscore (S-212, S-216).
func (m *Manager) CookieName() string {
	return "4DSID_" + strings.Map(cookieRune, cmp.Or(m.AppName, DefaultAppName))
}

func cookieRune(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '.':
		return r
	default:
		return '_'
	}
}

// cookieValues yields the values of the cookies called name. It takes no memory,
// which parsing the whole header for every request would.
func cookieValues(r *http.Request, name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		tried := 0
		for _, line := range r.Header["Cookie"] {
			for part := range strings.SplitSeq(line, ";") {
				key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
				if key != name {
					continue
				}
				if tried++; tried > maxCookies || !yield(strings.Trim(value, `"`)) {
					return
				}
			}
		}
	}
}

// sendCookie puts the secret of q into the header, in place of one that was put
// there before.
func (m *Manager) sendCookie(w http.ResponseWriter, q *request) {
	if q.cookie == "" {
		return
	}
	name := m.cookie
	h := w.Header()
	h["Set-Cookie"] = slices.DeleteFunc(h["Set-Cookie"], func(line string) bool {
		return strings.HasPrefix(line, name+"=")
	})
	http.SetCookie(w, &http.Cookie{
		Name:     name,
		Value:    q.cookie,
		Domain:   m.CookieDomain,
		Path:     cmp.Or(m.CookiePath, "/"),
		HttpOnly: true,
		Secure:   q.client.secure,
		SameSite: m.sameSite(),
	})
}

func (m *Manager) sameSite() http.SameSite {
	if m.SameSite <= http.SameSiteDefaultMode {
		return http.SameSiteStrictMode
	}
	return m.SameSite
}
