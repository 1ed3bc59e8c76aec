package northwind_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/northwind"
	"github.com/ordago/ordago/model"
)

type (
	customers = dataclasses.Selection[northwind.Customer]
	orders    = dataclasses.Selection[northwind.Order]
	products  = dataclasses.Selection[northwind.Product]
)

// question is asked of the datastore and of its tables; both give the same rows, in the same order.
type question struct {
	name string
	ask  func(ctx context.Context, ds *dataclasses.DataStore) ([][]any, error)
	sql  string
}

// objects reads attributes of a selection as rows.
func objects[T any](ctx context.Context, s *dataclasses.Selection[T], paths ...string) ([][]any, error) {
	var pairs []string
	for _, path := range paths {
		pairs = append(pairs, path, path)
	}
	found, err := s.ExtractObjects(ctx, pairs...)
	rows := make([][]any, len(found))
	for i, object := range found {
		for _, path := range paths {
			rows[i] = append(rows[i], object[path])
		}
	}
	return rows, err
}

// query queries a dataclass and reads attributes of what it finds.
func query[T any](text string, values []any, paths ...string) func(context.Context, *dataclasses.DataStore) ([][]any, error) {
	return func(ctx context.Context, ds *dataclasses.DataStore) ([][]any, error) {
		s, err := dataclasses.Of[T](ds).Query(text, values...)
		if err != nil {
			return nil, err
		}
		return objects(ctx, s, paths...)
	}
}

// must is for selections of the tests: their queries are constants.
func must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}

func rows[V any](values []V, err error) ([][]any, error) {
	all := make([][]any, len(values))
	for i, v := range values {
		all[i] = []any{v}
	}
	return all, err
}

func ordersOf(ds *dataclasses.DataStore, text string, values ...any) *orders {
	return must(dataclasses.Of[northwind.Order](ds).Query(text, values...))
}

func whoOrdered(ds *dataclasses.DataStore, product string) *customers {
	return must(dataclasses.Of[northwind.Customer](ds).Query("orders.lines.product.productName = :1", product))
}

func questions() []question {
	return slices.Concat(queries(), relations(), aggregates(), selections())
}

func queries() []question {
	day := func(y, m, d int) model.Day { return model.NewDay(y, time.Month(m), d) }
	return []question{
		{"customers of a country", query[northwind.Customer]("country = :1 order by customerID", []any{"GERMANY"}, "customerID", "companyName"),
			`SELECT CustomerID, CompanyName FROM Customers WHERE Country = 'Germany' ORDER BY CustomerID`},
		{"a city without its accents", query[northwind.Customer]("city = 'mexico d.f.' order by customerID desc", nil, "companyName"),
			`SELECT CompanyName FROM Customers WHERE City = 'México D.F.' ORDER BY CustomerID DESC`},
		{"orders that were never shipped", query[northwind.Order]("shippedDate = null and freight > 20 order by freight desc, orderID", nil, "orderID", "freight"),
			`SELECT OrderID, CAST(Freight AS REAL) FROM Orders WHERE ShippedDate IS NULL AND Freight > 20 ORDER BY Freight DESC, OrderID`},
		{"orders of a quarter", query[northwind.Order]("orderDate >= :1 and orderDate < :2 and not (employeeID in :3)", []any{day(1997, 1, 1), day(1997, 4, 1), []any{1, 2, 3, 4}}, "orderID"),
			`SELECT OrderID FROM Orders WHERE OrderDate >= '1997-01-01' AND OrderDate < '1997-04-01' AND EmployeeID NOT IN (1, 2, 3, 4) ORDER BY OrderID`},
		{"products by a word of their names", query[northwind.Product](`productName % 'Sauce' or productName % hot`, nil, "productName"),
			`SELECT ProductName FROM Products WHERE ' ' || ProductName || ' ' LIKE '% sauce %' OR ' ' || ProductName || ' ' LIKE '% hot %' ORDER BY ProductID`},
		{"who has a picture", query[northwind.Category]("picture != null order by categoryName desc", nil, "categoryName"),
			`SELECT CategoryName FROM Categories WHERE Picture IS NOT NULL ORDER BY CategoryName DESC`},
		{"what has no picture", query[northwind.Category]("picture = null", nil, "categoryName"),
			`SELECT CategoryName FROM Categories WHERE Picture IS NULL`},
		{"employees born before others", query[northwind.Employee]("birthDate < :1 order by birthDate", []any{day(1960, 1, 1)}, "lastName"),
			`SELECT LastName FROM Employees WHERE BirthDate < '1960-01-01' ORDER BY BirthDate`},
	}
}

func relations() []question {
	return []question{
		{"orders by customer and employee", query[northwind.Order]("customer.country = france and employee.lastName = 'lever@' order by customer.companyName, orderID", nil, "orderID", "customer.companyName"),
			`SELECT o.OrderID, c.CompanyName FROM Orders o JOIN Customers c USING (CustomerID) JOIN Employees e USING (EmployeeID)
			WHERE c.Country = 'France' AND e.LastName LIKE 'Lever%' ORDER BY c.CompanyName COLLATE NOCASE, o.OrderID`},
		{"who ordered a product", query[northwind.Customer]("orders.lines.product.productName = chai", nil, "customerID"),
			`SELECT DISTINCT o.CustomerID FROM Orders o JOIN "Order Details" d USING (OrderID) JOIN Products p USING (ProductID) WHERE p.ProductName = 'Chai' ORDER BY 1`},
		{"who never ordered", query[northwind.Customer]("orders = null", nil, "companyName"),
			`SELECT CompanyName FROM Customers c WHERE NOT EXISTS (SELECT 1 FROM Orders o WHERE o.CustomerID = c.CustomerID) ORDER BY CustomerID`},
		{"who reports to those that report to somebody", query[northwind.Employee]("manager.manager.lastName = fuller order by lastName", nil, "lastName", "manager.lastName"),
			`SELECT e.LastName, m.LastName FROM Employees e JOIN Employees m ON m.EmployeeID = e.ReportsTo JOIN Employees mm ON mm.EmployeeID = m.ReportsTo
			WHERE mm.LastName = 'Fuller' ORDER BY e.LastName`},
		{"whose reports have reports", query[northwind.Employee]("reports.reports.employeeID > 0", nil, "lastName", "manager.lastName"),
			`SELECT LastName, NULL FROM Employees e WHERE EXISTS (SELECT 1 FROM Employees r JOIN Employees rr ON rr.ReportsTo = r.EmployeeID WHERE r.ReportsTo = e.EmployeeID)`},
		{"employees of a region by a key of two parts", query[northwind.EmployeeTerritory]("territory.region.regionDescription = 'southern@'", nil, "employee.lastName", "territoryID"),
			`SELECT e.LastName, et.TerritoryID FROM EmployeeTerritories et JOIN Employees e USING (EmployeeID) JOIN Territories t USING (TerritoryID) WHERE t.RegionID = 4
			ORDER BY et.EmployeeID, et.TerritoryID`},
		{"lines by an alias over two relations", query[northwind.Line]("customerName = 'blauer see@' and quantity >= 15", nil, "orderID", "productID", "customerName"),
			`SELECT d.OrderID, d.ProductID, c.CompanyName FROM "Order Details" d JOIN Orders o USING (OrderID) JOIN Customers c USING (CustomerID)
			WHERE c.CustomerID = 'BLAUS' AND d.Quantity >= 15 ORDER BY d.OrderID, d.ProductID`},
		{"suppliers of what a customer ordered", func(ctx context.Context, ds *dataclasses.DataStore) ([][]any, error) {
			suppliers, err := dataclasses.Related[northwind.Supplier](ordersOf(ds, "customerID = ALFKI"), "lines.product.supplier")
			if err != nil {
				return nil, err
			}
			return objects(ctx, suppliers, "supplierID", "companyName")
		}, `SELECT DISTINCT s.SupplierID, s.CompanyName FROM Suppliers s JOIN Products p USING (SupplierID) JOIN "Order Details" d USING (ProductID) JOIN Orders o USING (OrderID)
			WHERE o.CustomerID = 'ALFKI' ORDER BY 1`},
		{"regions of the British by an alias to many", func(ctx context.Context, ds *dataclasses.DataStore) ([][]any, error) {
			regions, err := dataclasses.Related[northwind.Region](must(dataclasses.Of[northwind.Employee](ds).Query("employeeID in [5, 6, 7, 9]")), "regions")
			if err != nil {
				return nil, err
			}
			return objects(ctx, regions, "regionID")
		}, `SELECT DISTINCT t.RegionID FROM EmployeeTerritories et JOIN Territories t USING (TerritoryID) WHERE et.EmployeeID IN (5, 6, 7, 9) ORDER BY 1`},
	}
}

func aggregates() []question {
	return []question{
		{"freight of one employee's orders", func(ctx context.Context, ds *dataclasses.DataStore) ([][]any, error) {
			s := ordersOf(ds, "employeeID = 4")
			least, _, err := dataclasses.Min[float64](ctx, s, "freight")
			if err != nil {
				return nil, err
			}
			last, _, err := dataclasses.Max[model.Day](ctx, s, "shippedDate")
			if err != nil {
				return nil, err
			}
			average, _, err := s.Average(ctx, "freight")
			if err != nil {
				return nil, err
			}
			shipped, err := s.CountOf(ctx, "shippedDate")
			return [][]any{{least, last.String(), average, int64(shipped)}}, err
		}, `SELECT MIN(Freight), date(MAX(ShippedDate)), AVG(Freight), COUNT(ShippedDate) FROM Orders WHERE EmployeeID = 4`},
		{"what was sold of each category", func(ctx context.Context, ds *dataclasses.DataStore) ([][]any, error) {
			sums, err := dataclasses.SumBy[string, int64](ctx, dataclasses.Of[northwind.Line](ds).All(), "product.category.categoryName", "quantity")
			var all [][]any
			for _, name := range slices.Sorted(maps.Keys(sums)) {
				all = append(all, []any{name, sums[name]})
			}
			return all, err
		}, `SELECT c.CategoryName, SUM(d.Quantity) FROM "Order Details" d JOIN Products p USING (ProductID) JOIN Categories c USING (CategoryID) GROUP BY 1 ORDER BY 1`},
		{"what one shipper carried", func(ctx context.Context, ds *dataclasses.DataStore) ([][]any, error) {
			sum, err := dataclasses.Sum[int64](ctx, must(dataclasses.Of[northwind.Line](ds).Query("order.shipper.companyName = 'united@' and discount > 0")), "quantity")
			return [][]any{{sum}}, err
		}, `SELECT SUM(d.Quantity) FROM "Order Details" d JOIN Orders o USING (OrderID) WHERE o.ShipVia = 2 AND d.Discount > 0`},
		{"countries and how many customers are there", func(ctx context.Context, ds *dataclasses.DataStore) ([][]any, error) {
			counts, err := dataclasses.DistinctCounts[string](ctx, must(dataclasses.Of[northwind.Customer](ds).Query("country != null")), "country")
			var all [][]any
			for _, c := range counts {
				all = append(all, []any{c.Value, int64(c.Count)})
			}
			return all, err
		}, `SELECT Country, COUNT(*) FROM Customers WHERE Country IS NOT NULL GROUP BY 1 ORDER BY 1`},
		{"countries that deliver and buy", func(ctx context.Context, ds *dataclasses.DataStore) ([][]any, error) {
			from := must(dataclasses.Of[northwind.Line](ds).Query("product.supplier.country = 'J@' and order.customer.country = 'G@'"))
			return rows(dataclasses.Distinct[string](ctx, from, "customerName"))
		}, `SELECT DISTINCT c.CompanyName FROM "Order Details" d JOIN Products p USING (ProductID) JOIN Suppliers s USING (SupplierID) JOIN Orders o USING (OrderID)
			JOIN Customers c USING (CustomerID) WHERE s.Country = 'Japan' AND c.Country = 'Germany' ORDER BY 1 COLLATE NOCASE`},
		{"the amounts of an order's lines", func(ctx context.Context, ds *dataclasses.DataStore) ([][]any, error) {
			return rows(dataclasses.Extract[float64](ctx, must(dataclasses.Of[northwind.Line](ds).Query("orderID = 10250 order by productID desc")), "amount"))
		}, `SELECT UnitPrice * Quantity * (1 - Discount) FROM "Order Details" WHERE OrderID = 10250 ORDER BY ProductID DESC`},
	}
}

func selections() []question {
	byPrice := func(ds *dataclasses.DataStore) *products {
		return must(dataclasses.Of[northwind.Product](ds).All().OrderBy("unitPrice desc, productID"))
	}
	return []question{
		{"who ordered both, fixed or not", func(ctx context.Context, ds *dataclasses.DataStore) ([][]any, error) {
			both := must(whoOrdered(ds, "Chai").And(ctx, must(whoOrdered(ds, "Tofu").Fix(ctx))))
			lazily := must(whoOrdered(ds, "Chai").And(ctx, whoOrdered(ds, "Tofu")))
			if must(both.Count(ctx)) != must(lazily.Count(ctx)) {
				return nil, nil
			}
			return objects(ctx, must(both.OrderBy("customerID")), "customerID")
		}, `SELECT CustomerID FROM Orders JOIN "Order Details" USING (OrderID) WHERE ProductID = 1
			INTERSECT SELECT CustomerID FROM Orders JOIN "Order Details" USING (OrderID) WHERE ProductID = 14 ORDER BY 1`},
		{"who ordered one and not the other", func(ctx context.Context, ds *dataclasses.DataStore) ([][]any, error) {
			return objects(ctx, must(whoOrdered(ds, "Chai").Minus(ctx, whoOrdered(ds, "Tofu"))), "customerID")
		}, `SELECT CustomerID FROM Orders JOIN "Order Details" USING (OrderID) WHERE ProductID = 1
			EXCEPT SELECT CustomerID FROM Orders JOIN "Order Details" USING (OrderID) WHERE ProductID = 14 ORDER BY 1`},
		{"who ordered one of them", func(ctx context.Context, ds *dataclasses.DataStore) ([][]any, error) {
			return objects(ctx, must(whoOrdered(ds, "Chai").Or(ctx, whoOrdered(ds, "Tofu"))), "customerID")
		}, `SELECT CustomerID FROM Orders JOIN "Order Details" USING (OrderID) WHERE ProductID IN (1, 14) GROUP BY 1 ORDER BY 1`},
		{"the most expensive products", func(ctx context.Context, ds *dataclasses.DataStore) ([][]any, error) {
			return objects(ctx, byPrice(ds).Slice(0, 10), "productName", "unitPrice")
		}, `SELECT ProductName, CAST(UnitPrice AS REAL) FROM Products ORDER BY UnitPrice DESC, ProductID LIMIT 10`},
		{"the cheapest products, from the end", func(ctx context.Context, ds *dataclasses.DataStore) ([][]any, error) {
			return objects(ctx, byPrice(ds).Slice(-5, -1), "productName")
		}, `SELECT ProductName FROM (SELECT * FROM Products ORDER BY UnitPrice, ProductID DESC LIMIT 4 OFFSET 1) ORDER BY UnitPrice DESC, ProductID`},
		{"places of a supplier's products", func(ctx context.Context, ds *dataclasses.DataStore) ([][]any, error) {
			ranges, err := byPrice(ds).Selected(ctx, must(dataclasses.Of[northwind.Product](ds).Query("supplierID = 4")))
			var all [][]any
			for _, r := range ranges {
				for i := r.Start; i <= r.End; i++ {
					all = append(all, []any{int64(i)})
				}
			}
			return all, err
		}, `SELECT n FROM (SELECT SupplierID, ROW_NUMBER() OVER (ORDER BY UnitPrice DESC, ProductID) - 1 AS n FROM Products) WHERE SupplierID = 4 ORDER BY n`},
		{"the staff as objects", func(ctx context.Context, ds *dataclasses.DataStore) ([][]any, error) {
			found, err := must(dataclasses.Of[northwind.Employee](ds).All().OrderBy("lastName")).
				ToCollection(ctx, "lastName, manager.lastName, reports.employeeID", dataclasses.CollectionOptions{PrimaryKey: true})
			var all [][]any
			for _, e := range found {
				var manager any
				if m, ok := e["manager"].(map[string]any); ok {
					manager = m["lastName"]
				}
				all = append(all, []any{e["__KEY"], e["lastName"], manager, int64(len(e["reports"].([]map[string]any)))})
			}
			return all, err
		}, `SELECT e.EmployeeID, e.LastName, m.LastName, (SELECT COUNT(*) FROM Employees r WHERE r.ReportsTo = e.EmployeeID) FROM Employees e
			LEFT JOIN Employees m ON m.EmployeeID = e.ReportsTo ORDER BY e.LastName`},
		{"a line by its key of two parts", func(ctx context.Context, ds *dataclasses.DataStore) ([][]any, error) {
			line, err := dataclasses.Of[northwind.Line](ds).Get(ctx, 10248, 42)
			if err != nil {
				return nil, err
			}
			product, err := dataclasses.RelatedEntity[northwind.Product](ctx, line, "product")
			if err != nil {
				return nil, err
			}
			return [][]any{{line.Value.Quantity, product.Value.ProductName}}, nil
		}, `SELECT d.Quantity, p.ProductName FROM "Order Details" d JOIN Products p USING (ProductID) WHERE d.OrderID = 10248 AND d.ProductID = 42`},
		{"names by their length", func(ctx context.Context, ds *dataclasses.DataStore) ([][]any, error) {
			s, err := dataclasses.OrderByFormula(ctx, dataclasses.Of[northwind.Shipper](ds).All(),
				func(_ context.Context, e *dataclasses.Entity[northwind.Shipper]) (int, error) {
					return len(e.Value.CompanyName), nil
				}, dataclasses.Descending)
			if err != nil {
				return nil, err
			}
			return objects(ctx, s, "companyName")
		}, `SELECT CompanyName FROM Shippers ORDER BY LENGTH(CompanyName) DESC, ShipperID`},
	}
}

// The questions are answered through the dataclasses as SQL answers them on the same tables.
//
// O-100, O-119, O-130, O-330, O-331, O-332, O-334, O-345, O-355, O-356, O-357, O-359, O-361, O-363, O-467
func TestQuestions(t *testing.T) {
	t.Parallel()
	f := open(t)
	plain := dataclasses.Of[northwind.Category](f.ds).New() // all that are there have a picture
	plain.Value.CategoryName = "Kitchenware"
	check(t, plain.Save(t.Context()))
	for _, q := range questions() {
		t.Run(q.name, func(t *testing.T) {
			want := f.query(t, q.sql)
			if len(want) == 0 || want[0][0] == nil {
				t.Fatal("the expected result is empty: the test would prove nothing")
			}
			got, err := q.ask(t.Context(), f.ds)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateApprox(1e-12, 0)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
