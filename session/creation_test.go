package session_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// S-117: these are the ways to get a session, and no other: the session of the running code, a session by its ID, what a web server binds,
// and the desktop sessions that a server or a client keeps for itself. The type has no exported field that would let one be written.
func TestWaysToGetASession(t *testing.T) {
	t.Parallel()
	var ways []string
	for _, f := range sourceFiles(t) {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Type.Results != nil && slices.ContainsFunc(d.Type.Results.List, isSession) {
					ways = append(ways, receiverOf(d)+d.Name.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					checkNoExportedField(t, spec)
				}
			}
		}
	}
	slices.Sort(ways)
	want := []string{
		"Caller", "Current", "Enter", "Manager.Bind", "Manager.Lookup", "Manager.Resume", "New", "NewClientSide", "NewStandalone",
		"NewStoredProcedure", "Promote", "Session.ClientSide",
	}
	if diff := cmp.Diff(want, ways); diff != "" {
		t.Errorf("functions that return a *Session (-want +got):\n%s", diff)
	}
}

// sourceFiles parses the package without its tests.
func sourceFiles(t *testing.T) []*ast.File {
	t.Helper()
	names, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

func isSession(f *ast.Field) bool {
	star, ok := f.Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	name, ok := star.X.(*ast.Ident)
	return ok && name.Name == "Session"
}

func receiverOf(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return ""
	}
	typ := d.Recv.List[0].Type
	if star, ok := typ.(*ast.StarExpr); ok {
		typ = star.X
	}
	return typ.(*ast.Ident).Name + "."
}

func checkNoExportedField(t *testing.T, spec ast.Spec) {
	t.Helper()
	typ, ok := spec.(*ast.TypeSpec)
	if !ok || typ.Name.Name != "Session" {
		return
	}
	for _, field := range typ.Type.(*ast.StructType).Fields.List {
		for _, name := range field.Names {
			if name.IsExported() {
				t.Errorf("field %s of Session is exported", name)
			}
		}
	}
}
