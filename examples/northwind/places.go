package northwind

import (
	"context"

	"github.com/ordago/ordago/dataclasses"
)

// Supplier delivers products.
type Supplier struct {
	SupplierID  int64  `gorm:"column:SupplierID;primaryKey"`
	CompanyName string `gorm:"column:CompanyName"`
	Country     string `gorm:"column:Country"`
	Products    []Product
}

// TableName is GORM's.
func (Supplier) TableName() string { return "Suppliers" }

// Shipper carries orders.
type Shipper struct {
	ShipperID   int64   `gorm:"column:ShipperID;primaryKey"`
	CompanyName string  `gorm:"column:CompanyName"`
	Orders      []Order `gorm:"foreignKey:ShipVia"`
}

// TableName is GORM's.
func (Shipper) TableName() string { return "Shippers" }

// Region has territories.
type Region struct {
	RegionID          int64  `gorm:"column:RegionID;primaryKey;autoIncrement:false"`
	RegionDescription string `gorm:"column:RegionDescription"`
	Territories       []Territory
}

// TableName is GORM's.
func (Region) TableName() string { return "Regions" }

// Territory has a text key that looks like a number.
type Territory struct {
	TerritoryID          string `gorm:"column:TerritoryID;primaryKey"`
	TerritoryDescription string `gorm:"column:TerritoryDescription"`
	RegionID             int64  `gorm:"column:RegionID"`
	Region               *Region
	Employees            []EmployeeTerritory
}

// TableName is GORM's.
func (Territory) TableName() string { return "Territories" }

// EmployeeTerritory makes employees and territories many to many; its key is both of theirs.
type EmployeeTerritory struct {
	EmployeeID  int64  `gorm:"column:EmployeeID;primaryKey;autoIncrement:false"`
	TerritoryID string `gorm:"column:TerritoryID;primaryKey"`
	Employee    *Employee
	Territory   *Territory
}

// TableName is GORM's.
func (EmployeeTerritory) TableName() string { return "EmployeeTerritories" }

// amount is what a line costs.
func amount(_ context.Context, l *dataclasses.Entity[Line]) (float64, error) {
	return l.Value.UnitPrice * float64(l.Value.Quantity) * (1 - l.Value.Discount), nil
}

// places declares the dataclasses of this file.
func places() []dataclasses.Definition {
	return []dataclasses.Definition{
		dataclasses.DefineExposed[Supplier](dataclasses.WithoutStamp[Supplier]()),
		dataclasses.DefineExposed[Shipper](dataclasses.WithoutStamp[Shipper]()),
		dataclasses.DefineExposed[Region](dataclasses.WithoutStamp[Region]()),
		dataclasses.DefineExposed[Territory](dataclasses.WithoutStamp[Territory]()),
		dataclasses.DefineExposed[EmployeeTerritory](dataclasses.WithoutStamp[EmployeeTerritory]()),
	}
}
