package rest

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/ordago/ordago/session"
)

// maxMobileLogin is the size in bytes of the largest body of $authenticate, maxMobileText that of each of its texts.
const (
	maxMobileLogin = 64 << 10
	maxMobileText  = 1024
)

// mobileAnswer is the answer to $authenticate.
type mobileAnswer struct {
	Success    bool           `json:"success"`
	ID         string         `json:"id,omitempty"` // of the session
	Token      string         `json:"token,omitempty"`
	StatusText string         `json:"statusText,omitempty"`
	UserInfo   map[string]any `json:"userInfo,omitempty"`
	Verify     bool           `json:"verify,omitempty"` // the app has to wait
}

// authenticate answers POST $authenticate. An app that has signed in already is not asked again (S-081, S-082).
func (c *call) authenticate() error {
	if !c.logins.allow(clientAddress(c.r)) {
		return c.tooManyAttempts()
	}
	in, err := c.mobileLogin()
	if err != nil {
		return err
	}
	if err := c.checkAgent(&in); err != nil {
		return err
	}
	if c.signIn != nil && c.signIn.Status == MobileAccepted {
		return c.welcomeBack()
	}
	return c.signInApp(in)
}

func (c *call) mobileLogin() (MobileLogin, error) {
	var in MobileLogin
	if err := c.mobileBody(&in, maxMobileLogin); err != nil {
		return in, err
	}
	in.Session = c.mobileSession()
	if in.Application.ID == "" || in.Device.ID == "" {
		return in, malformed("$authenticate needs application.id and device.id")
	}
	for _, text := range []string{
		in.Email, in.Password, in.Send, in.Application.ID, in.Application.Name, in.Application.Version, in.Device.ID, in.Device.Version,
		in.Device.Description, in.Team.ID, in.Language.ID, in.Language.Region, in.Language.Code,
	} {
		if len(text) > maxMobileText {
			return in, malformed(fmt.Sprintf("a text of $authenticate is longer than %d bytes", maxMobileText))
		}
	}
	return in, nil
}

// checkAgent refuses the token or cookie of another app or device. Another user of the same app gets a session of its own.
func (c *call) checkAgent(in *MobileLogin) error {
	switch {
	case c.signIn == nil:
		return nil
	case c.signIn.agent() != in.agent():
		return fail(http.StatusUnauthorized, codeLoginFailed, "Token or cookie belong to another device")
	case c.signIn.Email == in.Email:
		return nil
	}
	if err := c.mobile.Forget(c.ctx, c.signIn.Session.ID); err != nil {
		return err
	}
	c.signIn, c.token = nil, ""
	if c.session == nil {
		return nil
	}
	if err := c.session.End(); err != nil {
		return fmt.Errorf("end session of another user: %w", err)
	}
	c.enter(session.Caller(c.ctx))
	in.Session = c.mobileSession()
	return nil
}

// welcomeBack answers an app whose sign-in holds: the hook is not called. Who came by cookie gets a new token; who was verified meanwhile
// gets its rights with it.
func (c *call) welcomeBack() error {
	s := *c.signIn
	token := c.token
	if token == "" {
		if !s.opened() && (s.SignedIn || len(s.Privileges) > 0) && c.session != nil {
			if err := c.session.SetPrivileges(session.Grant{Privileges: s.Privileges, UserName: s.UserName}); err != nil {
				return fmt.Errorf("give a verified app its rights: %w", err)
			}
		}
		token = newToken(s.Session.ID)
		if _, err := c.mobile.change(c.ctx, s.Session.ID, func(s *MobileSignIn) { s.Token = session.HashSecret(token) }); err != nil {
			return err
		}
	}
	return c.out.value(mobileAnswer{Success: true, ID: s.Session.ID, Token: token, UserInfo: s.UserInfo})
}

// signInApp asks the hook. What the hook granted is taken back unless the app is accepted now.
func (c *call) signInApp(in MobileLogin) (err error) {
	before, guest := c.session.Privileges(), c.guest()
	accepted := false
	defer func() {
		if accepted || c.session == nil || guest == c.guest() && slices.Equal(before, c.session.Privileges()) {
			return
		}
		err = errors.Join(err, c.session.Logout())
	}()
	result, err := c.askMobile(in)
	if err != nil {
		return err
	}
	if !result.Success {
		return c.rejectApp(result)
	}
	if c.session != nil && c.session.Kind() != session.Web {
		return errors.New("the hook for mobile apps entered a desktop session: an app needs one of its own")
	}
	s := MobileSignIn{
		Application: in.Application, Team: in.Team, Device: in.Device, Language: in.Language, Email: in.Email, Send: in.Send,
		Session: c.mobileSession(), Status: MobileAccepted, At: c.now().UTC(), UserInfo: result.UserInfo,
	}
	s.hold(c.session)
	if s.Session.ID == "" {
		s.Session.ID = newSetID() // without sessions sign-ins have IDs of their own
	}
	answer := mobileAnswer{Success: true, ID: s.Session.ID, StatusText: result.StatusText, UserInfo: result.UserInfo}
	if result.Verify {
		s.Status, answer.Verify = MobilePending, true
	} else {
		answer.Token = newToken(s.Session.ID)
		s.Token = session.HashSecret(answer.Token)
	}
	if err := c.mobile.save(c.ctx, s); err != nil {
		return err
	}
	if accepted = !result.Verify; accepted { // a parallel request may have changed the session since hold
		if err := c.mobile.follow(c.ctx, c.manager, s.Session.ID); err != nil {
			return err
		}
	}
	return c.out.value(answer)
}

// askMobile calls the hook On Mobile App Authentication.
func (c *call) askMobile(in MobileLogin) (MobileLoginResult, error) {
	var result MobileLoginResult
	if hook := c.mobile.Authentication; hook != nil {
		var err error
		if result, err = hook(c.ctx, c.session, in); err != nil {
			return result, err
		}
	}
	if c.developer() {
		result.Success, result.Verify = true, false
	}
	return result, nil
}

// rejectApp answers a sign-in that was refused (S-083).
func (c *call) rejectApp(result MobileLoginResult) error {
	if c.signIn != nil {
		if err := c.mobile.Forget(c.ctx, c.signIn.Session.ID); err != nil {
			return err
		}
	}
	c.out.status = http.StatusUnauthorized
	return c.out.value(mobileAnswer{StatusText: result.StatusText})
}

// mobileLogout answers $logout of an app: token and rights are gone.
func (c *call) mobileLogout() error {
	if err := c.mobile.Forget(c.ctx, c.signIn.Session.ID); err != nil {
		return err
	}
	if c.session != nil {
		if err := c.session.Logout(); err != nil {
			return fmt.Errorf("log out: %w", err)
		}
	}
	c.out.raw(`{"ok":true,"success":true}`)
	return nil
}
