package privileges_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/privileges"
)

const whyRoles = `{
 "restrictedByDefault": true,
 "privileges": [
  {"privilege": "browse"}, {"privilege": "lend", "includes": ["browse"]},
  {"privilege": "audit"}, {"privilege": "guest"}],
 "roles": [{"role": "Clerk", "privileges": ["lend"]}],
 "permissions": {"allowed": [
  {"applyTo": "ds", "type": "datastore", "read": ["browse"]},
  {"applyTo": "Book", "type": "dataclass", "update": ["lend"],
   "drop": []},
  {"applyTo": "Book.price", "type": "attribute",
   "read": ["audit"]},
  {"applyTo": "Book.checkOut", "type": "method", "execute": ["lend"], "promote": ["audit"]},
  {"applyTo": "Mailer", "type": "singleton", "execute": ["audit"]}
 ]}}`

// S-278, S-280, S-306, S-307, S-308, S-309, S-311, S-312, S-313, S-314, S-322
func TestWhy(t *testing.T) {
	t.Parallel()
	r, err := privileges.Parse([]byte(whyRoles))
	if err != nil {
		t.Fatal(err)
	}
	clerk := privileges.Caller{Roles: []string{"CLERK"}}
	guest := privileges.Caller{}
	const clerkHolds = "  holds browse: role CLERK > lend > browse\n  holds lend: role CLERK > lend\n"
	const guestHolds = "  holds guest: a guest > guest\n"
	const nobody = "  no list of roles.json decides, and restrictedByDefault is on: it takes WebAdmin\n"
	for _, test := range []struct {
		why  privileges.Why
		want string
	}{
		{r.WhyClass(privileges.Read, "Book", clerk), "allowed: read dataclass Book\n  needs one of browse: datastore ds, line 8 (permissions.allowed[0].read)\n" + clerkHolds},
		{r.WhyClass(privileges.Update, "Book", guest), "REFUSED: update dataclass Book\n  needs one of lend: dataclass Book, line 9 (permissions.allowed[1].update)\n" + guestHolds},
		{r.WhyClass(privileges.Drop, "Book", clerk), "REFUSED: drop dataclass Book\n" + nobody + clerkHolds},
		{r.WhyClass(privileges.Drop, "Book", privileges.Caller{Privileges: []string{"webadmin", "Lent"}}),
			"allowed: drop dataclass Book\n" + nobody + "  holds WebAdmin: WebAdmin\n  not declared in roles.json, and ignored: Lent\n"},
		{r.WhyAttribute(privileges.Read, "Book", "price", clerk), "REFUSED: read attribute Book.price\n" +
			"  needs one of browse: datastore ds, line 8 (permissions.allowed[0].read)\n  needs one of audit: attribute Book.price, line 12 (permissions.allowed[2].read)\n" + clerkHolds},
		{r.WhyFunction("Book", "checkOut", clerk), "allowed: execute method Book.checkOut\n  needs one of lend: method Book.checkOut, line 13 (permissions.allowed[3].execute)\n" +
			clerkHolds + "  while it runs it lends audit; that does not count for running it\n"},
		{r.WhySingletonFunction("Mailer", "send", clerk), "REFUSED: execute singletonMethod Mailer.send\n  needs one of audit: singleton Mailer, line 14 (permissions.allowed[4].execute)\n" + clerkHolds},
		{r.WhyDatastore(privileges.Create, privileges.Caller{Roles: []string{"Boss"}}), "REFUSED: create datastore ds\n" + nobody + guestHolds + "  not declared in roles.json, and ignored: role Boss\n"},
		{(*privileges.Roles)(nil).WhyClass(privileges.Read, "Book", guest), "allowed: read dataclass Book\n  no list of roles.json decides, and restrictedByDefault is off: everybody may\n  holds nothing\n"},
	} {
		if diff := cmp.Diff(test.want, test.why.String()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestTranslate(t *testing.T) {
	t.Parallel()
	parse := func(text string) *privileges.Roles {
		r, err := privileges.Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	from := parse(`{"privileges":[{"privilege":"a"},{"privilege":"b"},{"privilege":"c"}],"permissions":{}}`)
	to := parse(`{"privileges":[{"privilege":"x"},{"privilege":"c"},{"privilege":"A"}],"permissions":{}}`)
	for _, names := range [][]string{nil, {"a"}, {"b"}, {"a", "b", "c"}} {
		var want []string
		for _, name := range []string{"c", "a"} {
			if _, set := from.Grant(names, nil); from.Has(set, name) {
				want = append(want, map[string]string{"a": "A", "c": "c"}[name])
			}
		}
		_, set := from.Grant(names, nil)
		if diff := cmp.Diff(want, to.Names(to.Translate(set, from))); diff != "" {
			t.Errorf("%v (-want +got):\n%s", names, diff)
		}
		if !from.Translate(set, from).Equal(set) {
			t.Errorf("%v is not itself under the same roles", names)
		}
	}
}

// S-335: another forceLogin is all that changes.
func TestWithForceLogin(t *testing.T) {
	t.Parallel()
	r, err := privileges.Parse([]byte(whyRoles))
	if err != nil {
		t.Fatal(err)
	}
	on := r.WithForceLogin(true)
	if r.ForceLogin() || !on.ForceLogin() || r.WithForceLogin(false) != r || !on.Declared("lend") || !on.RestrictedByDefault() {
		t.Error("WithForceLogin changed something else")
	}
	if none := (*privileges.Roles)(nil); none.WithForceLogin(false) != nil || !none.WithForceLogin(true).ForceLogin() || privileges.Open().ForceLogin() {
		t.Error("WithForceLogin of no roles")
	}
}
