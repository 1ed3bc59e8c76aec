package dataclasses

import (
	"sync"
)

// projectionCache keeps the resolved projections of a class. What a caller may see depends on its privileges, so they are part of the
// key; errors are not kept. Clients choose the specs, so the number is bounded: a full cache begins anew.
type projectionCache struct {
	mu    sync.RWMutex
	byKey map[string]*Projection
}

const (
	maxProjections   = 512
	maxProjectionKey = 1024 // bytes; longer specs are resolved each time
)

// appendKey appends a key that is equal for equal specs and equal authority.
func (s ProjectionSpec) appendKey(b []byte, a authority) []byte {
	for _, path := range s.Attributes {
		b = append(append(b, path...), 1)
	}
	b = append(b, 2)
	for _, path := range s.Expand {
		b = append(append(b, path...), 1)
	}
	if !a.enforced {
		return append(b, 3)
	}
	return a.held.AppendKey(append(b, 4))
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
