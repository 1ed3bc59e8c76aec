package web_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// vocabulary is the environment of most tests.
func vocabulary() web.Environment {
	return web.Environment{
		Functions: []*web.Function{
			web.Function1("greet", func(_ context.Context, _ *session.Session, name string) (string, error) { return "Hello " + name, nil }, web.TagsAndURLs),
			web.Function1("hidden", func(_ context.Context, _ *session.Session, name string) (string, error) { return "hidden " + name, nil }),
			web.Function0("fails", func(context.Context, *session.Session) (string, error) { return "", errors.New("secret reason") }, web.TagsAndURLs),
			web.Function0("panics", func(context.Context, *session.Session) (string, error) { panic("secret panic") }, web.TagsAndURLs),
			web.Function2("join", func(_ context.Context, _ *session.Session, a string, n int) (string, error) {
				var out strings.Builder
				for range n {
					out.WriteString(a)
				}
				return out.String(), nil
			}, web.TagsAndURLs),
			web.Function3("between", func(_ context.Context, _ *session.Session, a, b, c float64) (bool, error) {
				return a <= b && b <= c, nil
			}, web.TagsAndURLs),
			web.Function1("upTo3", func(_ context.Context, _ *session.Session, i int) (bool, error) { return i <= 3, nil }, web.TagsAndURLs),
			web.Function1("never", func(context.Context, *session.Session, int) (bool, error) { return false, nil }, web.TagsAndURLs),
			web.Function1("raw", func(_ context.Context, _ *session.Session, param string) (string, error) {
				return "\x01<b>" + param + "</b>", nil
			}, web.TagsAndURLs),
			web.Function1("noBool", func(_ context.Context, _ *session.Session, i int) (int, error) { return i, nil }, web.TagsAndURLs),
		},
		Variables: []*web.Variable{
			web.NewVariable("bold", func(context.Context, *session.Session) (string, error) { return "<B>", nil }),
			web.NewVariable("evil", func(context.Context, *session.Session) (string, error) { return "<!--#4DEVAL greet(\"eve\")-->", nil }),
			web.NewVariable("evilDollar", func(context.Context, *session.Session) (string, error) { return `$4DEVAL(greet("eve"))`, nil }),
			web.NewVariable("names", func(context.Context, *session.Session) ([]string, error) { return []string{"ann", "bob"}, nil }),
			web.NewVariable("mixed", func(context.Context, *session.Session) ([]any, error) { return []any{1, 2.5, "x", 4}, nil }),
			web.NewVariable("person", func(context.Context, *session.Session) (any, error) {
				return struct {
					Name string `json:"name"`
					ID   int64  `json:"id"`
				}{"Ann", 9007199254740993}, nil
			}),
			web.NewVariable("price", func(context.Context, *session.Session) (float64, error) { return 1234.5, nil }),
		},
	}
}

// S-392, S-393, S-394, S-395, S-396, S-397, S-398, S-399, S-400, S-402, S-403, S-404, S-406, S-407, S-408, S-410
func TestTags(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, page, want string }{
		{"text escapes", `<!--#4DTEXT bold-->`, `&lt;B&gt;`},
		{"html does not", `<!--#4DHTML bold-->`, `<B>`},
		{"eval does not", `<!--#4DEVAL bold-->`, `<B>`},
		{"dollar text escapes", `$4DTEXT(bold)`, `&lt;B&gt;`},
		{"dollar html does not", `$4DHTML(bold)`, `<B>`},
		{"dollar eval does not", `$4DEVAL(bold)`, `<B>`},
		{"assignment is silent", `<!--#4DEVAL a:=42--><!--#4DEVAL a+1-->`, `43`},
		{"order", `<!--#4DTEXT a--><!--#4DEVAL a:=1--><!--#4DTEXT a-->`, `<!--#4DTEXT a--> : ## error # 21`},
		{"injected comment tag is inert in text", `<!--#4DTEXT evil-->`, `&lt;!--#4DEVAL greet(&#34;eve&#34;)--&gt;`},
		{"and evaluated in html", `<!--#4DHTML evil-->`, `Hello eve`},
		{"and not in dollar html", `$4DHTML(evil)`, `<!--#4DEVAL greet("eve")-->`},
		{"injected dollar tag is inert", `<!--#4DTEXT evilDollar-->`, `$4DEVAL(greet(&#34;eve&#34;))`},
		{"period", `<!--#4DTEXT price-->`, `1234.5`},
		{"integers are exact", `<!--#4DTEXT person.id-->`, `9007199254740993`},
		{"unknown member is empty", `[<!--#4DTEXT person.nothing-->][<!--#4DTEXT person.nothing.deeper-->]`, `[][]`},
		{"method without parentheses", `<!--#4DTEXT fails-->`, `<!--#4DTEXT fails--> : ## error # 5`},
		{"panic", `<!--#4DEVAL panics()-->`, `<!--#4DEVAL panics()-->: ## error # 5`},
		{"not allowed", `<!--#4DTEXT hidden("x")-->`, `<!--#4DTEXT hidden("x")--> : ## error # 3`},
		{"allowed in code", "<!--#4DCODE\r\na:=hidden(\"x\")\r// comment\n\nb:=a+\"y\"\n--><!--#4DTEXT b-->", `hidden xy`},
		{"code shows nothing", `<!--#4DCODE 1+1-->`, ``},
		{"error does not stop", `<!--#4DTEXT nope-->,<!--#4DTEXT 1-->`, `<!--#4DTEXT nope--> : ## error # 2,1`},
		{"syntax", `<!--#4DHTML 1+-->`, `<!--#4DHTML 1+--> : ## error # 1`},
		{"argument", `<!--#4DEVAL greet(1)-->`, `<!--#4DEVAL greet(1)-->: ## error # 4`},
		{"dollar error", `$4DTEXT(nope)!`, `$4DTEXT(nope) : ## error # 2!`},
		{"two arguments", `<!--#4DTEXT join("ab", 1+2)-->`, `ababab`},
		{"integers become floats", `<!--#4DTEXT between(1, 2, 3.5)-->`, `true`},
		{"script gets the slash", `<!--#4DSCRIPT/greet/MY/PARAM-->`, `Hello /MY/PARAM`},
		{"script without parameter", `<!--#4DSCRIPT/greet-->`, `Hello `},
		{"script escapes", `<!--#4DSCRIPT/greet/<b>-->`, `Hello /&lt;b&gt;`},
		{"script raw", `<!--#4DSCRIPT/raw/x-->`, `<b>/x</b>`},
		{"script refused", `<!--#4DSCRIPT/hidden/x-->`, `<!--#4DSCRIPT/hidden/x-->: ## error # 3`},
		{"script unknown", `<!--#4DSCRIPT/nope/x--><!--#4DSCRIPT-->`, `<!--#4DSCRIPT/nope/x-->: ## error # 2<!--#4DSCRIPT-->: ## error # 2`},
		{"if", `<!--#4DIF 1==1-->a<!--#4DELSE-->b<!--#4DENDIF-->c`, `ac`},
		{"elseif", `<!--#4DIF 1==2-->a<!--#4DELSEIF 2==2-->b<!--#4DELSE-->c<!--#4DENDIF-->`, `b`},
		{"else", `<!--#4DIF false-->a<!--#4DELSEIF false-->b<!--#4DELSE-->c<!--#4DENDIF-->`, `c`},
		{"nested if", `<!--#4DIF true--><!--#4DIF false-->a<!--#4DELSE-->b<!--#4DENDIF-->c<!--#4DELSE-->d<!--#4DENDIF-->`, `bc`},
		{"no Boolean", `<!--#4DIF 5-->a<!--#4DENDIF-->b`, `<!--#4DIF 5-->: A Boolean expression was expectedb`},
		{"if refused", `<!--#4DIF hidden("x")=="x"-->a<!--#4DENDIF-->`, `<!--#4DIF hidden("x")=="x"-->: A Boolean expression was expected`},
		{"no endif", `a<!--#4DIF true-->secret`, `a<!--#4DIF true-->: 4DENDIF expected`},
		{"end of nothing", `<!--#4DENDIF-->x<!--#4DELSE-->`, `<!--#4DENDIF-->x<!--#4DELSE-->`},
		{"loop over list", `<!--#4DLOOP names--><!--#4DTEXT loop.index-->:<!--#4DTEXT loop.value--> <!--#4DENDLOOP-->`, `1:ann 2:bob `},
		{"loop over table", `<!--#4DLOOP [names]-->x<!--#4DENDLOOP-->`, `xx`},
		{"loop over array", `<!--#4DLOOP ->names-->x<!--#4DENDLOOP-->`, `xx`},
		{"loop with method", `<!--#4DLOOP upTo3-->x<!--#4DENDLOOP-->`, `xxx`},
		{"loop with method that says no", `<!--#4DLOOP never-->x<!--#4DENDLOOP-->`, ``},
		{"loop with condition", `<!--#4DEVAL i:=0--><!--#4DLOOP i<3--><!--#4DTEXT i--><!--#4DEVAL i:=i+1--><!--#4DENDLOOP-->`, `012`},
		{"loop type", `<!--#4DLOOP price-->x<!--#4DENDLOOP-->`, `<!--#4DLOOP price-->: unexpected expression type`},
		{"loop table unknown", `<!--#4DLOOP [nope]-->x<!--#4DENDLOOP-->`, `<!--#4DLOOP [nope]-->: incorrect table name`},
		{"loop array expected", `<!--#4DLOOP ->price-->x<!--#4DENDLOOP-->`, `<!--#4DLOOP ->price-->: array expected`},
		{"loop method unknown", `<!--#4DLOOP nope-->x<!--#4DENDLOOP-->`, `<!--#4DLOOP nope-->: method does not exist`},
		{"loop syntax", `<!--#4DLOOP 1+-->x<!--#4DENDLOOP-->`, `<!--#4DLOOP 1+-->: syntax error`},
		{"loop access", `<!--#4DLOOP hidden-->x<!--#4DENDLOOP-->`, `<!--#4DLOOP hidden-->: access error`},
		{"loop without end", `<!--#4DLOOP names-->x`, `<!--#4DLOOP names-->: 4DENDLOOP expected`},
		{"loop method result", `<!--#4DLOOP noBool-->x<!--#4DENDLOOP-->`, `<!--#4DLOOP noBool-->: unexpected expression type`},
		{"crossed blocks", `<!--#4DIF true-->a<!--#4DLOOP names-->b<!--#4DENDIF-->c`, `a<!--#4DLOOP names-->: 4DENDLOOP expectedc`},
		{"each", `<!--#4DEACH n in names--><!--#4DTEXT n-->,<!--#4DENDEACH-->`, `ann,bob,`},
		{"each property", `<!--#4DEACH p in person--><!--#4DTEXT p-->=<!--#4DTEXT person[p]--> <!--#4DENDEACH-->`, `id=9007199254740993 name=Ann `},
		{"each range", `<!--#4DEACH i in 1..3--><!--#4DTEXT i--><!--#4DENDEACH-->`, `123`},
		{"each of mixed types", `<!--#4DEACH m in mixed--><!--#4DTEXT m-->,<!--#4DENDEACH-->`, `1,2.5,<!--#4DEACH m in mixed-->: unexpected expression type`},
		{"each is fixed at the start", `<!--#4DEVAL l:=["a"]--><!--#4DEACH x in l--><!--#4DEVAL l:=["a","b"]-->x<!--#4DENDEACH-->`, `x`},
		{"each of number", `<!--#4DEACH x in 5-->x<!--#4DENDEACH-->`, `<!--#4DEACH x in 5-->: unexpected expression type`},
		{"each restores", `<!--#4DEVAL n:="old"--><!--#4DEACH n in names--><!--#4DENDEACH--><!--#4DTEXT n-->`, `old`},
		{"not tags", `<!--#4DFOO x--><!-- #4DTEXT 1 -->$4DTEXT 1 <!--#4DTEXT 1 $4DTEXT(1`, `<!--#4DFOO x--><!-- #4DTEXT 1 -->$4DTEXT 1 <!--#4DTEXT 1 $4DTEXT(1`},
		{"parenthesis in text", `$4DTEXT(greet("a)b"))`, `Hello a)b`},
		{"operators", `<!--#4DTEXT (1<2 and not false) or 3 in [1,2]-->`, `true`},
		{"conditional", `<!--#4DTEXT 1 > 2 ? "a" : "b"-->`, `b`},
		{"builtin", `<!--#4DTEXT upper("a") + string(1.50) + string(len(names))-->`, `A1.52`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := tags(t, vocabulary(), test.page); got != test.want {
				t.Errorf("ProcessTags(%q)\n got %q\nwant %q", test.page, got, test.want)
			}
		})
	}
}
