package session

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
)

// shared is what shared objects and lists have in common: where they are, or the
// Use block that they belong to.
type shared struct {
	place place
	use   *use // nil outside of a block
	node  any  // in a block
}

// Object is a shared object (section 8.1): the storage of a session, or an object
// in it. It holds scalar values (nil, bool, text, numbers, dates) and other
// shared objects and lists, nothing else.
//
// Reading needs nothing. Changing needs a Use block, in which nobody else of this
// process can change the object or any other of its group:
//
//	err := s.Storage().Use(ctx, func(ctx context.Context, storage *session.Object) error {
//		n, _ := storage.Get("visits")
//		visits, _ := n.(float64)
//		return storage.Set("visits", visits+1)
//	})
//
// The storage is a group of its own; each object in it forms a group with all
// that it contains. Who needs several uses the storage first.
//
// What is stored is the JSON that [Key] reads and writes, in every [Store]:
// numbers are read as float64, dates as ISO text. An object that was taken from a
// storage is the property or item that is there, whatever is put there later.
//
// A nil *Object reads as empty, and changes return [ErrNoSession]. Safe for
// concurrent use.
type Object struct{ shared }

// NewObject returns an empty shared object that is stored nowhere yet.
func NewObject() *Object {
	return &Object{shared{place: place{home: &loose{data: json.RawMessage("{}")}}}}
}

// Storage returns the storage of the session as a shared object; nil for nil.
// Each session has its own, and none of them is shared with the rest of the
// program (S-141).
func (s *Session) Storage() *Object {
	if s == nil {
		return nil
	}
	return &Object{shared{place: place{home: s.state(), group: rootGroup}}}
}

// Use runs fn alone: others that want to change an object of the same group wait
// until fn has returned, without an error (S-252). What fn did takes effect as a
// whole when it returns, and not at all after an error or a panic.
//
// fn gets the object to change, and a context that marks its chain of calls: Use
// on an object of the group with that context nests (S-253). fn may run more than
// once, when the same group was changed by another server or through a [Key].
// Waiting ends with ctx.
func (o *Object) Use(ctx context.Context, fn func(ctx context.Context, o *Object) error) error {
	if o == nil {
		return ErrNoSession
	}
	return o.run(ctx, func(ctx context.Context, u *use, node any) error {
		if _, ok := node.(*dict); !ok {
			return ErrGone
		}
		return fn(ctx, &Object{shared{use: u, node: node}})
	})
}

// run runs fn in the block that s belongs to, or the one of this chain of calls
// that holds its group, or a new one.
func (s *shared) run(ctx context.Context, fn work) error {
	if s.use != nil {
		if s.use.ended() {
			return ErrNotInUse
		}
		return fn(ctx, s.use, s.node)
	}
	p := s.place.now()
	if u, node := storing(ctx, p); u != nil {
		return fn(ctx, u, node)
	}
	u := running(ctx, p.home, p.group)
	if u == nil {
		return transact(ctx, p, fn)
	}
	node := u.find(p.path)
	if node == nil {
		return ErrGone
	}
	return fn(ctx, u, node)
}

func (u *use) find(path []step) any {
	u.mu.Lock()
	defer u.mu.Unlock()
	return find(u.root, path)
}

func (u *use) ended() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.over
}

// change runs fn on the working copy of the block that s belongs to (S-250).
func (s *shared) change(fn func(u *use) error) error {
	if s.use == nil {
		return ErrNotInUse
	}
	s.use.mu.Lock()
	defer s.use.mu.Unlock()
	if s.use.over {
		return ErrNotInUse
	}
	return fn(s.use)
}

// look calls fn with the node of s, nil when it is gone.
func (s *shared) look(fn func(node any)) {
	if s.use != nil {
		s.use.mu.Lock()
		defer s.use.mu.Unlock()
		fn(s.node)
		return
	}
	p := s.place.now()
	fn(find(p.home.read(p.group), p.path))
}

// out returns the value of a node as readers get it.
func (s *shared) out(node any, at step) any {
	switch node := node.(type) {
	case json.RawMessage: // of the storage: a group of its own
		if !isContainer(node) {
			v, _ := decodeNode(node)
			return s.out(v, at)
		}
		if isList(node) {
			return &List{s.child(at)}
		}
		return &Object{s.child(at)}
	case *dict:
		return &Object{s.member(node, at)}
	case *array:
		return &List{s.member(node, at)}
	case json.Number:
		return float(node)
	default:
		return node
	}
}

// child returns an object of the storage, which is no member of its group.
func (s *shared) child(at step) shared {
	p := s.place.now()
	if s.use != nil {
		p = place{home: s.use.home, group: s.use.group}
	}
	return shared{place: p.home.placeOf(p.group, []step{at})}
}

// member returns what is in the same group.
func (s *shared) member(node any, at step) shared {
	if s.use != nil {
		return shared{use: s.use, node: node}
	}
	p := s.place.now()
	return shared{place: place{p.home, p.group, clonePath(p.path, at)}}
}

// Get returns a property: nil, a bool, a float64, a string, an *Object or a
// *List; false when there is none.
func (o *Object) Get(name string) (value any, ok bool) {
	if o == nil {
		return nil, false
	}
	o.look(func(node any) {
		d, isDict := node.(*dict)
		if !isDict {
			return
		}
		if node, ok = d.values[name]; ok {
			value = o.out(node, step{name, property})
		}
	})
	return value, ok
}

// Object returns the property of that name if it is a shared object, else nil.
func (o *Object) Object(name string) *Object {
	v, _ := o.Get(name)
	child, _ := v.(*Object)
	return child
}

// List returns the property of that name if it is a shared list, else nil.
func (o *Object) List(name string) *List {
	v, _ := o.Get(name)
	child, _ := v.(*List)
	return child
}

// Names returns the names of the properties, sorted.
func (o *Object) Names() []string {
	var names []string
	if o == nil {
		return names
	}
	o.look(func(node any) {
		if d, ok := node.(*dict); ok {
			names = slices.Sorted(maps.Keys(d.values))
		}
	})
	return names
}

// Copy returns the contents as an ordinary map (S-257): numbers are float64,
// objects map[string]any, lists []any. It is nil when the object is gone.
func (o *Object) Copy() map[string]any {
	var m map[string]any
	if o != nil {
		o.look(func(node any) { m, _ = copied(node).(map[string]any) })
	}
	return m
}

// copied returns a node as ordinary values, also what was not looked into yet.
func copied(node any) any {
	d, ok := node.(*dict)
	if !ok {
		return plain(node, float)
	}
	m := make(map[string]any, len(d.values))
	for name, value := range d.values {
		if raw, ok := value.(json.RawMessage); ok {
			value, _ = decodeNode(raw)
		}
		m[name] = plain(value, float)
	}
	return m
}

// Set changes a property. v is a scalar value, or an *Object or *List that is
// stored nowhere yet and becomes a member of this group, or, in the storage
// itself, a group of its own (S-254, S-255). The errors are [ErrNotInUse] outside
// of a Use block, a [*NotSharedError], [ErrStored] and [ErrNoSession]. What does
// not fit is an error of Use.
func (o *Object) Set(name string, v any) error {
	if o == nil {
		return ErrNoSession
	}
	return o.change(func(u *use) error {
		node, err := u.admit(v)
		if err == nil {
			o.node.(*dict).values[name] = node
		}
		return err
	})
}

// Remove removes a property; one that is missing is no error. Outside of a Use
// block it makes one for itself (S-256).
func (o *Object) Remove(ctx context.Context, name string) error {
	return o.Use(ctx, func(_ context.Context, o *Object) error {
		return o.change(func(*use) error {
			delete(o.node.(*dict).values, name)
			return nil
		})
	})
}
