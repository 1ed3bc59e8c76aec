package query_test

import (
	"errors"
	"fmt"

	"github.com/ordago/ordago/internal/query"
)

// How is a query read, and what is in it?
func ExampleParse() {
	q, err := query.Parse("name = 'h@' AND employer.city=:1 order by name desc", query.ORDA)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, condition := range q.Where.(*query.And).Operands {
		c := condition.(*query.Comparison)
		fmt.Println(c.Path, c.Op)
	}
	fmt.Println(q)
	// Output:
	// name =
	// employer.city =
	// name = 'h@' and employer.city = :1 order by name desc
}

// How is a mistake shown?
func ExampleError_Caret() {
	_, err := query.Parse("salary => 1000", query.ORDA)
	fmt.Println(err)
	if e, ok := errors.AsType[*query.Error](err); ok {
		fmt.Println(e.Caret())
	}
	// Output:
	// query: column 8: unknown comparator "=>", did you mean ">="?
	// salary => 1000
	//        ^
}
