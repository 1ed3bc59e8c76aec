package dataclasses

// RemoteSingleton is a singleton with exposed functions as remote callers see it.
type RemoteSingleton struct {
	name      string
	functions []*RemoteFunction
}

// Name returns the singleton's name.
func (s *RemoteSingleton) Name() string { return s.name }

// Functions returns the exposed functions, in the order of declaration; there is at least one.
func (s *RemoteSingleton) Functions() []*RemoteFunction { return s.functions }

// Function returns the exposed function of that name; nil for one that is unknown, private or local, and for a nil singleton.
func (s *RemoteSingleton) Function(name string) *RemoteFunction {
	if s == nil {
		return nil
	}
	return named(s.functions, name, OfSingleton)
}

// Singletons returns the shared and session singletons that expose a function, in the order of declaration.
func (r *Remote) Singletons() []*RemoteSingleton { return r.singletons }

// Singleton returns the singleton of that name (case-sensitive); nil for one that is unknown or exposes nothing.
func (r *Remote) Singleton(name string) *RemoteSingleton {
	for _, s := range r.singletons {
		if s.name == name {
			return s
		}
	}
	return nil
}

func (ds *DataStore) remoteSingletons() []*RemoteSingleton {
	var list []*RemoteSingleton
	for _, s := range ds.singletons {
		if fns := exposed(s.functions); len(fns) > 0 {
			list = append(list, &RemoteSingleton{s.spec.name, fns})
		}
	}
	return list
}
