package rest

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/ordago/ordago/session"
)

// The quotas of a session concern its entity sets (session 6.16). They exist in profile R4: elsewhere all of them read as 0, and the
// limits of the options hold alone.

// countSets tells the manager how many entity sets a session has in the store of s (S-204).
func (s *server) countSets(m *session.Manager) {
	m.CountEntitySets(s.sets, func(id string) int {
		all, err := s.sets.List(context.Background(), s.now())
		if err != nil {
			s.log.Error("entity sets of a session cannot be counted", "error", err)
		}
		held := 0
		for _, set := range all {
			if set.Session == id {
				held++
			}
		}
		return held
	})
}

// mostSets returns how many entity sets the session may hold: its own quota or the one of all, whichever is less (S-205); 0: no quota.
func (c *call) mostSets() int {
	own := c.session.Quotas().EntitySets.Value()
	if own == 0 || c.setQuota == 0 {
		return max(own, c.setQuota)
	}
	return min(own, c.setQuota)
}

// newTimeout returns the life of a new entity set: what $timeout asks for, else the default of the session (S-206, R-249).
func (c *call) newTimeout() time.Duration {
	return cmp.Or(c.askedTimeout(), seconds(c.session.Quotas().DefaultTimeout.Value()), DefaultSetTimeout)
}

// askedTimeout returns the life that $timeout asks for, at most what the session may have; 0 when it is absent or 0.
func (c *call) askedTimeout() time.Duration {
	asked, ok := c.req.params.number("timeout")
	if !ok {
		return 0
	}
	most := seconds(c.session.Quotas().MaxTimeout.Value())
	return min(seconds(asked), cmp.Or(most, maxSetTimeout), maxSetTimeout)
}

// seconds converts a number of seconds, at most [maxSetTimeout].
func seconds(n int) time.Duration {
	return time.Duration(min(n, int(maxSetTimeout/time.Second))) * time.Second
}

// retryAfter remembers for the answer when it makes sense to ask again.
func (c *call) retryAfter(err error) {
	e, ok := errors.AsType[*TooManySetsError](err)
	if !ok {
		return
	}
	wait := e.Until.Sub(c.now())
	c.retry = strconv.FormatInt(int64(max(wait+time.Second-1, time.Second)/time.Second), 10)
}
