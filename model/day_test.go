package model_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/model"
)

//
func TestParseWireDay(t *testing.T) {
	t.Parallel()
	day, null := model.NewDay(2021, 9, 4), model.Day{}
	valid := map[string]model.Day{
		"4!9!2021": day, "04!09!2021": day, "4/9/2021": day, "04/09/2021": day, "2021-09-04": day, "!!2021-09-04!!": day,
		"2021-09-04T23:59:59.999Z": day, "2021-09-04T00:00:00Z": day, "2021-09-04T23:30:00+02:00": day, "2021-09-04T23:30:00-11:00": day,
		"2021-09-04 00:00:00.000": day, "29!2!2024": model.NewDay(2024, 2, 29),
		"": null, "null": null, "0!0!0": null, "!!0000-00-00!!": null,
	}
	for text, want := range valid {
		if got, err := model.ParseWireDay(text); err != nil || got != want {
			t.Errorf("ParseWireDay(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{
		"x", "29!2!2023", "1!13!2020", "1!2", "1!2!3!2020", "1!2!20", "-1!2!2020", "+1!2!2020", "1!2/2020", "2021-9-4", "2021-02-30",
		"2021-09-04junk", "2021-09-04T25:00:00Z", "!!2021-09-04", "!!!!", "100!1!2020", "1!1!0000", "2021-09-04T", "١!٢!٢٠٢٠",
	} {
		if got, err := model.ParseWireDay(text); err == nil {
			t.Errorf("ParseWireDay(%q) = %v, want an error", text, got)
		}
	}
}

func TestDay(t *testing.T) {
	t.Parallel()
	d := model.NewDay(996, 7, 4)
	got := []any{d.String(), string(d.AppendWire(nil)), d.Year(), d.Month(), d.Day(), d.IsZero(), d.Time(), d.Next().String(), d.AddDays(-4).String()}
	want := []any{"0996-07-04", "4!7!0996", 996, time.July, 4, false, time.Date(996, 7, 4, 0, 0, 0, 0, time.UTC), "0996-07-05", "0996-06-30"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("day (-want +got):\n%s", diff)
	}
	var z model.Day
	got = []any{z.String(), string(z.AppendWire(nil)), string(z.AppendISO(nil)), z.IsZero(), z.Time().IsZero(), z.AddDays(1).IsZero(), z.Compare(d), d.Compare(z), d.Compare(d)}
	want = []any{"", "0!0!0", "0000-00-00", true, true, true, -1, 1, 0}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("null date (-want +got):\n%s", diff)
	}
	if got := model.NewDay(2023, 2, 29).String(); got != "2023-03-01" {
		t.Errorf("29 February 2023 is %s", got)
	}
	if !model.NewDay(10000, 1, 1).IsZero() || !model.NewDay(0, 1, 1).IsZero() {
		t.Error("a year out of range is no null date")
	}
	if got := model.Today(time.Date(2024, 1, 1, 0, 30, 0, 0, time.FixedZone("", 3600))).String(); got != "2024-01-01" {
		t.Errorf("Today converts the zone: %s", got)
	}
}

func TestDayJSON(t *testing.T) {
	t.Parallel()
	type box struct{ D, N model.Day }
	data, err := json.Marshal(box{D: model.NewDay(2021, 9, 4)})
	if want := `{"D":"2021-09-04","N":null}`; err != nil || string(data) != want {
		t.Errorf("Marshal = %s, %v; want %s", data, err, want)
	}
	var b box
	if err := json.Unmarshal([]byte(`{"D":"4!9!2021","N":null}`), &b); err != nil || b.D != model.NewDay(2021, 9, 4) || !b.N.IsZero() {
		t.Errorf("Unmarshal = %v, %v", b, err)
	}
	for _, bad := range []string{`{"D":5}`, `{"D":"x"}`} {
		if err := json.Unmarshal([]byte(bad), &b); err == nil {
			t.Errorf("Unmarshal(%s) gives no error", bad)
		}
	}
}

func TestDayScan(t *testing.T) {
	t.Parallel()
	want := model.NewDay(1996, 7, 4)
	for _, raw := range []any{
		"1996-07-04", "1996-07-04 00:00:00.000", []byte("1996-07-04"), time.Date(1996, 7, 4, 23, 0, 0, 0, time.FixedZone("", 7200)),
		"1996-07-04T00:00:00Z", want,
	} {
		var got model.Day
		if err := got.Scan(raw); err != nil || got != want {
			t.Errorf("Scan(%v) = %v, %v", raw, got, err)
		}
	}
	for _, raw := range []any{nil, "", "0000-00-00", "0000-00-00 00:00:00", time.Time{}} {
		got := want
		if err := got.Scan(raw); err != nil || !got.IsZero() {
			t.Errorf("Scan(%v) = %v, %v", raw, got, err)
		}
	}
	for _, raw := range []any{5, "soon", true} {
		got := want
		if err := got.Scan(raw); err == nil || got != want {
			t.Errorf("Scan(%v) = %v, %v", raw, got, err)
		}
	}
}

func FuzzParseWireDay(f *testing.F) {
	f.Add("4!9!2021")
	f.Add("2021-09-04T00:00:00Z")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := model.ParseWireDay(text)
		if err != nil {
			return
		}
		if again, err := model.ParseWireDay(d.String()); err != nil || again != d {
			t.Errorf("%q is %v, which is %v, %v", text, d, again, err)
		}
		if again, err := model.ParseWireDay(string(d.AppendWire(nil))); err != nil || again != d {
			t.Errorf("%q is %v, on the wire %v, %v", text, d, again, err)
		}
	})
}
