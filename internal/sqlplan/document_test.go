package sqlplan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
)

// O-109, O-115, O-120, O-125, O-126, O-128, O-130
func TestObjectPaths(t *testing.T) {
	t.Parallel()
	runAsks(t, query.ORDA, []ask{
		{"note", "info.n = 1", "1", nil},
		{"note", "info.n = 2.5", "2", nil},
		{"note", "info.n = '2'", "4", nil},
		{"note", "info.n != 1", "2 7", nil},
		{"note", "info.n != 'x'", "4", nil},
		{"note", "info.n > 1", "2 7", nil},
		{"note", "info.n <= 2.5", "1 2", nil},
		{"note", "info.n = 9007199254740993", "7", nil},
		{"note", "info.n = true", "5", nil},
		{"note", "info.n != true", "6", nil},
		{"note", "info.n = :1", "6", []any{false}},
		{"note", "info.n = null", "3 10", nil},
		{"note", "info.n != null", "1 2 4 5 6 7 8 9", nil},
		{"note", "info.nothing = null", "1 2 3 4 5 6 7 8 9 10", nil},
		{"note", "not (info.n = 1)", "2 3 4 5 6 7 8 9 10", nil},
		{"note", "info.s = ETE", "1 2", nil},
		{"note", "info.s = 'e@'", "1 2", nil},
		{"note", "info.s != 'é@'", "", nil},
		{"note", "info.s begin ét", "1 2", nil},
		{"note", "info.s === 'e@'", "", nil},
		{"note", "info.s % ete", "1 2", nil},
		{"note", "info.s > d", "1 2", nil},
		{"note", "info.S = ete", "", nil},
		{"note", "info . s = ete", "1 2", nil},
		{"note", "info.s = 7", "3", nil},
		{"note", "info.s begin 7", "", nil},
		{"note", "info.s begin ''", "1 2", nil},
		{"note", "info.s % ''", "", nil},
		{"note", "info.s % '@'", "1 2", nil},
		{"note", "info.a.nothing = null and info.n = true", "5", nil},
		{"note", "info.coll = null", "7 8 9 10", nil},
		{"note", "info.coll.val = 0", "5", nil},
		{"note", "raw.a.b = X", "4", nil},
		{"note", "raw.a.b = null", "1 2 3 5 6 7 8 9 10", nil},
		{"author", "notes.info.n = 1 and notes.info.s = ete", "1", nil},
		{"author", "notes.info.n = 1 and notes.info.s = 7", "", nil},
		{"author", "notes.info.n = 1 or notes.info.s = 7", "1 2", nil},
		{"author", "notes.info.n = null", "2", nil},
		{"note", "author.notes.info.n = 2.5", "1 2", nil},
	})
	runAsks(t, query.REST, []ask{
		{"note", "info.s = e*", "1 2", nil},
		{"note", "info.n >= 2", "2 7", nil},
		{"note", `info.n = "2"`, "4", nil},
	})
}

// O-118
func TestObjectLists(t *testing.T) {
	t.Parallel()
	runAsks(t, query.ORDA, []ask{
		{"note", "info.n in [1, '2', true, 2.5]", "1 2 4 5", nil},
		{"note", "info.n in :1", "1 2 4 6", []any{[]any{1, 2.5, "2", false}}},
		{"note", "info.n in []", "", nil},
		{"note", "not (info.n in [1, 2.5])", "3 4 5 6 7 8 9 10", nil},
		{"note", "info.s in ['e@', 7]", "1 2 3", nil},
		{"note", "info.n in :1", "1", []any{[]int{1, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64, 65}}},
		{"note", "info.on in [2020-01-31, 2020-02-01]", "4 5", nil},
		{"note", "info.coll[].val in [0, 5]", "2 3", nil},
		{"note", "tags[] in ['RED', 'g@']", "1 2", nil},
	})
}

// O-132, O-133, O-134
func TestCollections(t *testing.T) {
	t.Parallel()
	runAsks(t, query.ORDA, []ask{
		{"note", "info.coll[].val = 0 and ID < 4", "2 3", nil},
		{"note", "info.coll[].val != 0 and ID < 4", "1", nil},
		{"note", "info.coll[a].val != 0 and ID < 4", "1 2", nil},
		{"note", "info.coll[].val = 0", "2 3", nil}, // an object is no collection
		{"note", "info.coll[].val != 0", "1", nil},
		{"note", "info.coll[].val != 'x'", "6", nil},
		{"note", "info.coll[].val !== '0'", "", nil},
		{"note", "not (info.coll[].val = 0)", "1 4 5 6 7 8 9 10", nil},
		{"note", "not (info.coll[].val != 0)", "2 3 4 5 6 7 8 9 10", nil},
		{"note", "info.coll[].val = null", "6", nil},
		{"note", "info.coll[].val != null", "1 2 3", nil},
		{"note", "info.coll[] = x", "6", nil},
		{"note", "info.coll[] = 3", "6", nil},
		{"note", "info.coll[] = null", "6", nil},
		{"note", "tags[] = RED", "1", nil},
		{"note", "tags[] != red", "2", nil},
		{"note", "tags[a] != red", "1 2", nil},
		{"note", "tags[] > a", "1 2", nil},
		{"note", "tags[] != 2020-01-31", "", nil}, // no text there is a date
		{"note", "not (tags[] != 2020-01-31)", "1 2 3 4 5 6 7 8 9 10", nil},
		{"note", "tags[] != :1", "", []any{time.Date(2020, 1, 31, 0, 0, 0, 0, time.UTC)}},
		{"note", "info.places[].kind = home and info.places[].city = paris", "7 8", nil},
		{"note", "info.places[a].kind = home and info.places[a].city = paris", "7", nil},
		{"note", "info.places[a].kind = home and info.places[A].city = paris", "7", nil},
		{"note", "info.places[a].kind = home and info.places[b].city = paris", "7 8", nil},
		{"note", "info.places[a].kind = home and info.places[a].city = lyon and info.places[b].kind = work and info.places[b].city = lyon", "", nil},
		{"note", "info.places[a].kind = home and (info.places[a].city = lyon or ID = 7)", "7 8", nil},
		{"note", "(info.places[a].kind = home or ID = 1) and (info.places[a].city = paris or ID = 1)", "1 7", nil},
		{"note", "(info.places[a].none = null or ID = 1) and (info.places[a].city = paris or ID = 1)", "1 7 8", nil},
		{"note", "info.places[].stays[].y = 3", "7", nil},
		{"note", "info.places[a].kind = work and info.places[a].stays[].y = 2", "", nil},
		{"note", "info.places[a].kind = home and info.places[a].stays[].y = 2", "7 8", nil},
		{"note", "info.places[a].kind = home and info.places[a].stays[].y != 1", "8", nil},
		{"note", "info.places[a].kind = home and info.places[a].stays[b].y != 1", "7 8", nil},
		{"note", "info.places[].stays[].y != 3", "8", nil},
		{"author", "notes.info.coll[].val = 0 and notes.info.n = 2.5", "1", nil},
		{"author", "notes.info.coll[].val = 0 and notes.info.n = 1", "", nil},
		{"author", "notes.info.coll[].val != 0 and notes.info.n = 1", "1", nil},
		{"author", "notes.info.coll[].val != 0 and notes.info.n = 2.5", "", nil},
		{"author", "not (notes.info.coll[].val = 1)", "2 3 4", nil},
		{"author", ":1 = 0 and notes.info.n = 2.5", "1", []any{"notes.info.coll[].val"}},
		{"author", ":1 = 0", "1 2", []any{"notes{2}.info.coll[ a ].val"}},
	})
}

// O-135
func TestCollectionLength(t *testing.T) {
	t.Parallel()
	runAsks(t, query.ORDA, []ask{
		{"note", "info.coll.length = 2", "1 2 3", nil},
		{"note", "info.coll.length > 2", "6", nil},
		{"note", "info.coll.length = 0", "4", nil},
		{"note", "info.coll.length != 2", "4 6", nil},
		{"note", "info.coll.length = null", "5 7 8 9 10", nil},
		{"note", "info.length = 4", "4", nil},
		{"note", "info.length = long", "6", nil},
		{"note", "info.length != null", "4 6", nil},
		{"note", "tags.length = 2", "1", nil},
		{"note", "tags.length in [0, 1]", "2 3", nil},
		{"note", "info.places[a].stays.length = 1 and info.places[a].kind = home", "8", nil},
		{"note", "info.coll[].length = 1", "6", nil},
		{"note", "info.coll.length > 0 order by info.coll.length desc, ID desc", "6 3 2 1", nil},
	})
}

// O-110, O-137
func TestObjectKeysAreData(t *testing.T) {
	t.Parallel()
	runAsks(t, query.ORDA, []ask{
		{"note", ":1 = deep", "5", []any{[]any{"info", "a", "b c", `d"e`}}},
		{"note", ":1 = deep", "5", []any{`info.a.b c.d"e`}},
		{"note", ":1 = 1", "", []any{[]string{"info", "a", "b c", "x.y", "0"}}}, // "0" is a name, no index
		{"note", ":1 = 2", "5", []any{[]string{"info", "a", "b c", "x.y", "length"}}},
		{"note", ":1 = null", "1 2 3 4 5 6 7 8 9 10", []any{[]string{"info", `n" = 1 OR "1`}}},
		{"note", ":1 = null", "1 2 3 4 5 6 7 8 9 10", []any{[]string{"info", "$[0]"}}},
		{"note", ":1 = null", "1 2 3 4 5 6 7 8 9 10", []any{[]string{"info", `'; DROP TABLE notes; --`}}},
		{"note", ":1 = null", "1 2 3 4 5 6 7 8 9 10", []any{[]string{"info", `<&>\\`, ""}}},
	})
}

// O-153, O-154
func TestDatesInObjects(t *testing.T) {
	t.Parallel()
	runAsks(t, query.ORDA, []ask{
		{"note", "info.on = 2020-01-31", "4", nil},
		{"note", "info.on = 2020-02-01", "5", nil},
		{"note", "info.on != 2020-02-01", "4", nil},
		{"note", "info.on > 2020-01-31", "5", nil},
		{"note", "info.on >= 2020-01-31", "4 5", nil},
		{"note", "info.on < 2020-02-01", "4", nil},
		{"note", "info.on <= 2020-02-01", "4 5", nil},
		{"note", "info.on < 9999-12-31", "4 5", nil},
		{"note", "info.on <= 9999-12-31", "4 5", nil},
		{"note", "info.s < 9999-12-31", "", nil},
		{"note", "info.on = :1", "4", []any{model.NewDay(2020, 1, 31)}},
		{"note", "info.on = '2020-01-31'", "4", nil},
		{"note", "info.at = 2020-01-31", "4 5", nil},
		{"note", "info.at = :1", "5", []any{time.Date(2020, 1, 31, 11, 0, 0, 0, time.FixedZone("", 3600))}},
		{"note", "info.at > :1", "4", []any{time.Date(2020, 1, 31, 10, 0, 0, 0, time.UTC)}},
		{"note", "info.at != :1", "4", []any{time.Date(2020, 1, 31, 10, 0, 0, 0, time.UTC)}},
		{"note", "info.n = :1", "2", []any{2500 * time.Microsecond}}, // milliseconds
		{"note", "info.n < :1", "1 2", []any{4 * time.Millisecond}},
	})
}

// O-150, O-151
func TestMixedOrder(t *testing.T) {
	t.Parallel()
	runAsks(t, query.ORDA, []ask{
		{"note", "ID > 0 order by info.n", "3 10 6 5 4 1 2 7 9 8", nil},
		{"note", "ID > 0 order by info.n desc", "8 9 7 2 1 4 5 6 3 10", nil},
		{"note", "ID < 5 order by info.s desc, ID", "3 1 2 4", nil},
		{"note", "ID < 4 order by author.name, info.n desc", "2 1 3", nil},
		{"note", "ID < 4 order by :1 desc", "2 1 3", []any{"info.n"}},
	})
}

// O-134: 26 letters, more conditions than that.
func TestLettersAreLimited(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d database) {
		var texts []string
		for letter := 'a'; letter <= 'z'; letter++ {
			texts = append(texts, "info.coll["+string(letter)+"].val = 1 and info.coll["+string(letter)+"].val < 2")
		}
		s := source(t, d.classes["note"], strings.Join(texts, " and "), query.ORDA, sqlplan.Values{})
		if got := d.keys(t, s); got != "1 2" {
			t.Errorf("got %q", got)
		}
	})
}
