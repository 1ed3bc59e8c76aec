package rest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
)

// dispatch hands a request to what answers it.
func (c *call) dispatch() error {
	switch c.req.resource {
	case resCatalog:
		return c.catalog()
	case resClass:
		return c.dataclass()
	case resSet:
		return c.bareSet()
	case resInfo:
		return c.info()
	case resDirectory:
		return c.directory()
	case resLogout:
		return c.logoutCommand()
	case resAuthenticate, resAction:
		return c.mobileRequest()
	case resSingleton:
		return c.singleton()
	case resUpload:
		return notApplicable("$upload")
	}
	return notFound("Unknown resource")
}

// target is what a request on a dataclass means once its names are resolved.
type target struct {
	class      *dataclasses.RemoteClass
	projection []string // paths of the path segments
	function   *dataclasses.RemoteFunction
	inline     bool             // the function has arguments in the path
	relation   *model.Attribute // navigation: the answer is what it leads to, or the media
	set        *EntitySet
}

// entity reports whether the path names one entity.
func (c *call) entity() bool { return c.req.head != headAll }

func unknownClass(name string) error { return notFound("Dataclass " + name + " not found") }

// dataclass answers everything below a dataclass name.
func (c *call) dataclass() error {
	t := &target{class: c.remote.Class(c.req.class)}
	if t.class == nil {
		return unknownClass(c.req.class)
	}
	if err := c.resolve(t); err != nil {
		return err
	}
	if t.function == nil && !t.class.Exposed() {
		return unknownClass(c.req.class)
	}
	if err := c.checkParams(t); err != nil {
		return err
	}
	if err := c.loadTargetSet(t); err != nil {
		return err
	}
	if t.function != nil {
		return c.callFunction(t)
	}
	return c.apply(t)
}

// bareSet answers "$entityset/ID": the dataclass is the set's.
func (c *call) bareSet() error {
	set, err := c.loadSet(c.req.setID())
	if err != nil {
		return err
	}
	c.req.resource, c.req.class = resClass, set.Class
	return c.dataclass()
}

// resolve finds out what the names of the path are.
func (c *call) resolve(t *target) error {
	for _, s := range c.req.segments {
		if s.set != "" {
			continue
		}
		if err := c.resolveSegment(t, s); err != nil {
			return err
		}
	}
	c.navigation(t)
	return c.emMethod(t)
}

func (c *call) resolveSegment(t *target, s segment) error {
	name := s.one()
	if name == "" {
		t.projection = append(t.projection, s.names...)
		return nil
	}
	isAttribute := !s.inline && c.isAttribute(t.class, name)
	fn := c.functionNamed(t, name)
	switch {
	case t.function != nil, isAttribute && (fn == nil || c.reading()):
		t.projection = append(t.projection, name)
	case fn != nil:
		t.function, t.inline = fn, s.inline
	default:
		return unknownMember(t.class.Name(), name)
	}
	return nil
}

func (c *call) isAttribute(class *dataclasses.RemoteClass, path string) bool {
	if path == "*" {
		return class.Exposed()
	}
	first, _, _ := strings.Cut(path, ".")
	return class.Exposed() && class.Attribute(first) != nil
}

// functionNamed finds a function in the scopes that the path can mean, nil when there is none.
func (c *call) functionNamed(t *target, name string) *dataclasses.RemoteFunction {
	if t.function != nil {
		return nil
	}
	if c.entity() {
		return t.class.EntityFunction(name)
	}
	if fn := t.class.SelectionFunction(name); fn != nil {
		return fn
	}
	return t.class.ClassFunction(name)
}

// navigation recognises "Author(1)/books?$expand=books": the answer is the relation's target itself.
func (c *call) navigation(t *target) {
	if !c.entity() || t.function != nil || len(t.projection) != 1 {
		return
	}
	a := t.class.Attribute(t.projection[0])
	if a == nil || !slices.Contains(c.req.params.names("expand"), a.Name) {
		return
	}
	if a.Target != nil || isMedia(a) {
		t.relation, t.projection = a, nil
	}
}

func isMedia(a *model.Attribute) bool {
	return a.Target == nil && (a.Type == model.Image || a.Type == model.Blob)
}

// emMethod finds the function of $emMethod: of the related selection, or as the path form.
func (c *call) emMethod(t *target) error {
	name := c.req.params.text("emmethod")
	if name == "" || t.function != nil {
		return nil
	}
	if t.relation != nil && t.relation.ToMany() {
		if class := c.remote.Class(t.relation.Target.Name); class != nil {
			t.function = class.SelectionFunction(name)
		}
	} else if t.relation == nil {
		t.function = c.functionNamed(t, name)
	}
	if t.function == nil {
		return fail(http.StatusNotFound, codeUnknownFunction, "Unknown function in $emMethod")
	}
	return nil
}

// missingParams are parameters whose features do not exist yet. Ignoring them would answer another question than the one asked.
func missingParams() []string {
	return []string{
		"compute", "asArray", "logicOperator", "clean", "lock", "refresh", "extendedAttributes",
	}
}

// checkParams refuses parameters that would be ignored silently.
func (c *call) checkParams(t *target) error {
	p := c.req.params
	if p.flag("distinct") && !c.distinctFits(t) {
		return notApplicable("$distinct")
	}
	for _, name := range missingParams() {
		lower := strings.ToLower(name)
		if v, ok := p.get(lower); ok && (kindOf(lower) != boolParam || name == "lock" || strings.EqualFold(v, "true")) {
			return notApplicable("$" + name)
		}
	}
	if format := p.text("format"); format != "" && !strings.EqualFold(format, "json") {
		return fail(500, codeBadFormat, "Unsupported format")
	}
	for _, s := range c.req.segments {
		if s.index > 0 {
			return notApplicable("a position in an entity set")
		}
	}
	if p.has("rawpict") {
		return notApplicable("$rawPict")
	}
	return c.checkSavedFilter()
}

// apply performs $method, or what the HTTP method means without it.
func (c *call) apply(t *target) error {
	method := c.req.params.method()
	if c.r.Method == http.MethodDelete && method == "" {
		method = "delete"
	}
	if c.r.Method == http.MethodPatch && method == "" && c.entity() {
		method = "update"
	}
	if !c.methodFits(method) {
		if method == "" {
			return notApplicable("HTTP " + c.r.Method + " without $method")
		}
		return notApplicable("$method=" + quotePlain(method) + " with HTTP " + c.r.Method)
	}
	switch method {
	case "":
		return c.readOrUpdate(t)
	case "entityset":
		return c.read(t)
	case "subentityset":
		return c.subEntitySet(t)
	case "release":
		return c.release(t)
	case "update":
		return c.update(t, nil)
	case "delete":
		return c.delete(t)
	case "validate", "refresh":
		return notApplicable("$method=" + method)
	}
	return fail(500, codeUnknownMethod, "Unknown $method "+quotePlain(method))
}

// methodFits reports whether an HTTP method may carry a $method.
func (c *call) methodFits(method string) bool {
	switch c.r.Method {
	case http.MethodPost:
		return true
	case http.MethodPut:
		return method == "update"
	case http.MethodPatch:
		return method == "update"
	case http.MethodDelete:
		return method == "delete"
	}
	return method != "update" && method != "validate" && method != "refresh" && (method != "delete" || c.allowGetDelete)
}

// readOrUpdate answers a request without $method: a read, or an update when a JSON object is sent to an entity.
func (c *call) readOrUpdate(t *target) error {
	if c.reading() || !c.entity() {
		return c.read(t)
	}
	body, err := c.json()
	if err != nil {
		return err
	}
	object, ok := body.(map[string]any)
	if !ok || len(object) == 0 {
		return c.read(t)
	}
	if len(c.req.segments) > 0 {
		return notApplicable("a body on this path")
	}
	return c.update(t, object)
}
