package benchmarks_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// byHand answers the benchmarked requests as a careful programmer would without Ordago: prepared text of SQL, scans into variables,
// encoding/json over structs.
type byHand struct {
	writer, readers *sql.DB
	mu              sync.RWMutex
	sessions        map[string]*account
}

type account struct {
	name string
	work bool
	seen time.Time
}

func (h *byHand) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /rest/$catalog/authentify", h.login)
	mux.HandleFunc("GET /rest/{target}", h.authenticated(h.get))
	mux.HandleFunc("POST /rest/Item", h.authenticated(h.create))
	mux.HandleFunc("POST /rest/{target}/margin", h.authenticated(h.margin))
	return mux
}

func (h *byHand) login(w http.ResponseWriter, r *http.Request) {
	var args []string
	if err := json.NewDecoder(r.Body).Decode(&args); err != nil || len(args) != 1 {
		http.Error(w, "bad arguments", http.StatusBadRequest)
		return
	}
	token := rand.Text()
	h.mu.Lock()
	h.sessions[token] = &account{name: args[0], work: true, seen: time.Now()}
	h.mu.Unlock()
	http.SetCookie(w, &http.Cookie{Name: "token", Value: token, Path: "/", HttpOnly: true})
	reply(w, map[string]bool{"result": true})
}

type handler func(w http.ResponseWriter, r *http.Request, a *account) error

func (h *byHand) authenticated(fn handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		cookie, err := r.Cookie("token")
		if err != nil {
			http.Error(w, "sign in first", http.StatusUnauthorized)
			return
		}
		h.mu.RLock()
		a := h.sessions[cookie.Value]
		h.mu.RUnlock()
		if a == nil || !a.work || time.Since(a.seen) > time.Hour {
			http.Error(w, "sign in first", http.StatusUnauthorized)
			return
		}
		switch err := fn(w, r, a); {
		case errors.Is(err, sql.ErrNoRows):
			http.Error(w, "not found", http.StatusNotFound)
		case err != nil:
			http.Error(w, "internal error", http.StatusInternalServerError)
		}
	}
}

// item has the members of an entity in the order of the protocol.
type item struct {
	Model    string  `json:"__entityModel,omitempty"`
	Class    string  `json:"__DATACLASS,omitempty"`
	Key      string  `json:"__KEY"`
	Modified string  `json:"__TIMESTAMP"`
	Stamp    int64   `json:"__STAMP"`
	URI      string  `json:"uri,omitempty"`
	ID       int64   `json:"ID"`
	Code     string  `json:"code"`
	Name     string  `json:"name"`
	Price    int64   `json:"price"`
	Stock    *int64  `json:"stock"`
	Active   bool    `json:"active"`
	Ready    *string `json:"ready"`
	SeenAt   *string `json:"seenAt"`
	OwnerID  int64   `json:"ownerID"`
	MadeBy   string  `json:"madeBy"`
	Comments *string `json:"comments"`
	Status   *status `json:"__STATUS,omitempty"`
}

type status struct {
	Success bool `json:"success"`
}

type page struct {
	Class    string `json:"__DATACLASS"`
	Model    string `json:"__entityModel"`
	Global   int64  `json:"__GlobalStamp"`
	Count    int    `json:"__COUNT"`
	Sent     int    `json:"__SENT"`
	First    int    `json:"__FIRST"`
	Entities []item `json:"__ENTITIES"`
}

const columns = "id, code, name, price, stock, active, ready, seen_at, owner_id, made_by, comments, orda_stamp, orda_updated_at"

func scanItem(row interface{ Scan(...any) error }) (item, error) {
	var i item
	var ready, seen sql.NullTime
	var modified time.Time
	err := row.Scan(&i.ID, &i.Code, &i.Name, &i.Price, &i.Stock, &i.Active, &ready, &seen, &i.OwnerID, &i.MadeBy, &i.Comments, &i.Stamp, &modified)
	i.Key = strconv.FormatInt(i.ID, 10)
	i.Modified = modified.UTC().Format("2006-01-02T15:04:05.000Z")
	if ready.Valid {
		t := fmt.Sprintf("%d!%d!%d", ready.Time.Day(), ready.Time.Month(), ready.Time.Year())
		i.Ready = &t
	}
	if seen.Valid {
		t := seen.Time.UTC().Format("2006-01-02T15:04:05.000Z")
		i.SeenAt = &t
	}
	return i, err
}

func (h *byHand) get(w http.ResponseWriter, r *http.Request, _ *account) error {
	target := r.PathValue("target")
	if target == "Item" {
		return h.page(w, r)
	}
	key, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimPrefix(target, "Item("), ")"), 10, 64)
	if err != nil {
		return sql.ErrNoRows
	}
	i, err := scanItem(h.readers.QueryRowContext(r.Context(), "SELECT "+columns+" FROM items WHERE id = ?", key))
	if err != nil {
		return err
	}
	i.Model, i.Class = "Item", "Item"
	return reply(w, i)
}

// page answers the one query that the benchmark asks; its text is fixed here as it would be in a program.
func (h *byHand) page(w http.ResponseWriter, r *http.Request) error {
	p := page{Class: "Item", Model: "Item", Entities: make([]item, 0, 100)}
	const where = " FROM items WHERE price >= ? AND price < ?"
	low, high := r.URL.Query().Get("low"), r.URL.Query().Get("high")
	rows, err := h.readers.QueryContext(r.Context(), "SELECT "+columns+where+" ORDER BY ready DESC, id LIMIT 100", low, high)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		i, err := scanItem(rows)
		if err != nil {
			return err
		}
		p.Entities = append(p.Entities, i)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	p.Sent = len(p.Entities)
	if err := h.readers.QueryRowContext(r.Context(), "SELECT COUNT(*)"+where, low, high).Scan(&p.Count); err != nil {
		return err
	}
	return reply(w, p)
}

func (h *byHand) margin(w http.ResponseWriter, r *http.Request, _ *account) error {
	var args []int64
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&args); err != nil || len(args) != 1 {
		http.Error(w, "bad arguments", http.StatusBadRequest)
		return nil
	}
	key, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimPrefix(r.PathValue("target"), "Item("), ")"), 10, 64)
	if err != nil {
		return sql.ErrNoRows
	}
	i, err := scanItem(h.readers.QueryRowContext(r.Context(), "SELECT "+columns+" FROM items WHERE id = ?", key))
	if err != nil {
		return err
	}
	return reply(w, map[string]int64{"result": i.Price * args[0] / 100})
}

func (h *byHand) create(w http.ResponseWriter, r *http.Request, a *account) error {
	var i item
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&i); err != nil {
		http.Error(w, "bad body", http.StatusBadRequest)
		return nil
	}
	if i.Price < 0 {
		http.Error(w, "price is negative", http.StatusUnprocessableEntity)
		return nil
	}
	i.MadeBy, i.Stamp = a.name, 1
	now := time.Now().UTC().Truncate(time.Microsecond)
	if err := h.insert(r.Context(), &i, now); err != nil {
		return err
	}
	i.Model, i.Class, i.Key = "Item", "Item", strconv.FormatInt(i.ID, 10)
	i.Modified, i.URI, i.Status = now.Format("2006-01-02T15:04:05.000Z"), "/rest/Item("+i.Key+")", &status{true}
	return reply(w, i)
}

func (h *byHand) insert(ctx context.Context, i *item, now time.Time) error {
	tx, err := h.writer.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	result, err := tx.ExecContext(ctx, "INSERT INTO items (code, name, price, stock, active, ready, seen_at, owner_id, made_by, comments, orda_stamp, orda_created_at, orda_updated_at)"+
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", i.Code, i.Name, i.Price, i.Stock, i.Active, i.Ready, i.SeenAt, i.OwnerID, i.MadeBy, i.Comments, i.Stamp, now, now)
	if err != nil {
		return err
	}
	if i.ID, err = result.LastInsertId(); err != nil {
		return err
	}
	return tx.Commit()
}

func reply(w http.ResponseWriter, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, err = w.Write(body)
	return err
}
