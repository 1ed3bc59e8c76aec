package dataclasses_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
)

// namesOf reads what a projection leads to.
func namesOf[R any](ctx context.Context, s *dataclasses.Selection[R], err error) []string {
	return must(dataclasses.Extract[string](ctx, must(s, err), "name"))
}

// O-355, O-464
func TestRelatedAlongAliases(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, school()...)
		teach(t, ds)
		students := dataclasses.Of[Student](ds)
		hidden := context.WithValue(t.Context(), hiddenTeacher{}, "Lee")
		eachKind(t, must(students.All().OrderBy("name desc")), func(t *testing.T, all *dataclasses.Selection[Student]) {
			teachers := func(ctx context.Context, s *dataclasses.Selection[Student], path string) []string {
				related, err := dataclasses.Related[Teacher](s, path)
				return namesOf(ctx, related, err)
			}
			courses := func(ctx context.Context, s *dataclasses.Selection[Student], path string) []string {
				related, err := dataclasses.Related[Course](s, path)
				return namesOf(ctx, related, err)
			}
			ann := must(all.Query("name = ann"))
			for what, tt := range map[string]struct{ want, got []string }{
				"an alias through 1 to N":        {[]string{"Kim", "Lee"}, teachers(t.Context(), all, "teacherList")},
				"the same by steps":              {[]string{"Kim", "Lee"}, teachers(t.Context(), all, "enrolments.course.teacher")},
				"a step behind an alias":         {[]string{"Kim", "Lee"}, teachers(t.Context(), all, " courseList . teacher")},
				"of one":                         {[]string{"Kim"}, teachers(t.Context(), ann, "teacherList")},
				"of a window":                    {[]string{"Kim", "Lee"}, teachers(t.Context(), all.Slice(0, 2), "teacherList")}, // Cid and Bob
				"of nothing related":             {[]string{}, teachers(t.Context(), all.Slice(0, 1), "teacherList")},
				"hidden at the end":              {[]string{"Kim"}, teachers(hidden, all, "teacherList")},
				"there and back":                 {[]string{"A", "B", "C"}, courses(t.Context(), all, "teacherList.courses")},
				"hidden on the way":              {[]string{"A", "B"}, courses(hidden, all, "teacherList.courses")},
				"an alias, and hidden elsewhere": {[]string{"A", "B", "C"}, courses(hidden, all, "courseList")},
			} {
				if diff := cmp.Diff(tt.want, tt.got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", what, diff)
				}
			}
			again := must(must(dataclasses.Related[Course](all, "courseList")).Query("teacher.name = lee"))
			back := must(dataclasses.Related[Student](again, "students"))
			if diff := cmp.Diff([]string{"Bob"}, namesOf(t.Context(), back, nil)); diff != "" {
				t.Errorf("students of Lee's courses (-want +got):\n%s", diff)
			}
		})
		byEnrolment := must(dataclasses.Related[Teacher](dataclasses.Of[Enrolment](ds).All().Slice(0, 2), "teacher"))
		if diff := cmp.Diff([]string{"Kim"}, namesOf(t.Context(), byEnrolment, nil)); diff != "" {
			t.Errorf("by an alias to one (-want +got):\n%s", diff)
		}
		if _, err := dataclasses.Related[Teacher](students.All(), "label"); !isAttributeError(err) {
			t.Errorf("an alias of a value was taken for a relation: %v", err)
		}
		if _, err := dataclasses.Related[Course](students.All(), "teacherList"); !isAttributeError(err) {
			t.Errorf("teachers were taken for courses: %v", err)
		}
	})
}

func isAttributeError(err error) bool {
	_, ok := errors.AsType[*dataclasses.AttributeError](err)
	return ok
}

// A getter's selection is asked of one entity; there is no statement that could follow it for many, nor without a context.
func TestRelatedOfCalculatedSelections(t *testing.T) {
	t.Parallel()
	ds := ordatest.Open(t, ordatest.SQLite(t), related()...)
	shelf(t, ds)
	if _, err := dataclasses.Related[Book](dataclasses.Of[Author](ds).All(), "cheapOnes"); !isAttributeError(err) {
		t.Errorf("projection of a calculated selection: %v", err)
	}
	e := get[Author](t, ds, 1)
	if _, err := dataclasses.RelatedEntities[Book](e, "cheapOnes"); err == nil {
		t.Error("a calculated selection was navigated to without running its getter")
	}
	cheap, ok := must(e.Compute(t.Context(), "cheapOnes")).(*dataclasses.Selection[Book])
	if !ok {
		t.Fatal("the getter's value is no selection")
	}
	if diff := cmp.Diff([]string{"Salt Roads", "Low Water"}, titles(t, cheap)); diff != "" {
		t.Errorf("cheap books (-want +got):\n%s", diff)
	}
}

const schoolRoles = `{"restrictedByDefault": false, "privileges": [{"privilege":"never"}], "permissions": {"allowed": [
 {"applyTo":"Student.enrolments","type":"attribute","read":["never"]}, {"applyTo":"Course.students","type":"attribute","read":["never"]}]}}`

// S-296, S-327: the right to an alias is enough to follow it, and without it the right to its steps is not.
func TestRightsOfRelatedAlongAliases(t *testing.T) {
	t.Parallel()
	roles, err := privileges.Parse([]byte(schoolRoles))
	if err != nil {
		t.Fatal(err)
	}
	ds := ordatest.Open(t, ordatest.SQLite(t), append(school(), dataclasses.Permissions(roles))...)
	teach(t, ds)
	f := &fixture{ds: ds, manager: &session.Manager{Roles: roles}}
	t.Cleanup(func() { _ = f.manager.Close() })
	ctx, _ := f.as(t)
	students := dataclasses.Of[Student](ds).All()
	if diff := cmp.Diff([]string{"A", "B", "C"}, namesOf(ctx, must(dataclasses.Related[Course](students, "courseList")), nil)); diff != "" {
		t.Errorf("by the alias (-want +got):\n%s", diff)
	}
	_, err = must(dataclasses.Related[Course](students, "enrolments.course")).Count(ctx)
	refused(t, err, "No permission to read for the Student.enrolments attribute")
	_, err = must(dataclasses.Related[Student](dataclasses.Of[Course](ds).All(), "students")).Count(ctx)
	refused(t, err, "No permission to read for the Course.students attribute")
}

// Selections without a sort are read in the order of their keys, those with one in it, ordered members in their own order, with
// repetitions. Only sets of keys that are no whole numbers are in the order in which they were made, which is the same each time.
//
// O-300, O-320, O-346
func TestOrderOfIteration(t *testing.T) {
	t.Parallel()
	forEachKey(t, 7, iterationOrder[Item], iterationOrder[Sign], iterationOrder[Place])
}

func iterationOrder[T any](t *testing.T, w world[T]) {
	ctx := t.Context()
	upTo, odd := must(w.class.Query("n < 5")), must(w.class.Query("n in [5,3,1]"))
	backwards := must(w.class.All().OrderBy("n desc"))
	set := w.class.NewSelection()
	list := w.class.NewSelection(dataclasses.KeepOrder)
	for _, n := range []int64{4, 0, 4, 2} {
		for _, s := range []*dataclasses.Selection[T]{set, list} {
			if err := s.Add(ctx, w.entity(t, n)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for what, tt := range map[string]struct {
		s    *dataclasses.Selection[T]
		want []int64
	}{
		"all":                     {w.class.All(), []int64{0, 1, 2, 3, 4, 5, 6}},
		"query":                   {odd, []int64{1, 3, 5}},
		"fixed query":             {must(odd.Fix(ctx)), []int64{1, 3, 5}},
		"lazy or":                 {must(odd.Or(ctx, upTo)), []int64{0, 1, 2, 3, 4, 5}},
		"or of fixed ones":        {must(must(odd.Fix(ctx)).Or(ctx, must(upTo.Fix(ctx)))), []int64{0, 1, 2, 3, 4, 5}},
		"and of sorted ones":      {must(backwards.And(ctx, odd)), []int64{1, 3, 5}},
		"set":                     {set, []int64{0, 2, 4}},
		"list":                    {list, []int64{4, 0, 4, 2}},
		"part of a list":          {list.Slice(1, 3), []int64{0, 4}},
		"copy of a list":          {list.Copy(), []int64{4, 0, 4, 2}},
		"sorted list":             {must(list.OrderBy("n")), []int64{0, 2, 4}},
		"sorted":                  {backwards, []int64{6, 5, 4, 3, 2, 1, 0}},
		"fixed sorted":            {must(backwards.Fix(ctx)), []int64{6, 5, 4, 3, 2, 1, 0}},
		"query of a sorted one":   {must(backwards.Query("n > 3")), []int64{6, 5, 4}},
		"part from the end":       {backwards.Slice(-3, dataclasses.End), []int64{2, 1, 0}},
		"part of a copy, shared":  {backwards.Copy(dataclasses.Shared).Slice(0, 2), []int64{6, 5}},
		"minus in its order":      {must(backwards.Minus(ctx, odd, dataclasses.KeepOrder)), []int64{6, 4, 2, 0}},
		"sort of the sort wins":   {must(backwards.OrderBy("n")), []int64{0, 1, 2, 3, 4, 5, 6}},
		"minus of a list, sorted": {must(must(list.Minus(ctx, odd)).OrderBy("n desc")), []int64{4, 2, 0}},
	} {
		first, again := w.numbers(t, tt.s), w.numbers(t, tt.s)
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("%s, read again (-first +second):\n%s", what, diff)
		}
		if _, numbers := any(w).(world[Item]); !numbers && (what == "set" || what == "or of fixed ones") {
			slices.Sort(first)
		}
		if diff := cmp.Diff(tt.want, first); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	// Several selections hold the same entities; a part holds what the whole does.
	part := must(list.Slice(0, 2).Fix(ctx))
	e := must(part.First(ctx))
	if !must(list.Contains(ctx, e)) || !must(set.Contains(ctx, e)) || !must(backwards.Contains(ctx, e)) {
		t.Error("the entity of one selection is not in the others")
	}
}
