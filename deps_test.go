package ordago_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// module is what the import paths of our packages begin with.
const module = "github.com/ordago/ordago/"

// ours says which of our packages a package may import: all arrows go down. A package that ends in "..." stands for all below it.
const ours = `
privileges:
internal/query:
internal/vector:
internal/dialect:   internal/vector
session:            privileges
model:              internal/vector
internal/keyset:    model
internal/sqlplan:   internal/dialect internal/query internal/vector model
triggers:           session
sqlite:             internal/dialect internal/vector
migrations:         internal/dialect model
dataclasses:        internal/dialect internal/keyset internal/query internal/sqlplan model privileges session triggers
rest:               dataclasses model privileges session triggers
web:                session
internal/backup:    sqlite
server:             dataclasses internal/backup migrations model privileges rest session sqlite triggers web
cmd/ordago:         dataclasses examples/invoices privileges server
examples/...:       dataclasses migrations model privileges rest server session sqlite triggers web

sessiontest:        privileges session
internal/ordatest:  dataclasses migrations model privileges rest session sqlite triggers
internal/benchmarks:
internal/e2e:
internal/proptest:
.:
`

// outside says which modules a package may import. Nobody else imports GORM, Echo or a driver.
const outside = `
privileges:
internal/query:
internal/vector:
internal/dialect:   golang.org/x/text
session:
model:              gorm.io/gorm
internal/keyset:    github.com/RoaringBitmap/roaring/v2
internal/sqlplan:
triggers:           gorm.io/gorm
sqlite:             github.com/mattn/go-sqlite3 gorm.io/driver/sqlite gorm.io/gorm modernc.org/sqlite
migrations:         github.com/pressly/goose/v3 gorm.io/gorm
dataclasses:        github.com/google/uuid gorm.io/gorm
rest:               github.com/labstack/echo/v4 golang.org/x/time
web:                github.com/expr-lang/expr github.com/labstack/echo/v4
internal/backup:    github.com/jackc/pgx/v5
server:             github.com/go-co-op/gocron/v2 github.com/jackc/pgx/v5 github.com/jonboulle/clockwork github.com/labstack/echo/v4 gorm.io/driver/postgres gorm.io/gorm
cmd/ordago:         github.com/knadh/koanf/parsers/yaml github.com/knadh/koanf/v2 github.com/schollz/progressbar/v3 github.com/spf13/cobra github.com/spf13/pflag golang.org/x/term
examples/...:       golang.org/x/crypto golang.org/x/time gorm.io/gorm

sessiontest:
internal/ordatest:  gorm.io/driver/postgres gorm.io/gorm
internal/benchmarks:
internal/e2e:       github.com/labstack/echo/v4
internal/proptest:
.:
`

// inTests are the modules that tests may import besides those of their package.
const inTests = `
github.com/google/go-cmp
github.com/jackc/pgx/v5 github.com/mattn/go-sqlite3 modernc.org/sqlite
gorm.io/driver/postgres gorm.io/driver/sqlite gorm.io/gorm
github.com/google/uuid
`

// reflecting are the files that may use reflection, as style.md section 7 says: at start, never in a request beyond a plan made then.
const reflecting = `
dataclasses/argentity.go   entity and selection parameters
dataclasses/args.go        array to parameter struct
model/access.go            struct fields to values, by the plan of describe.go
model/access_codec.go      the codecs of that plan
model/describe.go          struct to attributes
model/describe_types.go    Go type to attribute type
sessiontest/sessiontest.go deep comparison in the conformance suite
triggers/check.go          hook signatures
triggers/old.go            copy of a row before it changes
triggers/receiver.go       the value that a hook runs on
triggers/stamp.go          stamp of a row that a hook sees
triggers/target.go         the struct behind a GORM statement
`

// file is one Go file and what it imports.
type file struct {
	name    string // with slashes, from the root
	test    bool
	pkg     string // name in the package clause
	imports []string
}

func (f file) dir() string { return path.Dir(f.name) }

func TestImportsOfOurPackages(t *testing.T) {
	t.Parallel()
	check(t, parseTable(t, ours), func(f file) []string {
		if f.test {
			return nil
		}
		return ourImports(f)
	})
}

func TestImportsOfModules(t *testing.T) {
	t.Parallel()
	table := parseTable(t, outside)
	check(t, table, func(f file) []string {
		if f.test {
			return nil
		}
		return f.modules()
	})
	for dir := range table {
		table[dir] = append(table[dir], strings.Fields(inTests)...)
	}
	check(t, table, func(f file) []string {
		if !f.test {
			return nil
		}
		return f.modules()
	})
}

func TestNobodyImportsCommands(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		for _, p := range ourImports(f) {
			if strings.HasPrefix(p, "cmd/") && f.dir() != p { // a command's own tests may
				t.Errorf("%s imports %s: nothing imports a command", f.name, p)
			}
		}
	}
}

func TestReflectionIsWhereItMustBe(t *testing.T) {
	t.Parallel()
	var want, got []string
	for line := range strings.Lines(strings.TrimSpace(reflecting)) {
		want = append(want, strings.Fields(line)[0])
	}
	for _, f := range sources(t) {
		if !f.test && slices.Contains(f.imports, "reflect") {
			got = append(got, f.name)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files that import reflect (-want +got):\n%s", diff)
	}
}

// Tests look at a package from outside; what they need of its inside is in one file.
func TestTestPackages(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		inside := !strings.HasSuffix(f.pkg, "_test") && f.pkg != "main" // a command has no outside but its output
		if f.test && inside && path.Base(f.name) != "export_test.go" {
			t.Errorf("%s: package %s, want %s_test", f.name, f.pkg, f.pkg)
		}
	}
}

// check expects the imports of every file to be in its package's line.
func check(t *testing.T, table map[string][]string, imports func(file) []string) {
	t.Helper()
	for _, f := range sources(t) {
		allowed, ok := lookUp(table, f.dir())
		if !ok {
			t.Errorf("%s: the package is not in the table", f.name)
			continue
		}
		for _, p := range imports(f) {
			if !slices.ContainsFunc(allowed, func(a string) bool { return p == a || strings.HasPrefix(p, a+"/") }) {
				t.Errorf("%s imports %s; the table allows only %s", f.name, p, strings.Join(allowed, ", "))
			}
		}
	}
}

// lookUp finds the line of a package, or of "above/..." for one below.
func lookUp(table map[string][]string, dir string) ([]string, bool) {
	if allowed, ok := table[dir]; ok {
		return allowed, true
	}
	above, _, _ := strings.Cut(dir, "/")
	allowed, ok := table[above+"/..."]
	return allowed, ok
}

func parseTable(t *testing.T, text string) map[string][]string {
	t.Helper()
	table := map[string][]string{}
	for line := range strings.Lines(text) {
		dir, list, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok {
			continue
		}
		if _, twice := table[dir]; twice {
			t.Fatalf("%s is twice in the table", dir)
		}
		table[dir] = strings.Fields(list)
	}
	return table
}

// ourImports are the packages of this module that a file imports.
func ourImports(f file) []string {
	var list []string
	for _, p := range f.imports {
		if rest, ok := strings.CutPrefix(p, module); ok {
			list = append(list, rest)
		}
	}
	return list
}

// modules are the imports from outside the standard library and this module.
func (f file) modules() []string {
	var list []string
	for _, p := range f.imports {
		host, _, _ := strings.Cut(p, "/")
		if strings.Contains(host, ".") && !strings.HasPrefix(p+"/", module) {
			list = append(list, p)
		}
	}
	return list
}

// sources parses the imports of all Go files, whatever their build tags, in the order of their names.
func sources(t *testing.T) []file {
	t.Helper()
	var files []file
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if base := d.Name(); d.IsDir() && base != "." && (base[0] == '.' || base == "testdata" || base == "bin") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		files = append(files, file{filepath.ToSlash(name), strings.HasSuffix(name, "_test.go"), parsed.Name.Name, importPaths(parsed)})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func importPaths(parsed *ast.File) []string {
	paths := map[string]bool{}
	for _, spec := range parsed.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			paths[p] = true
		}
	}
	return slices.Sorted(maps.Keys(paths))
}
