package dataclasses_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/model"
)

// Student and Course are many to many by way of Enrolment.
type Student struct {
	model.Record
	ID         int64
	Name       string
	Enrolments []Enrolment
}

type Course struct {
	model.Record
	ID         int64
	Name       string
	TeacherID  *int64
	Teacher    *Teacher
	Enrolments []Enrolment
}

type Teacher struct {
	model.Record
	ID      int64
	Name    string
	Salary  float64
	Courses []Course
}

type Enrolment struct {
	model.Record
	ID        int64
	StudentID int64
	Student   *Student
	CourseID  int64
	Course    *Course
}

// hiddenTeacher is a context in which the teacher of that name is hidden.
type hiddenTeacher struct{}

func school() []dataclasses.Definition {
	return []dataclasses.Definition{
		dataclasses.DefineExposed[Student](
			dataclasses.Alias[Student]("teacherList", "courseList.teacher"), // declared before its step
			dataclasses.Alias[Student]("courseList", "enrolments.course"),
			dataclasses.Alias[Student]("label", "title"), dataclasses.Alias[Student]("title", "name"),
		),
		dataclasses.DefineExposed[Course](
			dataclasses.Alias[Course]("teacherShout", "teacher.shout"),
			dataclasses.Alias[Course]("students", "enrolments.student"),
		),
		dataclasses.DefineExposed[Teacher](
			dataclasses.Computed("shout", func(_ context.Context, e *dataclasses.Entity[Teacher]) (string, error) {
				return strings.ToUpper(e.Value.Name), nil
			}),
			dataclasses.Restrict(func(ctx context.Context, c *dataclasses.DataClass[Teacher]) (*dataclasses.Selection[Teacher], error) {
				if name, ok := ctx.Value(hiddenTeacher{}).(string); ok {
					return c.Query("name != :1", name)
				}
				return nil, nil
			}),
		),
		dataclasses.DefineExposed[Enrolment](
			dataclasses.Alias[Enrolment]("teacher", "course.teacher"), dataclasses.Alias[Enrolment]("teacherName", "teacher.name"),
		),
	}
}

// teach makes two teachers, three courses and three students: Ann takes A and B of Kim, Bob takes B of Kim and C of Lee, Cid takes none.
func teach(t *testing.T, ds *dataclasses.DataStore) {
	t.Helper()
	kim, lee := create(t, ds, Teacher{Name: "Kim", Salary: 10}), create(t, ds, Teacher{Name: "Lee", Salary: 20})
	var courses []*dataclasses.Entity[Course]
	for i, name := range []string{"A", "B", "C"} {
		by := []*dataclasses.Entity[Teacher]{kim, kim, lee}[i]
		courses = append(courses, create(t, ds, Course{Name: name, TeacherID: &by.Value.ID}))
	}
	for _, s := range []struct {
		name  string
		takes []int
	}{{"Ann", []int{0, 1}}, {"Bob", []int{2, 1}}, {"Cid", nil}} {
		student := create(t, ds, Student{Name: s.name})
		for _, i := range s.takes {
			create(t, ds, Enrolment{StudentID: student.Value.ID, CourseID: courses[i].Value.ID})
		}
	}
}

// O-462, O-463, O-464
func TestAliasesOfRelations(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, school()...)
		teach(t, ds)
		ctx := t.Context()
		for _, tt := range []struct {
			student int
			hidden  string
			want    []string
		}{{1, "", []string{"Kim"}}, {2, "", []string{"Kim", "Lee"}}, {2, "Lee", []string{"Kim"}}, {3, "", []string{}}} {
			s, err := dataclasses.RelatedEntities[Teacher](get[Student](t, ds, tt.student), "teacherList")
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			in := ctx
			if tt.hidden != "" {
				in = context.WithValue(ctx, hiddenTeacher{}, tt.hidden)
			}
			for e, err := range s.Entities(in) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, e.Value.Name)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("teachers of student %d without %q (-want +got):\n%s", tt.student, tt.hidden, diff)
			}
		}
		one, err := dataclasses.RelatedEntity[Teacher](ctx, get[Enrolment](t, ds, 3), "teacher")
		if err != nil || one == nil || one.Value.Name != "Lee" {
			t.Errorf("teacher of an enrolment: %+v, %v", one, err)
		}
		if _, err := dataclasses.RelatedEntities[Course](get[Student](t, ds, 1), "teacherList"); err == nil {
			t.Error("teacherList was taken for courses")
		}
		if v, err := get[Course](t, ds, 3).Compute(ctx, "teacherShout"); err != nil || v != "LEE" {
			t.Errorf("alias of a computed attribute: %v, %v", v, err)
		}
		e := get[Student](t, ds, 1)
		if err := e.Set("teacherList", nil); err == nil || !strings.Contains(err.Error(), "is read-only") {
			t.Errorf("assignment to an alias of a relation: %v", err)
		}
	})
}

// O-465: both names show the new value, which is saved; the key of a saved entity stays.
func TestAssignmentToAnAlias(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, school()...)
		teach(t, ds)
		e := get[Student](t, ds, 1)
		if err := e.Set("label", "Anna"); err != nil {
			t.Fatal(err)
		}
		if v, err := e.Compute(t.Context(), "label"); v != "Anna" || err != nil || e.Value.Name != "Anna" {
			t.Errorf("label %v, %v, name %s", v, err, e.Value.Name)
		}
		if diff := cmp.Diff([]string{"name"}, e.TouchedAttributes()); diff != "" {
			t.Errorf("touched (-want +got):\n%s", diff)
		}
		save(t, e)
		remote := ds.Remote().Class("Student")
		if _, err := remote.Save(t.Context(), object(t, `{"__KEY":"1","name":"Anne","label":"Anna","title":"Anna"}`), nil); err != nil {
			t.Fatal(err)
		}
		if got := get[Student](t, ds, 1).Value.Name; got != "Anne" {
			t.Errorf("unchanged aliases undid the new name: %s", got)
		}
		if _, err := remote.Save(t.Context(), object(t, `{"__KEY":"1","label":"Anita"}`), nil); err != nil {
			t.Fatal(err)
		}
		if got := get[Student](t, ds, 1).Value.Name; got != "Anita" {
			t.Errorf("name after a client set the alias: %s", got)
		}
	})
}

// O-166, O-467: conditions, sorts and answers use aliases; related entities appear once and need no statement for each row.
func TestAliasesInQueriesAndAnswers(t *testing.T) {
	t.Parallel()
	ds, statements := openCounting(t, school()...)
	teach(t, ds)
	ctx := t.Context()
	students, enrolments := ds.Remote().Class("Student"), ds.Remote().Class("Enrolment")
	for filter, want := range map[string][]string{
		"teacherList.name = 'lee'": {"2"}, "teacherList.salary < 15": {"1", "2"}, "label = 'ann'": {"1"},
		"courseList.teacherShout = 'KIM'": nil,
	} {
		s, err := students.All().Query(filter, dataclasses.Values{})
		if want == nil {
			if _, ok := errors.AsType[*dataclasses.QueryError](err); !ok {
				t.Errorf("%s: %v, want a query error", filter, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", filter, err)
			continue
		}
		assertKeys(t, filter, s, want)
	}
	sorted, err := enrolments.All().OrderBy("teacherName desc, ID")
	if err != nil {
		t.Fatal(err)
	}
	assertKeys(t, "order by an alias", sorted, []string{"3", "1", "2", "4"})
	for _, tt := range []struct {
		class      *dataclasses.RemoteClass
		spec       dataclasses.ProjectionSpec
		want       string
		statements int64
	}{
		{students, dataclasses.ProjectionSpec{Attributes: []string{"label", "teacherList.name"}}, "Ann [Kim], Bob [Kim Lee], Cid []", 4},
		{students, dataclasses.ProjectionSpec{Attributes: []string{"label", "courseList.name", "courseList.teacherShout"}}, "Ann [A KIM B KIM], Bob [B KIM C LEE], Cid []", 4},
		{enrolments, dataclasses.ProjectionSpec{Attributes: []string{"teacher.name", "teacherName"}}, "{Kim} Kim, {Kim} Kim, {Lee} Lee, {Kim} Kim", 2},
	} {
		p, err := tt.class.Project(ctx, tt.spec)
		if err != nil {
			t.Fatal(err)
		}
		n := statements(func() {
			page, err := tt.class.All().Page(ctx, p, 0, 10)
			if err != nil {
				t.Error(err)
				return
			}
			if got := rowsText(t, p, page.Rows); got != tt.want {
				t.Errorf("%v: %s, want %s", tt.spec.Attributes, got, tt.want)
			}
		})
		if n != tt.statements {
			t.Errorf("%v: %d statements, want %d", tt.spec.Attributes, n, tt.statements)
		}
	}
	hidden := context.WithValue(ctx, hiddenTeacher{}, "Kim")
	p, err := students.Project(hidden, dataclasses.ProjectionSpec{Attributes: []string{"label", "teacherList.name"}})
	if err != nil {
		t.Fatal(err)
	}
	page, err := students.All().Page(hidden, p, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if got := rowsText(t, p, page.Rows); got != "Ann [], Bob [Lee], Cid []" {
		t.Errorf("with a hidden teacher: %s", got)
	}
}

// O-463
func TestMistakesInAliases(t *testing.T) {
	t.Parallel()
	_, err := dataclasses.Open(ordatest.SQLite(t),
		dataclasses.DefineExposed[Student](
			dataclasses.Alias[Student]("a", "b"), dataclasses.Alias[Student]("b", "c"), dataclasses.Alias[Student]("c", "a"),
			dataclasses.Alias[Student]("twice", "name"), dataclasses.Alias[Student]("twice", "ID"), dataclasses.Alias[Student]("far", "name.first"),
		),
		dataclasses.DefineExposed[Course](dataclasses.Alias[Course]("early", "teacher.shout.length")), dataclasses.DefineExposed[Enrolment](),
		dataclasses.DefineExposed[Teacher](dataclasses.Computed("shout", func(context.Context, *dataclasses.Entity[Teacher]) (string, error) { return "", nil })))
	for _, want := range []string{
		"alias a of Student: it leads to itself", "alias twice of Student is declared twice, first at alias_test.go",
		"alias far of Student: name of Student is a storage attribute and can only be the last step",
		"alias early of Course: shout of Teacher is a calculated attribute and can only be the last step",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q: %v", want, err)
		}
	}
}
