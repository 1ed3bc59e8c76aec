package web_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing/fstest"

	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// A page with tags, a function for them, and a method for a URL.
func Example() {
	price := func(_ context.Context, s *session.Session, article string) (float64, error) {
		if s.IsGuest() {
			return 12.50, nil
		}
		return 9.90, nil
	}
	hello := func(_ context.Context, s *session.Session, c *web.Call) error {
		return c.SendBytes("text/plain", []byte("hello "+c.Parameter()))
	}
	manager := &session.Manager{AppName: "shop"}
	defer manager.Close()
	site, err := web.New(web.Server{
		Manager: manager,
		Root:    fstest.MapFS{"pen.shtml": {Data: []byte(`<p>Pen: $4DTEXT(price("pen"))</p>`)}},
		Methods: []*web.Method{web.NewMethod("hello", hello, web.TagsAndURLs)},
		Tags:    web.Environment{Functions: []*web.Function{web.Function1("price", price, web.TagsAndURLs)}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, url := range []string{"/pen.shtml", "/4DACTION/hello/world"} {
		w := httptest.NewRecorder()
		site.ServeHTTP(w, httptest.NewRequest("GET", url, nil))
		fmt.Println(w.Body)
	}
	// Output:
	// <p>Pen: 12.5</p>
	// hello world
}
