package model_test

import (
	"fmt"

	"gorm.io/gorm/schema"

	"github.com/ordago/ordago/model"
)

func ExampleDescribe() {
	type Invoice struct {
		ID     uint
		Number string    `gorm:"size:20;unique"`
		Due    model.Day `orda:"name=dueDate"`
		Total  *float64
		model.Record
	}
	c, err := model.Describe(Invoice{}, schema.NamingStrategy{}, "invoice.go:12")
	if err != nil {
		fmt.Println(err)
		return
	}
	invoice := &Invoice{ID: 7, Number: "A-1", Due: model.NewDay(2026, 3, 1)}
	for _, a := range c.Attributes {
		v, err := a.Value(invoice)
		fmt.Println(a.Name, a.Kind, a.Type, v, err)
	}
	// Output:
	// ID storage long64 7 <nil>
	// number storage string A-1 <nil>
	// dueDate storage date 2026-03-01 <nil>
	// total storage number <nil> <nil>
}
