package session

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"
)

// sqlTouchEvery is how far ahead activity is recorded: one write for each
// session in this time, however many requests it makes.
const sqlTouchEvery = 30 * time.Second

// sqlCountAge is how old the answer of Count may be.
const sqlCountAge = time.Second

// SQLStore keeps sessions in the tables ordago_sessions and ordago_session_otps,
// so that several servers share them and they outlive a restart. Make one with [NewSQLStore].
//
// Activity is recorded up to 30 seconds ahead (see [Store.TouchEvery]): a
// session may last that much longer than its idle timeout, never shorter.
//
// Give the store a *sql.DB of its own. In SQLite also a file of its own: a
// session that changes while its request holds a write transaction on the same
// file would wait for that transaction, and it for the session.
type SQLStore struct {
	db  *sql.DB
	sql statements

	mu        sync.Mutex // guards the cached count
	count     int
	countedAt time.Time
}

// NewSQLStore returns a store in db and creates its tables if they are missing.
// dialect is "sqlite", "postgres" or "mysql".
func NewSQLStore(db *sql.DB, dialect string) (*SQLStore, error) {
	d, ok := dialects[dialect]
	if !ok {
		return nil, fmt.Errorf("session store: unknown dialect %q: write sqlite, postgres or mysql", dialect)
	}
	s := &SQLStore{db: db, sql: newStatements(d)}
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	usable := [...]func(context.Context) error{s.hasSessions, s.hasOTPs}
	for i, create := range d.create {
		// Two servers that start at once may both try to create a table. In spite
		// of the error it is there then.
		if _, err := db.ExecContext(ctx, create); err != nil && usable[i](ctx) != nil {
			return nil, fmt.Errorf("session store: create table: %w", err)
		}
	}
	return s, nil
}

func (s *SQLStore) hasSessions(ctx context.Context) error {
	_, err := s.Touch(ctx, "", time.UnixMicro(0))
	return err
}

func (s *SQLStore) hasOTPs(ctx context.Context) error { return s.dropOTPs(ctx, "") }

// Create implements [Store].
func (s *SQLStore) Create(ctx context.Context, r Record) error {
	data, err := encodeRecord(r)
	if err != nil {
		return fmt.Errorf("create session %s: %w", r.ID, err)
	}
	_, err = s.db.ExecContext(ctx, s.sql.create, r.ID, r.Secret.String(), 1,
		r.Seen.UnixMicro(), r.Idle.Microseconds(), r.Created.UnixMicro(), data)
	if err != nil {
		return fmt.Errorf("create session %s: %w", r.ID, err)
	}
	s.mu.Lock()
	s.count++
	s.mu.Unlock()
	return nil
}

// Load implements [Store].
func (s *SQLStore) Load(ctx context.Context, secret Hash) (Record, bool, error) {
	return s.one(ctx, s.sql.load, secret.String())
}

// LoadID implements [Store].
func (s *SQLStore) LoadID(ctx context.Context, id string) (Record, bool, error) {
	return s.one(ctx, s.sql.loadID, id)
}

func (s *SQLStore) one(ctx context.Context, query, key string) (Record, bool, error) {
	r, err := scanRecord(s.db.QueryRowContext(ctx, query, key))
	if errors.Is(err, sql.ErrNoRows) {
		return Record{}, false, nil
	}
	if err != nil {
		return Record{}, false, fmt.Errorf("read session: %w", err)
	}
	return r, true, nil
}

// Update implements [Store], by comparing the version and trying again.
func (s *SQLStore) Update(ctx context.Context, id string, fn func(*Record) error) (Record, bool, error) {
	for try := 0; ; try++ {
		r, found, err := s.LoadID(ctx, id)
		if !found || err != nil {
			return Record{}, found, err
		}
		next, err := changed(r, fn)
		if err != nil {
			return Record{}, true, err
		}
		done, err := s.replace(ctx, r.Version, next)
		if done {
			return next, true, nil
		}
		if err != nil && !conflict(err) {
			return Record{}, true, err
		}
		if !pause(ctx, try) {
			return Record{}, true, ErrBusy
		}
	}
}

// replace writes r in the place of the version it was made from, and reports
// whether that was still there.
func (s *SQLStore) replace(ctx context.Context, version int64, r Record) (bool, error) {
	data, err := encodeRecord(r)
	if err != nil {
		return false, fmt.Errorf("update session %s: %w", r.ID, err)
	}
	n, err := s.affected(ctx, s.sql.update,
		r.Secret.String(), r.Version, r.Idle.Microseconds(), data, r.ID, version)
	if err != nil {
		return false, fmt.Errorf("update session %s: %w", r.ID, err)
	}
	return n > 0, nil
}

// affected runs a statement and returns the number of rows it changed.
func (s *SQLStore) affected(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := s.db.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// Touch implements [Store].
func (s *SQLStore) Touch(ctx context.Context, id string, seen time.Time) (bool, error) {
	n, err := s.affected(ctx, s.sql.touch, seen.UnixMicro(), id, seen.UnixMicro())
	if err != nil {
		return false, fmt.Errorf("touch session %s: %w", id, err)
	}
	if n > 0 {
		return true, nil
	}
	_, found, err := s.LoadID(ctx, id) // gone, or seen later by another server
	return found, err
}

// TouchEvery implements [Store]: 30 seconds.
func (s *SQLStore) TouchEvery() time.Duration { return sqlTouchEvery }

// Delete implements [Store].
func (s *SQLStore) Delete(ctx context.Context, id string) (bool, error) {
	n, err := s.affected(ctx, s.sql.remove, id)
	if err != nil {
		return false, fmt.Errorf("delete session %s: %w", id, err)
	}
	s.forgetCount()
	return n > 0, s.dropOTPs(ctx, id)
}

// List implements [Store].
func (s *SQLStore) List(ctx context.Context) ([]Record, error) {
	rows, err := s.db.QueryContext(ctx, s.sql.list)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	defer rows.Close()
	var records []Record
	for rows.Next() {
		r, err := scanRecord(rows)
		if err != nil {
			return nil, fmt.Errorf("list sessions: %w", err)
		}
		records = append(records, r)
	}
	return records, rows.Err()
}

// Expire implements [Store].
func (s *SQLStore) Expire(ctx context.Context, now time.Time) ([]string, error) {
	candidates, err := s.expired(ctx, now)
	if err != nil {
		return nil, fmt.Errorf("find expired sessions: %w", err)
	}
	defer s.forgetCount()
	var ids []string
	for _, id := range candidates {
		// The condition again: it may have been used since.
		n, err := s.affected(ctx, s.sql.expire, id, now.UnixMicro())
		if err != nil {
			return ids, fmt.Errorf("remove expired session %s: %w", id, err)
		}
		if n > 0 {
			ids = append(ids, id)
		}
	}
	return ids, s.expireOTPs(ctx, now, ids)
}

func (s *SQLStore) expired(ctx context.Context, now time.Time) ([]string, error) {
	rows, err := s.db.QueryContext(ctx, s.sql.expired, now.UnixMicro())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// Count implements [Store]. It asks the database once a second at most and adds
// what this process created since.
func (s *SQLStore) Count(ctx context.Context) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.countedAt.IsZero() && time.Since(s.countedAt) < sqlCountAge {
		return s.count, nil
	}
	var n int
	if err := s.db.QueryRowContext(ctx, s.sql.count).Scan(&n); err != nil {
		return 0, fmt.Errorf("count sessions: %w", err)
	}
	s.count, s.countedAt = n, time.Now()
	return n, nil
}

func (s *SQLStore) forgetCount() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.countedAt = time.Time{}
}
