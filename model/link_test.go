package model_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/model"
)

type Employee struct {
	ID        int
	Name      string
	ManagerID *int
	Manager   *Employee
	Reports   []*Employee `gorm:"foreignKey:ManagerID"`
	MentorID  *int
	Mentor    *Employee
	BadgeNo   string
	Badge     Badge `gorm:"foreignKey:BadgeNo;references:Number"`
}

type Badge struct {
	ID      int
	Number  string     `gorm:"unique"`
	Holders []Employee `gorm:"foreignKey:BadgeNo;references:Number;constraint:OnDelete:set null"`
}

func link(t *testing.T, structs ...any) []*model.Class {
	t.Helper()
	var classes []*model.Class
	for _, s := range structs {
		classes = append(classes, describe(t, s))
	}
	if err := model.Link(classes); err != nil {
		t.Fatalf("Link: %v", err)
	}
	return classes
}

// O-010, O-040
func TestLink(t *testing.T) {
	t.Parallel()
	classes := link(t, Employee{}, Badge{}, Book{}, Author{})
	got := map[string]string{}
	for _, c := range classes {
		for _, a := range c.Attributes {
			if a.Kind != model.Storage {
				got[full(a)] = strings.Join([]string{a.Kind.String(), a.Target.Name, full(a.ForeignKey), full(a.LinkedKey), full(a.Inverse)}, " ")
			}
		}
	}
	want := map[string]string{
		"1.Employee.manager": "relatedEntity Employee 1.Employee.managerID 1.Employee.ID 1.Employee.reports",
		"1.Employee.reports": "relatedEntities Employee 1.Employee.managerID 1.Employee.ID 1.Employee.manager",
		"1.Employee.mentor":  "relatedEntity Employee 1.Employee.mentorID 1.Employee.ID -",
		"1.Employee.badge":   "relatedEntity Badge 1.Employee.badgeNo 2.Badge.number 2.Badge.holders",
		"2.Badge.holders":    "relatedEntities Employee 1.Employee.badgeNo 2.Badge.number 1.Employee.badge",
		"3.Book.author":      "relatedEntity Author 3.Book.authorID 4.Author.ID 4.Author.books",
		"4.Author.books":     "relatedEntities Book 3.Book.authorID 4.Author.ID 3.Book.author",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("relations (-want +got):\n%s", diff)
	}
	if got := classes[0].Attribute("badge").OnDelete + "," + classes[1].Attribute("holders").OnDelete; got != "SET NULL,SET NULL" {
		t.Errorf("OnDelete = %s, want SET NULL on both sides", got)
	}
	if !classes[2].Attribute("authorID").Indexed {
		t.Error("a foreign key is not indexed")
	}
}

func full(a *model.Attribute) string {
	if a == nil {
		return "-"
	}
	return strings.Join([]string{string(rune('0' + a.Class.Number)), a.Class.Name, a.Name}, ".")
}

func TestLinkErrors(t *testing.T) {
	t.Parallel()
	type BookSelection struct{ ID int }
	type Other struct {
		_  struct{} `orda:"name=Book"`
		ID int
	}
	type Plain struct {
		ID   int
		Name string
	}
	type Linked struct {
		ID        int
		PlainName string
		Plain     Plain `gorm:"foreignKey:PlainName;references:Name"`
		OtherID   int
		Other     Plain `gorm:"constraint:OnDelete:EXPLODE"`
	}
	classes := []*model.Class{describe(t, Book{}), describe(t, BookSelection{}), describe(t, Other{}), describe(t, Plain{}), describe(t, Linked{})}
	err := model.Link(classes)
	if err == nil {
		t.Fatal("no error")
	}
	want := []string{
		"test.go:1: Book: the dataclass name is taken at test.go:1; choose another with _ struct{} `orda:\"name=…\"`",
		"test.go:1: BookSelection: the name is that of the selection class of Book; choose another with _ struct{} `orda:\"name=…\"`",
		"test.go:1: Book.Author: Author is no dataclass of the datastore; define it too, or exclude the field with gorm:\"-\"",
		"test.go:1: Linked.Plain: Plain.name is not unique, so it does not tell which entity is meant; add gorm:\"unique\" to it",
		"test.go:1: Linked.Other: unknown OnDelete:EXPLODE; write CASCADE, SET NULL, SET DEFAULT, RESTRICT or NO ACTION",
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}
