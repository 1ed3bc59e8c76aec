// Package northwind serves a database that others have made: text keys, a self-relation, nullable dates, pictures, a table with a
// composite key and a blank in its name, no stamps. It shows what GORM models need so that such a schema becomes a datastore.
package northwind

import (
	"context"
	"strings"

	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/triggers"
)

// Customer has a text key.
type Customer struct {
	CustomerID  string  `gorm:"column:CustomerID;primaryKey"`
	CompanyName string  `gorm:"column:CompanyName"`
	ContactName *string `gorm:"column:ContactName"`
	City        *string `gorm:"column:City"`
	Country     *string `gorm:"column:Country"`
	Orders      []Order
}

// TableName is GORM's.
func (Customer) TableName() string { return "Customers" }

// Employee reports to another one.
type Employee struct {
	EmployeeID int64      `gorm:"column:EmployeeID;primaryKey"`
	LastName   string     `gorm:"column:LastName"`
	FirstName  string     `gorm:"column:FirstName"`
	BirthDate  *model.Day `gorm:"column:BirthDate"`
	Photo      []byte     `gorm:"column:Photo" orda:"type=image"`
	ReportsTo  *int64     `gorm:"column:ReportsTo"`
	Manager    *Employee  `gorm:"foreignKey:ReportsTo"`
	Reports    []Employee `gorm:"foreignKey:ReportsTo"`
	Orders     []Order

	Territories []EmployeeTerritory
}

// TableName is GORM's.
func (Employee) TableName() string { return "Employees" }

// Order has nullable dates and two N to 1 relations.
type Order struct {
	OrderID     int64      `gorm:"column:OrderID;primaryKey"`
	CustomerID  *string    `gorm:"column:CustomerID"`
	Customer    *Customer  `gorm:"references:CustomerID"`
	EmployeeID  *int64     `gorm:"column:EmployeeID"`
	Employee    *Employee  `gorm:"references:EmployeeID"`
	OrderDate   *model.Day `gorm:"column:OrderDate"`
	ShippedDate *model.Day `gorm:"column:ShippedDate"`
	Freight     float64    `gorm:"column:Freight"`
	ShipCity    *string    `gorm:"column:ShipCity"`
	ShipVia     *int64     `gorm:"column:ShipVia"`
	Shipper     *Shipper   `gorm:"foreignKey:ShipVia;references:ShipperID"`
	Lines       []Line
}

// TableName is GORM's.
func (Order) TableName() string { return "Orders" }

// BeforeUpdate is the trigger: freight is never negative, cities are written in capitals.
func (o *Order) BeforeUpdate(tx *gorm.DB) error {
	if o.Freight < 0 {
		return triggers.Rejectf(-15001, "freight of order %d is negative", o.OrderID)
	}
	if o.ShipCity != nil {
		city := strings.ToUpper(*o.ShipCity)
		o.ShipCity = &city
	}
	return nil
}

// Line has a composite key, in a table with a blank in its name.
type Line struct {
	OrderID   int64   `gorm:"column:OrderID;primaryKey;autoIncrement:false"`
	ProductID int64   `gorm:"column:ProductID;primaryKey;autoIncrement:false"`
	UnitPrice float64 `gorm:"column:UnitPrice"`
	Quantity  int64   `gorm:"column:Quantity"`
	Discount  float64 `gorm:"column:Discount"`
	Order     *Order
	Product   *Product
}

// TableName is GORM's.
func (Line) TableName() string { return "Order Details" }

// Product belongs to a category.
type Product struct {
	ProductID   int64     `gorm:"column:ProductID;primaryKey"`
	ProductName string    `gorm:"column:ProductName"`
	CategoryID  *int64    `gorm:"column:CategoryID"`
	Category    *Category `gorm:"references:CategoryID"`
	SupplierID  *int64    `gorm:"column:SupplierID"`
	Supplier    *Supplier `gorm:"references:SupplierID"`
	UnitPrice   float64   `gorm:"column:UnitPrice"`
	Lines       []Line
}

// TableName is GORM's.
func (Product) TableName() string { return "Products" }

// Category has a picture.
type Category struct {
	CategoryID   int64  `gorm:"column:CategoryID;primaryKey"`
	CategoryName string `gorm:"column:CategoryName"`
	Picture      []byte `gorm:"column:Picture" orda:"type=image"`
	Products     []Product
}

// TableName is GORM's.
func (Category) TableName() string { return "Categories" }

// total adds up the order's lines.
func total(ctx context.Context, _ *session.Session, o *dataclasses.Entity[Order], _ dataclasses.None) (float64, error) {
	lines, err := dataclasses.RelatedEntities[Line](o, "lines")
	if err != nil {
		return 0, err
	}
	sum := 0.0
	for line, err := range lines.Entities(ctx) {
		if err != nil {
			return 0, err
		}
		cost, err := amount(ctx, line)
		if err != nil {
			return 0, err
		}
		sum += cost
	}
	return sum, nil
}

// Definitions declares the dataclasses. The tables have no stamps.
func Definitions() []dataclasses.Definition {
	return append(places(),
		dataclasses.DefineExposed[Customer](dataclasses.WithoutStamp[Customer]()),
		dataclasses.DefineExposed[Employee](
			dataclasses.WithoutStamp[Employee](),
			dataclasses.Alias[Employee]("regions", "territories.territory.region"),
		),
		dataclasses.DefineExposed[Order](
			dataclasses.WithoutStamp[Order](),
			dataclasses.OnEntity(dataclasses.Exposed("total", total)),
		),
		dataclasses.DefineExposed[Line](
			dataclasses.WithoutStamp[Line](),
			dataclasses.Alias[Line]("customerName", "order.customer.companyName"),
			dataclasses.Computed("amount", amount),
		),
		dataclasses.DefineExposed[Product](dataclasses.WithoutStamp[Product]()),
		dataclasses.DefineExposed[Category](dataclasses.WithoutStamp[Category]()),
	)
}
