package privileges_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/ordago/ordago/privileges"
)

// many declares n privileges, so that sets need several words.
func many(t testing.TB, n int) *privileges.Roles {
	t.Helper()
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"privilege": "p%d"}`, i))
	}
	return parse(t, `{"privileges": [`+strings.Join(list, ",")+`], "permissions": {"allowed": [
		{"applyTo": "Low", "type": "dataclass", "read": ["p1"]},
		{"applyTo": "High", "type": "dataclass", "read": ["p190"]},
		{"applyTo": "High.x", "type": "attribute", "read": ["p64", "p100"]}]}}`)
}

func TestSet(t *testing.T) {
	t.Parallel()
	r := many(t, 200)
	of := func(names string) privileges.Set { return r.SetOf(strings.Fields(names)) }
	tests := []struct {
		a, b                 string
		union                string
		intersects, contains bool
	}{
		{"", "", "", false, true},
		{"p1", "", "p1", false, true},
		{"", "p190", "p190", false, false},
		{"p1", "p190", "p1 p190", false, false},
		{"p190", "p1", "p1 p190", false, false},
		{"p1 p190", "p190", "p1 p190", true, true},
		{"p62 p63 p64", "p63 p65", "p62 p63 p64 p65", true, false},
	}
	for _, test := range tests {
		a, b := of(test.a), of(test.b)
		if got := a.Intersects(b); got != test.intersects || b.Intersects(a) != got {
			t.Errorf("{%s} Intersects {%s} = %t, want %t both ways", test.a, test.b, got, test.intersects)
		}
		if got := a.Contains(b); got != test.contains {
			t.Errorf("{%s} Contains {%s} = %t, want %t", test.a, test.b, got, test.contains)
		}
		if diff := cmp.Diff(strings.Fields(test.union), append([]string{}, r.Names(a.Union(b))...)); diff != "" {
			t.Errorf("{%s} Union {%s} (-want +got):\n%s", test.a, test.b, diff)
		}
		if !a.Equal(of(test.a)) || !b.Equal(of(test.b)) {
			t.Errorf("{%s} Union {%s} changed an operand", test.a, test.b)
		}
		if a.Empty() != (test.a == "") {
			t.Errorf("{%s} Empty = %t", test.a, a.Empty())
		}
	}
}

func TestManyPrivileges(t *testing.T) {
	t.Parallel()
	r := many(t, 200)
	low, high := r.SetOf([]string{"p1"}), r.SetOf([]string{"p190"})
	both := r.Attribute(privileges.Read, "High", "x")
	for name, got := range map[string]bool{
		"low reads Low":      r.Class(privileges.Read, "Low").Allows(low),
		"high not Low":       !r.Class(privileges.Read, "Low").Allows(high),
		"low not High":       !r.Class(privileges.Read, "High").Allows(low),
		"high reads High":    r.Class(privileges.Read, "High").Allows(high),
		"high alone not x":   !both.Allows(high),
		"high with p64 is x": both.Allows(high.Union(r.SetOf([]string{"p64"}))),
	} {
		if !got {
			t.Errorf("%s: no", name)
		}
	}
}

func TestAllowsDoesNotAllocate(t *testing.T) {
	r := many(t, 200)
	set := r.SetOf([]string{"p190", "p64"})
	n := testing.AllocsPerRun(100, func() {
		r.Attribute(privileges.Read, "High", "x").Allows(set)
		r.Function("High", "f").Allows(set)
	})
	if n != 0 {
		t.Errorf("a permission check allocates %v times, want none", n)
	}
}

func BenchmarkAllows(b *testing.B) {
	r := parse(b, library)
	rule, set := r.Attribute(privileges.Read, "Book", "price"), held(r, "chief")
	b.ReportAllocs()
	for b.Loop() {
		if !rule.Allows(set) {
			b.Fatal("refused")
		}
	}
}

// BenchmarkCheck includes finding the rule.
func BenchmarkCheck(b *testing.B) {
	r := parse(b, library)
	set := held(r, "chief")
	b.ReportAllocs()
	for b.Loop() {
		if !r.Attribute(privileges.Read, "Book", "price").Allows(set) {
			b.Fatal("refused")
		}
	}
}
