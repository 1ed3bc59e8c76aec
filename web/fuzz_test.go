package web_test

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ordago/ordago/web"
)

// FuzzTags: any page gives a result or an error, in bounded time, and what has no tags comes out as it went in.
func FuzzTags(f *testing.F) {
	for _, seed := range []string{
		"<!--#4DTEXT 1+1-->", "$4DTEXT(greet(\"x\"))", "<!--#4DIF true-->a<!--#4DELSEIF b-->c<!--#4DELSE-->d<!--#4DENDIF-->", "<!--#4DLOOP upTo3-->x<!--#4DENDLOOP-->",
		"<!--#4DEACH a in names-->$4DTEXT(a)<!--#4DENDEACH-->", "<!--#4DEVAL a:=\"<!--#4DEVAL a--\"+\">\"--><!--#4DEVAL a-->", "<!--#4DCODE\na:=1\r\nb:=a\n-->", "<!--#4DSCRIPT/raw/x-->",
		"<!--#4DINCLUDE ../x--><!--#4DBASE ../..//-->", "<!--#4DSCRIPT-->", "<!--#4DLOOP [names]-->", "<!--#4DLOOP ->-->", "$4DEVAL(((", "$4DEVAL(\"\\", "<!--#4D-->", "<!--#4DTEXT \x00page-->",
	} {
		f.Add(seed)
	}
	s := site(f, web.Server{Tags: vocabulary(), Limits: web.Limits{Tags: 2000, Output: 1 << 20, Time: 10 * time.Second}, Root: folder(map[string]string{"x": "x"})})
	f.Fuzz(func(t *testing.T, page string) {
		got, err := s.ProcessTags(t.Context(), page, nil)
		if errors.Is(err, t.Context().Err()) && err != nil {
			t.Errorf("%q took too long", page)
		}
		if !strings.Contains(page, "<!--#4D") && !strings.Contains(page, "$4D") && got != page {
			t.Errorf("%q came out as %q", page, got)
		}
	})
}

// FuzzRequest: any path and form gives an answer, and never a file from outside or a 5xx.
func FuzzRequest(f *testing.F) {
	for _, seed := range []string{"/", "/../secret.txt", "/4DACTION/action_Session/x", "/a.txt?b=1&c", "/.env", "/p.shtml?$4DSID=x", "/%2e%2e/secret.txt", "/4daction//", "/sub/"} {
		f.Add(seed, "application/x-www-form-urlencoded", "a=1")
	}
	f.Add("/4DACTION/action_Session", "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x--")
	_, root := disk(f, map[string]string{"secret.txt": "SECRET", "web/.env": "SECRET", "web/a.txt": "a", "web/p.shtml": "$4DTEXT(1)", "web/sub/b.txt": "b"})
	s := site(f, web.Server{Root: root.FS(), Methods: methods(), Tags: vocabulary()})
	f.Fuzz(func(t *testing.T, target, contentType, body string) {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		u, err := r.URL.Parse(target)
		if err != nil {
			return
		}
		r.URL = u
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code >= 500 || strings.Contains(w.Body.String(), "SECRET") {
			t.Errorf("POST %q = %d %q", target, w.Code, w.Body.String())
		}
	})
}
