package northwind_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/northwind"
	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/sqlite"
)

// source is the database that the test copies.
const source = "../../../shared/data/northwind.sqlite"

type fixture struct {
	url string
	ds  *dataclasses.DataStore
	sql *sql.DB // plain SQL on the same file: what the expected values come from
}

// open opens a copy of the database.
func open(t *testing.T) *fixture {
	t.Helper()
	data, err := os.ReadFile(source)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not there: this test needs the Northwind database", filepath.Base(source))
	}
	check(t, err)
	path := filepath.Join(t.TempDir(), "northwind.sqlite")
	check(t, os.WriteFile(path, data, 0o600))
	dialector := sqlite.Open(path)
	db, err := gorm.Open(dialector, &gorm.Config{})
	check(t, err)
	ds, err := dataclasses.Open(db, northwind.Definitions()...)
	check(t, err)
	t.Cleanup(func() { check(t, ds.Close()) })
	return &fixture{ds: ds, sql: dialector.Readers()}
}

// serve serves a copy of the database over HTTP.
func serve(t *testing.T) *fixture {
	t.Helper()
	f := open(t)
	manager := &session.Manager{}
	t.Cleanup(func() { check(t, manager.Close()) })
	server := httptest.NewServer(rest.Handler(f.ds.Remote(), manager))
	t.Cleanup(server.Close)
	f.url = server.URL + "/rest/"
	return f
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) get(t *testing.T, target string) map[string]any {
	t.Helper()
	response, err := http.Get(f.url + target)
	check(t, err)
	return answer(t, target, response)
}

func (f *fixture) post(t *testing.T, target, body string) map[string]any {
	t.Helper()
	response, err := http.Post(f.url+target, "application/json", bytes.NewBufferString(body))
	check(t, err)
	return answer(t, target, response)
}

func answer(t *testing.T, target string, response *http.Response) map[string]any {
	t.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	check(t, err)
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s\n%s", target, response.Status, body)
	}
	var got map[string]any
	check(t, json.Unmarshal(body, &got))
	return got
}

func (f *fixture) query(t *testing.T, statement string) [][]any {
	t.Helper()
	rows, err := f.sql.QueryContext(t.Context(), statement)
	check(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	check(t, err)
	var all [][]any
	for rows.Next() {
		row := make([]any, len(columns))
		targets := make([]any, len(columns))
		for i := range row {
			targets[i] = &row[i]
		}
		check(t, rows.Scan(targets...))
		all = append(all, row)
	}
	check(t, rows.Err())
	return all
}

func TestCustomerByTextKey(t *testing.T) {
	t.Parallel()
	f := serve(t)
	want := f.query(t, `SELECT CompanyName, City FROM Customers WHERE CustomerID = 'BLAUS'`)[0]
	got := f.get(t, "Customer(BLAUS)")
	if diff := cmp.Diff([]any{"BLAUS", want[0], want[1]}, []any{got["__KEY"], got["companyName"], got["city"]}); diff != "" {
		t.Errorf("Customer(BLAUS) (-want +got):\n%s", diff)
	}
}

func TestPageOfOrdersExpanded(t *testing.T) {
	t.Parallel()
	f := serve(t)
	want := f.query(t, `SELECT o.OrderID, c.CompanyName, e.LastName FROM Orders o LEFT JOIN Customers c ON c.CustomerID = o.CustomerID
		LEFT JOIN Employees e ON e.EmployeeID = o.EmployeeID ORDER BY o.OrderDate DESC, o.OrderID LIMIT 20 OFFSET 40`)
	page := f.get(t, "Order?$orderby="+url.QueryEscape("orderDate desc, orderID")+"&$skip=40&$top=20&$expand=customer,employee")
	var got [][]any
	for _, row := range page["__ENTITIES"].([]any) {
		order := row.(map[string]any)
		got = append(got, []any{int64(order["orderID"].(float64)), order["customer"].(map[string]any)["companyName"], order["employee"].(map[string]any)["lastName"]})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("orders (-want +got):\n%s", diff)
	}
	if count := f.query(t, `SELECT COUNT(*) FROM Orders`)[0][0].(int64); page["__COUNT"] != float64(count) {
		t.Errorf("count %v, want %d", page["__COUNT"], count)
	}
}

func TestFilterOverTwoRelations(t *testing.T) {
	t.Parallel()
	f := serve(t)
	want := f.query(t, `SELECT o.OrderID FROM Orders o JOIN Customers c ON c.CustomerID = o.CustomerID JOIN Employees e ON e.EmployeeID = o.EmployeeID
		WHERE c.Country LIKE 'Ger%' AND e.LastName LIKE 'k%' ORDER BY o.OrderID`)
	if len(want) == 0 {
		t.Fatal("the expected result is empty: the test would prove nothing")
	}
	page := f.get(t, "Order?$top=1000&$filter="+url.QueryEscape(`customer.country = 'Ger@' and employee.lastName = 'k@'`))
	var got [][]any
	for _, row := range page["__ENTITIES"].([]any) {
		got = append(got, []any{int64(row.(map[string]any)["orderID"].(float64))})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("orders (-want +got):\n%s", diff)
	}
}

func TestSumOfAnOrdersLines(t *testing.T) {
	t.Parallel()
	f := serve(t)
	want := f.query(t, `SELECT SUM(UnitPrice * Quantity * (1 - Discount)) FROM "Order Details" WHERE OrderID = 10250`)[0][0].(float64)
	got := f.post(t, "Order(10250)/total", "[]")["result"].(float64)
	if math.Abs(got-want) > 1e-9 {
		t.Errorf("total of order 10250: %v, want %v", got, want)
	}
}

func TestUpdateFiresTheTrigger(t *testing.T) {
	t.Parallel()
	f := serve(t)
	city := f.query(t, `SELECT UPPER(ShipCity) FROM Orders WHERE OrderID = 10248`)[0][0]
	got := f.post(t, "Order?$method=update", `{"__KEY":"10248","freight":1.5}`)
	if got["shipCity"] != city || got["freight"] != 1.5 {
		t.Errorf("answer of the update: %v", got)
	}
	stored := f.query(t, `SELECT ShipCity, Freight FROM Orders WHERE OrderID = 10248`)[0]
	if diff := cmp.Diff([]any{city, 1.5}, stored); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
}

//
func TestCompositeKeyAndSelfRelation(t *testing.T) {
	t.Parallel()
	f := serve(t)
	want := f.query(t, `SELECT Quantity FROM "Order Details" WHERE OrderID = 10248 AND ProductID = 42`)[0][0].(int64)
	line := f.get(t, "Line(10248,42)?$expand=product")
	if line["__KEY"] != "10248,42" || line["quantity"] != float64(want) || line["product"].(map[string]any)["productID"] != 42.0 {
		t.Errorf("line: %v", line)
	}
	employee := f.get(t, "Employee(6)?$attributes=lastName,manager.lastName,manager.manager.lastName,reports.lastName,birthDate,photo")
	names := f.query(t, `SELECT e.LastName, m.LastName, mm.LastName FROM Employees e JOIN Employees m ON m.EmployeeID = e.ReportsTo
		JOIN Employees mm ON mm.EmployeeID = m.ReportsTo WHERE e.EmployeeID = 6`)[0]
	manager := employee["manager"].(map[string]any)
	got := []any{employee["lastName"], manager["lastName"], manager["manager"].(map[string]any)["lastName"]}
	if diff := cmp.Diff(names, got); diff != "" {
		t.Errorf("chain of managers (-want +got):\n%s", diff)
	}
	if count := employee["reports"].(map[string]any)["__COUNT"]; count != 0.0 {
		t.Errorf("reports of employee 6: %v, want 0", count)
	}
}
