package sqlplan_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
)

// ask is one query and the keys it must find, in order.
type ask struct {
	class  string
	text   string
	want   string
	values []any
}

func runAsks(t *testing.T, language query.Dialect, asks []ask) {
	t.Helper()
	onEach(t, func(t *testing.T, d database) {
		for _, a := range asks {
			s := source(t, d.classes[a.class], a.text, language, sqlplan.Values{Indexed: a.values})
			if got := d.keys(t, s); got != a.want {
				st, _ := d.planner.Keys(s, sqlplan.Lens{})
				t.Errorf("%s: %s %v\n got %q\nwant %q\n%s %v", a.class, a.text, a.values, got, a.want, st.SQL, st.Args)
			}
		}
	})
}

// O-115, O-116, O-117, O-119, A-23
func TestText(t *testing.T) {
	t.Parallel()
	runAsks(t, query.ORDA, []ask{
		{"employee", "name = hetrick", "1", nil},
		{"employee", "name = HÉTRICK", "1", nil},
		{"employee", "name == 'h@'", "1 2 3", nil},
	})
	runAsks(t, query.ORDA, []ask{
		{"employee", "name = '@s'", "2 3 6", nil},
		{"employee", "name = '@mi@'", "4 6", nil},
		{"employee", "name = 'h@s'", "2 3", nil},
		{"employee", "name = '@'", "1 2 3 4 5 6", nil},
		{"employee", "nick = '@'", "1 3 4 5 6", nil},
		{"employee", "nick != '@'", "", nil},
		{"employee", "name = 'h@@'", "", nil},
		{"employee", "nick != 'h@@'", "1 3 4 5 6", nil},
		{"employee", "nick === 'h@'", "1", nil},
		{"employee", "nick IS :1", "1", []any{"H@"}},
		{"employee", "nick !== 'h@'", "3 4 5 6", nil},
		{"employee", "nick != 'h@'", "3 4 5 6", nil},
		{"employee", "nick = 'a%b'", "4", nil},
		{"employee", "nick = 'a%@'", "4", nil},
		{"employee", "nick = 'a_@'", "", nil},
		{"employee", `nick = 'a\@'`, "5", nil},
		{"employee", "nick = nandu", "3", nil},
		{"employee", "nick = 'ñ@'", "3", nil},
		{"employee", "nick LIKE 'a@b'", "4 5 6", nil},
		{"employee", "nick in ['h@', 'Ñandu']", "1 3", nil},
		{"employee", "nick in :1", "3 4 5", []any{[]any{"NANDU", "a%b", `a\b`, "x", "y", "z"}}},
		{"employee", "nick in :1", "1 3 4 5", []any{[]string{"NANDU", "a%b", `a\b`, "x", "y", "z", "h@"}}},
		{"employee", "name < holmes", "1 2", nil},
		{"employee", "name <= holmes", "1 2 3", nil},
		{"employee", "name > holmes", "4 5 6", nil},
		{"employee", "name >= holmes", "3 4 5 6", nil},
		{"employee", "name < 'h@'", "", nil},
		{"employee", "name <= 'h@'", "1 2 3", nil},
		{"employee", "name > 'h@'", "4 5 6", nil},
		{"employee", "name >= 'h@'", "1 2 3 4 5 6", nil},
		{"employee", "name begin HE", "1", nil},
		{"employee", "name begin 'h@m'", "3", nil},
		{"employee", "name begin ''", "1 2 3 4 5 6", nil},
		{"employee", "nick begin 'a%'", "4", nil},
		{"employee", "name % bravo", "4", nil},
		{"employee", "name % 'bravo@'", "4 6", nil},
		{"employee", "name % 'smith bravo'", "", nil},
		{"employee", "name % bra", "", nil},
		{"employee", "name = :1", "5", []any{"o'neil_X"}},
		{"employee", "name = :1", "", []any{"smith OR nick = 'private'"}}, // O-139
		{"company", "name = 100", "", nil},
		{"company", "name = '100%'", "4", nil},
		{"company", "city = 'a_b'", "4", nil},
	})
}

//
func TestTextREST(t *testing.T) {
	t.Parallel()
	runAsks(t, query.REST, []ask{
		{"employee", "name = h*", "1 2 3", nil},
		{"employee", "name = h*s", "2 3", nil},
		{"employee", "name = *@s", "", nil},
		{"employee", `name = "*bravo*"`, "4 6", nil},
		{"employee", "name = :1", "", []any{"h*"}},
		{"employee", "name = :1", "1 2 3", []any{"h@"}},
		{"employee", "name begin h", "1 2 3", nil},
		{"employee", "name LIKE *mi*", "4 6", nil},
		{"employee", "name % bravo*", "4 6", nil},
		{"employee", "name=O'Neil_x", "5", nil},
		{"employee", "name = smith bravo", "4", nil},
		{"employee", "nick IN [h*, nandu]", "1 3", nil},
		{"employee", "name <= h*", "1 2 3", nil},
	})
}

// O-120, O-121, O-125, O-126, O-128, R-115
func TestNumbers(t *testing.T) {
	t.Parallel()
	runAsks(t, query.ORDA, []ask{
		{"employee", "age = 30", "1 6", nil},
		{"employee", "age = 'v20'", "2", nil},
		{"employee", "age = :1", "2", []any{"20"}},
		{"employee", "age != 30", "2 4 5", nil},
		{"employee", "age != 30 or age = null", "2 3 4 5", nil},
		{"employee", "not (age = 30)", "2 3 4 5", nil},
		{"employee", "age > 20", "1 4 6", nil},
		{"employee", "age >= 20.5", "1 4 6", nil},
		{"employee", "age > 19.5", "1 2 4 6", nil},
		{"employee", "age < 20.5", "2 5", nil},
		{"employee", "age <= 19.5", "5", nil},
		{"employee", "age = 20.5", "", nil},
		{"employee", "age != 20.5", "1 2 4 5 6", nil},
		{"employee", "age < 99999999999999999999", "1 2 4 5 6", nil},
		{"employee", "age > -99999999999999999999", "1 2 4 5 6", nil},
		{"employee", "age >= 99999999999999999999", "", nil},
		{"employee", "age < 3000000000", "1 2 4 5 6", nil},
		{"employee", "age < -0.5", "", nil},
		{"employee", "age > -0.5", "1 2 4 5 6", nil},
		{"employee", "age in [20, 200, 7]", "2 4", nil},
		{"employee", "age in [20.5]", "", nil},
		{"employee", "age in []", "", nil},
		{"employee", "not (age in [])", "1 2 3 4 5 6", nil},
		{"employee", "age in :1", "2 4", []any{[]any{json.Number("20"), 200, int64(3)}}},
		{"employee", "age in :1", "1 6", []any{[]int{30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46}}},
		{"employee", "big = 9007199254740993", "1", nil},
		{"employee", "big = 9007199254740993.0", "1", nil},
		{"employee", "big = :1", "1", []any{json.Number("9007199254740993")}},
		{"employee", "big > 9007199254740992.5", "1 3 5", nil},
		{"employee", "big = -9223372036854775808", "4", nil},
		{"employee", "big <= 9223372036854775807", "1 2 3 4 5 6", nil},
		{"employee", "big = 9223372036854775808", "", nil},
		{"employee", "big < 9223372036854775808", "1 2 3 4 5 6", nil},
		{"employee", "score = 1.5", "1", nil},
		{"employee", "score = 0.1", "4", nil},
		{"employee", "score = 2", "5 6", nil},
		{"employee", "score < 0", "3", nil},
		{"employee", "score in [0.1, 2]", "4 5 6", nil},
		{"employee", "score != 2", "1 3 4", nil},
		{"company", "revenue >= :1", "1 4", []any{10.5}},
		{"employee", "active = true", "1 4", nil},
		{"employee", "active != true", "2", nil},
		{"employee", "active in [true, false]", "1 2 4", nil},
		{"employee", "active = :1", "2", []any{false}},
		{"employee", "shift = '08:00:00'", "1", nil},
		{"employee", "shift = 28800000", "1", nil},
		{"employee", "shift > 90000", "1 2", nil},
		{"employee", "shift = '-01:00:00'", "5", nil},
		{"employee", "shift <= :1", "4 5", []any{90 * time.Second}},
		{"employee", "shift < 90000.5", "4 5", nil},
		{"employee", "shift in ['00:01:30', 27000000]", "2 4", nil},
	})
}

// O-125, O-127, R-176
func TestNull(t *testing.T) {
	t.Parallel()
	runAsks(t, query.ORDA, []ask{
		{"employee", "nick = null", "2", nil},
		{"employee", "nick != null", "1 3 4 5 6", nil},
		{"employee", "nick is null", "2", nil},
		{"employee", "nick is not null", "1 3 4 5 6", nil},
		{"employee", "extra = null", "2 3 4 5 6", nil},
		{"employee", "extra != null", "1", nil},
		{"employee", "photo = null", "2 3 4 5 6", nil},
		{"employee", "seen = null", "4 5 6", nil},
		{"employee", "manager = null", "1", nil},
		{"employee", "manager != null", "2 3 4 5 6", nil},
		{"employee", "not (nick = x)", "1 2 3 4 5 6", nil},
		{"employee", "not (nick = nandu and age = null)", "1 2 4 5 6", nil},
	})
}

// O-153, R-114
func TestDates(t *testing.T) {
	t.Parallel()
	runAsks(t, query.ORDA, []ask{
		{"employee", "born = 1990-01-31", "1 5", nil},
		{"employee", "born != 1990-01-31", "2 4", nil},
		{"employee", "born < 1990-02-01", "1 5", nil},
		{"employee", "born <= 1990-02-01", "1 2 5", nil},
		{"employee", "born > 1990-01-31", "2 4", nil},
		{"employee", "born >= 1990-02-01", "2 4", nil},
		{"employee", "born = 9999-12-31", "4", nil},
		{"employee", "born <= 9999-12-31", "1 2 4 5", nil},
		{"employee", "born > 9999-12-31", "", nil},
		{"employee", "born != 9999-12-31", "1 2 5", nil},
		{"employee", "born = :1", "1 5", []any{"31!1!1990"}},
		{"employee", "born = :1", "1 5", []any{"31/01/1990"}},
		{"employee", "born = :1", "1 5", []any{"!!1990-01-31!!"}},
		{"employee", "born = :1", "1 5", []any{"1990-01-31T23:59:59+05:00"}},
		{"employee", "born = :1", "1 5", []any{model.NewDay(1990, 1, 31)}},
		{"employee", "born = :1", "1 5", []any{time.Date(1990, 1, 31, 23, 0, 0, 0, time.FixedZone("x", -7200))}},
		{"employee", "born in ['1990-01-31', '1990-02-01']", "1 2 5", nil},
		{"employee", "born in :1", "2", []any{[]any{"1!2!1990", model.NewDay(2000, 1, 1)}}},
		{"employee", "hired = 2020-01-01", "1 3", nil},
		{"employee", "hired < 2020-01-01", "4", nil},
		{"employee", "hired <= 2020-01-01", "1 3 4", nil},
		{"employee", "hired > 2020-01-01", "2 5 6", nil},
		{"employee", "hired != 2020-01-01", "2 4 5 6", nil},
		{"employee", "seen = 2020-01-01", "1 2", nil},
		{"employee", "seen != 2020-01-01", "3", nil},
		{"employee", "seen > 2020-01-01", "3", nil},
		{"employee", "seen <= 2020-01-01", "1 2", nil},
		{"employee", "seen < 2020-01-01", "", nil},
		{"employee", "seen = :1", "1", []any{"2020-01-01T10:00:00Z"}},
		{"employee", "seen = :1", "1", []any{"2020-01-01T12:00:00.000+02:00"}},
		{"employee", "seen > :1", "2 3", []any{*instant("2020-01-01T10:00:00Z")}},
		{"employee", "seen = :1", "2", []any{*instant("2020-01-01T23:59:59.9999994Z")}},
		{"employee", "seen in :1", "1 3", []any{[]any{*instant("2020-01-01T10:00:00Z"), "2020-01-02"}}},
	})
}

//
func TestUUID(t *testing.T) {
	t.Parallel()
	runAsks(t, query.ORDA, []ask{
		{"employee", "badge = AB000000000000000000000000000000", "1", nil},
		{"employee", "badge = 'ab000000-0000-0000-0000-000000000000'", "1", nil},
		{"employee", "badge != 'ab000000-0000-0000-0000-000000000000'", "2 3 4 5 6", nil},
		{"employee", "badge in :1", "1 2", []any{[]any{"ab000000000000000000000000000000", "CD000000-0000-0000-0000-000000000000"}}},
		{"employee", "token = 'ab000000-0000-0000-0000-000000000000'", "1", nil},
		{"employee", "token = CD000000000000000000000000000000", "2", nil},
		{"employee", "token != CD000000000000000000000000000000", "1 3 4 5 6", nil},
	})
}

// O-105, R-161
func TestConnectives(t *testing.T) {
	t.Parallel()
	runAsks(t, query.REST, []ask{
		{"employee", "", "1 2 3 4 5 6", nil},
		{"employee", "age = 30 and score = 2 or age = 20", "2 6", nil},
		{"employee", "age = 30 and (score = 2 or age = 20)", "6", nil},
		{"employee", "age = 30 EXCEPT score = 2", "1", nil},
		{"employee", "name = h* EXCEPT age = null", "1 2", nil},
	})
}

// O-130, O-127, R-172, R-175
func TestToOne(t *testing.T) {
	t.Parallel()
	runAsks(t, query.ORDA, []ask{
		{"employee", "employer.name = acme", "1 2", nil},
		{"employee", "manager.manager.name = 'h@'", "4 5 6", nil},
		{"employee", "manager.employer.city = berlin", "2 3 4 5", nil},
		{"employee", "employer.country = null", "4 5 6", nil},
		{"employee", "employer.country != null", "1 2 3", nil},
		{"employee", "employer.country != germany", "3", nil},
		{"employee", "not (employer.country = germany)", "3 4 5 6", nil},
		{"employee", "employer = 1", "1 2", nil},
		{"employee", "employer != 1", "3 5 6", nil},
		{"employee", "employer in [2, 3]", "3 5 6", nil},
		{"employee", "employer > 1", "3 5 6", nil},
		{"employee", "manager.employer = 1", "2 3 4 5", nil},
		{"employee", "manager.employer = null", "1 6", nil},
		{"book", "publisher = kn", "1 4", nil},
		{"book", "publisher.code = PE", "2 6", nil},
		{"employee", "land = germany", "1 2", nil}, // O-166
		{"employee", "land = 'ger@' and employer.city = berlin", "1 2", nil},
		{"employee", "bossLand = germany", "2 3 4 5", nil},
		{"employee", "manager.land = null", "1 6", nil},
	})
}

// O-131, O-136, R-173, A-21
func TestToMany(t *testing.T) {
	t.Parallel()
	runAsks(t, query.REST, []ask{
		{"author", "books.price > 20", "2 4", nil},
		{"author", "books.price > 10 and books.title = salt*", "1 4", nil},
		{"author", "books.price < 10 and books.year = 2021", "1", nil},
		{"author", "books.price > 10 and books.year = 2021", "", nil},
		{"author", "books.title = 'Salt Roads' and books.title = 'Salt'", "", nil},
		{"author", "(books.price > 10) and (books.year = 2021)", "", nil},
		{"author", "(books.price > 10 or books.price = null) and books.year = 2019", "2 4", nil},
		{"author", "(books.price > 10 and name = abe) and books.year = 2021", "", nil},
		{"author", "(books.price > 10 and name = abe) and books.year = 2020", "1", nil},
		{"author", "(books.price > 10 or name = abe) and books.year = 2021", "1", nil},
		{"author", "(books.price > 25 or name = petrov) and (books.year = 2020 or city = null)", "2 3", nil},
		{"author", "(books.price > 25 or name = abe) and (books.year = 2021 or name = okoro)", "1 2", nil},
		{"author", "(books.price = null or name = abe) and (books.year = 2021 or city = oslo)", "1", nil},
		{"author", "(books.publisher.name = null or city = oslo) and (books.price = 30 or name = petrov)", "2 4", nil},
		{"author", "books.price = null", "2", nil},
		{"author", "not (books.price = null)", "1 3 4", nil},
		{"author", "books.price > 10 and not (books.title = salt)", "2", nil},
		{"author", "books.price > 10 EXCEPT books.title = salt", "2", nil},
		{"author", "not (books.price > 10 and books.year = 2020)", "3 4", nil},
		{"author", "books.price != 30", "1", nil},
		{"author", "books = null", "3", nil},
		{"author", "books != null", "1 2 4", nil},
		{"author", "not (books = null)", "1 2 4", nil},
		{"author", "books = null or books.price > 20", "2 3 4", nil},
		{"author", "books = 3", "2", nil},
		{"author", "books IN [1, 6]", "1 4", nil},
		{"author", "books = 3 and books.year = 2019", "", nil},
		{"author", "books.publisher.name = 'penguin'", "1 4", nil},
		{"author", "books.publisher = PE and books.year = 2019", "4", nil},
		{"author", "books.publisher = null", "2", nil},
		{"author", "books.publisher.name = penguin and books.price < 10", "1", nil},
		{"author", "books.reviews.stars = 5", "1 2", nil},
		{"author", "books.reviews.stars = 5 and books.reviews.stars = 1", "", nil},
		{"author", "books.reviews.stars = 5 and books.title = 'Salt'", "", nil},
		{"author", "books.reviews.stars = 3 and books.title = 'Salt'", "1", nil},
		{"author", "books.reviews = null", "2", nil},
		{"author", "books.reviews = null and books.price = null", "2", nil},
		{"author", "(books.reviews = null or city = oslo) and (books.price = 30 or name = petrov)", "4", nil},
		{"author", "stars = 5", "1 2", nil},
		{"author", "publishers.name = knopf", "1 2", nil},
		{"author", "books.publisher.books.author.name = duarte", "1 4", nil},
		{"book", "author.books.title = salt", "1 2 6", nil},
		{"book", "author.books.title = salt and author.books.price > 10", "6", nil},
		{"book", "author.books = null", "5", nil},
		{"book", "publisher.books.author = 4", "2 6", nil},
		{"publisher", "books.author.books.reviews.stars = 1", "PE kn", nil},
		{"company", "staff.reports.name = holmes", "1", nil},
		{"company", "staff.manager.name = 'h@' and staff.age = null", "2", nil},
		{"author", "books.year in [2019, 2021] and books.price = null", "2", nil},
	})
}

// Go code may pass any of Go's numbers and lists.
func TestGoValues(t *testing.T) {
	t.Parallel()
	runAsks(t, query.ORDA, []ask{
		{"employee", "age = :1 or age = :2", "1 2 6", []any{int8(20), uint8(30)}},
		{"employee", "age = :1 or age = :2", "1 2 6", []any{int16(20), uint16(30)}},
		{"employee", "age = :1 or age = :2", "1 2 6", []any{int32(20), uint32(30)}},
		{"employee", "age = :1 or age = :2", "1 2 6", []any{uint(20), uint64(30)}},
		{"employee", "age < :1 and age > :2", "1 2 4 5 6", []any{uint64(1 << 63), -1e300}},
		{"employee", "score = :1 or score = :2", "1 5 6", []any{float32(1.5), 2.0}},
		{"employee", "age in :1 or age in :2", "1 2 6", []any{[]int64{20}, []uint{30}}},
		{"employee", "age in :1", "2", []any{[]float64{20, 30.5}}},
		{"employee", "name = :1", "", []any{7.25}},
		{"employee", "active = :1", "1 4", []any{"true"}},
		{"employee", "age = 'about -20.5 or so'", "", nil},
		{"employee", "age > 'about -20.5 or so'", "1 2 4 5 6", nil},
		{"employee", "shift < 99999999999999999", "1 2 4 5", nil},
		{"employee", "shift < -99999999999999999", "", nil},
		{"employee", "shift > 27000000.0000001", "1", nil},
		{"employee", "big >= -9223372036854775808.5", "1 2 3 4 5 6", nil},
		{"employee", "big > :1", "1 3 5", []any{json.Number("9.007199254740992e15")}},
		{"employee", "big in :1", "1 2", []any{append(many(16, int64(5)), json.Number("9007199254740993"), json.Number("9007199254740992"))}},
	})
}

func many(n int, v any) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = v
	}
	return list
}
