package rest

import (
	"fmt"
	"net/http"
	"time"

	"github.com/ordago/ordago/session"
)

// adminPrivilege opens what concerns other sessions.
const adminPrivilege = "WebAdmin"

// info answers $info and $info/privileges (section 8.4).
func (c *call) info() error {
	if !c.reading() {
		return fail(http.StatusMethodNotAllowed, codeNotApplicable, "$info is read with GET")
	}
	switch {
	case len(c.req.segments) == 1 && c.req.part(0) == "privileges":
		c.out.raw(`{`)
		c.privileges()
		c.out.raw(`}`)
		return nil
	case len(c.req.segments) > 0:
		return notFound("Unknown resource")
	case c.adminInfo && !c.session.HasPrivilege(adminPrivilege):
		return fail(http.StatusUnauthorized, codeReadRefused, "No permission to read for $info")
	}
	return c.serverInfo()
}

// privileges writes the caller's privileges.
func (c *call) privileges() {
	c.out.raw(`"privileges":[`)
	for i, name := range c.session.Privileges() {
		if i > 0 {
			c.out.raw(`,`)
		}
		c.out.raw(`{"privilege":`)
		c.out.string(name)
		c.out.raw(`}`)
	}
	c.out.raw(`]`)
}

// serverInfo writes what the caller may know: everything for an administrator, else what is the caller's own.
func (c *call) serverInfo() error {
	sets, err := c.visibleSets()
	if err != nil {
		return err
	}
	sessions, err := c.visibleSessions()
	if err != nil {
		return err
	}
	w := &c.out
	w.raw(`{"cacheSize":0,"usedCache":0,"entitySetCount":`)
	w.int(int64(len(sets)))
	w.raw(`,"entitySet":[`)
	for i, set := range sets {
		if i > 0 {
			w.raw(`,`)
		}
		w.setInfo(set)
	}
	w.raw(`],"ProgressInfo":[],"sessionInfo":[`)
	for i, s := range sessions {
		if i > 0 {
			w.raw(`,`)
		}
		w.sessionInfo(s)
	}
	w.raw(`],"privileges":{`)
	c.privileges()
	w.raw(`},"HTTPConnections":[]}`)
	return nil
}

func (c *call) visibleSets() ([]EntitySetInfo, error) {
	all, err := c.sets.List(c.ctx, c.now())
	if err != nil {
		return nil, fmt.Errorf("list entity sets: %w", err)
	}
	if c.session.HasPrivilege(adminPrivilege) {
		return all, nil
	}
	var own []EntitySetInfo
	for _, set := range all {
		if set.Session != "" && set.Session == c.sessionID() {
			own = append(own, set)
		}
	}
	return own, nil
}

func (c *call) visibleSessions() ([]session.Info, error) {
	if !c.session.HasPrivilege(adminPrivilege) {
		if c.session == nil {
			return nil, nil
		}
		return []session.Info{c.session.Info()}, nil
	}
	all, err := c.manager.List(c.ctx)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return all, nil
}

func (w *writer) setInfo(set EntitySetInfo) {
	w.raw(`{"id":`)
	w.string(set.ID)
	w.text("dataClass", set.Class)
	w.text("tableName", set.Class)
	w.raw(`,"selectionSize":`)
	w.int(int64(set.Size))
	w.raw(`,"sorted":`)
	w.bool(set.Ordered)
	w.time("refreshed", set.Used)
	w.time("expires", set.Expires())
	w.raw(`}`)
}

// sessionInfo writes one session (S-365); a guest has a name and an ID of its own (S-366).
func (w *writer) sessionInfo(s session.Info) {
	name, id := s.UserName, userID(s.UserName)
	if s.Guest {
		name, id = "default guest", noUserID
	}
	w.raw(`{"sessionID":`)
	w.string(s.ID)
	w.text("userID", id)
	w.text("userName", name)
	w.raw(`,"lifeTime":`)
	w.int(int64(s.IdleTimeout.Seconds()))
	if s.Expiration.IsZero() {
		w.raw(`,"expiration":null}`)
		return
	}
	w.time("expiration", s.Expiration)
	w.raw(`}`)
}

// time writes a member that is an instant.
func (w *writer) time(name string, t time.Time) {
	w.raw(`,"` + name + `":`)
	w.instant(t)
}
