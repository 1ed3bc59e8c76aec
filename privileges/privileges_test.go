package privileges_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/ordago/ordago/privileges"
)

// library is the example of section 10.3, with more of everything.
const library = `{
  "restrictedByDefault": false,
  "forceLogin": true,
  "privileges": [
    {"privilege": "lend", "includes": ["browse"]},
    {"privilege": "browse", "includes": [], "id": "17"},
    {"privilege": "audit"},
    {"privilege": "chief", "includes": ["audit", "LEND"]},
    {"privilege": "none"},
    {"privilege": "Guest", "includes": ["look"]},
    {"privilege": "look"}
  ],
  "roles": [
    {"role": "Clerk", "privileges": ["lend"]},
    {"role": "Boss", "privileges": ["chief", "lend"]},
    {"role": "Nobody"}
  ],
  "permissions": {"allowed": [
    {"applyTo": "ds", "type": "datastore", "read": ["look", "browse"], "update": ["chief"], "execute": ["browse"], "drop": []},
    {"applyTo": "Book", "type": "dataclass", "read": ["browse"], "execute": ["lend"], "create": ["lend"]},
    {"applyTo": "Book.price", "type": "attribute", "read": ["audit"], "drop": ["none"]},
    {"applyTo": "Book.checkOut", "type": "method", "execute": ["chief"], "promote": ["audit", "lend"]},
    {"applyTo": "Loan.note", "type": "attribute", "read": ["audit"]},
    {"applyTo": "Loan.close", "type": "method", "promote": ["audit"]},
    {"applyTo": "ds.report", "type": "method", "execute": ["audit"], "promote": ["browse"]},
    {"applyTo": "Mailer", "type": "singleton", "execute": ["audit"], "promote": ["browse"]},
    {"applyTo": "Mailer.send", "type": "singletonMethod", "execute": ["lend"], "promote": ["audit"]}
  ]}
}`

func parse(t testing.TB, text string) *privileges.Roles {
	t.Helper()
	r, err := privileges.Parse([]byte(text))
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	return r
}

func held(r *privileges.Roles, names ...string) privileges.Set {
	_, set := r.Grant(names, nil)
	return set
}

// S-146, S-147, S-152, S-153, S-155, S-156, S-159, S-160, S-163, S-164, S-277, S-278, S-286
func TestGrant(t *testing.T) {
	t.Parallel()
	r := parse(t, library)
	tests := []struct {
		name              string
		privileges, roles []string
		want              []string
	}{
		{"nothing", nil, nil, []string{}},
		{"plain", []string{"audit"}, nil, []string{"audit"}},
		{"included first", []string{"lend"}, nil, []string{"browse", "lend"}},
		{"transitive", []string{"chief"}, nil, []string{"audit", "browse", "lend", "chief"}},
		{"role", nil, []string{"Clerk"}, []string{"browse", "lend"}},
		{"case", []string{"LEND"}, []string{"cLERK"}, []string{"browse", "lend"}},
		{"no duplicates", []string{"browse", "lend", "browse"}, []string{"Boss"}, []string{"browse", "lend", "audit", "chief"}},
		{"unknown ignored", []string{"nosuch", "audit", ""}, []string{"nosuch", ""}, []string{"audit"}},
		{"a role is no privilege", []string{"Clerk"}, []string{"lend"}, []string{}},
		{"empty role", nil, []string{"Nobody"}, []string{}},
		{"WebAdmin is always declared", []string{"webadmin"}, nil, []string{"WebAdmin"}},
		{"declared spelling", []string{"guest"}, nil, []string{"look", "Guest"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			names, set := r.Grant(test.privileges, test.roles)
			if diff := cmp.Diff(test.want, names); diff != "" {
				t.Errorf("Grant names (-want +got):\n%s", diff)
			}
			if !set.Equal(r.SetOf(names)) {
				t.Errorf("Grant set = %v, SetOf(names) = %v", r.Names(set), r.Names(r.SetOf(names)))
			}
			for _, name := range names {
				if !r.Has(set, strings.ToUpper(name)) {
					t.Errorf("Has(%q) = false", strings.ToUpper(name))
				}
			}
		})
	}
}

// S-150
func TestHasUnknown(t *testing.T) {
	t.Parallel()
	r := parse(t, library)
	for _, name := range []string{"", "nosuch", "Clerk", "audit"} {
		if r.Has(held(r, "lend"), name) {
			t.Errorf("Has(lend, %q) = true", name)
		}
	}
}

// check is one question and the privileges that are expected to pass.
type check struct {
	name string
	rule privileges.Rule
	want []string
}

// passing returns which single privilege passes the rule, with its includes.
func passing(r *privileges.Roles, rule privileges.Rule) []string {
	var list []string
	if rule.Allows(privileges.Set{}) {
		list = append(list, "everyone")
	}
	for _, name := range []string{"WebAdmin", "browse", "lend", "audit", "chief", "none", "guest"} {
		if rule.Allows(held(r, name)) {
			list = append(list, name)
		}
	}
	return list
}

func run(t *testing.T, r *privileges.Roles, checks []check) {
	t.Helper()
	for _, c := range checks {
		if diff := cmp.Diff(c.want, passing(r, c.rule)); diff != "" {
			t.Errorf("%s: who passes (-want +got):\n%s", c.name, diff)
		}
	}
}

var all = []string{"everyone", "WebAdmin", "browse", "lend", "audit", "chief", "none", "guest"}

// S-279, S-280, S-306, S-307, S-308, S-309, S-310, S-311, S-312, S-293
func TestRules(t *testing.T) {
	t.Parallel()
	r := parse(t, library)
	run(t, r, []check{
		{"ds.read", r.Datastore(privileges.Read), []string{"browse", "lend", "chief", "guest"}},
		{"Loan.read inherits ds", r.Class(privileges.Read, "Loan"), []string{"browse", "lend", "chief", "guest"}},
		{"Book.read replaces ds", r.Class(privileges.Read, "Book"), []string{"browse", "lend", "chief"}},
		{"Book.update inherits ds by action", r.Class(privileges.Update, "Book"), []string{"chief"}},
		{"Book.create has no ds list", r.Class(privileges.Create, "Book"), []string{"lend", "chief"}},
		{"Loan.create has no list at all", r.Class(privileges.Create, "Loan"), all},
		{"empty list is no list", r.Class(privileges.Drop, "Book"), all},
		{"Book.title follows Book", r.Attribute(privileges.Read, "Book", "title"), []string{"browse", "lend", "chief"}},
		{"Book.price adds to Book", r.Attribute(privileges.Read, "Book", "price"), []string{"chief"}},
		{"Book.price.update has no own list", r.Attribute(privileges.Update, "Book", "price"), []string{"chief"}},
		{"Book.price.drop alone", r.Attribute(privileges.Drop, "Book", "price"), []string{"none"}},
		{"Loan.note adds to inherited ds", r.Attribute(privileges.Read, "Loan", "note"), []string{"chief"}},
		{"unknown class", r.Attribute(privileges.Read, "Nowhere", "x"), []string{"browse", "lend", "chief", "guest"}},
		{"names of classes have case", r.Class(privileges.Read, "book"), []string{"browse", "lend", "chief", "guest"}},
		{"Book.checkOut replaces Book", r.Function("Book", "checkOut"), []string{"chief"}},
		{"Book.other follows Book", r.Function("Book", "other"), []string{"lend", "chief"}},
		{"Loan.close follows ds", r.Function("Loan", "close"), []string{"browse", "lend", "chief"}},
		{"ds.report replaces ds", r.Function("ds", "report"), []string{"audit", "chief"}},
		{"ds.other follows ds", r.Function("ds", "other"), []string{"browse", "lend", "chief"}},
		{"Mailer.send replaces Mailer", r.SingletonFunction("Mailer", "send"), []string{"lend", "chief"}},
		{"Mailer.other follows Mailer", r.SingletonFunction("Mailer", "other"), []string{"audit", "chief"}},
		{"Printer.run follows ds", r.SingletonFunction("Printer", "run"), []string{"browse", "lend", "chief"}},
		{"a singleton is no class", r.Function("Mailer", "send"), []string{"browse", "lend", "chief"}},
	})
}

// Both lists of an attribute must be satisfied, by whichever privileges. S-308
func TestAttributeNeedsBoth(t *testing.T) {
	t.Parallel()
	r := parse(t, library)
	price := r.Attribute(privileges.Read, "Book", "price")
	for names, want := range map[string]bool{"browse": false, "audit": false, "browse audit": true, "lend audit": true} {
		if got := price.Allows(held(r, strings.Fields(names)...)); got != want {
			t.Errorf("Book.price.read allows %q = %t, want %t", names, got, want)
		}
	}
}

// S-312, S-314
func TestRestrictedByDefault(t *testing.T) {
	t.Parallel()
	r := parse(t, strings.Replace(library, `"restrictedByDefault": false`, `"restrictedByDefault": true`, 1))
	if !r.RestrictedByDefault() {
		t.Error("RestrictedByDefault() = false")
	}
	run(t, r, []check{
		{"no list: WebAdmin only", r.Class(privileges.Create, "Loan"), []string{"WebAdmin"}},
		{"an explicit list shuts WebAdmin out", r.Class(privileges.Read, "Book"), []string{"browse", "lend", "chief"}},
		{"only the attribute has a list", r.Attribute(privileges.Drop, "Book", "price"), []string{"none"}},
		{"describe stays open", r.Class(privileges.Describe, "Loan"), all},
	})
}

// S-318, S-320, S-324
func TestPromotes(t *testing.T) {
	t.Parallel()
	r := parse(t, library)
	tests := []struct {
		name string
		of   func() (privileges.Set, []string)
		want []string
	}{
		{"method", func() (privileges.Set, []string) { return r.Promotes("Book", "checkOut") }, []string{"lend", "browse", "audit"}},
		{"method without execute", func() (privileges.Set, []string) { return r.Promotes("Loan", "close") }, []string{"audit"}},
		{"datastore method", func() (privileges.Set, []string) { return r.Promotes("ds", "report") }, []string{"browse"}},
		{"other method", func() (privileges.Set, []string) { return r.Promotes("Book", "other") }, nil},
		{"other class", func() (privileges.Set, []string) { return r.Promotes("Nowhere", "checkOut") }, nil},
		{"singleton method and its singleton", func() (privileges.Set, []string) { return r.SingletonPromotes("Mailer", "send") }, []string{"browse", "audit"}},
		{"singleton", func() (privileges.Set, []string) { return r.SingletonPromotes("Mailer", "other") }, []string{"browse"}},
		{"other singleton", func() (privileges.Set, []string) { return r.SingletonPromotes("Printer", "send") }, nil},
	}
	for _, test := range tests {
		set, names := test.of()
		if diff := cmp.Diff(test.want, names); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if !set.Equal(r.SetOf(test.want)) {
			t.Errorf("%s: set = %v, want %v", test.name, r.Names(set), test.want)
		}
	}
}

// S-313
func TestGuest(t *testing.T) {
	t.Parallel()
	r := parse(t, library)
	if diff := cmp.Diff([]string{"Guest", "look"}, r.Names(r.Guest())); diff != "" {
		t.Errorf("Guest() (-want +got):\n%s", diff)
	}
	if !r.Class(privileges.Read, "Loan").Allows(r.Guest()) || r.Class(privileges.Read, "Book").Allows(r.Guest()) {
		t.Error("the guest privilege must open Loan and not Book")
	}
	if r := parse(t, `{"privileges": [], "permissions": {}}`); !r.Guest().Empty() {
		t.Errorf("Guest() = %v without a declaration, want none", r.Names(r.Guest()))
	}
}

// S-369
func TestDescribe(t *testing.T) {
	t.Parallel()
	r := parse(t, `{
	  "privileges": [{"privilege": "browse"}, {"privilege": "audit"}, {"privilege": "lend"}, {"privilege": "chief"}, {"privilege": "none"}, {"privilege": "guest"}],
	  "permissions": {"allowed": [
	    {"applyTo": "ds", "type": "datastore", "describe": ["browse", "chief"]},
	    {"applyTo": "Book", "type": "dataclass", "describe": ["audit", "chief"]},
	    {"applyTo": "Book.price", "type": "attribute", "describe": ["chief"]},
	    {"applyTo": "Book.checkOut", "type": "method", "describe": ["lend"]}
	  ]}}`)
	run(t, r, []check{
		{"Loan", r.Class(privileges.Describe, "Loan"), []string{"browse", "chief"}},
		{"Book", r.Class(privileges.Describe, "Book"), []string{"audit", "chief"}},
		{"Book.title", r.Attribute(privileges.Describe, "Book", "title"), []string{"audit", "chief"}},
		{"Book.price", r.Attribute(privileges.Describe, "Book", "price"), []string{"chief"}},
		{"Book.checkOut", r.DescribeFunction("Book", "checkOut"), []string{"lend"}},
		{"Book.other", r.DescribeFunction("Book", "other"), []string{"audit", "chief"}},
		{"reading is not touched", r.Class(privileges.Read, "Book"), all},
	})
}

// S-297, S-298
func TestImplicitActions(t *testing.T) {
	t.Parallel()
	const text = `{
	  "privileges": [{"privilege": "browse"}, {"privilege": "audit"}, {"privilege": "lend"}, {"privilege": "chief"}, {"privilege": "none"}, {"privilege": "guest"}],
	  "permissions": {"allowed": [
	    {"applyTo": "ds", "type": "datastore", "read": ["browse"], "update": ["lend"], "describe": ["none"]},
	    {"applyTo": "Book", "type": "dataclass", "drop": ["chief"]},
	    {"applyTo": "Book.price", "type": "attribute", "update": ["audit"]},
	    {"applyTo": "Loan", "type": "dataclass", "read": ["audit"]}
	  ]}}`
	strict := parse(t, text)
	run(t, strict, []check{
		{"update gives no read", strict.Class(privileges.Read, "Book"), []string{"browse"}},
		{"read gives no describe", strict.Class(privileges.Describe, "Book"), []string{"none"}},
	})
	r, err := privileges.Parser{ImplicitActions: true}.Parse([]byte(text))
	if err != nil {
		t.Fatalf("Parse: %v", err)
	}
	run(t, r, []check{
		{"ds.read", r.Datastore(privileges.Read), []string{"browse", "lend"}},
		{"Book.read", r.Class(privileges.Read, "Book"), []string{"browse", "lend", "chief"}},
		{"Book.describe", r.Class(privileges.Describe, "Book"), []string{"browse", "lend", "chief", "none"}},
		{"Loan.read", r.Class(privileges.Read, "Loan"), []string{"lend", "audit"}},
		{"an attribute without a read list gets none", r.Attribute(privileges.Read, "Book", "price"), []string{"browse", "lend", "chief"}},
		{"update gives nothing but read and describe", r.Class(privileges.Create, "Book"), all},
	})
	if w := r.Warnings(); w != nil {
		t.Errorf("Warnings() = %v with ImplicitActions, want none", w)
	}
}

// The files of new projects: open since 21, closed since 20 R6. S-288, S-289
func TestDefaultFiles(t *testing.T) {
	t.Parallel()
	open := parse(t, `{"privileges":[],"roles":[],"permissions":{"allowed":[{"applyTo":"ds","type":"datastore",
		"read":[],"create":[],"update":[],"drop":[],"execute":[],"promote":[]}]},"restrictedByDefault":false,"forceLogin":false}`)
	shut := parse(t, `{"privileges":[{"privilege":"none","includes":[]}],"roles":[],"permissions":{"allowed":[{"applyTo":"ds","type":"datastore",
		"read":["none"],"create":["none"],"update":["none"],"drop":["none"],"execute":["none"],"promote":["none"]}]},"restrictedByDefault":false,"forceLogin":true}`)
	if open.ForceLogin() || !shut.ForceLogin() {
		t.Errorf("ForceLogin() = %t, %t; want false, true", open.ForceLogin(), shut.ForceLogin())
	}
	for _, a := range []privileges.Action{privileges.Read, privileges.Create, privileges.Update, privileges.Drop, privileges.Execute} {
		if !open.Class(a, "Book").Open() {
			t.Errorf("the open file restricts %s", a)
		}
		if shut.Class(a, "Book").Allows(held(shut, "WebAdmin")) {
			t.Errorf("the closed file allows %s", a)
		}
	}
}

// S-285
func TestNilAndOpen(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*privileges.Roles{"nil": nil, "Open": privileges.Open()} {
		rules := []privileges.Rule{
			r.Class(privileges.Drop, "Book"), r.Datastore(privileges.Read), r.Attribute(privileges.Read, "Book", "price"),
			r.Function("ds", "f"), r.DescribeFunction("Book", "f"), r.SingletonFunction("Mailer", "send"),
		}
		for i, rule := range rules {
			if !rule.Open() || !rule.Allows(privileges.Set{}) {
				t.Errorf("%s: rule %d is not open", name, i)
			}
		}
		names, set := r.Grant([]string{"audit", "WebAdmin"}, []string{"Clerk"})
		if diff := cmp.Diff([]string{"WebAdmin"}, names); diff != "" || !r.Has(set, "webadmin") {
			t.Errorf("%s: Grant (-want +got):\n%s", name, diff)
		}
		if _, lent := r.Promotes("Book", "checkOut"); lent != nil {
			t.Errorf("%s: Promotes = %v", name, lent)
		}
		if _, lent := r.SingletonPromotes("Mailer", "send"); lent != nil {
			t.Errorf("%s: SingletonPromotes = %v", name, lent)
		}
		if r.ForceLogin() || r.RestrictedByDefault() || r.Warnings() != nil || !r.Guest().Empty() || r.CheckModel(nil) != nil || r.Declared("audit") {
			t.Errorf("%s: something is declared", name)
		}
	}
}

func TestUnknownAction(t *testing.T) {
	t.Parallel()
	r := parse(t, library)
	if a := privileges.Action(99); a.String() != "unknown" || !r.Class(a, "Book").Open() || !r.Datastore(a).Open() || !r.Attribute(a, "Book", "price").Open() {
		t.Error("an action that does not exist must be called unknown and have no rule")
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	r := parse(t, strings.Replace(library, `"restrictedByDefault": false`, `"restrictedByDefault": true`, 1))
	tests := []struct {
		rule privileges.Rule
		held privileges.Set
		want string
	}{
		{privileges.Rule{}, privileges.Set{}, "allowed: no permission restricts it; the caller holds nothing"},
		{r.Class(privileges.Create, "Loan"), held(r, "audit"), "refused: no permission opens it and restrictedByDefault is on, so it needs WebAdmin; the caller holds audit"},
		{r.Attribute(privileges.Read, "Book", "price"), held(r, "lend"), "refused: it needs one of browse and one of audit; the caller holds lend, browse"},
		{r.Datastore(privileges.Read), held(r, "browse"), "allowed: it needs one of browse, look; the caller holds browse"},
	}
	for _, test := range tests {
		if got := r.Explain(test.rule, test.held); got != test.want {
			t.Errorf("Explain = %q\nwant      %q", got, test.want)
		}
	}
}
