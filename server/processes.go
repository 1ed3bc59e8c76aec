package server

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// ErrTooManyProcesses is returned when [Config.MaxProcesses] procedures are running already.
var ErrTooManyProcesses = errors.New("too many processes are running: wait until some have ended")

// process is a call chain that the server began: a procedure or a hook.
type process struct {
	number  int
	name    string
	method  string // the procedure or the hook
	hook    bool
	started time.Time
	ctx     context.Context // of the process and nobody else: the one place where its life is kept
	cancel  context.CancelFunc
}

func (p *process) numberOr0() int {
	if p == nil {
		return 0
	}
	return p.number
}

// launch says what a new process is.
type launch struct {
	name, method string
	unique       bool // not beside one of the same name
	hook         bool // counts for no limit
}

// processes are those that run. Its mutex is taken when one begins or ends, never by a web request.
type processes struct {
	limit int
	now   func() time.Time
	alive sync.WaitGroup

	mu      sync.Mutex
	last    int
	running map[int]*process
	closed  bool
}

func newProcesses(limit int, now func() time.Time) *processes {
	return &processes{limit: limit, now: now, running: make(map[int]*process)}
}

// begin registers a process whose context has nothing of parent but its end. Who gets a new one must call end. When a unique one runs
// already, it is returned instead.
func (t *processes) begin(parent context.Context, l launch) (p *process, isNew bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, false, errClosed
	}
	count := 0
	for _, other := range t.running {
		if l.unique && other.name == l.name && !other.hook {
			return other, false, nil
		}
		if !other.hook {
			count++
		}
	}
	if !l.hook && count >= t.limit {
		return nil, false, ErrTooManyProcesses
	}
	t.last++
	p = &process{number: t.last, name: l.name, method: l.method, hook: l.hook, started: t.now()}
	p.ctx, p.cancel = ending(parent)
	t.running[p.number] = p
	t.alive.Add(1)
	return p, true, nil
}

// ending returns a context without values that ends with parent.
func ending(parent context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	stop := context.AfterFunc(parent, cancel)
	return ctx, func() { stop(); cancel() }
}

func (t *processes) end(p *process) {
	p.cancel()
	t.mu.Lock()
	delete(t.running, p.number)
	t.mu.Unlock()
	t.alive.Done()
}

// list returns those that run, oldest first.
func (t *processes) list() []*process {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]*process, 0, len(t.running))
	for _, p := range t.running {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b *process) int { return a.number - b.number })
	return list
}

// stop lets no process begin any more and aborts those that run one by one (S-099, S-100). What has not ended after that time is abandoned:
// nothing in Go can end it.
func (t *processes) stop(wait time.Duration, log *slog.Logger) {
	t.mu.Lock()
	again := t.closed
	t.closed = true
	t.mu.Unlock()
	if again {
		return
	}
	for _, p := range t.list() {
		p.cancel()
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		t.alive.Wait()
	}()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ended:
		return
	case <-timer.C:
	}
	for _, p := range t.list() {
		log.Warn("a process does not stop and is abandoned", "process", p.number, "name", p.name, "procedure", p.method)
	}
}
