package invoices_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
)

// O-017, O-410: the golden file lists all that remote callers can see and call; what it does not list they cannot.
func TestSurface(t *testing.T) {
	t.Parallel()
	w := newWorld(t, ordatest.SQLite(t))
	golden := filepath.Join("testdata", "surface.golden")
	got := surface(w.ds.Remote())
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("surface (-want +got):\n%s", diff)
	}
}

func surface(remote *dataclasses.Remote) string {
	var b strings.Builder
	writeFunctions(&b, remote.Functions())
	for _, c := range remote.Classes() {
		fmt.Fprintf(&b, "\n%s\n", c.Name())
		for _, a := range c.Attributes() {
			fmt.Fprintf(&b, "  %s %s %s\n", a.Name, a.Kind, a.Type)
		}
		writeFunctions(&b, c.Functions())
	}
	for _, s := range remote.Singletons() {
		fmt.Fprintf(&b, "\nsingleton %s\n", s.Name())
		writeFunctions(&b, s.Functions())
	}
	return b.String()
}

func writeFunctions(b *strings.Builder, functions []*dataclasses.RemoteFunction) {
	for _, f := range functions {
		b.WriteString(f.Signature())
		if f.Local() {
			b.WriteString(" local")
		}
		if f.OnGet() {
			b.WriteString(" get")
		}
		b.WriteByte('\n')
	}
}
