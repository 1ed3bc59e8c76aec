package rest_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/rest"
)

func TestParseTarget(t *testing.T) {
	t.Parallel()
	tests := []struct{ target, want string }{
		{"/rest", "/rest/"},
		{"/rest/", "/rest/"},
		{"/rest/Book", "/rest/Book"},
		{"/rest/Book/", "/rest/Book"},
		{"/rest/Book/?$top=2", "/rest/Book?$top=2"},
		{"/rest//Book///title", "/rest/Book/title"},
		{"/rest/Book(3)", "/rest/Book(3)"},
		{"/rest/Book[3]", "/rest/Book(3)"},
		{"/rest/Book/(3)", "/rest/Book(3)"},
		{"/rest/Book%283%29", "/rest/Book(3)"},
		{"/rest/Book(3)/title,price", "/rest/Book(3)/title,price"},
		{"/rest/Shelf(A7)", "/rest/Shelf(A7)"},
		{`/rest/Shelf("A7")`, "/rest/Shelf(A7)"},
		{"/rest/Shelf('A7')", "/rest/Shelf(A7)"},
		{"/rest/Shelf(%22A7%22)", "/rest/Shelf(A7)"},
		{`/rest/Shelf("a/b")`, "/rest/Shelf(%22a%2Fb%22)"},
		{`/rest/Shelf("a/b")/title`, "/rest/Shelf(%22a%2Fb%22)/title"},
		{"/rest/Shelf(a%2Fb)", "/rest/Shelf(%22a%2Fb%22)"},
		{"/rest/Shelf(a/b)/title", "/rest/Shelf(%22a%2Fb%22)/title"},
		{"/rest/Shelf(a(b)c)/title", "/rest/Shelf(%22a%28b%29c%22)/title"}, // the last )
		{"/rest/Shelf(a)b)", "/rest/Shelf(%22a%29b%22)"},
		{`/rest/Shelf("a,b")`, "/rest/Shelf(%22a%2Cb%22)"}, // a comma in quotes
		{`/rest/Shelf("a\"b")`, "/rest/Shelf(%22a%5C%22%22b%22)"},
		{`/rest/Shelf("a""b")`, "/rest/Shelf(%22a%22%22b%22)"},
		{`/rest/Shelf("a)"b")`, "/rest/Shelf(%22a%29%22%22b%22)"},
		{`/rest/Shelf("")`, "/rest/Shelf(%22%22)"},
		{"/rest/Shelf(O'Neil)", "/rest/Shelf(%22O%27Neil%22)"},
		{"/rest/Pair(1,2)", "/rest/Pair(1,2)"},
		{"/rest/Pair/(1,'b,c')", "/rest/Pair(1,%22b%2Cc%22)"},
		{"/rest/Book:isbn(978-1)/title/", "/rest/Book:isbn(978-1)/title"},
		{"/rest/Book:isbn('978-1')", "/rest/Book:isbn(978-1)"},
		{"/rest/Author:lastName(a,b)", "/rest/Author:lastName(%22a%2Cb%22)"},
		{"/rest/Book/$entityset/AB12", "/rest/Book/$entityset/AB12"},
		{"/rest/Book/$entityset/", "/rest/Book"}, // an empty one is ignored
		{"/rest/Book/$entityset/AB12[3]", "/rest/Book/$entityset/AB12[3]"},
		{"/rest/Book/title/$entityset/AB12", "/rest/Book/title/$entityset/AB12"},
		{"/rest/Book/$entityset/AB12/totalPages", "/rest/Book/$entityset/AB12/totalPages"},
		{"/rest/$entityset/AB12?$top=1", "/rest/$entityset/AB12?$top=1"},
		{"/rest/Book/f(a,b)", "/rest/Book/f()"},
		{"/rest/$catalog/$all", "/rest/$catalog/%24all"},
		{"/rest/$catalog/A,B", "/rest/$catalog/A,B"},
		{"/rest/$info/privileges", "/rest/$info/privileges"},
		{"/rest/$directory/login", "/rest/$directory/login"},
		{"/rest/$nothing", "/rest/%24nothing"},
		{"/rest/Book/author.lastName", "/rest/Book/author.lastName"},
		{"/rest/B%C3%BCcher", "/rest/B%C3%BCcher"},
		{`/rest/Book/$filter="price>10"&$queryplan=true`, "/rest/Book?$filter=%22price%3E10%22&$queryplan=true"},
		{`/rest/Book/$filter="a/b"?$top=1`, "/rest/Book?$filter=%22a%2Fb%22&$top=1"},
		{"/rest/Book?filter=a&top=1", "/rest/Book?$filter=%22a%22"},
		{"/rest/Book?$TOP=1&$Limit=2", "/rest/Book?$top=1&$limit=2"},
		{"/rest/Book?$top=1&$top=2", "/rest/Book?$top=1"},
		{"/rest/Book?$filter=a;b&$top=1", "/rest/Book?$filter=%22a%3Bb%22&$top=1"},
		{"/rest/Book?$filter=100%&$top=1", "/rest/Book?$filter=%22100%25%22&$top=1"},
		{"/rest/Book?$filter=a+b%2Bc", "/rest/Book?$filter=%22a%20b%2Bc%22"},
		{"/rest/Book?$filter=a=b", "/rest/Book?$filter=%22a%3Db%22"},
		{`/rest/Book?$filter='a="b"'`, "/rest/Book?$filter=%22a%3D%22b%22%22"},
		{`/rest/Book?$filter="a=\u0022b\\"`, "/rest/Book?$filter=%22a%3D%22b%5C%5C%22"},
		{`/rest/Book?$params='["\u0022"]'`, "/rest/Book?$params=%27%5B%22%5Cu0022%22%5D%27"},
		{"/rest/Book?$asArray=TRUE", "/rest/Book?$asarray=TRUE"},
		{"/rest/Book?$nonsense=1&other=2", "/rest/Book?$nonsense=1"},
		{"/rest/Book?$filter='a' = 'b' or c = d", "/rest/Book?$filter=%22%27a%27%20%3D%20%27b%27%20or%20c%20%3D%20d%22"},
	}
	for _, test := range tests {
		got, _, err := rest.ParseTarget(strings.ReplaceAll(test.target, " ", "%20"), false)
		if err != nil || got != test.want {
			t.Errorf("parse %s = %s, %v, want %s", test.target, got, err, test.want)
		}
	}
}

func TestParseTargetKeys(t *testing.T) {
	t.Parallel()
	//
	for target, want := range map[string][]string{
		`/rest/A("a""b")`:    {`a"b`},
		`/rest/A('it''s')`:   {"it's"},
		`/rest/A("x",'y',z)`: {"x", "y", "z"},
		"/rest/A(a%2Fb)":     {"a/b"},
		"/rest/A(%C3%A9)":    {"é"},
		`/rest/A("a/b%2Fc")`: {"a/b/c"},
	} {
		_, parsed, err := rest.ParseTarget(target, false)
		if err != nil {
			t.Errorf("parse %s: %v", target, err)
			continue
		}
		if diff := cmp.Diff(want, rest.Key(parsed)); diff != "" {
			t.Errorf("key of %s (-want +got):\n%s", target, diff)
		}
	}
}

func TestParseTargetErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		target string
		strict bool
		code   int
	}{
		{"/rest/Book(3", false, 1806},
		{"/rest/Book(3)x", false, 1806},
		{"/rest/Book(3]", false, 1806},
		{`/rest/Book("3)`, false, 1809},
		{"/rest/Book('3)", false, 1808},
		{"/rest/Book:isbn", false, 1806},
		{"/rest/Book:(3)", false, 1806},
		{"/rest/(3)", false, 1806},
		{"/rest/$catalog(3)", false, 1806},
		{"/rest/Book/,", false, 1816},
		{"/rest/Book/$entityset/A/$entityset/B", false, 1806},
		{"/rest/Book/$entityset/A[0]", false, 1806},
		{"/rest/Book/$entityset/A[1,2]", false, 1806},
		{"/rest/Book?$top=x", false, 1806},
		{"/rest/Book?$top=", false, 1806},
		{"/rest/Book?$skip=1.5", false, 1806},
		{"/rest/Book?$asArray=1", false, 1806},
		{`/rest/Book?$filter="a`, false, 1809},
		{"/rest/Book?$filter='a", false, 1808},
		{"/rest/Book/$filter=a", true, 1807},
		{"/rest/Book?$nonsense=1", true, 1811},
		{"/other/Book", false, 1800},
		{"/restful/Book", false, 1800},
		{"/rest/" + strings.Repeat("a/", 20), false, 1806},
		{"/rest/Book?$filter=" + strings.Repeat("a", 17<<10), false, 1806},
		{"/rest/Book?" + strings.Repeat("&$x", 1), false, 0},
		{"/rest/Book(" + strings.Repeat("1,", 20) + "1)", false, 1806},
		{"/rest/Book/" + strings.Repeat("a,", 600), false, 1806},
	}
	for _, test := range tests {
		_, _, err := rest.ParseTarget(test.target, test.strict)
		if test.code == 0 {
			if err != nil {
				t.Errorf("parse %.60s: %v", test.target, err)
			}
			continue
		}
		if err == nil {
			t.Errorf("parse %.60s: no error, want %d", test.target, test.code)
			continue
		}
		if _, codes := rest.Failure(err); codes[0] != test.code {
			t.Errorf("parse %.60s: %v, code %d, want %d", test.target, err, codes[0], test.code)
		}
	}
}

func TestParseTargetManyParams(t *testing.T) {
	t.Parallel()
	var query strings.Builder
	query.WriteString("/rest/Book?$a=1")
	for i := range 100 {
		query.WriteString("&$p" + strings.Repeat("x", i) + "=1")
	}
	if _, _, err := rest.ParseTarget(query.String(), false); err == nil {
		t.Error("parse 101 parameters: no error")
	}
}

//
func TestKeyTarget(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		key  []string
		want string
	}{
		{[]string{"3"}, "3"},
		{[]string{"A_b-7"}, "A_b-7"},
		{[]string{"a b"}, "%22a%20b%22"},
		{[]string{""}, "%22%22"},
		{[]string{"ü"}, "%22%C3%BC%22"},
		{[]string{`a"b`}, "%22a%22%22b%22"},
		{[]string{"1", "x,y"}, "1,%22x%2Cy%22"},
	} {
		if got := rest.KeyTarget(test.key); got != test.want {
			t.Errorf("KeyTarget(%q) = %s, want %s", test.key, got, test.want)
		}
	}
}

// What is parsed has a canonical form that parses to the same request.
func FuzzParseTarget(f *testing.F) {
	for _, seed := range []string{
		"/rest/Book", `/rest/Book("a/b")/title,price?$filter="x"&$top=3`, "/rest/Book/$entityset/AB[3]", "/rest/A:b('c,d')/e",
		`/rest/Book/$filter="a\u0022"&x=1`, "/rest/$catalog/$all", "/rest/$entityset/AA/f(1)", "/rest/A(%22a%22%22b%22)", "/rest/Pair/(1,'b')",
		"/rest/Book?$params='[1]'&$filter=%5C%5C%22", "/rest/%24x/%2F,%2C?$%24=1", "/rest/$entityset", "/rest/A(')')/(",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, target string) {
		canonical, parsed, err := rest.ParseTarget(target, false)
		if err != nil {
			return
		}
		again, reparsed, err := rest.ParseTarget(canonical, false)
		if len(canonical) > 16<<10 {
			return
		}
		if err != nil {
			t.Fatalf("%q has the canonical form %q, which does not parse: %v", target, canonical, err)
		}
		if again != canonical || !reflect.DeepEqual(parsed, reparsed) {
			t.Fatalf("%q has the canonical form %q, which parses to %q\n%+v\n%+v", target, canonical, again, parsed, reparsed)
		}
	})
}
