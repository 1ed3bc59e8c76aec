package session

import (
	"context"
	"time"
)

// clientSide marks the session object of a remote client in profile C.
type clientSide struct {
	createOTP func(ctx context.Context, lifespan ...time.Duration) (string, error)
}

// NewClientSide returns the session object that code on a remote client has in
// profile C (S-026): the ID and the info of the session on the server, storage of
// its own (S-144), and [ErrClientSide] for what changes privileges (S-170, S-176,
// S-191, S-203). It holds no privileges: nothing on a client is restricted.
//
// createOTP asks the server for a passcode; it stands for the session on the
// server, whose storage it shares (S-264). Nil means that there are none.
func NewClientSide(server Info, createOTP func(ctx context.Context, lifespan ...time.Duration) (string, error)) *Session {
	if createOTP == nil {
		createOTP = func(context.Context, ...time.Duration) (string, error) { return "", nil }
	}
	created, err := ParseDate(server.CreationDateTime)
	if err != nil {
		created = server.Created
	}
	rl := newRealm(Desktop{Profile: C})
	s := rl.open(Record{
		ID:       server.ID,
		Secret:   HashSecret(newSecret()),
		Kind:     Remote,
		Type:     Remote.String(),
		UserName: server.UserName,
		Created:  created,
		Seen:     server.LastSeen,
		Machine:  server.MachineName,
		System:   server.SystemUserName,
		Address:  server.IPAddress,
	})
	s.client = &clientSide{createOTP}
	return s
}

// ClientSide returns the object that code on the client of this remote session
// has: [NewClientSide] in profile C, nil in the others (S-024, S-026) and for
// sessions that are not remote.
func (s *Session) ClientSide() *Session {
	if s == nil || s.client != nil {
		return s
	}
	st := s.state()
	if st.kind != Remote || !st.realm.profile.has(C) {
		return nil
	}
	return NewClientSide(s.Info(), s.CreateOTP)
}
