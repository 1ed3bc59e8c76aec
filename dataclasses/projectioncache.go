package dataclasses

import (
	"sync"
)

// projectionCache keeps the resolved projections of a class under one value of the roles. What a caller may see depends on its
// privileges, so they are part of the key; errors are not kept. Clients choose the specs, so the number is bounded: a full cache begins anew.
type projectionCache struct {
	mu    sync.RWMutex
	byKey map[string]*Projection
}

const (
	maxProjections   = 512
	maxProjectionKey = 1024 // bytes; longer specs are resolved each time
)

// appendKey appends a key that is equal only for equal authority and the same paths. The authority comes first, with its length:
// the paths are a client's and could otherwise spell another one's.
func (s ProjectionSpec) appendKey(b []byte, a authority) []byte {
	b = append(b, 0)
	if start := len(b); a.enforced {
		b = a.held.AppendKey(b)
		b[start-1] = byte(1 + (len(b)-start)/8) // words of the set
	}
	for _, path := range s.Attributes {
		b = append(append(b, path...), 1)
	}
	b = append(b, 2)
	for _, path := range s.Expand {
		b = append(append(b, path...), 1)
	}
	return b
}

func (c *projectionCache) get(key []byte) *Projection {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.byKey[string(key)]
}

func (c *projectionCache) put(key []byte, p *Projection) {
	if len(key) > maxProjectionKey {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byKey == nil || len(c.byKey) >= maxProjections {
		c.byKey = map[string]*Projection{}
	}
	c.byKey[string(key)] = p
}
