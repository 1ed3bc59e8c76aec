package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// dialect is what differs between databases.
type dialect struct {
	create   [2]string // statements
	numbered bool      // parameters are $1, $2 and so on
}

// columns of the table; times and durations are microseconds.
const columns = `
	id VARCHAR(32) NOT NULL PRIMARY KEY,
	secret VARCHAR(64) NOT NULL UNIQUE,
	version BIGINT NOT NULL,
	seen BIGINT NOT NULL,
	idle BIGINT NOT NULL,
	created BIGINT NOT NULL,
	data `

// otpColumns let a passcode be found by its session first, to drop it with that.
const otpColumns = `
	session VARCHAR(32) NOT NULL,
	token VARCHAR(64) NOT NULL UNIQUE,
	expires BIGINT NOT NULL,
	PRIMARY KEY (session, token))`

const (
	createTable    = "CREATE TABLE IF NOT EXISTS ordago_sessions (" + columns
	createOTPTable = "CREATE TABLE IF NOT EXISTS ordago_session_otps (" + otpColumns
	mysqlText      = " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
)

// dialects by the names that GORM uses; never changed.
var dialects = map[string]dialect{
	"sqlite":   {create: [2]string{createTable + "TEXT NOT NULL)", createOTPTable}},
	"postgres": {create: [2]string{createTable + "TEXT NOT NULL)", createOTPTable}, numbered: true},
	"mysql":    {create: [2]string{createTable + "LONGTEXT NOT NULL)" + mysqlText, createOTPTable + mysqlText}},
}

// statements are the queries of a store in the language of its database.
type statements struct {
	create, load, loadID, update, touch, remove, list, expired, expire, count string

	putOTP, otp, takeOTP, dropOTPs, expireOTPs string
}

func newStatements(d dialect) statements {
	const fields = "SELECT id, secret, version, seen, idle, created, data FROM ordago_sessions "
	return statements{
		create:  d.bind("INSERT INTO ordago_sessions (id, secret, version, seen, idle, created, data) VALUES (?, ?, ?, ?, ?, ?, ?)"),
		load:    d.bind(fields + "WHERE secret = ?"),
		loadID:  d.bind(fields + "WHERE id = ?"),
		update:  d.bind("UPDATE ordago_sessions SET secret = ?, version = ?, idle = ?, data = ? WHERE id = ? AND version = ?"),
		touch:   d.bind("UPDATE ordago_sessions SET seen = ? WHERE id = ? AND seen < ?"),
		remove:  d.bind("DELETE FROM ordago_sessions WHERE id = ?"),
		list:    fields + "ORDER BY created, id",
		expired: d.bind("SELECT id FROM ordago_sessions WHERE idle > 0 AND seen + idle <= ?"),
		expire:  d.bind("DELETE FROM ordago_sessions WHERE id = ? AND idle > 0 AND seen + idle <= ?"),
		count:   "SELECT COUNT(*) FROM ordago_sessions",

		putOTP:     d.bind("INSERT INTO ordago_session_otps (session, token, expires) VALUES (?, ?, ?)"),
		otp:        d.bind("SELECT session, expires FROM ordago_session_otps WHERE token = ?"),
		takeOTP:    d.bind("DELETE FROM ordago_session_otps WHERE token = ?"),
		dropOTPs:   d.bind("DELETE FROM ordago_session_otps WHERE session = ?"),
		expireOTPs: d.bind("DELETE FROM ordago_session_otps WHERE expires <= ?"),
	}
}

// bind writes the parameters of query as the database wants them.
func (d dialect) bind(query string) string {
	if !d.numbered {
		return query
	}
	var b strings.Builder
	n := 0
	for _, r := range query {
		if r == '?' {
			n++
			b.WriteString("$" + strconv.Itoa(n))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// recordData is the part of a record that no query looks at.
type recordData struct {
	Kind       Kind                       `json:"kind"`
	Type       string                     `json:"type"`
	UserName   string                     `json:"userName,omitempty"`
	Privileges []string                   `json:"privileges,omitempty"`
	SignedIn   bool                       `json:"signedIn,omitempty"`
	Address    string                     `json:"address,omitempty"`
	UserAgent  string                     `json:"userAgent,omitempty"`
	Machine    string                     `json:"machine,omitempty"`
	System     string                     `json:"system,omitempty"`
	Storage    map[string]json.RawMessage `json:"storage,omitempty"`
	Keys       []Hash                     `json:"keys,omitempty"`
	Quotas     QuotaValues                `json:"quotas,omitzero"`
}

func encodeRecord(r Record) (string, error) {
	data, err := json.Marshal(recordData{
		r.Kind, r.Type, r.UserName, r.Privileges, r.SignedIn,
		r.Address, r.UserAgent, r.Machine, r.System, r.Storage, r.Keys, r.Quotas,
	})
	return string(data), err
}

func scanRecord(row interface{ Scan(...any) error }) (Record, error) {
	var (
		r                   Record
		secret, text        string
		seen, idle, created int64
		data                recordData
	)
	if err := row.Scan(&r.ID, &secret, &r.Version, &seen, &idle, &created, &text); err != nil {
		return Record{}, err
	}
	if err := json.Unmarshal([]byte(text), &data); err != nil {
		return Record{}, fmt.Errorf("session %s: %w", r.ID, err)
	}
	hash, err := parseHash(secret)
	if err != nil {
		return Record{}, fmt.Errorf("session %s: %w", r.ID, err)
	}
	r.Secret = hash
	r.Seen, r.Created = time.UnixMicro(seen).UTC(), time.UnixMicro(created).UTC()
	r.Idle = time.Duration(idle) * time.Microsecond
	r.Kind, r.Type, r.UserName, r.Privileges, r.SignedIn = data.Kind, data.Type, data.UserName, data.Privileges, data.SignedIn
	r.Address, r.UserAgent, r.Machine, r.System = data.Address, data.UserAgent, data.Machine, data.System
	r.Storage, r.Keys, r.Quotas = data.Storage, data.Keys, data.Quotas
	return r, nil
}

// conflict reports whether the database asks to run the statement again:
// serialization failures and deadlocks of databases that tell SQLSTATE codes.
func conflict(err error) bool {
	var e interface{ SQLState() string }
	return errors.As(err, &e) && (e.SQLState() == "40001" || e.SQLState() == "40P01")
}

// pause waits before the next try, longer each time and never as long as
// another who collided. It reports false when ctx has ended.
func pause(ctx context.Context, try int) bool {
	longest := time.Millisecond << min(try, 5)
	timer := time.NewTimer(rand.N(longest))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
