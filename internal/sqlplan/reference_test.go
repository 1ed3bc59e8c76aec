package sqlplan_test

import (
	"testing"

	"github.com/ordago/ordago/internal/query"
)

// O-136, A-21
func TestReferences(t *testing.T) {
	t.Parallel()
	runAsks(t, query.ORDA, []ask{
		{"author", "books.title = 'Salt Roads' and books.title = 'Salt'", "", nil},
		{"author", "books.title = 'Salt Roads' and books{2}.title = 'Salt'", "1", nil},
		{"author", "books{1}.title = 'Salt Roads' and books{2}.title = 'Salt'", "1", nil},
		{"author", "books{-7}.title = 'Salt Roads' and books{-7}.title = 'Salt'", "", nil},
		{"author", "books{2}.title = 'Salt Roads' and books{2}.price = 5", "", nil},
		{"author", "books.reviews.stars = 5 and books.reviews.stars = 1", "", nil},
		{"author", "books.reviews.stars = 5 and books.reviews{2}.stars = 1", "1", nil},     // two reviews of one book
		{"author", "books.reviews.stars = 3 and books.reviews{2}.stars = 5", "", nil},      // of one book
		{"author", "books.reviews.stars = 3 and books{2}.reviews.stars = 5", "1", nil},     // of two books
		{"author", "books.publisher.code = kn and books.publisher.code = PE", "", nil},     // a book has one publisher
		{"author", "books.publisher.code = kn and books.publisher{2}.code = PE", "1", nil}, // so this is another book
		{"author", "books.publisher.code = kn and books.publisher{2} = PE", "1", nil},
		{"author", "books = 1 and books{2} = 2", "1", nil},
		{"author", "stars = 5 and stars{2} = 1", "1", nil},
		{"author", "publishers.name = knopf and publishers{2}.name = penguin", "1", nil}, // an alias takes it with it
		{"book", "author.books.title = 'Night' and author{2}.books.year = 2019", "3 4", nil},
		{"book", "author.books.title = 'Night' and author.books{2}.price = null", "3 4", nil},
		{"book", "author{3}.name = abe", "1 2", nil}, // there is one author
		{"author", "books.price > 10 and not (books{2}.title = salt)", "2", nil},
		{"author", ":1 = 'Salt' and books.title = 'Salt Roads'", "1", []any{"books{2}.title"}},
	})
}
