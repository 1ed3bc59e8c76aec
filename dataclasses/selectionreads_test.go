package dataclasses_test

import (
	"context"

	"github.com/ordago/ordago/dataclasses"
)

// bookRead is a read of books.
type bookRead = func(ctx context.Context, books *dataclasses.Selection[Book]) (any, error)

// selectionReads are all reads of a selection. Books are read by whom ctx says.
func selectionReads(ds *dataclasses.DataStore) map[string]bookRead {
	type sel = *dataclasses.Selection[Book]
	texts := func(ctx context.Context, s sel, err error) (any, error) {
		if err != nil {
			return nil, err
		}
		return dataclasses.Extract[string](ctx, s, "title")
	}
	title := func(e *dataclasses.Entity[Book], err error) (any, error) {
		if err != nil || e == nil {
			return nil, err
		}
		return e.Value.Title, nil
	}
	costly := func(s sel) sel { return must(s.Query("price > 5")) }
	class := dataclasses.Of[Book](ds)
	return map[string]bookRead{
		"fix":            func(ctx context.Context, s sel) (any, error) { f, err := s.Fix(ctx); return texts(ctx, f, err) },
		"first":          func(ctx context.Context, s sel) (any, error) { return title(s.First(ctx)) },
		"at the end":     func(ctx context.Context, s sel) (any, error) { return title(s.Slice(0, 2).Last(ctx)) },
		"slice from end": func(ctx context.Context, s sel) (any, error) { return texts(ctx, s.Slice(-2, dataclasses.End), nil) },
		"and": func(ctx context.Context, s sel) (any, error) {
			x, err := s.And(ctx, costly(class.All()))
			return texts(ctx, x, err)
		},
		"or": func(ctx context.Context, s sel) (any, error) {
			x, err := costly(class.All()).Or(ctx, s)
			return texts(ctx, x, err)
		},
		"minus": func(ctx context.Context, s sel) (any, error) {
			x, err := s.Minus(ctx, costly(class.All()))
			return texts(ctx, x, err)
		},
		"minus in order": func(ctx context.Context, s sel) (any, error) {
			x, err := s.Minus(ctx, costly(class.All()).Slice(0, 1), dataclasses.KeepOrder)
			return texts(ctx, x, err)
		},
		"clean":  func(ctx context.Context, s sel) (any, error) { x, err := s.Clean(ctx); return texts(ctx, x, err) },
		"copied": func(ctx context.Context, s sel) (any, error) { return texts(ctx, s.Copy(), nil) },
		"added": func(ctx context.Context, s sel) (any, error) {
			x := class.NewSelection()
			err := x.Add(ctx, s)
			return texts(ctx, x, err)
		},
		"query": func(ctx context.Context, s sel) (any, error) { return texts(ctx, costly(s), nil) },
		"formula": func(ctx context.Context, s sel) (any, error) {
			return texts(ctx, must(s.Query("eval(dear) and title != x")), nil)
		},
		"order by": func(ctx context.Context, s sel) (any, error) { return texts(ctx, must(s.OrderBy("price desc")), nil) },
		"order by formula": func(ctx context.Context, s sel) (any, error) {
			x, err := dataclasses.OrderByFormula(ctx, s, func(_ context.Context, e *dataclasses.Entity[Book]) (float64, error) { return -e.Value.Price, nil }, dataclasses.Ascending)
			return texts(ctx, x, err)
		},
		"distinct": func(ctx context.Context, s sel) (any, error) { return dataclasses.Distinct[string](ctx, s, "title") },
		"distinct counts": func(ctx context.Context, s sel) (any, error) {
			return dataclasses.DistinctCounts[string](ctx, s, "authorName")
		},
		"min": func(ctx context.Context, s sel) (any, error) {
			v, _, err := dataclasses.Min[float64](ctx, s, "price")
			return v, err
		},
		"max of text": func(ctx context.Context, s sel) (any, error) {
			v, _, err := dataclasses.Max[string](ctx, s, "title")
			return v, err
		},
		"max of an alias": func(ctx context.Context, s sel) (any, error) {
			v, _, err := dataclasses.Max[string](ctx, s, "authorName")
			return v, err
		},
		"average":  func(ctx context.Context, s sel) (any, error) { v, _, err := s.Average(ctx, "price"); return v, err },
		"count of": func(ctx context.Context, s sel) (any, error) { return s.CountOf(ctx, "author.firstName") },
		"sum":      func(ctx context.Context, s sel) (any, error) { return dataclasses.Sum[float64](ctx, s, "price") },
		"sum by": func(ctx context.Context, s sel) (any, error) {
			return dataclasses.SumBy[string, float64](ctx, s, "author.lastName", "price")
		},
		"extract": func(ctx context.Context, s sel) (any, error) {
			return dataclasses.Extract[string](ctx, s, "author.lastName")
		},
		"extract a getter": func(ctx context.Context, s sel) (any, error) {
			return dataclasses.Extract[string](ctx, s, "shout")
		},
		"extract objects": func(ctx context.Context, s sel) (any, error) {
			return s.ExtractObjects(ctx, "title", "t", "authorName", "a")
		},
		"extract entities": func(ctx context.Context, s sel) (any, error) {
			authors, err := dataclasses.ExtractEntities[Author](ctx, s, "author")
			names := make([]string, len(authors))
			for i, a := range authors {
				names[i] = a.Value.LastName
			}
			return names, err
		},
		"related": func(ctx context.Context, s sel) (any, error) {
			return dataclasses.Extract[string](ctx, must(dataclasses.Related[Author](s, "author")), "lastName")
		},
		"related there and back": func(ctx context.Context, s sel) (any, error) {
			return texts(ctx, must(dataclasses.Related[Book](s, "author.writings")), nil)
		},
		"to collection": func(ctx context.Context, s sel) (any, error) {
			return s.ToCollection(ctx, "title, author.lastName, author.books.title", dataclasses.CollectionOptions{})
		},
		"entities": func(ctx context.Context, s sel) (any, error) {
			found := []string{}
			for e, err := range s.Entities(ctx) {
				if err != nil {
					return nil, err
				}
				found = append(found, e.Value.Title)
			}
			return found, nil
		},
		"collect": func(ctx context.Context, s sel) (any, error) { found, err := s.Collect(ctx); return len(found), err },
	}
}
