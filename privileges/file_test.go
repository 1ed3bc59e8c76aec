package privileges_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/ordago/ordago/privileges"
)

// problems parses text and returns its problems as lines of text.
func problems(t *testing.T, text string) []string {
	t.Helper()
	r, err := privileges.Parse([]byte(text))
	if err == nil {
		return nil
	}
	if r != nil {
		t.Errorf("Parse returned roles together with an error")
	}
	e, ok := errors.AsType[*privileges.FileError](err)
	if !ok {
		t.Fatalf("Parse error is a %T, want *FileError", err)
	}
	var list []string
	for _, p := range e.Problems {
		list = append(list, p.String())
	}
	return list
}

// S-303, S-290, S-294, S-164
func TestProblems(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, text string
		want       []string
	}{
		{"empty file", ``, []string{"line 1: invalid JSON: unexpected end of JSON input"}},
		{"broken", "{\n \"privileges\": [\n}", []string{"line 3: invalid JSON: invalid character '}' looking for beginning of value"}},
		{"cut off", "{\n\n", []string{"line 3: invalid JSON: unexpected end of JSON input"}},
		{"more than one value", "{}\n{}", []string{"line 2: invalid JSON: invalid character '{' after top-level value"}},
		{"no object", "[]", []string{"line 1: must be an object, not a list"}},
		{"null", "null", []string{"line 1: must be an object, not null"}},
		{"nothing in it", "\n{\n}", []string{"line 2: privileges: is missing", "line 2: permissions: is missing"}},
		{"wrong types", `{
			"restrictedByDefault": 1,
			"forceLogin": "yes",
			"privileges": {},
			"roles": true,
			"permissions": []
		}`, []string{
			"line 2: restrictedByDefault: must be true or false, not a number",
			"line 3: forceLogin: must be true or false, not text",
			"line 4: privileges: must be a list, not an object",
			"line 5: roles: must be a list, not a boolean",
			"line 6: permissions: must be an object, not a list",
		}},
		{"wrong types within", `{"privileges": [
			"a",
			{"includes": "b"},
			{"privilege": 3},
			{"privilege": " "},
			{"privilege": "p", "includes": [
				"p2",
				null]},
			{"privilege": "p2"}],
			"roles": [{"role": "r", "privileges": {}}],
			"permissions": {"allowed": {}}}`, []string{
			"line 2: privileges[0]: must be an object, not text",
			"line 3: privileges[1].privilege: is missing",
			"line 3: privileges[1].includes: must be a list, not text",
			"line 4: privileges[2].privilege: must be text, not a number",
			"line 5: privileges[3].privilege: must not be empty",
			"line 8: privileges[4].includes[1]: must be the name of a privilege, not null",
			"line 10: roles[0].privileges: must be a list, not an object",
			"line 11: permissions.allowed: must be a list, not an object",
		}},
		{"entries", `{"privileges": [], "permissions": {"allowed": [
			{"type": "dataclass"},
			{"applyTo": "Book"},
			{"applyTo": "Book", "type": "table"},
			{"applyTo": "DS", "type": "datastore"},
			{"applyTo": "Book.price", "type": "dataclass"},
			{"applyTo": "Book", "type": "attribute"},
			{"applyTo": "Book.a.b", "type": "method"},
			{"applyTo": ".a", "type": "method"},
			{"applyTo": "Mailer.", "type": "singletonMethod"},
			{"applyTo": "Mailer.send", "type": "singleton", "execute": true}
		]}}`, []string{
			"line 2: permissions.allowed[0].applyTo: is missing",
			"line 3: permissions.allowed[1].type: is missing",
			`line 4: permissions.allowed[2].type: unknown type "table": write one of datastore, dataclass, attribute, method, singleton, singletonMethod`,
			`line 5: permissions.allowed[3].applyTo: "DS" is no name for type datastore: write ds`,
			`line 6: permissions.allowed[4].applyTo: "Book.price" is no name for type dataclass: write the name of the class alone`,
			`line 7: permissions.allowed[5].applyTo: "Book" is no name for type attribute: write Class.name`,
			`line 8: permissions.allowed[6].applyTo: "Book.a.b" is no name for type method: write Class.name`,
			`line 9: permissions.allowed[7].applyTo: ".a" is no name for type method: write Class.name`,
			`line 10: permissions.allowed[8].applyTo: "Mailer." is no name for type singletonMethod: write Class.name`,
			"line 11: permissions.allowed[9].execute: must be a list, not a boolean",
			`line 11: permissions.allowed[9].applyTo: "Mailer.send" is no name for type singleton: write the name of the class alone`,
		}},
		{"undeclared", `{
			"privileges": [{"privilege": "a", "includes": ["b"]}],
			"roles": [{"role": "r", "privileges": ["a", "WEBADMIN", "c"]}],
			"permissions": {"allowed": [{"applyTo": "ds", "type": "datastore",
				"read": ["A", "d"],
				"promote": ["e"]}]}}`, []string{
			`line 2: privileges[0].includes[0]: privilege "b" is not declared: add it to privileges or correct the name`,
			`line 3: roles[0].privileges[2]: privilege "c" is not declared: add it to privileges or correct the name`,
			`line 5: permissions.allowed[0].read[1]: privilege "d" is not declared: add it to privileges or correct the name`,
			`line 6: permissions.allowed[0].promote[0]: privilege "e" is not declared: add it to privileges or correct the name`,
		}},
		{"circles", `{"privileges": [
			{"privilege": "a", "includes": ["b"]},
			{"privilege": "b", "includes": ["c"]},
			{"privilege": "c", "includes": ["A"]},
			{"privilege": "self", "includes": ["self"]},
			{"privilege": "fine", "includes": ["leaf", "a"]},
			{"privilege": "leaf"}
		], "permissions": {}}`, []string{
			"line 4: privileges[2].includes[0]: includes run in a circle: a > b > c > a",
			"line 5: privileges[3].includes[0]: includes run in a circle: self > self",
		}},
		{"twice", `{
			"privileges": [{"privilege": "a"}, {"privilege": "A"}],
			"roles": [{"role": "r"}, {"role": "R"}],
			"permissions": {"allowed": [
				{"applyTo": "Book", "type": "dataclass"},
				{"applyTo": "Book", "type": "singleton"},
				{"applyTo": "book", "type": "dataclass"},
				{"applyTo": "Book", "type": "dataclass"}]},
			"forceLogin": true,
			"forceLogin": false
		}`, []string{
			`line 2: privileges[1]: privilege "A" is declared twice; case is ignored`,
			`line 3: roles[1]: role "R" is declared twice; case is ignored`,
			"line 8: permissions.allowed[3]: dataclass Book has an entry already, on line 5: merge the two",
			"line 10: forceLogin: is written twice in one object: keep one of them",
		}},
		{"actions without meaning", `{"privileges": [{"privilege": "a"}], "permissions": {"allowed": [
			{"applyTo": "Book.price", "type": "attribute", "execute": ["a"], "read": ["a"]},
			{"applyTo": "Book.price", "type": "method", "read": ["a"], "create": []},
			{"applyTo": "Book.name", "type": "attribute", "promote": ["a"]}]}}`, []string{
			"line 2: permissions.allowed[0].execute: execute has no meaning for type attribute: remove the list",
			"line 3: permissions.allowed[1].read: read has no meaning for type method: remove the list",
			"line 4: permissions.allowed[2].promote: promote has no meaning for type attribute: remove the list",
		}},
		{"WebAdmin may be declared", `{"privileges": [{"privilege": "webadmin"}], "permissions": {}}`, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, problems(t, test.text)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

// S-287: what a visual editor adds does no harm, nor does a byte order mark.
func TestUnknownPropertiesAreIgnored(t *testing.T) {
	t.Parallel()
	text := "\xef\xbb\xbf" + `{"version": 1e999, "privileges": [{"privilege": "a", "id": [{}]}],
		"permissions": {"note": null, "allowed": [{"applyTo": "ds", "type": "datastore", "id": {"x": [1, true]}, "read": ["a"]}]}}`
	r := parse(t, text)
	if r.Class(privileges.Read, "Book").Open() {
		t.Error("the permission of the file is not in force")
	}
}

// S-304: the report of errors.
func TestReportJSON(t *testing.T) {
	t.Parallel()
	_, err := privileges.Parse([]byte("{\"privileges\": [],\n\"permissions\": {\"allowed\": [{\"applyTo\": \"Book\",\n\"type\": \"table\"}]}}"))
	got, jsonErr := json.Marshal(err)
	want := `{"errors":[{"line":3,"path":"permissions.allowed[0].type","message":"unknown type \"table\": write one of datastore, dataclass, attribute, method, singleton, singletonMethod"}]}`
	if jsonErr != nil || string(got) != want {
		t.Errorf("report = %s, %v\nwant     %s", got, jsonErr, want)
	}
}

// S-299, S-301, S-302: the caller decides, and forceLogin stays.
func TestFailOpen(t *testing.T) {
	t.Parallel()
	for text, forceLogin := range map[string]bool{
		`{"forceLogin": true}`:  true,
		`{"forceLogin": false}`: false,
		`{"forceLogin": 1}`:     false,
		"{\"x\": {\"forceLogin\": true}, \"forceLogin\": true, \"y\":": true,
		"{\"x\": {\"forceLogin\": true}, \"y\": ,":                     false,
		"{\"privileges\": [}":                                          false,
		"[true":                                                        false,
		"":                                                             false,
	} {
		_, err := privileges.Parse([]byte(text))
		e, ok := errors.AsType[*privileges.FileError](err)
		if !ok {
			t.Errorf("Parse(%q) = %v, want a *FileError", text, err)
			continue
		}
		r := e.Open()
		if r.ForceLogin() != forceLogin || !r.Class(privileges.Drop, "Book").Open() {
			t.Errorf("Parse(%q).Open(): forceLogin %t, want %t, and everything open", text, r.ForceLogin(), forceLogin)
		}
	}
}

// S-284, S-285
func TestLoad(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "roles.json")
	r, err := privileges.Load(path)
	if err != nil || r.ForceLogin() || !r.Class(privileges.Read, "Book").Open() {
		t.Errorf("Load(missing) = %v, want open roles", err)
	}
	write(t, path, library)
	loaded, err := privileges.Load(path)
	if err != nil || !loaded.ForceLogin() {
		t.Fatalf("Load = %v", err)
	}
	write(t, path, "{}")
	if loaded.Class(privileges.Read, "Book").Open() {
		t.Error("a later edit of the file changed loaded roles")
	}
	_, err = privileges.Load(path)
	want := path + ": line 1: privileges: is missing\n" + path + ": line 1: permissions: is missing"
	if err == nil || err.Error() != want {
		t.Errorf("Load(bad) = %v\nwant %s", err, want)
	}
	if _, err := privileges.Load(t.TempDir()); err == nil {
		t.Error("Load(a folder) = nil, want an error")
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// S-299, S-300
func TestWriteReport(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "Roles_Errors.json")
	report := func(err error) string {
		t.Helper()
		if err := privileges.WriteReport(path, err); err != nil {
			t.Fatalf("WriteReport: %v", err)
		}
		data, _ := os.ReadFile(path)
		return string(data)
	}
	_, err := privileges.Parse([]byte("{}"))
	if got := report(err); !strings.Contains(got, `"line": 1`) || strings.Count(got, "is missing") != 2 {
		t.Errorf("report = %s", got)
	}
	if got := report(errors.New("disk on fire")); !strings.Contains(got, "disk on fire") {
		t.Errorf("report = %s", got)
	}
	for range 2 {
		report(nil)
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the report is still there: %v", err)
		}
	}
	if err := privileges.WriteReport(filepath.Join(path, "x", "y"), errors.New("x")); err == nil {
		t.Error("WriteReport into a missing folder = nil, want an error")
	}
}

// S-305: allowed, but hardly meant. Promotions on ds are in old files (S-289).
func TestWarnings(t *testing.T) {
	t.Parallel()
	r := parse(t, `{"privileges": [{"privilege": "read"}, {"privilege": "write", "includes": ["read"]}, {"privilege": "blind"}],
	"permissions": {"allowed": [
		{"applyTo": "ds", "type": "datastore", "read": ["read"],
			"update": ["write", "blind"], "promote": ["read"]},
		{"applyTo": "Book", "type": "dataclass",
			"drop": ["blind"]},
		{"applyTo": "Book.price", "type": "attribute", "read": ["blind"], "update": ["blind",
			"write"]},
		{"applyTo": "Book.title", "type": "attribute", "update": ["blind"]},
		{"applyTo": "Book.go", "type": "method", "execute": ["blind"]}
	]}}`)
	want := []privileges.Problem{
		{Line: 4, Path: "permissions.allowed[0].update[1]", Message: `privilege "blind" may update ds but not read it`},
		{Line: 4, Path: "permissions.allowed[0].promote", Message: "promote has no effect on a datastore"},
		{Line: 6, Path: "permissions.allowed[1].drop[0]", Message: `privilege "blind" may drop Book but not read it`},
		{Line: 8, Path: "permissions.allowed[2].update[1]", Message: `privilege "write" may update Book.price but not read it`},
		{Line: 9, Path: "permissions.allowed[3].update[0]", Message: `privilege "blind" may update Book.title but not read it`},
	}
	if diff := cmp.Diff(want, r.Warnings()); diff != "" {
		t.Errorf("Warnings() (-want +got):\n%s", diff)
	}
	if w := parse(t, `{"privileges": [{"privilege": "a"}], "permissions": {"allowed": [{"applyTo": "B", "type": "dataclass", "update": ["a"]}]}}`).Warnings(); w != nil {
		t.Errorf("Warnings() = %v where everyone may read, want none", w)
	}
}

// model is a data model given as a list of names.
type model map[string]bool

func (m model) HasClass(c string) bool                { return m[c] }
func (m model) HasAttribute(c, a string) bool         { return m[c+"."+a] }
func (m model) HasFunction(c, f string) bool          { return m[c+"."+f+"()"] }
func (m model) HasSingleton(s string) bool            { return m["$"+s] }
func (m model) HasSingletonFunction(s, f string) bool { return m["$"+s+"."+f+"()"] }

// S-303: resources that do not exist.
func TestCheckModel(t *testing.T) {
	t.Parallel()
	r := parse(t, library)
	complete := model{"Book": true, "Book.price": true, "Book.checkOut()": true, "Loan.note": true, "Loan.close()": true,
		"ds.report()": true, "$Mailer": true, "$Mailer.send()": true}
	if err := r.CheckModel(complete); err != nil {
		t.Errorf("CheckModel(complete) = %v", err)
	}
	err := r.CheckModel(model{"book": true, "Book.checkOut": true, "Mailer": true, "Mailer.send()": true})
	e, ok := errors.AsType[*privileges.FileError](err)
	if !ok {
		t.Fatalf("CheckModel = %v, want a *FileError", err)
	}
	var got []string
	for _, p := range e.Problems {
		got = append(got, p.String())
	}
	want := []string{
		"line 20: permissions.allowed[1].applyTo: there is no dataclass Book in the data model",
		"line 21: permissions.allowed[2].applyTo: there is no attribute Book.price in the data model",
		"line 22: permissions.allowed[3].applyTo: there is no method Book.checkOut in the data model",
		"line 23: permissions.allowed[4].applyTo: there is no attribute Loan.note in the data model",
		"line 24: permissions.allowed[5].applyTo: there is no method Loan.close in the data model",
		"line 25: permissions.allowed[6].applyTo: there is no method ds.report in the data model",
		"line 26: permissions.allowed[7].applyTo: there is no singleton Mailer in the data model",
		"line 27: permissions.allowed[8].applyTo: there is no singletonMethod Mailer.send in the data model",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("CheckModel (-want +got):\n%s", diff)
	}
	if !e.ForceLogin {
		t.Error("the error forgot forceLogin")
	}
}

// FuzzParse: any text gives roles or problems with lines inside the text.
func FuzzParse(f *testing.F) {
	f.Add(library)
	f.Add(`{"privileges":[{"privilege":"a","includes":["a"]}],"permissions":{"allowed":[{"applyTo":"ds","type":"datastore"}]}}`)
	f.Add("{\n\"forceLogin\":true,}")
	f.Fuzz(func(t *testing.T, text string) {
		r, err := privileges.Parse([]byte(text))
		if err == nil {
			r.Class(privileges.Read, "Book").Allows(r.Guest())
			r.Warnings()
			return
		}
		e, ok := errors.AsType[*privileges.FileError](err)
		if !ok || len(e.Problems) == 0 {
			t.Fatalf("Parse = %v, want problems", err)
		}
		for _, p := range e.Problems {
			if p.Line < 1 || p.Line > 1+strings.Count(text, "\n") || p.Message == "" {
				t.Errorf("problem %+v has no place in a text of %d lines", p, 1+strings.Count(text, "\n"))
			}
		}
	})
}
