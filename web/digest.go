package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// nonceLife is how long a challenge can be answered; after it the browser computes a new proof without asking the user.
const nonceLife = 5 * time.Minute

// nonceSize is the length of a nonce before encoding: a time and its signature.
const nonceSize = 8 + sha256.Size

// digest is the Authorization header of a browser in mode [Digest], for this server and this request.
type digest struct {
	field map[string]string
	verb  string
	fresh bool // the challenge is not too old
}

// digestOf returns the digest of a request, or nil when there is none that answers a challenge of this kind for this URL.
func (s *Site) digestOf(r *http.Request) *digest {
	field := digestFields(r.Header.Get("Authorization"))
	switch {
	case field == nil || field["realm"] != s.server.Realm || !names(field["uri"], r):
		return nil
	case !strings.EqualFold(field["algorithm"], "SHA-256") || field["qop"] != "auth" || field["nc"] == "" || field["cnonce"] == "":
		return nil
	}
	return &digest{field, r.Method, s.fresh(field["nonce"])}
}

// names reports whether a proof was made for the URL of a request.
func names(uri string, r *http.Request) bool { return uri == r.RequestURI || uri == r.URL.RequestURI() }

// proves reports whether the sender knows the password (RFC 7616, section 3.4).
func (d *digest) proves(password string) bool {
	if !d.fresh {
		return false
	}
	f := d.field
	secret := hashed(f["username"], f["realm"], password)
	want := hashed(secret, f["nonce"], f["nc"], f["cnonce"], f["qop"], hashed(d.verb, f["uri"]))
	return subtle.ConstantTimeCompare([]byte(want), []byte(strings.ToLower(f["response"]))) == 1
}

func hashed(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, ":")))
	return hex.EncodeToString(sum[:])
}

// digestChallenge is the WWW-Authenticate header of a refusal. Stale lets the browser try again without asking the user.
func (s *Site) digestChallenge(stale bool) string {
	text := "Digest realm=" + quoted(s.server.Realm) + `, qop="auth", algorithm=SHA-256, charset=UTF-8, nonce="` + s.nonce() + `"`
	if stale {
		text += ", stale=true"
	}
	return text
}

// nonce is the time, signed: the server remembers nothing.
func (s *Site) nonce() string {
	b := binary.BigEndian.AppendUint64(nil, uint64(s.server.Now().Unix()))
	return base64.RawURLEncoding.EncodeToString(append(b, s.sign(b)...))
}

func (s *Site) sign(b []byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	mac.Write(b)
	return mac.Sum(nil)
}

func (s *Site) fresh(nonce string) bool {
	b, err := base64.RawURLEncoding.DecodeString(nonce)
	if err != nil || len(b) != nonceSize || !hmac.Equal(s.sign(b[:8]), b[8:]) {
		return false
	}
	age := s.server.Now().Sub(time.Unix(int64(binary.BigEndian.Uint64(b)), 0))
	return age < nonceLife
}

// digestFields reads the parameters of a Digest header; nil when it is another.
func digestFields(header string) map[string]string {
	scheme, rest, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Digest") || len(rest) > 4096 {
		return nil
	}
	field := make(map[string]string)
	for rest != "" {
		var name, value string
		name, rest, _ = strings.Cut(strings.TrimLeft(rest, " ,"), "=")
		value, rest = fieldValue(rest)
		field[strings.ToLower(strings.TrimSpace(name))] = value
	}
	return field
}

// fieldValue reads a token or a quoted text and returns what follows it.
func fieldValue(s string) (value, rest string) {
	if !strings.HasPrefix(s, `"`) {
		value, rest, _ = strings.Cut(s, ",")
		return strings.TrimSpace(value), rest
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}

// quoted writes a text as a quoted string of HTTP.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}
