package rest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"
)

// maxSignInFile bounds the file of one sign-in.
const maxSignInFile = 1 << 20

// MobileFiles keeps sign-ins in files, one for each app on each device, in a folder for each app, as 4D does in its folder MobileApps.
// Files are replaced as a whole and can be read by their owner only. One process may use a folder. Make it with [OpenMobileFiles].
type MobileFiles struct {
	dir string

	mu    sync.Mutex
	index *MobileMemory // what the files hold
}

// OpenMobileFiles reads the sign-ins in dir, which is made when it is missing. A file that is damaged is an error that names it.
func OpenMobileFiles(dir string) (*MobileFiles, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("mobile sign-ins: %w", err)
	}
	m := &MobileFiles{dir: dir, index: NewMobileMemory()}
	if err := m.within(m.read); err != nil {
		return nil, fmt.Errorf("mobile sign-ins in %s: %w", dir, err)
	}
	return m, nil
}

// within runs fn on the folder. Nothing outside can be reached through it, whatever an app calls itself.
func (m *MobileFiles) within(fn func(*os.Root) error) error {
	root, err := os.OpenRoot(m.dir)
	if err != nil {
		return err
	}
	return errors.Join(fn(root), root.Close())
}

func (m *MobileFiles) read(root *os.Root) error {
	return fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || d.IsDir():
			return err
		case path.Ext(name) == ".tmp": // of a server that was killed
			return root.Remove(name)
		case path.Ext(name) != ".json":
			return nil
		}
		s, err := readSignIn(root, name)
		if err != nil {
			return fmt.Errorf("file %s: %w: remove it, and the app has to sign in again", name, err)
		}
		m.index.put(s)
		return nil
	})
}

func readSignIn(root *os.Root, name string) (MobileSignIn, error) {
	var s MobileSignIn
	f, err := root.Open(name)
	if err != nil {
		return s, err
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSignInFile+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return s, err
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return s, err
	}
	if name != signInFile(&s) || len(s.Session.ID) != signInIDLength {
		return s, errors.New("its place and its content do not belong together")
	}
	return s, nil
}

// signInFile returns where the sign-in of an app on a device is kept. Names begin with what people recognise; the hash tells them apart.
func signInFile(s *MobileSignIn) string {
	readable := strings.Map(func(r rune) rune {
		if r < 128 && isAlnum(byte(r)) || r == '.' || r == '-' {
			return r
		}
		return '_'
	}, s.Team.ID+"."+s.Application.ID)
	folder := "app-" + readable[:min(len(readable), 80)] + "-" + digest(s.Team.ID, s.Application.ID)[:16]
	return folder + "/" + digest(s.Team.ID, s.Application.ID, s.Device.ID)[:32] + ".json"
}

func digest(texts ...string) string {
	h := sha256.New()
	for _, t := range texts {
		fmt.Fprintf(h, "%d:%s", len(t), t)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Load implements [MobileStore].
func (m *MobileFiles) Load(ctx context.Context, id string) (MobileSignIn, bool, error) {
	return m.index.Load(ctx, id)
}

// Save implements [MobileStore].
func (m *MobileFiles) Save(_ context.Context, s MobileSignIn) error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write mobile sign-in: %w", err)
	}
	if len(data) > maxSignInFile {
		return fmt.Errorf("write mobile sign-in: %d bytes are more than %d: make userInfo smaller", len(data), maxSignInFile)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	name := signInFile(&s)
	return m.within(func(root *os.Root) error {
		if err := replace(root, name, data); err != nil {
			return fmt.Errorf("write mobile sign-in: %w", err)
		}
		m.index.mu.Lock()
		gone := m.index.put(s)
		m.index.mu.Unlock()
		var errs []error
		for i := range gone {
			if old := signInFile(&gone[i]); old != name {
				errs = append(errs, remove(root, old))
			}
		}
		return errors.Join(errs...)
	})
}

// Delete implements [MobileStore].
func (m *MobileFiles) Delete(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.index.mu.Lock()
	s, ok := m.index.remove(id)
	m.index.mu.Unlock()
	if !ok {
		return nil
	}
	return m.within(func(root *os.Root) error { return remove(root, signInFile(&s)) })
}

// replace writes a file that is either the old or the new one, also after a crash.
func replace(root *os.Root, name string, data []byte) error {
	if err := root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return err
	}
	draft := name + "." + rand.Text() + ".tmp"
	f, err := root.OpenFile(draft, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = root.Rename(draft, name)
	}
	if err != nil {
		return errors.Join(err, root.Remove(draft))
	}
	return nil
}

// remove deletes a file that may be gone already.
func remove(root *os.Root, name string) error {
	if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove mobile sign-in: %w", err)
	}
	return nil
}
