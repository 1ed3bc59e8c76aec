package web_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// customer is what the golden page shows.
type customer struct {
	Name  string        `json:"name"`
	Lines []invoiceLine `json:"lines"`
}

type invoiceLine struct {
	Name  string  `json:"name"`
	Price float64 `json:"price"`
}

func invoiceTags() web.Environment {
	return web.Environment{
		Functions: []*web.Function{
			web.Function0("rate", func(context.Context, *session.Session) (float64, error) { return 0.25, nil }),
			web.Function0("copiesLeft", func(context.Context, *session.Session) (int, error) { return 2, nil }, web.TagsAndURLs),
			web.Function1("copies", func(_ context.Context, _ *session.Session, i int) (bool, error) { return i < 3, nil }, web.TagsAndURLs),
			web.Function1("stamp", func(_ context.Context, _ *session.Session, what string) (string, error) {
				return "\x01<em>" + what[1:] + "</em> <!--#4DTEXT total-->", nil
			}, web.TagsAndURLs),
		},
		Variables: []*web.Variable{web.NewVariable("customer", func(context.Context, *session.Session) (customer, error) {
			return customer{"Smith & <Sons>", []invoiceLine{{"\"Pen\"", 1.5}, {"Ink <b>", 20}, {"Paper", 0.25}}}, nil
		})},
	}
}

// A whole page; -update rewrites the golden files.
func TestGoldenPage(t *testing.T) {
	t.Parallel()
	root, err := os.OpenRoot("testdata")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	b := serve(t, site(t, web.Server{Root: root.FS(), Tags: invoiceTags(), Methods: methods()}))
	golden(t, "invoice_guest.golden", b.get("/invoice.shtml").Body)
	b.wants("/4DACTION/signIn", 200, "")
	golden(t, "invoice_ada.golden", b.get("/invoice.shtml").Body)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if f := flag.Lookup("update"); f.Value.String() == "true" {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestMain(m *testing.M) {
	flag.Bool("update", false, "rewrite golden files")
	flag.Parse()
	os.Exit(m.Run())
}
