package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// maxListed is how many sessions the administration web server shows, the newest.
const maxListed = 1000

// listedSession is a session as the administration web server shows it (S-415).
type listedSession struct {
	ID         string    `json:"ID"`
	Server     string    `json:"server"` // the web server it belongs to
	Origin     string    `json:"origin"` // web, rest, soap, client or server
	User       string    `json:"userName"`
	Login      time.Time `json:"loginDate"`
	Status     string    `json:"status"`
	Guest      bool      `json:"guest"`
	Privileges []string  `json:"privileges"`
	Address    string    `json:"IPAddress"`
	Agent      string    `json:"userAgent"`
}

// sessionList is what the method sessions answers.
type sessionList struct {
	Total    int             `json:"total"` // of all, also of those that are not shown
	Sessions []listedSession `json:"sessions"`
}

// managers are those of all web servers of the application.
func (s *Server) managers() map[string]*session.Manager {
	all := map[string]*session.Manager{s.app.Host().Name(): s.sessions}
	for _, f := range s.fronts {
		all[f.site.Name()] = f.site.Manager()
	}
	return all
}

// all lists the sessions of all web servers, the newest first, for those who may administer (S-415, S-418).
func (a *administration) all(ctx context.Context) ([]listedSession, error) {
	if !session.MayAdminister(ctx) {
		return nil, errNotAdmin
	}
	all := []listedSession{}
	for name, m := range a.server.managers() {
		list, err := m.List(ctx)
		if err != nil {
			return nil, err
		}
		for _, info := range list {
			all = append(all, listed(name, info))
		}
	}
	slices.SortFunc(all, func(x, y listedSession) int { return y.Login.Compare(x.Login) })
	return all, nil
}

// total is how many sessions there are.
func (a *administration) total(ctx context.Context, _ *session.Session) (int, error) {
	all, err := a.all(ctx)
	return len(all), err
}

// newest are the sessions that are shown.
func (a *administration) newest(ctx context.Context, _ *session.Session) ([]listedSession, error) {
	all, err := a.all(ctx)
	return all[:min(len(all), maxListed)], err
}

func listed(server string, i session.Info) listedSession {
	return listedSession{
		i.ID, server, i.Origin(), i.UserName, i.Created.UTC().Truncate(time.Second), i.Status(), i.Guest, append([]string{}, i.Privileges...),
		i.IPAddress, i.UserAgent,
	}
}

// sendSessions answers with the list as JSON.
func (a *administration) sendSessions(ctx context.Context, _ *session.Session, c *web.Call) error {
	if !session.MayAdminister(ctx) {
		return c.SendStatus(http.StatusForbidden)
	}
	all, err := a.all(ctx)
	if err != nil {
		return err
	}
	data, err := json.Marshal(sessionList{len(all), all[:min(len(all), maxListed)]})
	if err != nil {
		return err
	}
	return c.SendBytes("application/json", data)
}

// drop ends the session whose ID the form names, on whatever web server it is; the client of a remote session is disconnected (S-417).
// One that is gone is no error. That of the application itself is refused: without it the program could not go on.
func (a *administration) drop(ctx context.Context, s *session.Session, c *web.Call) error {
	switch {
	case c.Verb() != http.MethodPost:
		return c.SendStatus(http.StatusMethodNotAllowed)
	case !session.MayAdminister(ctx):
		return c.SendStatus(http.StatusForbidden)
	}
	id, _ := c.Field("id")
	for _, m := range a.server.managers() {
		err := m.Drop(ctx, id)
		if errors.Is(err, session.ErrApplication) {
			return c.SendStatus(http.StatusConflict)
		}
		if err != nil {
			return err
		}
	}
	a.log.Info("session dropped", "session", id, "by", s.ID())
	return c.Redirect("/")
}
