package proptest_test

import (
	"time"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
)

type City struct {
	ID         int
	Name       string
	Country    *string
	Inhabitant []Person `gorm:"foreignKey:CityID" orda:"name=inhabitants"`
}

// Person has an attribute of each type that can be searched, nullable and not.
type Person struct {
	ID     int
	Name   string  `gorm:"index"`
	Nick   *string `orda:"keywords"`
	Age    *int32
	Big    int64
	Score  *float64
	Active *bool
	Born   *model.Day
	Seen   *time.Time `gorm:"precision:6"`
	Shift  *time.Duration
	Token  *string `orda:"type=uuid"`
	Extra  model.JSON

	CityID  *int
	City    *City
	BossID  *int
	Boss    *Person
	Reports []Person `gorm:"foreignKey:BossID"`
	Orders  []Order
}

type Order struct {
	ID       int
	PersonID int
	Person   *Person
	Total    float64
	Note     *string
	Items    []Item
}

type Item struct {
	ID      int
	OrderID int
	Order   *Order
	Kind    string
	Count   int64
}

func definitions() []dataclasses.Definition {
	return []dataclasses.Definition{
		dataclasses.Define(dataclasses.WithoutStamp[City]()),
		dataclasses.Define(
			dataclasses.WithoutStamp[Person](),
			dataclasses.Alias[Person]("country", "city.country"),
			dataclasses.Alias[Person]("chief", "boss.name"),
		),
		dataclasses.Define(dataclasses.WithoutStamp[Order]()),
		dataclasses.Define(dataclasses.WithoutStamp[Item]()),
	}
}
