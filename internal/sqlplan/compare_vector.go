package sqlplan

import (
	"encoding/json"
	"math"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/vector"
	"github.com/ordago/ordago/model"
)

// maxVector is how many numbers a searched vector may have.
const maxVector = 16_384

// similarity is what a vector attribute is compared with (O-156).
type similarity struct {
	metric    vector.Metric
	vector    []float64
	threshold float64
}

// vectorTerm is a vector condition that a sort by the same attribute goes by (O-158).
type vectorTerm struct {
	target
	similarity *similarity
}

// compareVector resolves a comparison of a metric with its threshold (O-157).
func (r *resolver) compareVector(t target, c *query.Comparison) (*node, error) {
	if !ordering(c.Op) {
		return nil, r.failAttribute(WrongOperator, c.OpAt, t.attr, "%s.%s holds vectors: compare it with <, <=, > or >=", t.attr.Class.Name, t.attr.Name)
	}
	p, ok := c.Value.(*query.Placeholder)
	if !ok {
		return nil, r.failAttribute(BadLiteral, c.Value.Pos(), t.attr, "%s.%s holds vectors: compare it with a placeholder for {vector, metric, threshold}", t.attr.Class.Name, t.attr.Name)
	}
	raw, err := r.lookup(p)
	if err != nil {
		return nil, err
	}
	s, problem := readSimilarity(raw)
	if problem != "" {
		return nil, r.failPlaceholder(BadPlaceholder, p, "the value of %s %s", placeholderName(p), problem)
	}
	r.fixed = true
	r.vectors = append(r.vectors, vectorTerm{t, s})
	n := t.compared(vectorTest, symbol(c.Op), s.threshold)
	n.similarity = s
	return n, nil
}

// readSimilarity reads {vector, metric, threshold}; problem says what is wrong with it.
func readSimilarity(raw any) (s *similarity, problem string) {
	o, ok := asObject(raw)
	if !ok {
		return nil, "must be an object {vector, metric, threshold}"
	}
	s = &similarity{metric: vector.Cosine, threshold: 0.5}
	if s.vector, ok = floats(o["vector"]); !ok || len(s.vector) == 0 || len(s.vector) > maxVector {
		return nil, "needs a vector of 1 to 16384 numbers"
	}
	if name := o["metric"]; name != nil {
		text, _ := name.(string)
		if s.metric, ok = vector.Named(text); !ok {
			return nil, "has an unknown metric: write cosine, dot or euclidean"
		}
	}
	if limit := o["threshold"]; limit != nil {
		if s.threshold, ok = float(limit); !ok {
			return nil, "needs a number as threshold"
		}
	}
	return s, ""
}

func floats(raw any) ([]float64, bool) {
	switch v := raw.(type) {
	case model.Vector:
		return v, allFinite(v)
	case []float64:
		return v, allFinite(v)
	case []float32:
		list := make([]float64, len(v))
		for i, x := range v {
			list[i] = float64(x)
		}
		return list, allFinite(list)
	case []any:
		list := make([]float64, len(v))
		for i, x := range v {
			var ok bool
			if list[i], ok = float(x); !ok {
				return nil, false
			}
		}
		return list, true
	}
	return nil, false
}

func allFinite(list []float64) bool {
	for _, x := range list {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

func float(raw any) (float64, bool) {
	if n, ok := raw.(json.Number); ok {
		f, err := n.Float64()
		return f, err == nil
	}
	v, ok := accepted(raw)
	return v.number.float, ok && v.kind == numberValue && !math.IsInf(v.number.float, 0)
}

// orderVector is the criterion of a sort by a vector attribute: the metric of the first condition on it.
func (r *resolver) orderVector(t target, item query.OrderItem) (*similarity, error) {
	for _, v := range r.vectors {
		if v.same(t) {
			return v.similarity, nil
		}
	}
	return nil, r.failAttribute(BadOrder, item.At, t.attr, "%s.%s holds vectors: a sort by it needs a condition that compares it", t.attr.Class.Name, t.attr.Name)
}

// similarity appends the metric of a vector attribute.
func (w *writer) similarity(b []byte, r *ref, a *model.Attribute, s *similarity) []byte {
	column := w.dialect.Quote(append(w.alias(nil, r), '.'), a.Column)
	return w.dialect.Vector(b, column, s.metric, s.vector, w.key)
}
