package session

import (
	"context"
	"errors"
	"sync"
	"time"
)

// otpTable keeps passcodes in memory.
type otpTable struct {
	mu      sync.Mutex
	byToken map[Hash]OTP
	of      map[string]map[Hash]bool // tokens by session
}

// PutOTP implements [Store].
func (s *MemoryStore) PutOTP(_ context.Context, o OTP) error { return s.otps.put(o) }

// TakeOTP implements [Store].
func (s *MemoryStore) TakeOTP(_ context.Context, token Hash) (OTP, bool, error) {
	o, ok := s.otps.take(token)
	return o, ok, nil
}

func (t *otpTable) put(o OTP) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, taken := t.byToken[o.Token]; taken {
		return errors.New("create passcode: token exists")
	}
	if t.byToken == nil {
		t.byToken, t.of = make(map[Hash]OTP), make(map[string]map[Hash]bool)
	}
	if t.of[o.Session] == nil {
		t.of[o.Session] = make(map[Hash]bool)
	}
	t.byToken[o.Token] = o
	t.of[o.Session][o.Token] = true
	return nil
}

func (t *otpTable) take(token Hash) (OTP, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	o, ok := t.byToken[token]
	if ok {
		t.remove(o)
	}
	return o, ok
}

// remove forgets o. The lock is held.
func (t *otpTable) remove(o OTP) {
	delete(t.byToken, o.Token)
	delete(t.of[o.Session], o.Token)
	if len(t.of[o.Session]) == 0 {
		delete(t.of, o.Session)
	}
}

// drop forgets the passcodes of a session.
func (t *otpTable) drop(session string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for token := range t.of[session] {
		delete(t.byToken, token)
	}
	delete(t.of, session)
}

// expire forgets the passcodes that are expired at now.
func (t *otpTable) expire(now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, o := range t.byToken {
		if !now.Before(o.Expires) {
			t.remove(o)
		}
	}
}
