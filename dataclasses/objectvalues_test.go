package dataclasses_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
)

// Depot keeps parcels; both have an object attribute.
type Depot struct {
	model.Record
	ID      int64
	Name    string
	Opened  *model.Day
	Rooms   int64
	Info    model.JSON
	Parcels []Parcel
}

type Parcel struct {
	model.Record
	ID      int64
	Code    string
	DepotID *int64
	Depot   *Depot
	Extra   model.JSON
}

type hiddenDepot struct{}

// parcels: p1 and p2 are in the depot Évora, p3 in Lisboa, p4 and p5 in none.
func parcels(t *testing.T, db *gorm.DB, defs ...dataclasses.Definition) *dataclasses.DataStore {
	t.Helper()
	ds := ordatest.Open(t, db, append(defs,
		dataclasses.DefineExposed[Depot](dataclasses.Restrict(func(ctx context.Context, c *dataclasses.DataClass[Depot]) (*dataclasses.Selection[Depot], error) {
			if name, ok := ctx.Value(hiddenDepot{}).(string); ok {
				return c.Query("name != :1", name)
			}
			return nil, nil
		})),
		dataclasses.DefineExposed[Parcel](
			dataclasses.Alias[Parcel]("depotName", "depot.name"), dataclasses.Alias[Parcel]("depotOpened", "depot.opened"),
			dataclasses.Alias[Parcel]("depotRooms", "depot.rooms"), dataclasses.Alias[Parcel]("depotInfo", "depot.info"),
			dataclasses.Computed("label", func(_ context.Context, e *dataclasses.Entity[Parcel]) (string, error) { return e.Value.Code, nil }),
		))...)
	evora := create(t, ds, Depot{Name: "Évora", Opened: new(model.NewDay(2001, 2, 3)), Rooms: 10, Info: model.JSON{"size": 7}})
	lisboa := create(t, ds, Depot{Name: "Lisboa", Opened: new(model.NewDay(1999, 1, 1)), Rooms: 4, Info: model.JSON{"size": 2.5}})
	for _, p := range []Parcel{
		{Code: "p1", DepotID: &evora.Value.ID, Extra: model.JSON{
			"size": 3, "home": map[string]any{"street": "Rua", "no": 4}, "mixed": "zz", "flag": true,
			"coll": []any{map[string]any{"val": 1, "tags": []any{"a", "B"}}, map[string]any{"val": 1}, map[string]any{"other": 5}}}},
		{Code: "p2", DepotID: &evora.Value.ID, Extra: model.JSON{
			"size": 1.5, "home": map[string]any{"street": "rúa"}, "mixed": 9, "flag": false, "coll": []any{map[string]any{"val": "x", "tags": []any{"á"}}}}},
		{Code: "p3", DepotID: &lisboa.Value.ID, Extra: model.JSON{"size": "large", "home": "none", "mixed": "Aa", "coll": "no collection"}},
		{Code: "p4", Extra: model.JSON{"size": nil, "mixed": map[string]any{"a": 1}, "coll": []any{}, `odd"$.key[0]`: 6, "null": "null"}},
		{Code: "p5"},
	} {
		create(t, ds, p)
	}
	return ds
}

// O-359, O-361, O-362, O-467
func TestAggregatesInsideObjects(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := parcels(t, db)
		ctx := t.Context()
		eachKind(t, dataclasses.Of[Parcel](ds).All(), func(t *testing.T, s *dataclasses.Selection[Parcel]) {
			for path, want := range map[string]struct{ low, high any }{
				"extra.size":         {"large", "large"}, // texts come before numbers
				"extra.home.street":  {"Rua", "rúa"},
				"extra.home.no":      {4.0, 4.0},
				"extra.mixed":        {"Aa", "zz"},
				"extra.flag":         {false, true},
				"extra.coll":         {"no collection", "no collection"},
				"extra.coll.length":  {0.0, 3.0},
				`extra.odd"$.key[0]`: {nil, nil}, // the property is one key, not a path
				"extra.null":         {"null", "null"},
				"extra.nosuch.x":     {nil, nil},
				"depotName":          {"Évora", "Lisboa"},
				"depotOpened":        {model.NewDay(1999, 1, 1), model.NewDay(2001, 2, 3)},
				"depot.rooms":        {int64(4), int64(10)},
				"depotInfo.size":     {2.5, 7.0},
			} {
				low, ok, err := dataclasses.Min[any](ctx, s, path)
				high, ok2, err2 := dataclasses.Max[any](ctx, s, path)
				if err := errors.Join(err, err2); err != nil || ok != (want.low != nil) || ok2 != ok {
					t.Errorf("%s: %v, %v, %v", path, ok, ok2, err)
				}
				if diff := cmp.Diff([]any{want.low, want.high}, []any{low, high}); diff != "" {
					t.Errorf("min and max of %s (-want +got):\n%s", path, diff)
				}
			}
			for path, want := range map[string]struct {
				sum, average float64
				count        int
			}{
				"extra.size": {4.5, 2.25, 3}, "extra.mixed": {9, 9, 3}, "extra.home.no": {4, 4, 1}, "extra.coll.length": {4, 4.0 / 3, 3},
				"depotRooms": {24, 8, 3}, "depot.info.size": {16.5, 5.5, 3}, "extra.home": {0, 0, 1}, "extra.nosuch": {0, 0, 0},
			} {
				sum, err := dataclasses.Sum[float64](ctx, s, path)
				average, ok, err2 := s.Average(ctx, path)
				count, err3 := s.CountOf(ctx, path)
				if err := errors.Join(err, err2, err3); err != nil || sum != want.sum || average != want.average || ok != (want.average != 0) || count != want.count {
					t.Errorf("%s: sum %v, average %v %v, count %v, %v; want %v", path, sum, average, ok, count, err, want)
				}
			}
			byDepot := must(dataclasses.SumBy[string, float64](ctx, s, "depot.name", "extra.size"))
			if diff := cmp.Diff(map[string]float64{"Évora": 4.5, "Lisboa": 0}, byDepot); diff != "" {
				t.Errorf("sizes by depot (-want +got):\n%s", diff)
			}
			byFlag := must(dataclasses.SumBy[bool, int64](ctx, s, "extra.flag", "depotRooms"))
			if diff := cmp.Diff(map[bool]int64{true: 10, false: 10}, byFlag); diff != "" {
				t.Errorf("rooms by flag (-want +got):\n%s", diff)
			}
			for _, path := range []string{"extra.coll[].val", "extra[].x", "code[]", "code.length", "depot", "depot.parcels.code", "label", "depot.nosuch", "", "nosuch.x", ".", "extra."} {
				_, _, err := dataclasses.Min[any](ctx, s, path)
				_, err2 := dataclasses.Sum[int64](ctx, s, path)
				_, _, err3 := s.Average(ctx, path)
				_, err4 := dataclasses.SumBy[string, int64](ctx, s, path, "depotRooms")
				if path == "extra." { // a property without a name
					if err := errors.Join(err, err2, err3, err4); err != nil {
						t.Errorf("%q: %v", path, err)
					}
					continue
				}
				if err == nil || err2 == nil || err3 == nil || err4 == nil {
					t.Errorf("%q: %v, %v, %v, %v; want errors", path, err, err2, err3, err4)
				}
			}
		})
		window := must(dataclasses.Of[Parcel](ds).Query("depot.rooms > 1 order by code desc")).Slice(0, 2)
		if sum, err := dataclasses.Sum[int64](ctx, window, "depotRooms"); err != nil || sum != 14 {
			t.Errorf("sum of an alias over a window: %v, %v; want 14", sum, err)
		}
	})
}

// O-359, O-467
func TestDistinctInsideObjects(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := parcels(t, db)
		ctx := t.Context()
		eachKind(t, dataclasses.Of[Parcel](ds).All(), func(t *testing.T, s *dataclasses.Selection[Parcel]) {
			type count = dataclasses.ValueCount[any]
			for path, want := range map[string][]count{
				"extra.size":               {{Value: "large", Count: 1}, {Value: 1.5, Count: 1}, {Value: 3.0, Count: 1}},
				"extra.home.street":        {{Value: "Rua", Count: 2}},
				"extra.mixed":              {{Value: "Aa", Count: 1}, {Value: "zz", Count: 1}, {Value: 9.0, Count: 1}},
				"extra.flag":               {{Value: false, Count: 1}, {Value: true, Count: 1}},
				"extra.coll[].val":         {{Value: "x", Count: 1}, {Value: 1.0, Count: 1}},
				"extra.coll[].tags[]":      {{Value: "a", Count: 2}, {Value: "B", Count: 1}},
				"extra.coll[].tags.length": {{Value: 1.0, Count: 1}, {Value: 2.0, Count: 1}},
				"extra.coll[]":             {},
				"extra.size[].x":           {},
				"depotName":                {{Value: "Évora", Count: 2}, {Value: "Lisboa", Count: 1}},
				"depotInfo.size":           {{Value: 2.5, Count: 1}, {Value: 7.0, Count: 2}},
			} {
				got, err := dataclasses.DistinctCounts[any](ctx, s, path)
				if diff := cmp.Diff(want, got); err != nil || diff != "" {
					t.Errorf("distinct %s: %v (-want +got):\n%s", path, err, diff)
				}
			}
			streets := must(dataclasses.Distinct[string](ctx, s, "extra.home.street", dataclasses.Diacritical))
			tags := must(dataclasses.Distinct[string](ctx, s, "extra.coll[].tags[]", dataclasses.Diacritical))
			if diff := cmp.Diff([][]string{{"Rua", "rúa"}, {"a", "á", "B"}}, [][]string{streets, tags}); diff != "" {
				t.Errorf("with diacritics (-want +got):\n%s", diff)
			}
			for _, path := range []string{"extra", "depotInfo", "code[]", "depot", "depot.parcels", "nosuch", "label"} {
				if got, err := dataclasses.Distinct[any](ctx, s, path); err == nil {
					t.Errorf("distinct(%s): %v, want an error", path, got)
				}
			}
		})
	})
}

// O-356, O-357
func TestExtractFromObjects(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := parcels(t, db)
		ctx := t.Context()
		eachKind(t, must(dataclasses.Of[Parcel](ds).All().OrderBy("code desc")), func(t *testing.T, s *dataclasses.Selection[Parcel]) {
			for path, want := range map[string][]any{
				"extra.home.street": {"rúa", "Rua"},
				"extra.size":        {"large", 1.5, 3.0},
				"extra.coll[].val":  {"x", 1.0, 1.0},
				"extra.coll[].tags": {json.RawMessage(`["á"]`), json.RawMessage(`["a","B"]`)},
				"depotInfo.size":    {2.5, 7.0, 7.0},
				"depot.info.size":   {2.5, 7.0, 7.0},
				"depotOpened":       {model.NewDay(1999, 1, 1), model.NewDay(2001, 2, 3), model.NewDay(2001, 2, 3)},
			} {
				got, err := dataclasses.Extract[any](ctx, s, path)
				if diff := cmp.Diff(want, got, compactJSON()); err != nil || diff != "" {
					t.Errorf("extract %s: %v (-want +got):\n%s", path, err, diff)
				}
			}
			kept := must(dataclasses.Extract[any](ctx, s, "extra.coll[].val", dataclasses.KeepNull))
			if diff := cmp.Diff([]any{nil, "x", 1.0, 1.0, nil}, kept); diff != "" { // p5 has no collection, an element of p1 no val
				t.Errorf("with nulls (-want +got):\n%s", diff)
			}
			rows := must(s.Slice(3, 5).ExtractObjects(ctx, "code", "code", "extra.coll[].val", "values", "extra.home.street", "street"))
			if diff := cmp.Diff([]map[string]any{
				{"code": "p2", "values": []any{"x"}, "street": "rúa"}, {"code": "p1", "values": []any{1.0, 1.0, nil}, "street": "Rua"},
			}, rows); diff != "" {
				t.Errorf("objects (-want +got):\n%s", diff)
			}
			for _, path := range []string{"code[]", "nosuch[]", "depot[].name", "depot.parcels[].code", "extra{2}.x"} {
				if got, err := dataclasses.Extract[any](ctx, s, path); err == nil {
					t.Errorf("extract(%s): %v, want an error", path, got)
				}
			}
		})
	})
}

// compactJSON compares JSON without blanks, which databases keep or not.
func compactJSON() cmp.Option {
	return cmp.Transformer("json", func(raw json.RawMessage) string {
		var v any
		_ = json.Unmarshal(raw, &v)
		text, _ := json.Marshal(v)
		return string(text)
	})
}

const parcelRoles = `{"restrictedByDefault": false, "privileges": [{"privilege":"never"}], "permissions": {"allowed": [
 {"applyTo":"Depot.name","type":"attribute","read":["never"]}, {"applyTo":"Parcel.depotRooms","type":"attribute","read":["never"]},
 {"applyTo":"Parcel.extra","type":"attribute","read":["never"]}]}}`

// What a caller may not read, or a restriction hides, is neither counted nor added up nor listed, behind aliases and relations as little as
// inside objects. The right to an alias is enough for what it leads to (S-296).
func TestRightsOfPathsInAggregates(t *testing.T) {
	t.Parallel()
	roles, err := privileges.Parse([]byte(parcelRoles))
	if err != nil {
		t.Fatal(err)
	}
	ds := parcels(t, ordatest.SQLite(t), dataclasses.Permissions(roles))
	f := &fixture{ds: ds, manager: &session.Manager{Roles: roles}}
	t.Cleanup(func() { _ = f.manager.Close() })
	signedIn, _ := f.as(t)
	s := dataclasses.Of[Parcel](ds).All()
	for name, read := range map[string]func(ctx context.Context, path string) (any, error){
		"min": func(ctx context.Context, path string) (any, error) {
			v, _, err := dataclasses.Min[any](ctx, s, path)
			return v, err
		},
		"count":    func(ctx context.Context, path string) (any, error) { return s.CountOf(ctx, path) },
		"distinct": func(ctx context.Context, path string) (any, error) { return dataclasses.Distinct[any](ctx, s, path) },
		"extract":  func(ctx context.Context, path string) (any, error) { return dataclasses.Extract[any](ctx, s, path) },
		"sum by": func(ctx context.Context, path string) (any, error) {
			return dataclasses.SumBy[any, int64](ctx, s, path, "ID")
		},
	} {
		for path, denied := range map[string]string{"depot.name": "Depot.name", "depotRooms": "Parcel.depotRooms", "extra.size": "Parcel.extra"} {
			_, err := read(signedIn, path)
			refused(t, err, "No permission to read for the "+denied+" attribute")
		}
		if _, err := read(signedIn, "depotName"); err != nil {
			t.Errorf("%s by an alias: %v", name, err)
		}
		got := must(read(context.WithValue(t.Context(), hiddenDepot{}, "Évora"), "depotName"))
		want := map[string]any{"min": "Lisboa", "count": 1, "distinct": []any{"Lisboa"}, "extract": []any{"Lisboa"}, "sum by": map[any]int64{"Lisboa": 3}}[name]
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s with a hidden depot (-want +got):\n%s", name, diff)
		}
	}
}
