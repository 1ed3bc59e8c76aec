package proptest_test

import (
	"slices"
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

// definitions are exposed, for the dialect of REST.
func definitions() []dataclasses.Definition { return definitionsWith(nil, nil, nil, nil) }

// definitionsWith adds options to the dataclasses.
func definitionsWith(city []dataclasses.Option[City], person []dataclasses.Option[Person], order []dataclasses.Option[Order], item []dataclasses.Option[Item]) []dataclasses.Definition {
	return []dataclasses.Definition{
		dataclasses.DefineExposed(append(city, dataclasses.WithoutStamp[City](), dataclasses.Alias[City]("visitors", "inhabitants.reports"))...),
		dataclasses.DefineExposed(append(slices.Concat(person, derived()),
			dataclasses.WithoutStamp[Person](),
			dataclasses.Alias[Person]("country", "city.country"),
			dataclasses.Alias[Person]("chief", "boss.name"),
			dataclasses.Alias[Person]("callsign", "nick"),
			dataclasses.Alias[Person]("bossCity", "boss.city"),
			dataclasses.Alias[Person]("bossCountry", "boss.country"),
			dataclasses.Alias[Person]("bossExtra", "boss.extra"),
			dataclasses.Alias[Person]("deliveries", "orders.items"),
		)...),
		dataclasses.DefineExposed(append(order,
			dataclasses.WithoutStamp[Order](),
			dataclasses.Alias[Order]("buyer", "person.name"),
			dataclasses.Alias[Order]("colleagues", "person.reports"),
		)...),
		dataclasses.DefineExposed(append(item, dataclasses.WithoutStamp[Item](), dataclasses.Alias[Item]("customer", "order.person"))...),
	}
}
