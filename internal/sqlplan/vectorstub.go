package sqlplan

import "github.com/ordago/ordago/internal/query"

func (r *resolver) compareVector(t target, c *query.Comparison) (*node, error) { return nil, nil }
