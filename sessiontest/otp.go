package sessiontest

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ordago/ordago/session"
)

func otp(n int, of session.Record) session.OTP {
	return session.OTP{Token: session.HashSecret(fmt.Sprint("token ", n)), Session: of.ID, Expires: start.Add(time.Duration(n) * time.Minute)}
}

func putOTPs(t *testing.T, s session.Store, otps ...session.OTP) {
	t.Helper()
	for _, o := range otps {
		if err := s.PutOTP(t.Context(), o); err != nil {
			t.Fatalf("PutOTP(%+v) = %v", o, err)
		}
	}
}

// takes fails unless the store gives out o, once.
func takes(t *testing.T, s session.Store, o session.OTP) {
	t.Helper()
	got, ok, err := s.TakeOTP(t.Context(), o.Token)
	if got != o || !ok || err != nil {
		t.Errorf("TakeOTP = %+v, %t, %v; want %+v, true, nil", got, ok, err, o)
	}
	takesNot(t, s, o)
}

func takesNot(t *testing.T, s session.Store, o session.OTP) {
	t.Helper()
	got, ok, err := s.TakeOTP(t.Context(), o.Token)
	wantNone(t, fmt.Sprintf("TakeOTP (%+v)", got), ok, err)
}

func testOTP(t *testing.T, s session.Store) {
	create(t, s, record(1))
	first, second, expired := otp(1, record(1)), otp(2, record(1)), otp(-9, record(1))
	takesNot(t, s, first)
	putOTPs(t, s, first, second, expired)
	if err := s.PutOTP(t.Context(), session.OTP{Token: first.Token, Session: record(2).ID, Expires: start}); err == nil {
		t.Error("PutOTP of a token that exists = nil, want an error")
	}
	takesNot(t, s, session.OTP{Token: session.HashSecret(first.Token.String())})
	takes(t, s, expired)
	takes(t, s, second)
	takes(t, s, first)
	stored(t, s, record(1))
	putOTPs(t, s, first)
	takes(t, s, first)
}

// testOTPTakenOnce checks that of 64 at once exactly one gets the passcode.
func testOTPTakenOnce(t *testing.T, s session.Store) {
	create(t, s, record(1))
	o := otp(1, record(1))
	putOTPs(t, s, o)
	var (
		wg   sync.WaitGroup
		wins atomic.Int32
	)
	for range 64 {
		wg.Go(func() {
			_, ok, err := s.TakeOTP(context.Background(), o.Token)
			if err != nil {
				t.Errorf("TakeOTP = %v", err)
			}
			if ok {
				wins.Add(1)
			}
		})
	}
	wg.Wait()
	if n := wins.Load(); n != 1 {
		t.Errorf("%d of 64 got the passcode, want 1", n)
	}
}

func testOTPDropped(t *testing.T, s session.Store) {
	deleted, old, young := record(1), record(2), record(3)
	old.Seen, young.Seen = start, start.AddDate(0, 0, 1)
	create(t, s, deleted, old, young)
	ofDeleted, ofOld, late, early := otp(1, deleted), otp(1000, old), otp(1001, young), otp(60, young)
	putOTPs(t, s, ofDeleted, ofOld, late, early)
	if _, err := s.Delete(t.Context(), deleted.ID); err != nil {
		t.Fatalf("Delete = %v", err)
	}
	takesNot(t, s, ofDeleted)
	if _, err := s.Expire(t.Context(), start.Add(time.Hour)); err != nil {
		t.Fatalf("Expire = %v", err)
	}
	takesNot(t, s, ofOld)
	takesNot(t, s, early)
	takes(t, s, late)
}
