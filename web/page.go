package web

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"path"
	"strings"

	"github.com/expr-lang/expr/vm"
)

// maxDepth is how often the result of a tag is evaluated again in itself.
const maxDepth = 8

// maxLogged is how many errors of tags a page writes to the log.
const maxLogged = 10

// errDepth is a result that holds a tag whose result holds a tag, and so on.
var errDepth = errors.New("results of tags that are tags again nest too deeply")

// page is a page while it is rendered. It belongs to one goroutine.
type page struct {
	site     *Site
	ctx      context.Context
	exchange *exchange // nil when code processes tags
	vars     map[string]any
	assigned int
	vm       vm.VM
	out      strings.Builder
	spent    int // tags and turns of loops
	depth    int
	logged   int

	name     string // of the file that is being rendered, for paths
	base     string // folder set by 4DBASE; "": that of the file
	included bool
}

func (s *Site) newPage(ctx context.Context, name string) *page {
	p := &page{site: s, ctx: ctx, name: name, vars: make(map[string]any, 8)}
	p.vm.MemoryBudget = maxMemory
	p.vars[namePage] = p
	return p
}

// rendered returns the result of nodes.
func (p *page) rendered(nodes []node) (string, error) {
	err := p.all(nodes)
	return p.out.String(), err
}

// all renders nodes in their order (S-392).
func (p *page) all(nodes []node) error {
	for _, n := range nodes {
		if err := n.render(p); err != nil {
			return err
		}
	}
	return nil
}

// write adds to the output.
func (p *page) write(text string) error {
	if len(text) > p.site.server.Limits.Output-p.out.Len() {
		return &overspent{"output"}
	}
	p.out.WriteString(text)
	return nil
}

// spend counts a tag or a turn of a loop.
func (p *page) spend() error {
	if p.spent++; p.spent > p.site.server.Limits.Tags {
		return &overspent{"tags and turns of loops"}
	}
	if err := p.ctx.Err(); err != nil {
		return fmt.Errorf("page %q: %w", p.name, err)
	}
	return nil
}

// show writes the error text of a tag and logs the error (S-406).
func (p *page) show(text string, err error) error {
	if p.logged++; err != nil && p.logged <= maxLogged {
		p.site.server.Log.LogAttrs(p.ctx, slog.LevelWarn, "tag of a page", slog.String("server", p.site.server.Name),
			slog.String("page", p.name), slog.Int("code", codeOf(err)), slog.String("error", err.Error()))
	}
	return p.write(text)
}

// literal is text without tags.
type literal string

func (n literal) render(p *page) error { return p.write(string(n)) }

// evaluate computes an expression. exempt lets it call methods without the attribute (S-400).
func (p *page) evaluate(e *expression, exempt bool) (any, error) {
	if e.err != nil {
		return nil, e.err
	}
	for _, f := range e.functions {
		if !f.allowed && !exempt {
			return nil, notAllowed(f.name)
		}
	}
	for _, name := range e.free {
		if _, ok := p.vars[name]; !ok {
			return nil, unknownName(name)
		}
	}
	for _, v := range e.variables {
		value, err := v.read(p.ctx)
		if err != nil {
			return nil, err
		}
		p.vars[v.name] = value
	}
	return p.vm.Run(e.program, p.vars)
}

// do runs a statement; an assignment has no value.
func (p *page) do(s statement, exempt bool) (any, error) {
	v, err := p.evaluate(s.expression, exempt)
	if err != nil || s.target == "" {
		return v, err
	}
	return nil, p.assign(s.target, v)
}

// assign sets a variable of the page, within the limits of what pages keep.
func (p *page) assign(name string, v any) error {
	if list, ok := v.([]int); ok {
		v = listOf(list)
	}
	if weigh(v, maxVariable) < 0 {
		return wrongType("the value for %s is larger than %d bytes", name, maxVariable)
	}
	if _, ok := p.vars[name]; !ok {
		if p.assigned++; p.assigned > maxVariables {
			return wrongType("a page has at most %d variables", maxVariables)
		}
	}
	p.vars[name] = v
	return nil
}

// again evaluates the comment tags in the result of a tag (S-393).
func (p *page) again(t token, text string) error {
	if !strings.Contains(text, commentOpen) {
		return p.write(text)
	}
	if p.depth >= maxDepth {
		return p.show(t.raw+errorText(t, codeDepth), &tagError{codeDepth, errDepth})
	}
	nodes, err := p.site.language.parse(text, false)
	if err != nil {
		return p.show(t.raw+errorText(t, codeDepth), err)
	}
	p.depth++
	defer func() { p.depth-- }()
	return p.all(nodes)
}

// escape makes text safe in HTML and XML, in elements and in quoted attributes.
func escape(text string) string {
	if !strings.ContainsAny(text, "<>&'\"\x00") {
		return text
	}
	return template.HTMLEscapeString(text)
}

// folder returns the folder that paths of includes start from.
func (p *page) folder() string {
	if p.base != "" {
		return p.base
	}
	return path.Dir(p.name)
}
