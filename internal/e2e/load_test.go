package e2e_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/invoices"
)

// loadClients is how many people work at once.
const loadClients = 64

// loadTime is how long the load test lasts: ORDAGO_LOAD, such as 60s.
func loadTime(t *testing.T) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(cmp.Or(os.Getenv("ORDAGO_LOAD"), "3s"))
	if err != nil {
		t.Fatalf("ORDAGO_LOAD: %v", err)
	}
	return d
}

// tally is what all clients together have done and seen.
type tally struct {
	mu         sync.Mutex
	requests   map[string]int
	conflicts  int
	increments int64 // acknowledged, of the counter
	drafted    int64 // cents, acknowledged
	failures   []string
}

func (c *tally) add(what string, fn func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests[what]++
	if fn != nil {
		fn()
	}
}

func (c *tally) note(fn func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	fn()
}

func (c *tally) fail(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.failures) < 20 {
		c.failures = append(c.failures, fmt.Sprintf(format, args...))
	}
}

// worker is one person at work.
type worker struct {
	*browser
	name   string
	id     string // of the session
	random *rand.Rand
	tally  *tally
	until  func() bool
}

// R-287, S-016, S-219: many people read, write and call functions at once. There is no error and no lost update, money adds
// up, the audit trail is complete, and memory and goroutines come back to where they were.
// It does not run beside other tests, because it looks at the whole process.
func TestLoad(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { testLoad(t, t.TempDir()+"/load.db") })
	if dsn := os.Getenv("ORDAGO_TEST_POSTGRES"); dsn != "" {
		t.Run("postgres", func(t *testing.T) { testLoad(t, ownSchema(t, dsn)) })
	}
}

func testLoad(t *testing.T, database string) {
	if _, err := demoFile(); err != nil { // made before goroutines are counted
		t.Fatal(err)
	}
	goroutines := runtime.NumGoroutine()
	p := demo(t, config(database))
	done := &tally{requests: map[string]int{}}
	var over atomic.Bool
	workers := hire(t, p, done, over.Load)
	var running sync.WaitGroup
	start := time.Now()
	for _, w := range workers {
		running.Go(w.work)
	}
	duration := loadTime(t)
	time.Sleep(duration / 4) // the load is what lasts; nothing is waited for
	early := heap()
	time.Sleep(duration - duration/4)
	late := heap()
	over.Store(true)
	running.Wait()
	took := time.Since(start)
	for _, f := range done.failures {
		t.Error(f)
	}
	done.log(t, took)
	t.Logf("heap: %d KiB after a quarter of the time, %d KiB at the end", early>>10, late>>10)
	if late > early+early/2+(32<<20) {
		t.Errorf("the heap grew from %d to %d bytes", early, late)
	}
	p.wantConsistent(t)
	p.wantMoney(t, done)
	for _, w := range workers {
		w.http.CloseIdleConnections()
	}
	p.end(t)
	wantGoroutines(t, goroutines)
}

// hire signs everybody in: every second one is a manager.
func hire(t *testing.T, p *product, done *tally, over func() bool) []*worker {
	t.Helper()
	workers := make([]*worker, loadClients)
	var signing sync.WaitGroup
	for i := range workers {
		name := [...]string{"clara", "mark"}[i%2]
		w := &worker{p.browser(t), name, "", rand.New(rand.NewPCG(1, uint64(i))), done, func() bool { return !over() }}
		workers[i] = w
		signing.Go(func() {
			w.signIn(name)
			w.id = w.whoAmI().SessionID
		})
	}
	signing.Wait()
	return workers
}

// heap is what is in use after everything else was given back.
func heap() uint64 {
	runtime.GC()
	runtime.GC() // what finalizers and pools had kept
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func (w *worker) work() {
	for w.until() {
		switch w.random.IntN(8) {
		case 0, 1:
			w.sell()
		case 2:
			w.count()
		case 3:
			w.pageThroughSet()
		case 4:
			w.expect("who am I", http.MethodPost, "$catalog/whoAmI", "", `"userName":"`+w.name+`"`, `"sessionID":"`+w.id+`"`)
		case 5:
			w.expect("expand", http.MethodGet, "Customer?$top=20&$expand=invoices.lines,salesPerson", "", `"__SENT":20`)
		default:
			w.read()
		}
	}
}

// expect sends a request that must succeed and whose answer must hold all these texts.
func (w *worker) expect(what, method, target, body string, want ...string) reply {
	r, err := w.try(method, target, body)
	if err != nil {
		w.tally.fail("%s: %v", what, err)
		return r
	}
	w.tally.add(what, nil)
	if r.status != http.StatusOK {
		w.tally.fail("%s: %s %s %s: %d %s", what, method, target, body, r.status, r.body)
	}
	for _, text := range want {
		if !strings.Contains(r.body, text) {
			w.tally.fail("%s as %s: %.300s, want %s", what, w.name, r.body, text)
		}
	}
	return r
}

// read asks something at random.
func (w *worker) read() {
	key := w.random.IntN(60) + 1
	switch w.random.IntN(5) {
	case 0:
		w.expect("get", http.MethodGet, fmt.Sprintf("Customer(%d)?$expand=invoices", key), "", fmt.Sprintf(`"__KEY":"%d"`, key))
	case 1:
		w.expect("filter", http.MethodGet, "Customer"+query("$filter", `"country = :1 and invoices.total > :2"`, "$params", `["France",1000]`, "$orderby", "name"), "", `"__COUNT":`)
	case 2:
		w.expect("sum", http.MethodPost, "Invoice/totalDue"+query("$filter", "customerID = "+fmt.Sprint(key)), "[]", `"result":`)
	case 3:
		w.expect("overdue", http.MethodGet, `Invoice/overdue?$params=["2026-06-30"]&$top=5&$timeout=1`, "", `"__ENTITYSET":`)
	case 4:
		w.expect("balance", http.MethodGet, "Customer?$attributes=name,balance,salesPersonName", "", `"__COUNT":60`)
	}
}

// pageThroughSet makes an entity set, reads its second page and releases it.
func (w *worker) pageThroughSet() {
	made := w.expect("entity set", http.MethodGet, "Customer?$method=entityset&$top=10&$orderby=name", "", `"__COUNT":60`)
	id := remember(made, setID, "")
	w.expect("page", http.MethodGet, "Customer/$entityset/"+id+"?$skip=10&$top=10", "", `"__FIRST":10`, `"__COUNT":60`)
	w.expect("release", http.MethodGet, "Customer/$entityset/"+id+"?$method=release", "", `"ok":true`)
}

// sell drafts an invoice; a manager approves it and takes the payment too.
func (w *worker) sell() {
	customer := w.random.IntN(19) + 1 // the twentieth is blocked
	order := fmt.Sprintf(`[%d,[{"productID":%d,"quantity":%d},{"productID":2,"quantity":1}]]`, customer, w.random.IntN(40)+1, w.random.IntN(9)+1)
	r := w.expect("draft", http.MethodPost, "Invoice/draft", order, `"status":"draft"`, `"createdBy":"`+w.name+`"`)
	if r.status != http.StatusOK {
		return
	}
	invoice := r.object(w.t)
	total := int64(invoice["total"].(float64))
	w.tally.note(func() { w.tally.drafted += total })
	if w.name != "mark" {
		return
	}
	target := fmt.Sprintf("Invoice(%v)/", invoice["__KEY"])
	w.expect("approve", http.MethodPost, target+"approve", "[]", `"status":"approved"`, `"approvedBy":"mark"`)
	if w.random.IntN(2) == 0 {
		w.expect("pay", http.MethodPost, target+"pay", fmt.Sprintf("[%d]", total), `"status":"paid"`)
	}
}

// count adds one to a counter that all managers share, by reading, changing and writing it; who comes too late tries again.
func (w *worker) count() {
	if w.name != "mark" {
		w.read()
		return
	}
	for w.until() {
		read := w.expect("read counter", http.MethodGet, "Product(1)?$attributes=stock", "", `"__STAMP":`)
		if read.status != http.StatusOK {
			return
		}
		entity := read.object(w.t)
		r, err := w.try(http.MethodPost, "Product(1)?$method=update", fmt.Sprintf(`{"__STAMP":%.0f,"stock":%.0f}`, entity["__STAMP"], entity["stock"].(float64)+1))
		switch {
		case err != nil:
			w.tally.fail("count: %v", err)
			return
		case r.status == http.StatusOK:
			w.tally.add("count", func() { w.tally.increments++ })
			return
		case len(r.errors()) == 0 || r.errors()[0].ErrCode != 1263:
			w.tally.fail("count: %d %s", r.status, r.body)
			return
		}
		w.tally.add("stale", func() { w.tally.conflicts++ })
	}
}

// log tells how much was done.
func (c *tally) log(t *testing.T, took time.Duration) {
	t.Helper()
	requests := 0
	var lines []string
	for _, what := range slices.Sorted(maps.Keys(c.requests)) {
		requests += c.requests[what]
		lines = append(lines, fmt.Sprintf("%s %d", what, c.requests[what]))
	}
	t.Logf("%d requests in %v, %.0f a second: %s", requests, took.Round(time.Millisecond), float64(requests)/took.Seconds(), strings.Join(lines, ", "))
}

// wantMoney expects the counter and all amounts to be what was acknowledged.
func (p *product) wantMoney(t *testing.T, done *tally) {
	t.Helper()
	ctx, ds := context.Background(), p.DataStore()
	counter, err := dataclasses.Of[invoices.Product](ds).Get(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := counter.Stamp() - 1; got != done.increments {
		t.Errorf("the counter was raised %d times, acknowledged were %d", got, done.increments)
	}
	if first := firstStock(t); counter.Value.Stock != first+done.increments {
		t.Errorf("the counter is %d after %d increments from %d", counter.Value.Stock, done.increments, first)
	}
	var drafted, due, owed int64
	for _, i := range all[invoices.Invoice](t, ds) {
		if i.ID > 400 {
			drafted += i.Total
		}
		if i.Status == invoices.Approved {
			due += i.Total
		}
	}
	for e, err := range dataclasses.Of[invoices.Customer](ds).All().Entities(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		balance, err := e.Compute(ctx, "balance")
		if err != nil {
			t.Fatal(err)
		}
		owed += balance.(int64)
	}
	if drafted != done.drafted {
		t.Errorf("invoices of %d cents were added, acknowledged were %d", drafted, done.drafted)
	}
	if owed != due {
		t.Errorf("customers owe %d cents, invoices of %d are open", owed, due)
	}
}

// firstStock is the counter's value in the demo.
func firstStock(t *testing.T) int64 {
	t.Helper()
	p := demo(t, config(t.TempDir()+"/demo.db"))
	defer p.end(t)
	first, err := dataclasses.Of[invoices.Product](p.DataStore()).Get(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	return first.Value.Stock
}

// wantGoroutines expects as many goroutines as before, once those that are ending have ended.
func wantGoroutines(t *testing.T, before int) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		runtime.Gosched()
	}
	if now := runtime.NumGoroutine(); now > before {
		var stacks strings.Builder
		_ = pprof.Lookup("goroutine").WriteTo(&stacks, 1)
		t.Errorf("%d goroutines, were %d:\n%s", now, before, stacks.String())
	}
}
