package benchmarks_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// request is one benchmarked request; body is empty for GET.
type request struct{ name, ordago, byHand, body string }

func requests() []request {
	filter := url.QueryEscape("price >= 20000 and price < 21000")
	order := url.QueryEscape("ready desc")
	return []request{
		{"EntityByKey", "/rest/Item(777)", "/rest/Item(777)", ""},
		{"PageOf100", "/rest/Item?$filter=" + filter + "&$orderby=" + order, "/rest/Item?low=20000&high=21000", ""},
		{"FunctionOnEntity", "/rest/Item(777)/margin", "/rest/Item(777)/margin", "[20]"},
		{"CreateWithTrigger", "/rest/Item?$method=update", "/rest/Item", `{"code":"new","name":"Item of the catalog","price":1200,"stock":7,"active":true,"ready":null,"ownerID":3,"comments":"from the benchmark"}`},
	}
}

func build(target, body string, cookie *http.Cookie) *http.Request {
	method := http.MethodGet
	var reader io.Reader
	if body != "" {
		method, reader = http.MethodPost, strings.NewReader(body)
	}
	r := httptest.NewRequest(method, target, reader)
	r.AddCookie(cookie)
	return r
}

// What is compared must do the same: the answers are equal to the byte, but for keys and times that a create makes.
func TestAnswersAreEqual(t *testing.T) {
	s := open(t)
	changing := regexp.MustCompile(`"__KEY":"\d+"|"ID":\d+|Item\(\d+\)|"__TIMESTAMP":"[^"]+"`)
	for _, q := range requests() {
		a, b := httptest.NewRecorder(), httptest.NewRecorder()
		s.ordago.ServeHTTP(a, build(q.ordago, q.body, s.cookie))
		s.byHand.ServeHTTP(b, build(q.byHand, q.body, s.token))
		got, want := a.Body.String(), b.Body.String()
		if q.name == "CreateWithTrigger" {
			got, want = changing.ReplaceAllString(got, ""), changing.ReplaceAllString(want, "")
		}
		if a.Code != http.StatusOK || got != want {
			t.Errorf("%s: %d\nordago:  %.600s\nby hand: %.600s", q.name, a.Code, got, want)
		}
	}
}

// BenchmarkRequest measures whole requests over loopback connections that stay open, four clients at a time per core.
func BenchmarkRequest(b *testing.B) {
	s := open(b)
	for _, q := range requests() {
		b.Run(q.name+"/ordago", func(b *testing.B) { overHTTP(b, s.ordago, q.ordago, q.body, s.cookie) })
		b.Run(q.name+"/byhand", func(b *testing.B) { overHTTP(b, s.byHand, q.byHand, q.body, s.token) })
	}
}

func overHTTP(b *testing.B, h http.Handler, target, body string, cookie *http.Cookie) {
	server := httptest.NewServer(h)
	defer server.Close()
	client := server.Client()
	client.Transport.(*http.Transport).MaxIdleConnsPerHost = 64
	b.ReportAllocs()
	b.SetParallelism(4)
	b.ResetTimer()
	used := cpuTime()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			send(b, client, server.URL+target, body, cookie)
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
	b.ReportMetric(float64(cpuTime()-used)/float64(b.N), "cpu-ns/op")
}

// cpuTime is the processor time that this process has used: unlike the clock it hardly depends on what else the machine does.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func send(b *testing.B, client *http.Client, target, body string, cookie *http.Cookie) {
	method := http.MethodGet
	var reader io.Reader
	if body != "" {
		method, reader = http.MethodPost, strings.NewReader(body)
	}
	r, err := http.NewRequest(method, target, reader)
	if err != nil {
		b.Error(err)
		return
	}
	r.AddCookie(cookie)
	response, err := client.Do(r)
	if err != nil {
		b.Error(err)
		return
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil || response.StatusCode != http.StatusOK {
		b.Errorf("%s: %s, %v", target, response.Status, err)
	}
}

// BenchmarkHandler measures the handlers alone, without connections and client: the strictest comparison.
func BenchmarkHandler(b *testing.B) {
	s := open(b)
	for _, q := range requests() {
		b.Run(q.name+"/ordago", func(b *testing.B) { alone(b, s.ordago, q.ordago, q.body, s.cookie) })
		b.Run(q.name+"/byhand", func(b *testing.B) { alone(b, s.byHand, q.byHand, q.body, s.token) })
	}
}

// discard is a ResponseWriter that keeps nothing but the status.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(status int)      { d.status = status }

func alone(b *testing.B, h http.Handler, target, body string, cookie *http.Cookie) {
	b.ReportAllocs()
	used := cpuTime()
	defer func() { b.ReportMetric(float64(cpuTime()-used)/float64(b.N), "cpu-ns/op") }()
	for b.Loop() {
		w := &discard{header: http.Header{}, status: http.StatusOK}
		h.ServeHTTP(w, build(target, body, cookie))
		if w.status != http.StatusOK {
			b.Fatalf("%s: %d", target, w.status)
		}
	}
}
