package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ordago/ordago/web"
)

// twentyTags is a page with twenty tags of all kinds.
const twentyTags = `<html><body><h1><!--#4DTEXT person.name--></h1>
<!--#4DIF Session.isGuest()--><p>guest</p><!--#4DELSE--><p>$4DTEXT(Session.userName)</p><!--#4DENDIF-->
<!--#4DEVAL total:=0--><!--#4DEVAL total:=total+1--><!--#4DEVAL total:=total*2--><!--#4DTEXT total-->
<!--#4DTEXT greet("Ann")--><!--#4DHTML bold--><!--#4DTEXT price--> $4DTEXT(price*2) $4DTEXT(upper("x")) $4DTEXT(1+2*3)
<!--#4DIF total>1--><b>$4DTEXT(total)</b><!--#4DENDIF--><!--#4DSCRIPT/greet/x--><!--#4DTEXT Session.hasPrivilege("simple")-->
<!--#4DTEXT names[0]--><!--#4DTEXT len(names)--><!--#4DTEXT between(1,2,3)--></body></html>`

// BenchmarkPage is the rendering of twenty tags, of a parsed page, with its whole request but no network.
func BenchmarkPage(b *testing.B) {
	s := site(b, web.Server{Tags: vocabulary(), Root: folder(map[string]string{"p.shtml": twentyTags})})
	first := httptest.NewRecorder()
	s.ServeHTTP(first, httptest.NewRequest("GET", "/p.shtml", nil))
	if first.Code != http.StatusOK || strings.Contains(first.Body.String(), "error") {
		b.Fatalf("page = %d %s", first.Code, first.Body.String())
	}
	r := httptest.NewRequest("GET", "/p.shtml", nil)
	for _, c := range first.Result().Cookies() {
		r.AddCookie(c)
	}
	b.ReportAllocs()
	for b.Loop() {
		s.ServeHTTP(httptest.NewRecorder(), r)
	}
}

// BenchmarkProcessTags parses the same page each time, as text sent by code is.
func BenchmarkProcessTags(b *testing.B) {
	s := site(b, web.Server{Tags: vocabulary()})
	text := strings.ReplaceAll(twentyTags, "Session", "names")
	text = strings.NewReplacer("names.isGuest()", "true", "names.userName", "1", `names.hasPrivilege("simple")`, "1").Replace(text)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.ProcessTags(b.Context(), text, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLoop is a loop of 100 rows with three tags each.
func BenchmarkLoop(b *testing.B) {
	s := site(b, web.Server{Tags: vocabulary()})
	const text = `<!--#4DEACH i in 1..100--><tr><td><!--#4DTEXT i--></td><td>$4DTEXT(i*2)</td><td>$4DTEXT(greet("x"))</td></tr><!--#4DENDEACH-->`
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.ProcessTags(b.Context(), text, nil); err != nil {
			b.Fatal(err)
		}
	}
}
