package session

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// PutOTP implements [Store].
func (s *SQLStore) PutOTP(ctx context.Context, o OTP) error {
	_, err := s.db.ExecContext(ctx, s.sql.putOTP, o.Session, o.Token.String(), o.Expires.UnixMicro())
	if err != nil {
		return fmt.Errorf("create passcode: %w", err)
	}
	return nil
}

// TakeOTP implements [Store]: who deletes the row has the passcode.
func (s *SQLStore) TakeOTP(ctx context.Context, token Hash) (OTP, bool, error) {
	o := OTP{Token: token}
	var expires int64
	err := s.db.QueryRowContext(ctx, s.sql.otp, token.String()).Scan(&o.Session, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return OTP{}, false, nil
	}
	if err != nil {
		return OTP{}, false, fmt.Errorf("read passcode: %w", err)
	}
	n, err := s.affected(ctx, s.sql.takeOTP, token.String())
	if err != nil {
		return OTP{}, false, fmt.Errorf("take passcode: %w", err)
	}
	if n == 0 {
		return OTP{}, false, nil
	}
	o.Expires = time.UnixMicro(expires).UTC()
	return o, true, nil
}

func (s *SQLStore) dropOTPs(ctx context.Context, session string) error {
	if _, err := s.affected(ctx, s.sql.dropOTPs, session); err != nil {
		return fmt.Errorf("remove passcodes of session %s: %w", session, err)
	}
	return nil
}

// expireOTPs removes the passcodes that are expired, and those of sessions.
func (s *SQLStore) expireOTPs(ctx context.Context, now time.Time, sessions []string) error {
	for _, id := range sessions {
		if err := s.dropOTPs(ctx, id); err != nil {
			return err
		}
	}
	if _, err := s.affected(ctx, s.sql.expireOTPs, now.UnixMicro()); err != nil {
		return fmt.Errorf("remove expired passcodes: %w", err)
	}
	return nil
}
