package server_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/migrations"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
)

// stopped serves the application, adds notes by HTTP, runs fn and stops.
func stopped(t *testing.T, c server.Config, fn func(s *running, web *http.Client), texts ...string) {
	t.Helper()
	s := start(t, c)
	web := client(t)
	for _, text := range texts {
		if status, body := post(web, s.base+"Note/add", `["`+text+`"]`); status != http.StatusOK {
			t.Fatalf("add %s: %d %s", text, status, body)
		}
	}
	if fn != nil {
		fn(s, web)
	}
	if err := errors.Join(s.end(t), s.Close()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(c.Database, "://") {
		closed(c.Database)
	}
}

// count returns how many notes there are.
func count(t *testing.T, c server.Config) int {
	t.Helper()
	d, err := server.OpenDatabase(c)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	n, err := dataclasses.Of[Note](d.DataStore()).Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A running server makes the backup itself; what is written later is not in it, and nobody is signed in after the restore.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, database string) {
		c := config(t, newNotes())
		c.Database, c.Sessions = database, server.SessionsInSQL
		file := filepath.Join(t.TempDir(), "b")
		web := client(t)
		stopped(t, c, func(s *running, _ *http.Client) {
			wantPost(t, web, s.base+"$catalog/signIn", `["ada"]`, `{"result":true}`)
			report, err := s.Backup(t.Context(), file, server.BackupOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if report.Tables != 2 || report.Rows != 4 || report.Database != s.String() { // goose counts its own creation as version 0
				t.Errorf("report %+v, want 2 tables with 4 rows of %s", report, s)
			}
			wantPost(t, web, s.base+"Note/add", `["late"]`, `{"result":3}`)
		}, "first", "second")
		if _, err := server.Restore(t.Context(), c, file, server.RestoreOptions{}); err != nil {
			t.Fatal(err)
		}
		stopped(t, c, func(s *running, _ *http.Client) {
			wantPost(t, web, s.base+"$catalog/whoAmI", `[]`, `{"result":""}`)
			wantPost(t, web, s.base+"Note/add", `["third"]`, `{"result":3}`)
		})
		if n := count(t, c); n != 3 {
			t.Errorf("%d notes, want the two of the backup and one more", n)
		}
	})
}

// A function may make a backup in the middle of its transaction: nothing waits for anything, and what is not committed is not in it.
func TestBackupInsideTransaction(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, database string) {
		c := config(t, newNotes())
		c.Database = database
		file := filepath.Join(t.TempDir(), "b")
		var rows int64
		plain := c
		c.Definitions = append(c.Definitions, dataclasses.OnStore(dataclasses.Exposed("addAndBackUp",
			func(ctx context.Context, s *session.Session, ds *dataclasses.DataStore, _ dataclasses.None) (bool, error) {
				if _, err := add(ctx, s, dataclasses.Of[Note](ds), struct{ Text string }{"uncommitted"}); err != nil {
					return false, err
				}
				report, err := server.Backup(ctx, plain, file, server.BackupOptions{})
				rows = report.Rows
				return err == nil, err
			})))
		stopped(t, c, func(s *running, web *http.Client) {
			wantPost(t, web, s.base+"$catalog/addAndBackUp", `[]`, `{"result":true}`)
		}, "first")
		if rows != 3 { // the note and goose's versions 0 and 1
			t.Errorf("%d rows in the backup, want 3", rows)
		}
		if n := count(t, c); n != 2 {
			t.Errorf("%d notes after the transaction, want 2", n)
		}
	})
}

func TestRestoreWhileServing(t *testing.T) {
	t.Parallel()
	c := config(t, newNotes())
	file := filepath.Join(t.TempDir(), "b")
	stopped(t, c, func(s *running, web *http.Client) {
		if _, err := s.Backup(t.Context(), file, server.BackupOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, err := server.Restore(t.Context(), c, file, server.RestoreOptions{Force: true}); !errors.Is(err, server.ErrInUse) {
			t.Errorf("restore under a running server: %v, want ErrInUse", err)
		}
		wantPost(t, web, s.base+"Note/add", `["still there"]`, `{"result":2}`)
	}, "first")
	if n := count(t, c); n != 2 {
		t.Errorf("%d notes, want 2", n)
	}
}

// A database that is gone or damaged beyond opening is no reason not to restore.
func TestRestoreLostDatabase(t *testing.T) {
	t.Parallel()
	c := config(t, newNotes())
	file := filepath.Join(t.TempDir(), "b")
	stopped(t, c, func(s *running, _ *http.Client) {
		if _, err := s.Backup(t.Context(), file, server.BackupOptions{}); err != nil {
			t.Fatal(err)
		}
	}, "first")
	if err := os.Remove(c.Database); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Backup(t.Context(), c, file+"2", server.BackupOptions{}); err == nil || !strings.Contains(err.Error(), "there is no such file") {
		t.Errorf("backup of a missing file: %v", err)
	}
	if r, err := server.Restore(t.Context(), c, file, server.RestoreOptions{}); err != nil || r.Kept != "" {
		t.Errorf("restore of a missing file: %+v, %v", r, err)
	}
	write(t, c.Database, strings.Repeat("garbage", 1000))
	r, err := server.Restore(t.Context(), c, file, server.RestoreOptions{Force: true})
	if err != nil || r.Kept != c.Database+server.KeptSuffix {
		t.Errorf("restore of garbage: %+v, %v", r, err)
	}
	if n := count(t, c); n != 1 {
		t.Errorf("%d notes, want 1", n)
	}
}

// Memo is the model of another application.
type Memo struct {
	ID uint
	model.Record
}

func TestOtherApplications(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, database string) {
		c := config(t, newNotes())
		c.Database = database
		file := filepath.Join(t.TempDir(), "b")
		stopped(t, c, nil, "first")
		if _, err := server.Backup(t.Context(), c, file, server.BackupOptions{}); err != nil {
			t.Fatal(err)
		}
		other := c
		other.Definitions = []dataclasses.Definition{dataclasses.DefineExposed[Memo]()}
		const want = "not a database of this application: it has no table of memos"
		for what, do := range map[string]func() error{
			"backup": func() error {
				_, err := server.Backup(t.Context(), other, file+"2", server.BackupOptions{})
				return err
			},
			"restore": func() error {
				_, err := server.Restore(t.Context(), other, file, server.RestoreOptions{Force: true})
				return err
			},
		} {
			if err := do(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q", what, err, want)
			}
		}
		unmigrated := c
		unmigrated.Migrations = nil
		if _, err := server.Restore(t.Context(), unmigrated, file, server.RestoreOptions{}); err != nil {
			t.Errorf("restore by a program without migration files: %v", err)
		}
		if n := count(t, c); n != 1 {
			t.Errorf("%d notes, want 1", n)
		}
	})
}

// withSecond adds a migration to those of the application.
func withSecond() fstest.MapFS {
	files := fstest.MapFS{}
	for name, file := range migration().(fstest.MapFS) {
		files[name] = file
		files[strings.Replace(name, "00001_notes", "00002_more", 1)] = &fstest.MapFile{
			Data: []byte("-- +goose Up\nCREATE TABLE more (id integer);\n-- +goose Down\nDROP TABLE more;\n"),
		}
	}
	return files
}

// A newer program's backup is refused; an older one's is migrated when the server starts.
func TestRestoreOtherVersions(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, database string) {
		older := config(t, newNotes())
		older.Database = database
		newer := older
		newer.Migrations = withSecond()
		first, second := filepath.Join(t.TempDir(), "1"), filepath.Join(t.TempDir(), "2")
		stopped(t, older, nil, "first")
		if _, err := server.Backup(t.Context(), older, first, server.BackupOptions{}); err != nil {
			t.Fatal(err)
		}
		stopped(t, newer, nil, "second")
		if _, err := server.Backup(t.Context(), newer, second, server.BackupOptions{}); err != nil {
			t.Fatal(err)
		}
		if _, err := server.Restore(t.Context(), older, second, server.RestoreOptions{}); !errors.Is(err, migrations.ErrNewer) {
			t.Errorf("restore of a newer backup: %v, want ErrNewer", err)
		}
		if n := count(t, newer); n != 2 {
			t.Errorf("%d notes after a refused restore, want 2", n)
		}
		if strings.Contains(database, "://") { // the table that is too many is for the operator to drop
			_, err := server.Restore(t.Context(), newer, first, server.RestoreOptions{})
			if err == nil || !strings.Contains(err.Error(), "more: drop them") {
				t.Errorf("restore of an older backup: %v, want that there is a table too many", err)
			}
			return
		}
		if _, err := server.Restore(t.Context(), newer, first, server.RestoreOptions{}); err != nil {
			t.Fatal(err)
		}
		stopped(t, newer, nil)
		if n := count(t, newer); n != 1 {
			t.Errorf("%d notes, want 1", n)
		}
	})
}

// recorded are hooks that write down what they are called with.
type recorded struct {
	calls []string
	codes []int
}

func (r *recorded) hooks(code int, err error) server.Hooks {
	return server.Hooks{
		BackupStartup: func(context.Context, *session.Session) (int, error) {
			r.calls = append(r.calls, "startup")
			return code, err
		},
		BackupShutdown: func(ctx context.Context, _ *session.Session, code int) {
			if ctx.Err() == nil { // it must be able to work
				r.calls = append(r.calls, "shutdown")
			}
			r.codes = append(r.codes, code)
		},
	}
}

// want expects one call of each hook in order, and the code.
func (r *recorded) want(t *testing.T, name string, code int) {
	t.Helper()
	if !slices.Equal(r.calls, []string{"startup", "shutdown"}) || !slices.Equal(r.codes, []int{code}) {
		t.Errorf("%s: calls %v with codes %v, want one of each and code %d", name, r.calls, r.codes, code)
	}
}

// S-101, S-102, T-44: by both ways to make a backup, On Backup Startup comes before it and can refuse it, On Backup Shutdown after it.
func TestBackupHooks(t *testing.T) {
	t.Parallel()
	c := config(t, newNotes())
	create(t, c)
	broken := errors.New("no disk")
	for name, tt := range map[string]struct {
		code       int
		err        error
		dest       string
		wantCode   int
		wantRefuse bool
		wantErr    error
	}{
		"allowed":           {wantCode: 0},
		"refused":           {code: 5, wantCode: 5, wantRefuse: true},
		"refused, negative": {code: -7, wantCode: -7, wantRefuse: true},
		"error":             {err: broken, wantCode: server.BackupHookFailed, wantRefuse: true, wantErr: broken},
		"error with code":   {code: 9, err: broken, wantCode: 9, wantRefuse: true, wantErr: broken},
		"failed":            {dest: t.TempDir(), wantCode: server.BackupFailed},
	} {
		ways := map[string]func(c server.Config, dest string) error{
			"of a server": func(c server.Config, dest string) error {
				_, err := open(t, c).Backup(t.Context(), dest, server.BackupOptions{})
				return err
			},
			"of a configuration": func(c server.Config, dest string) error {
				_, err := server.Backup(t.Context(), c, dest, server.BackupOptions{})
				return err
			},
		}
		for way, backup := range ways {
			var r recorded
			dest := tt.dest
			if dest == "" {
				dest = filepath.Join(t.TempDir(), "b")
			}
			c.Hooks = r.hooks(tt.code, tt.err)
			err := backup(c, dest)
			r.want(t, name+" "+way, tt.wantCode)
			refused, isRefused := errors.AsType[*server.BackupError](err)
			if (err == nil) != (tt.wantCode == 0) || isRefused != tt.wantRefuse || isRefused && (refused.Code != tt.wantCode || !refused.Refused) ||
				!errors.Is(err, tt.wantErr) && tt.wantErr != nil {
				t.Errorf("%s %s: error %v", name, way, err)
			}
			if info, statErr := os.Stat(dest); tt.dest == "" && (statErr == nil) != (err == nil) {
				t.Errorf("%s %s: error %v, file %v", name, way, err, info)
			}
		}
	}
}

// S-057, S-058: the hooks have a session of the kind that the application has.
func TestBackupHooksHaveSession(t *testing.T) {
	t.Parallel()
	c := config(t, newNotes())
	create(t, c)
	for _, want := range []session.Kind{session.StoredProcedure, session.Standalone} {
		var kinds []session.Kind
		see := func(ctx context.Context, s *session.Session) {
			if session.Current(ctx) == s {
				kinds = append(kinds, s.Kind())
			}
		}
		c.Standalone = want == session.Standalone
		c.Hooks = server.Hooks{
			BackupStartup:  func(ctx context.Context, s *session.Session) (int, error) { see(ctx, s); return 0, nil },
			BackupShutdown: func(ctx context.Context, s *session.Session, _ int) { see(ctx, s) },
		}
		_, err := server.Backup(t.Context(), c, filepath.Join(t.TempDir(), "b"), server.BackupOptions{})
		if want := []session.Kind{want, want}; err != nil || !slices.Equal(kinds, want) {
			t.Errorf("sessions %v, error %v, want %v", kinds, err, want)
		}
	}
}

// S-102: it is called after an interruption and after a panic too.
func TestBackupHooksAfterTheWorst(t *testing.T) {
	t.Parallel()
	c := config(t, newNotes())
	create(t, c)
	ctx, cancel := context.WithCancel(t.Context())
	backup := func(ctx context.Context, h server.Hooks, progress func(int64, int64)) error {
		c := c
		c.Hooks = h
		_, err := server.Backup(ctx, c, filepath.Join(t.TempDir(), "b"), server.BackupOptions{Progress: progress})
		return err
	}
	var r recorded
	if err := backup(ctx, r.hooks(0, nil), func(int64, int64) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want Canceled", err)
	}
	r.want(t, "interrupted", server.BackupInterrupted)

	var p recorded
	panics := p.hooks(0, nil)
	panics.BackupStartup = func(context.Context, *session.Session) (int, error) {
		p.calls = append(p.calls, "startup")
		panic("no")
	}
	if refused, ok := errors.AsType[*server.BackupError](backup(t.Context(), panics, nil)); !ok || !refused.Refused {
		t.Errorf("a hook that panics does not refuse: %v", refused)
	}
	p.want(t, "panic in the hook", server.BackupHookFailed)

	var q recorded
	func() {
		defer func() { _ = recover() }()
		_ = backup(t.Context(), q.hooks(0, nil), func(int64, int64) { panic("no") })
	}()
	q.want(t, "panic in the progress", server.BackupFailed)
}

// S-104: where nobody answers, the backup is allowed.
func TestBackupWithoutStartup(t *testing.T) {
	t.Parallel()
	c := config(t, newNotes())
	create(t, c)
	codes := []int{}
	c.Hooks.BackupShutdown = func(_ context.Context, _ *session.Session, code int) { codes = append(codes, code) }
	file := filepath.Join(t.TempDir(), "b")
	if _, err := server.Backup(t.Context(), c, file, server.BackupOptions{}); err != nil || !slices.Equal(codes, []int{0}) {
		t.Errorf("error %v, codes %v, want a backup and code 0", err, codes)
	}
}

// The sessions beside an SQLite file must not be overwritten by a backup.
func TestBackupSparesSessions(t *testing.T) {
	t.Parallel()
	c := config(t, newNotes())
	c.Sessions = server.SessionsInSQL
	stopped(t, c, func(s *running, _ *http.Client) {
		sessions := strings.TrimSuffix(c.Database, ".db") + "-sessions.db"
		_, err := s.Backup(t.Context(), sessions, server.BackupOptions{Overwrite: true})
		if err == nil || !strings.Contains(err.Error(), "this belongs to the database") {
			t.Errorf("backup over the sessions: %v", err)
		}
	})
}
