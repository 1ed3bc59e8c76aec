package rest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ordago/ordago/session"
)

// noUserID is the user ID of a guest.
const noUserID = "00000000000000000000000000000000"

// userID makes the 32 digits that clients expect for a user; there is no directory with IDs of its own.
func userID(name string) string {
	if name == "" {
		return noUserID
	}
	sum := sha256.Sum256([]byte(name))
	return strings.ToUpper(hex.EncodeToString(sum[:16]))
}

// directory answers $directory/verb (section 8.3).
func (c *call) directory() error {
	if len(c.req.segments) != 1 {
		return notFound("Unknown resource")
	}
	switch c.req.part(0) {
	case "login":
		return c.login()
	case "logout":
		return c.logout()
	case "currentUser":
		c.currentUser()
		return nil
	case "currentUserBelongsTo":
		return c.belongsTo()
	}
	return notFound("Unknown resource")
}

func postOnly(what string) error {
	return fail(http.StatusMethodNotAllowed, codeNotApplicable, what+" needs POST")
}

// accepted remembers in a session that the hook said yes: it is not asked again (S-360).
func accepted() session.Key[bool] { return session.NewKey[bool]("$directory.login") }

// login answers the legacy login. In force-login mode it is refused to everybody; guests do not come here at all.
func (c *call) login() error {
	switch {
	case c.r.Method != http.MethodPost:
		return postOnly("login")
	case c.forceLogin():
		return fail(http.StatusUnauthorized, codeLoginRequired, "Sign in with $catalog/authentify")
	case !c.logins.allow(clientAddress(c.r)):
		c.answerLogin(false)
		c.out.set("Retry-After", "1")
		return nil
	}
	credentials, minutes, err := c.credentials()
	if err != nil {
		return err
	}
	ok, err := c.accept(credentials)
	if err != nil {
		return err
	}
	if ok && minutes > 0 && c.session != nil {
		if err := c.session.SetIdleTimeout(time.Duration(minutes) * time.Minute); err != nil {
			return fmt.Errorf("set idle timeout: %w", err)
		}
	}
	c.answerLogin(ok)
	return nil
}

func (c *call) answerLogin(ok bool) {
	if !ok {
		c.out.status = http.StatusUnauthorized
	}
	c.answerBool(ok)
}

func (c *call) answerBool(v bool) {
	c.out.raw(`{"result":`)
	c.out.bool(v)
	c.out.raw(`}`)
}

// accept asks the hook, once per session (S-077 to S-080, S-360).
func (c *call) accept(credentials Credentials) (bool, error) {
	if c.options.login == nil {
		return true, nil
	}
	if already, _ := accepted().Get(c.session); already {
		return true, nil
	}
	ok, err := c.options.login(c.ctx, c.session, credentials)
	if err != nil || !ok || c.session == nil {
		return ok, err
	}
	if err := accepted().Set(c.session, true); err != nil {
		return false, fmt.Errorf("remember login: %w", err)
	}
	return true, nil
}

// maxLoginMinutes bounds the idle timeout that a client may ask for: 30 days.
const maxLoginMinutes = 30 * 24 * 60

// credentials reads the three forms of R-425: headers, a JSON array, a JSON object.
func (c *call) credentials() (Credentials, int, error) {
	h := c.r.Header
	cr := Credentials{User: h.Get("username-4D"), Password: h.Get("password-4D"), Address: clientAddress(c.r)}
	if digest := h.Get("hashed-password-4D"); digest != "" && cr.Password == "" {
		cr.Password, cr.Hashed = digest, true
	}
	minutes := loginMinutes(h.Get("session-4D-length"))
	body, err := c.json()
	if err != nil {
		return cr, 0, err
	}
	switch v := body.(type) {
	case []any:
		cr.User, cr.Password, cr.Hashed = textAt(v, 0), textAt(v, 1), false
		if len(v) > 2 {
			minutes = loginMinutes(fmt.Sprint(v[2]))
		}
	case map[string]any:
		if _, ok := v["username"]; ok {
			cr.User, _ = v["username"].(string)
			cr.Password, _ = v["password"].(string)
			cr.Hashed = false
		}
	}
	return cr, minutes, nil
}

// loginMinutes reads the idle timeout that a client asks for: at least 60 minutes (S-354); 0 when it is absent or no number.
func loginMinutes(text string) int {
	n, err := strconv.Atoi(text)
	if errors.Is(err, strconv.ErrSyntax) {
		return 0
	}
	return min(max(n, int(session.MinIdle/time.Minute)), maxLoginMinutes)
}

func textAt(list []any, i int) string {
	if i >= len(list) {
		return ""
	}
	text, _ := list[i].(string)
	return text
}

// logoutCommand answers POST $logout (S-236).
func (c *call) logoutCommand() error {
	if c.r.Method != http.MethodPost {
		return postOnly("$logout")
	}
	if len(c.req.segments) > 0 {
		return notFound("Unknown resource")
	}
	if c.mobile != nil {
		return c.mobileLogout()
	}
	return c.logout()
}

// logout ends the login; what survives is the session's business (S-233 to S-237).
func (c *call) logout() error {
	if c.session == nil {
		c.answerBool(false)
		return nil
	}
	if err := c.session.Logout(); err != nil {
		return fmt.Errorf("log out: %w", err)
	}
	if err := accepted().Delete(c.session); err != nil {
		return fmt.Errorf("forget login: %w", err)
	}
	c.answerBool(true)
	return nil
}

// currentUser answers who is signed in, null for a guest.
func (c *call) currentUser() {
	if c.guest() {
		c.out.raw(`{"result":null}`)
		return
	}
	name := c.session.User()
	c.out.raw(`{"result":{"userName":`)
	c.out.string(name)
	c.out.text("fullName", name)
	c.out.text("ID", userID(name))
	c.out.raw(`}}`)
}

// belongsTo answers whether the user is in a group. There are no groups: a privilege of that name counts as one.
func (c *call) belongsTo() error {
	if c.r.Method != http.MethodPost {
		return postOnly("currentUserBelongsTo")
	}
	v, err := c.json()
	if err != nil {
		return err
	}
	list, _ := v.([]any)
	name := textAt(list, 0)
	if name == "" {
		return malformed("currentUserBelongsTo needs a group name in a JSON array")
	}
	c.answerBool(c.session.HasPrivilege(name))
	return nil
}
