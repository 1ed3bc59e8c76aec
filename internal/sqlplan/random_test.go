package sqlplan_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
)

// The meaning of conditions on related rows, said a second time and without SQL: a formula has one row of each to-many
// path, chosen among the related rows and "no row", on which no test holds. NOT chooses anew.

// world is one author with the rows that are being tried; nil: no row.
type world struct {
	author *author
	book   *book
	review *review
	prize  *prize
	note   *note
	item   map[string]any // the element a of note.info.coll
}

type formula struct {
	text  string
	holds func(world) bool // for these rows
}

// chosen reports whether the formula holds for some choice of rows.
func (f formula) chosen(a *author) bool {
	return slices.ContainsFunc(worlds(a), f.holds)
}

func worlds(a *author) []world {
	list := []world{{author: a}}
	for i := range a.Books {
		b := &a.Books[i]
		list = append(list, world{author: a, book: b})
		for j := range b.Reviews {
			list = append(list, world{author: a, book: b, review: &b.Reviews[j]})
		}
	}
	for _, w := range list {
		for i := range a.Prizes {
			w.prize = &a.Prizes[i]
			list = append(list, w)
		}
	}
	for _, w := range list {
		for i := range a.Notes {
			w.note, w.item = &a.Notes[i], nil
			list = append(list, w)
			for _, w.item = range items(w.note) {
				list = append(list, w)
			}
		}
	}
	return list
}

// items are the elements of note.info.coll, all objects in the notes that have an author.
func items(n *note) []map[string]any {
	var result []map[string]any
	list, _ := n.Info["coll"].([]any)
	for _, v := range list {
		item, _ := v.(map[string]any)
		result = append(result, item)
	}
	return result
}

// anyItem reports whether an element of a note has one of the values.
func anyItem(n *note, values ...any) bool {
	return n != nil && slices.ContainsFunc(items(n), func(item map[string]any) bool { return slices.Contains(values, item["val"]) })
}

func test(text string, holds func(world) bool) formula { return formula{text, holds} }

// tests are the atoms of random formulas.
func tests() []formula {
	is := func(p *float64, ok func(float64) bool) bool { return p != nil && ok(*p) }
	return []formula{
		test("name = abe", func(w world) bool { return w.author.Name == "Abe" }),
		test("city = oslo", func(w world) bool { return w.author.City != nil && *w.author.City == "Oslo" }),
		test("city = null", func(w world) bool { return w.author.City == nil }),
		test("books.price > 10", func(w world) bool {
			return w.book != nil && is(w.book.Price, func(p float64) bool { return p > 10 })
		}),
		test("books.price = null", func(w world) bool { return w.book != nil && w.book.Price == nil }),
		test("books.price != 30", func(w world) bool {
			return w.book != nil && is(w.book.Price, func(p float64) bool { return p != 30 })
		}),
		test("books.title = 'salt@'", func(w world) bool { return w.book != nil && strings.HasPrefix(w.book.Title, "Salt") }),
		test("books.year = 2020", func(w world) bool { return w.book != nil && w.book.Year == 2020 }),
		test("books.publisher.name = null", func(w world) bool { return w.book != nil && w.book.PublisherCode == nil }),
		test("books.publisher = kn", func(w world) bool {
			return w.book != nil && w.book.PublisherCode != nil && *w.book.PublisherCode == "kn"
		}),
		test("books.reviews.stars = 5", func(w world) bool { return w.review != nil && w.review.Stars == 5 }),
		test("books.reviews.stars < 4", func(w world) bool { return w.review != nil && w.review.Stars < 4 }),
		test("books.reviews = null", func(w world) bool { return w.book != nil && len(w.book.Reviews) == 0 }),
		test("prizes.name = nobel", func(w world) bool { return w.prize != nil && w.prize.Name == "Nobel" }),
		test("prizes.sum > 6", func(w world) bool { return w.prize != nil && w.prize.Sum > 6 }),
		test("prizes != null", func(w world) bool { return w.prize != nil }),
		test("notes.info.n = 1", func(w world) bool { return w.note != nil && w.note.Info["n"] == int64(1) }),
		test("notes.info.n = null", func(w world) bool { return w.note != nil && w.note.Info["n"] == nil }),
		test("notes.info.coll.length = 2", func(w world) bool { return w.note != nil && len(items(w.note)) == 2 }),
		test("notes.info.coll[a].val = 0", func(w world) bool { return w.item != nil && w.item["val"] == int64(0) }),
		test("notes.info.coll[a].val != 0", func(w world) bool { return w.item != nil && w.item["val"] == int64(1) }),
		test("notes.info.coll[a].none = null", func(w world) bool { return w.item != nil }),
		test("notes.info.coll[].val = 0", func(w world) bool { return anyItem(w.note, int64(0)) }),
		test("notes.info.coll[].val != 0", func(w world) bool { return anyItem(w.note, int64(1)) && !anyItem(w.note, int64(0)) }),
		test("books = null", func(w world) bool { return len(w.author.Books) == 0 }),
	}
}

func randomFormula(r *rand.Rand, depth int) formula { return randomOf(r, tests(), depth) }

func randomOf(r *rand.Rand, atoms []formula, depth int) formula {
	if depth == 0 || r.IntN(4) == 0 {
		return atoms[r.IntN(len(atoms))]
	}
	kind := r.IntN(7)
	if kind == 0 {
		f := randomOf(r, atoms, depth-1)
		return formula{"not (" + f.text + ")", func(w world) bool { return !f.chosen(w.author) }}
	}
	kids := make([]formula, 2+r.IntN(2))
	texts := make([]string, len(kids))
	for i := range kids {
		kids[i] = randomOf(r, atoms, depth-1)
		texts[i] = "(" + kids[i].text + ")"
	}
	if kind < 5 {
		return formula{strings.Join(texts, " and "), func(w world) bool {
			for _, k := range kids {
				if !k.holds(w) {
					return false
				}
			}
			return true
		}}
	}
	return formula{strings.Join(texts, " or "), func(w world) bool {
		for _, k := range kids {
			if k.holds(w) {
				return true
			}
		}
		return false
	}}
}

// authors are the rows of the test database with their books and reviews in place.
func authors() []author {
	var list []author
	var books []book
	var reviews []review
	var prizes []prize
	for _, r := range rows() {
		switch r := r.(type) {
		case []author:
			list = r
		case []book:
			books = r
		case []review:
			reviews = r
		case []prize:
			prizes = r
		}
	}
	for i := range list {
		for _, n := range notes() {
			if n.AuthorID != nil && *n.AuthorID == list[i].ID {
				list[i].Notes = append(list[i].Notes, n)
			}
		}
		for _, p := range prizes {
			if p.AuthorID == list[i].ID {
				list[i].Prizes = append(list[i].Prizes, p)
			}
		}
		for _, b := range books {
			if b.AuthorID == nil || *b.AuthorID != list[i].ID {
				continue
			}
			for _, v := range reviews {
				if v.BookID == b.ID {
					b.Reviews = append(b.Reviews, v)
				}
			}
			list[i].Books = append(list[i].Books, b)
		}
	}
	return list
}

// O-131, O-132, O-133, O-134, O-135, O-136, A-19, A-21
func TestRandomFormulas(t *testing.T) {
	t.Parallel()
	all := authors()
	onEach(t, func(t *testing.T, d database) {
		r := rand.New(rand.NewPCG(1, 2))
		for range 1500 {
			f := randomFormula(r, 3)
			s := source(t, d.classes["author"], f.text, query.ORDA, sqlplan.Values{})
			st, err := d.planner.Keys(s, sqlplan.Lens{})
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for i := range all {
				if f.chosen(&all[i]) {
					want = append(want, fmt.Sprint(all[i].ID))
				}
			}
			if got := d.read(t, st); strings.Join(got, " ") != strings.Join(want, " ") {
				t.Fatalf("%s\n got %v\nwant %v\n%s", f.text, got, want, st.SQL)
			}
		}
	})
}
