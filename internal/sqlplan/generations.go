package sqlplan

import "sync"

// generations is a bounded cache: two maps, of which the elder is dropped when the younger is full. What was used since
// then is in the younger one. It is safe for concurrent use.
type generations[K comparable, V any] struct {
	mu         sync.Mutex
	young, old map[K]V
}

// generation is how many entries each of the two maps takes.
const generation = 1_000

func (g *generations[K, V]) get(key K) (V, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	v, ok := g.young[key]
	if !ok {
		if v, ok = g.old[key]; ok {
			g.add(key, v)
		}
	}
	return v, ok
}

func (g *generations[K, V]) put(key K, v V) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.add(key, v)
}

func (g *generations[K, V]) add(key K, v V) {
	if g.young == nil || len(g.young) >= generation {
		g.old, g.young = g.young, make(map[K]V)
	}
	g.young[key] = v
}
