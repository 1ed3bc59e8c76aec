package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/session"
)

func openFiles(t testing.TB, dir string) *rest.MobileFiles {
	t.Helper()
	files, err := rest.OpenMobileFiles(dir)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// The files of a store hold no secrets, can be read by their owner only, and lie in their folder whatever an app calls itself.
func TestMobileFiles(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "apps")
	a := serveApps(t, &session.Manager{}, &rest.Mobile{Store: openFiles(t, dir)})
	var tokens []string
	for _, id := range []string{"org.lib.app", "../../../evil", "..", ".", "/etc/passwd", `C:\x`, "a\x00b", strings.Repeat("long", 200), "Ünï", "org.lib.app/"} {
		for _, device := range []string{"d1", "../d2"} {
			p := a.phone(device)
			body, err := json.Marshal(map[string]any{
				"email": "boss", "password": "sesame", "parameters": map[string]string{"pin": "sesame"},
				"application": map[string]string{"id": id}, "device": map[string]string{"id": device}, "team": map[string]string{"id": id},
			})
			if err != nil {
				t.Fatal(err)
			}
			r := p.send("$authenticate", string(body))
			var got signedIn
			if err := json.Unmarshal([]byte(r.body), &got); err != nil || got.Token == "" {
				t.Fatalf("%q: %d %s", id, r.status, r.body)
			}
			tokens = append(tokens, got.Token)
		}
	}
	files := 0
	err := filepath.WalkDir(filepath.Dir(dir), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		info, err := d.Info()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(name)
		if info.Mode().Perm() != 0o600 || !strings.HasPrefix(name, dir) || bytes.Contains(data, []byte("sesame")) {
			t.Errorf("%s: mode %v:\n%s", name, info.Mode(), data)
		}
		for _, token := range tokens {
			if bytes.Contains(data, []byte(token[32:])) {
				t.Errorf("%s holds a token", name)
			}
		}
		return err
	})
	if err != nil || files != len(tokens) {
		t.Errorf("%d files, %v; want %d", files, err, len(tokens))
	}
	again := openFiles(t, dir)
	for _, token := range tokens {
		if s, ok, err := again.Load(t.Context(), token[:32]); !ok || err != nil || s.Token != session.HashSecret(token) {
			t.Errorf("%s after opening again: %v, %v", token[:32], ok, err)
		}
	}
}

// A damaged or misplaced file is an error that names it; what a crash left behind is removed.
func TestMobileFilesDamaged(t *testing.T) {
	t.Parallel()
	good := rest.MobileSignIn{
		Application: rest.MobileApplication{ID: "a"}, Device: rest.MobileDevice{ID: "d"}, Status: rest.MobileAccepted,
		Session: rest.MobileSession{ID: strings.Repeat("A", 32)},
	}
	for name, damage := range map[string]func(path string) error{
		"cut":       func(path string) error { return os.Truncate(path, 20) },
		"misplaced": func(path string) error { return os.Rename(path, filepath.Join(filepath.Dir(path), "other.json")) },
		"empty":     func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"large":     func(path string) error { return os.Truncate(path, 2<<20) },
	} {
		dir := t.TempDir()
		if err := openFiles(t, dir).Save(t.Context(), good); err != nil {
			t.Fatal(err)
		}
		found, err := filepath.Glob(filepath.Join(dir, "*", "*.json"))
		if err != nil || len(found) != 1 {
			t.Fatalf("files: %v, %v", found, err)
		}
		if err := os.WriteFile(found[0]+".X.tmp", []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		openFiles(t, dir)
		if _, err := os.Stat(found[0] + ".X.tmp"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the draft is still there: %v", err)
		}
		if err := damage(found[0]); err != nil {
			t.Fatal(err)
		}
		if _, err := rest.OpenMobileFiles(dir); err == nil || !strings.Contains(err.Error(), ".json") || !strings.Contains(err.Error(), "sign in again") {
			t.Errorf("%s: OpenMobileFiles = %v", name, err)
		}
	}
}

// S-082: a store has one sign-in for each user agent, and a limit, at which the oldest goes.
func TestMobileStores(t *testing.T) {
	t.Parallel()
	for name, store := range map[string]rest.MobileStore{"memory": rest.MobileMemoryOf(3), "files": rest.MobileFilesOf(openFiles(t, t.TempDir()), 3)} {
		ctx := context.Background()
		save := func(id, app, device, team string, age int) {
			t.Helper()
			err := store.Save(ctx, rest.MobileSignIn{
				Application: rest.MobileApplication{ID: app}, Device: rest.MobileDevice{ID: device}, Team: rest.MobileTeam{ID: team},
				Session: rest.MobileSession{ID: id}, At: newClock().Now().Add(-time.Duration(age) * time.Hour),
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		there := func() string {
			var list strings.Builder
			for _, id := range []string{"1", "2", "3", "4", "5"} {
				if _, ok, err := store.Load(ctx, id); err != nil {
					t.Fatal(err)
				} else if ok {
					list.WriteString(id)
				}
			}
			return list.String()
		}
		var got []string
		for _, step := range []func(){
			func() { save("1", "a", "d", "t", 9) },
			func() { save("2", "a", "d", "t", 8) }, // the same agent
			func() { save("3", "a", "d", "u", 5) },
			func() { save("1", "a", "e", "t", 9) },
			func() { save("4", "b", "d", "t", 1) }, // one too many
			func() { save("4", "c", "d", "t", 1) }, // the same session, another agent
			func() { save("5", "b", "d", "t", 1) }, // one too many
			func() { _ = store.Delete(ctx, "4") },
			func() { _ = store.Delete(ctx, "nobody") },
		} {
			step()
			got = append(got, there())
		}
		if diff := cmp.Diff([]string{"1", "2", "23", "123", "234", "234", "345", "35", "35"}, got); diff != "" {
			t.Errorf("%s: sign-ins after each step (-want +got):\n%s", name, diff)
		}
	}
}
