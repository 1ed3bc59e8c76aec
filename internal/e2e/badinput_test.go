package e2e_test

import (
	"net/http"
	"strings"
	"testing"
)

// badRequest is a request that must be refused in these words.
type badRequest struct {
	who, method, target, body string
	want                      refusal
}

// refused makes the usual refusal: status 500 with these codes.
func refused(message string, codes ...int) refusal { return refusal{500, codes, message} }

// missing is the refusal of a name that does not exist.
func missing(class, name string) refusal {
	return refusal{404, []int{1500, 1804}, `Attribute "` + name + `" not found in dataclass ` + class}
}

// notFound is the refusal of a resource that does not exist.
func notFound(message string) refusal { return refusal{404, []int{1800}, message} }

func filtered(filter, params string) string {
	if params == "" {
		return "Customer" + query("$filter", filter)
	}
	return "Customer" + query("$filter", filter, "$params", params)
}

func get(target string, want refusal) badRequest {
	return badRequest{"clara", http.MethodGet, target, "", want}
}

func post(target, body string, want refusal) badRequest {
	return badRequest{"clara", http.MethodPost, target, body, want}
}

func unknownNames() []badRequest {
	notFoundSet := refusal{404, []int{1802}, `Entity set "ABC" not found`}
	return []badRequest{
		get("Nope", notFound("Dataclass Nope not found")),
		get("customer", notFound("Dataclass customer not found")),
		get("Sequence", notFound("Dataclass Sequence not found")),
		get("$catalog/Nope", notFound("Dataclass Nope not found")),
		get("$nope", notFound("Unknown resource")),
		get("", notFound("Unknown resource")),
		get("Customer/nope", missing("Customer", "nope")),
		get("Customer(1)/nope", missing("Customer", "nope")),
		get("Customer:nope(1)", missing("Customer", "nope")),
		get("Customer?$attributes=nope", refused(`Attribute "nope" not found in dataclass Customer`, 1500, 1804)),
		get("Customer?$expand=nope", refused(`Attribute "nope" not found in dataclass Customer`, 1500, 1805)),
		get("Customer?$expand=name", refused(`Attribute "name" not found in dataclass Customer`, 1500, 1805)),
		get("Customer?$orderby=nope", refused(`Sort list not valid: query: attribute "nope" not found in dataclass Customer`, 1810)),
		get(filtered("nope = 1", ""), refused(`query: column 1: attribute "nope" not found in dataclass Customer`, 1500, 1201)),
		post("Customer/nope", `[]`, missing("Customer", "nope")),
		post("Customer(1)/nope", `[]`, missing("Customer", "nope")),
		post("$catalog/nope", `[]`, missing("DataStore", "nope")),
		post("Invoice(1)/recalculate", `[]`, missing("Invoice", "recalculate")),
		post("Invoice/approve", `[]`, missing("Invoice", "approve")),
		post("Invoice(1)/draft", `[1,[]]`, missing("Invoice", "draft")),
		get("Customer(9999)", notFound("Entity not found")),
		get("Customer(abc)", notFound("Entity not found")),
		get("Customer(1,2)", notFound("Entity not found")),
		get("Customer(99999999999999999999)", notFound("Entity not found")),
		get("Customer(18446744073709551615)", notFound("Entity not found")),
		get("Customer:creditLimit(18446744073709551615)", notFound("Entity not found")),
		get("Customer:creditLimit(1e400)", notFound("Entity not found")),
		get("Customer:salesPersonID()", notFound("Entity not found")),
		get("Customer(%00)", notFound("Entity not found")),
		get("Customer(%ff)", notFound("Entity not found")),
		get("Customer:name(%ff%00)", notFound("Entity not found")),
		post("Invoice(9999)/label", `[]`, notFound("Entity not found")),
		get("$entityset/ABC", notFoundSet),
		get("Customer/$entityset/ABC", notFoundSet),
		get("Customer?$method=nope", refused("Unknown $method nope", 1812)),
	}
}

// S-334
func TestUnknownNames(t *testing.T) {
	t.Parallel()
	wantRefused(t, unknownNames())
}

func malformedRequests() []badRequest {
	deep := strings.Repeat("(", 65) + "name=a" + strings.Repeat(")", 65)
	const get1, del = http.MethodGet, http.MethodDelete
	return []badRequest{
		get("Customer(1", refused("missing closing ) of a key", 1806)),
		get("Customer[1", refused("missing closing ] of a key", 1806)),
		get("Customer:name", refused("attribute access needs the form Customer:attribute(value)", 1806)),
		get("Customer?$top=-1", refused("$top must be a whole number from 0", 1806)),
		get("Customer?$top=x", refused("$top must be a whole number from 0", 1806)),
		get("Customer?$orderby=name;drop", refused(`Sort list not valid: query: column 5: unexpected ";": expected ",", asc, desc or the end`, 1810)),
		get(filtered("name =", ""), refused(`query: column 7: a value is missing after "="`, 1162, 1201)),
		get(filtered("name = 'a", ""), refused("query: column 8: this quote is never closed", 1162, 1201)),
		get(filtered("(name = a", ""), refused(`query: column 1: this parenthesis is never closed: a ")" is missing`, 1162, 1201)),
		get(filtered(deep, ""), refused("query: column 65: conditions are nested deeper than 64 levels", 1162, 1201)),
		get(filtered("name = 'a\x00b'", ""), refused("query: column 10: the text must not contain a NUL character", 1162, 1201)),
		get(filtered("name = '\xff'", ""), refused("query: column 9: the text is not valid UTF-8", 1162, 1201)),
		get(filtered("creditLimit > abc", ""), refused(`query: column 15: "abc" is not a number, which Customer.creditLimit (long64) needs`, 1200)),
		get(filtered("name = :1", ""), refused("query: column 8: no value for :1", 1279)),
		get(filtered("name = :1", "["), refused("$params is not valid JSON: unexpected end of JSON input at offset 1", 1806)),
		get(filtered("name = :1", "5"), refused("$params must be a JSON array or object", 1806)),
		get(filtered("name = :1", "[\"\xff\"]"), refused("$params is not valid UTF-8", 1806)),
		get(filtered("name = :1", `[{"a":1}]`), refused("query: column 8: the value of :1 is no text, number, boolean or date", 1280)),
		get(filtered("eval(1)", ""), refused("query: column 1: formula not allowed in a filter: write a condition", 1278)),
		post("Invoice?$method=update", `[`, refused("body is not valid JSON: unexpected end of JSON input at offset 1", 1806)),
		post("Invoice?$method=update", ``, refused("update needs a JSON object or an array of objects", 1806)),
		post("Invoice?$method=update", `[5]`, refused("entity 1 of the update is not a JSON object", 1806)),
		post("Invoice?$method=update", "{\"status\":\"\xff\"}", refused("body is not valid UTF-8", 1806)),
		post("Invoice?$method=update", `{"__KEY":{}}`, refused("Invoice.__KEY must be a text or a number", 1046, 1517)),
		post("Invoice?$method=update", `{"__KEY":"1","__STAMP":"x"}`, refused("Invoice.__STAMP must be a whole number", 1046, 1517)),
		post("Invoice?$method=update", `{"__KEY":"2","nope":1}`, refused(`Attribute "nope" not found in dataclass Invoice`, 1500, 1517)),
		post("Invoice?$method=update", `{"__KEY":"2","date":"x"}`, refused("Invoice.date must be a date such as 2026-11-21 or 21!11!2026", 1046, 1517)),
		post("Invoice?$method=update", `{"customerID":18446744073709551615}`, refused("Invoice.customerID must be at most 9223372036854775807", 1046, 1534)),
		{"mark", http.MethodPost, "Product(1)?$method=update", `{"stock":18446744073709551615}`,
			refused("Product.stock the number is out of range; it must be from -9223372036854775808 to 9223372036854775807", 1046, 1517)},
		{"mark", http.MethodPost, "Product(1)?$method=update", `{"stock":1e30}`, refused("Product.stock must be a whole number", 1046, 1517)},
		{"mark", http.MethodPost, "Product(1)?$method=update", `{"stock":{"a":1}}`, refused("Product.stock must be a whole number", 1046, 1517)},
		{"mark", http.MethodPost, "Customer(1)?$method=update", `{"salesPersonID":18446744073709551615}`, refused("Customer.salesPersonID must be at most 9223372036854775807", 1046, 1517)},
		{"mark", http.MethodPost, "Customer(1)?$method=update", `{"salesPerson":{"__KEY":"18446744073709551615"}}`, refused("Customer.salesPersonID must be at most 9223372036854775807", 1046, 1517)},
		{"mark", http.MethodPost, "Customer?$method=update", `{"name":"a\u0000b"}`, refused("Customer.name must be a text without NUL and broken characters", 1046, 1534)},
		{"mark", http.MethodPost, "Customer?$method=update", `{"name":"x","salesPersonID":9999}`, refused("Customer: a related entity does not exist, or other entities still refer to this one", 1046, 1534)},
		{"mark", http.MethodPost, "Customer?$method=update", `{"ID":1,"name":"x"}`, refused("Customer: another entity has the same value in a unique attribute", 1046, 1534)},
		{"mark", del, "Customer(20)", `{"__STAMP":99}`, refused("Stamp 99 does not match the current stamp of record 20, table Customer", 1263, 1046)},
		{"mark", del, "Customer(20)", `{"__STAMP":"x"}`, refused("__STAMP must be a whole number", 1806)},
		{"mark", del, "Customer", ``, refused("$method=delete without $filter is not applicable here", 1813)},
		{"mark", get1, "Customer(20)?$method=delete", ``, refused("$method=delete with HTTP GET is not applicable here", 1813)},
		{"mark", "BREW", "Customer(20)", ``, refusal{405, []int{1813}, "HTTP method BREW is not supported"}},
	}
}

//
func TestMalformedRequests(t *testing.T) {
	t.Parallel()
	wantRefused(t, malformedRequests())
}

func wrongArguments() []badRequest {
	return []badRequest{
		post("$catalog/whoAmI", `["x"]`, refused("function whoAmI: argument 1 is one too many: the function takes none", 1806)),
		post("Invoice/draft", ``, refused("function draft: argument 1 (customerID) is missing", 1806)),
		post("Invoice/draft", `[1]`, refused("function draft: argument 2 (lines) is missing", 1806)),
		post("Invoice/draft", `[1,null]`, refused("function draft: argument 2 (lines) must not be null", 1806)),
		post("Invoice/draft", `[1,[],3]`, refused("function draft: argument 3 is one too many: the function takes 2 arguments", 1806)),
		post("Invoice/draft", `["x",[]]`, refused("function draft: argument 1 (customerID) must be a whole number", 1806)),
		post("Invoice/draft", `[1.5,[]]`, refused("function draft: argument 1 (customerID) must be a whole number", 1806)),
		post("Invoice/draft", `[-1,[]]`, refused("function draft: argument 1 (customerID) must be a whole number", 1806)),
		post("Invoice/draft", `[99999999999999999999,[]]`, refused("function draft: argument 1 (customerID) must be a whole number", 1806)),
		post("Invoice/draft", `[18446744073709551615,[]]`, refused("Invoice.customerID must be at most 9223372036854775807", 1046)),
		post("Invoice/draft", `[1,{}]`, refused("function draft: argument 2 (lines) must be a list", 1806)),
		post("Invoice/draft", `[1,[{"nope":1}]]`, refused(`function draft: argument 2 (lines) must be a list: it has an unknown member "nope"`, 1806)),
		post("Invoice/draft", `[1,[{"productID":1,"quantity":"x"}]]`,
			refused("function draft: argument 2 (lines) must be a list: quantity must be a whole number", 1806)),
		post("Invoice/draft", `[1,[`, refused("body is not valid JSON: unexpected end of JSON input at offset 4", 1806)),
		post("Invoice/draft", "[1,[\"\xff\"]]", refused("body is not valid UTF-8", 1806)),
		post("Invoice/draft", `{"a":1}`, refused("parameters must be a JSON array", 1806)),
		post("Invoice/draft", `"x"`, refused("parameters must be a JSON array", 1806)),
		post("Invoice/draft", `[9999,[]]`, refused("customer 9999 of the invoice does not exist", -15006)),
		post("Invoice/draft", `[1,[{"productID":1,"quantity":1},{"productID":9999,"quantity":1}]]`, refused("line 2: product 9999 does not exist", 15001)),
		post("Invoice/draft", `[1,[{"productID":1,"quantity":0}]]`, refused("line 1: the quantity must be 1 to 1000000", 15001)),
		get("Invoice/draft", refused("Function draft cannot be called with GET", 1829)),
		get("Invoice/draft(1)", refused("Function draft cannot be called with GET", 1829)),
		get("Invoice/overdue", refused("function overdue: argument 1 (asOf) is missing", 1806)),
		get(`Invoice/overdue?$params=["2026-13-45"]`, refused("function overdue: argument 1 (asOf) must be a date such as 2026-11-21 or 21!11!2026", 1806)),
		{"clara", http.MethodPut, "Invoice/draft", `[1,[]]`, refusal{405, []int{1813}, "Functions are called with POST"}},
	}
}

//
func TestWrongArguments(t *testing.T) {
	t.Parallel()
	wantRefused(t, wrongArguments())
}

// wantRefused sends requests that must all be refused, and expects the database to be as before.
func wantRefused(t *testing.T, requests []badRequest) {
	t.Helper()
	each(t, func(t *testing.T, p *product) { p.wantRefused(t, requests) })
}

func (p *product) wantRefused(t *testing.T, requests []badRequest) {
	t.Helper()
	people := map[string]*browser{"clara": p.as(t, "clara"), "mark": p.as(t, "mark"), "guest": p.browser(t)}
	before := p.state(t)
	for _, r := range requests {
		people[r.who].wantRefusal(r.method, r.target, r.body, r.want)
	}
	p.wantUnchanged(t, before)
}

// a key that no text column can hold belongs to no entity, on every database.
func TestTextKeys(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		c := config(database)
		c.Definitions, c.Migrations = newLibrary().definitions(), nil
		b := start(t, withRolesText(t, c, libraryRoles(false, false))).browser(t)
		for _, key := range []string{"a", "ä b", "a'b", `a"b`, "a,b", "a)b", "a/b", "💡", "%41", " "} {
			b.ok(http.MethodPost, "Shelf?$method=update", `{"code":`+jsonOf(t, key)+`}`)
			target := "Shelf(" + escape(`"`+strings.ReplaceAll(key, `"`, `""`)+`"`) + ")"
			if got := b.ok(http.MethodGet, target, ""); got["code"] != key {
				t.Errorf("GET %s: %v, want code %q", target, got, key)
			}
			b.ok(http.MethodDelete, target, "")
		}
		for _, key := range []string{"%00", "a%00b", "%ff", "%c3%28"} {
			for _, target := range []string{"Shelf(" + key + ")", "Shelf:code(" + key + ")", "Shelf(" + key + ")/code"} {
				b.wantRefusal(http.MethodGet, target, "", notFound("Entity not found"))
			}
			b.wantRefusal(http.MethodDelete, "Shelf("+key+")", "", notFound("Entity not found"))
			b.wantRefusal(http.MethodPost, "Shelf("+key+")?$method=update", `{"room":"x"}`, notFound("Entity not found"))
		}
		nul := refused("Shelf.code must be a text without NUL and broken characters", 1046, 1534)
		b.wantRefusal(http.MethodPost, "Shelf?$method=update", `{"code":"a\u0000b"}`, nul)
		b.wantRefusal(http.MethodPost, "Shelf?$method=update", `{"__KEY":"a\u0000b"}`, notFound("Entity not found"))
	})
}
