package e2e_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/server"
)

// crashEnv names the database in a process of this test binary that is there to be killed.
const crashEnv = "ORDAGO_E2E_CRASH"

// serveUntilKilled is the whole program of such a process: it serves, and tells its address on out.
func serveUntilKilled(database string, out io.Writer) int {
	c := config(database)
	c.Durable = server.DurableFull
	s, err := server.Open(context.Background(), c)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	addr, err := s.Listen(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Fprintln(out, addr)
	if err := s.Run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	return 1
}

// victim is a running process that will be killed.
type victim struct {
	cmd  *exec.Cmd
	host string
}

func startVictim(t *testing.T, database string) *victim {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), crashEnv+"="+database)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	host, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the process to kill does not start: %v", err)
	}
	return &victim{cmd, strings.TrimSpace(host)}
}

// promises are what the killed process has confirmed.
type promises struct {
	mu       sync.Mutex
	drafts   map[string]bool // numbers of invoices
	approved map[string]bool // keys of invoices
	limits   map[string]int  // of credit, by the key of the customer: the last confirmed one
}

func (p *promises) note(fn func()) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	fn()
	return len(p.drafts)
}

var (
	numberIn = regexp.MustCompile(`"number":"([^"]+)"`)
	keyIn    = regexp.MustCompile(`"__KEY":"(\d+)"`)
)

// draftUntilKilled drafts and approves invoices, and changes a customer of its own, until the process is gone.
func (p *promises) draftUntilKilled(b *browser, customer, enough int, killed func()) {
	key := fmt.Sprint(customer)
	first := 0
	p.note(func() { first = p.limits[key] + 1 })
	for n := first; ; n++ {
		draft, err := b.try("POST", "Invoice/draft", `[`+key+`,[{"productID":1,"quantity":2},{"productID":2,"quantity":1}]]`)
		if err != nil || draft.status != 200 {
			return
		}
		invoice := keyIn.FindStringSubmatch(draft.body)[1]
		if p.note(func() { p.drafts[numberIn.FindStringSubmatch(draft.body)[1]] = true }) >= enough {
			killed()
		}
		approved, err := b.try("POST", "Invoice("+invoice+")/approve", `[]`)
		if err != nil || approved.status != 200 {
			return
		}
		p.note(func() { p.approved[invoice] = true })
		limit, err := b.try("POST", "Customer("+key+")?$method=update", fmt.Sprintf(`{"creditLimit":%d}`, n))
		if err != nil || limit.status != 200 {
			return
		}
		p.note(func() { p.limits[key] = n })
	}
}

// The process is killed in the middle of writing, several times: the file opens, is whole, and holds all that was confirmed.
func TestKill(t *testing.T) {
	t.Parallel()
	const rounds, writers = 4, 4
	name := sqliteDemo(t, filepath.Join(t.TempDir(), "demo.db"))
	kept := &promises{drafts: map[string]bool{}, approved: map[string]bool{}, limits: map[string]int{}}
	for round := range rounds {
		v := startVictim(t, name)
		var running sync.WaitGroup
		kill := sync.OnceFunc(func() { _ = v.cmd.Process.Kill() })
		people := make([]*browser, writers)
		for w := range people {
			people[w] = (&product{host: v.host}).as(t, "mark")
		}
		for w, b := range people {
			running.Go(func() { kept.draftUntilKilled(b, w+1, 20*(round+1), kill) })
		}
		running.Wait()
		_ = v.cmd.Wait()
		if t.Failed() {
			return
		}
	}
	var whole string
	if err := sqliteWriter(t, name).Raw("PRAGMA integrity_check").Scan(&whole).Error; err != nil || whole != "ok" {
		t.Errorf("integrity check: %q, %v", whole, err)
	}
	p := start(t, config(name))
	p.wantConsistent(t)
	kept.want(t, p.DataStore())
}

// want expects everything that was confirmed to be there. What was written and not confirmed any more may be there too.
func (p *promises) want(t *testing.T, ds *dataclasses.DataStore) {
	t.Helper()
	found := map[string]bool{}
	for _, i := range all[invoices.Invoice](t, ds) {
		found[i.Number] = true
		if p.approved[fmt.Sprint(i.ID)] && i.Status != invoices.Approved {
			t.Errorf("invoice %s was approved and is %s", i.Number, i.Status)
		}
	}
	for number := range p.drafts {
		if !found[number] {
			t.Errorf("invoice %s was confirmed and is not there", number)
		}
	}
	for _, c := range all[invoices.Customer](t, ds) {
		if want, ok := p.limits[fmt.Sprint(c.ID)]; ok && c.CreditLimit != int64(want) && c.CreditLimit != int64(want)+1 {
			t.Errorf("customer %d has the credit limit %d, confirmed was %d", c.ID, c.CreditLimit, want)
		}
	}
	t.Logf("%d drafts and %d approvals were confirmed", len(p.drafts), len(p.approved))
}
