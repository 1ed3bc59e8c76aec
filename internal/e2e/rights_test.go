package e2e_test

import (
	"net/http"
	"strings"
	"testing"
)

func denied(code int, message string) refusal {
	return refusal{401, []int{code}, "No permission to " + message}
}

// deniedSave is the refusal of a write to a dataclass; summary is the code that says what could not be saved.
func deniedSave(code, summary int, message string) refusal {
	return refusal{401, []int{code, summary}, "No permission to " + message}
}

func deniedActions() []badRequest {
	const readAudit, put, patch, del = "read for the AuditEntry dataclass", http.MethodPut, http.MethodPatch, http.MethodDelete
	return []badRequest{
		get("AuditEntry", denied(21001, readAudit)),
		get("AuditEntry?$top=0", denied(21001, readAudit)),
		get("AuditEntry(1)", denied(21001, readAudit)),
		get("AuditEntry(99999)", denied(21001, readAudit)),
		get("AuditEntry(1)/event", denied(21001, readAudit)),
		get("AuditEntry/event", denied(21001, readAudit)),
		get("AuditEntry:event(create)", denied(21001, readAudit)),
		get("AuditEntry?$method=entityset", denied(21001, readAudit)),
		get("AuditEntry?$attributes=nope", denied(21001, readAudit)),
		get("AuditEntry"+query("$filter", "event = create"), denied(21001, readAudit)),
		get("AuditEntry?$orderby=event", denied(21001, readAudit)),
		post("Customer?$method=update", `{"name":"x"}`, deniedSave(21002, 1534, "create for the Customer dataclass")),
		post("Customer?$method=update", `{"__KEY":"1","name":"x"}`, deniedSave(1558, 1517, "update for the Customer dataclass")),
		post("Customer(1)", `{"name":"x"}`, deniedSave(1558, 1517, "update for the Customer dataclass")),
		{"clara", put, "Customer(1)?$method=update", `{"name":"x"}`, deniedSave(1558, 1517, "update for the Customer dataclass")},
		{"clara", patch, "Customer(1)", `{"name":"x"}`, deniedSave(1558, 1517, "update for the Customer dataclass")},
		{"clara", patch, "Customer(9999)", `{"name":"x"}`, deniedSave(1558, 1517, "update for the Customer dataclass")},
		post("Customer?$method=update&$atomic=true", `[{"__KEY":"1","name":"x"}]`, refusal{200, []int{1558, 1517}, "No permission to update for the Customer dataclass"}),
		{"clara", del, "Customer(20)", ``, denied(21004, "drop for the Customer dataclass")},
		{"clara", del, "Customer(9999)", ``, denied(21004, "drop for the Customer dataclass")},
		post("Customer?$method=delete"+"&"+query("$filter", "ID = 20")[1:], ``, denied(21004, "drop for the Customer dataclass")),
		post("SalesPerson(1)/customers?$expand=customers&$method=delete", ``, denied(21004, "drop for the Customer dataclass")),
		post("Invoice(2)?$method=update", `{"status":"cancelled"}`, deniedSave(1558, 1517, "update for the Invoice.status attribute")),
		post("Invoice(2)/approve", `[]`, denied(1561, "execute method approve in dataClass Invoice")),
		post("Invoice(1)/approve", `[1]`, denied(1561, "execute method approve in dataClass Invoice")),
		{"mark", del, "AuditEntry(1)", ``, denied(21004, "drop for the AuditEntry dataclass")},
		{"mark", http.MethodPost, "AuditEntry?$method=update", `{"__KEY":"1","userName":"x"}`, deniedSave(1558, 1517, "update for the AuditEntry dataclass")},
		{"mark", http.MethodPost, "AuditEntry?$method=update", `{"userName":"x"}`, deniedSave(21002, 1534, "create for the AuditEntry dataclass")},
		{"guest", http.MethodGet, "Customer", ``, refusal{401, []int{21005}, "Authentication is required"}},
		{"guest", http.MethodGet, "Nope", ``, refusal{401, []int{21005}, "Authentication is required"}},
		{"guest", http.MethodGet, "$info", ``, refusal{401, []int{21005}, "Authentication is required"}},
		{"guest", http.MethodPost, "Invoice/draft", `[1,[]]`, refusal{401, []int{21005}, "Authentication is required"}},
		{"guest", http.MethodPost, "$catalog/whoAmI", ``, refusal{401, []int{21005}, "Authentication is required"}},
		{"guest", http.MethodPost, "$directory/login", `["mark","mark"]`, refusal{401, []int{21005}, "Authentication is required"}},
	}
}

// S-282, S-325, S-328, S-329, S-330, S-331, S-337, S-339, S-340, S-364, R-289, R-290, R-420
func TestMissingRights(t *testing.T) {
	t.Parallel()
	wantRefused(t, deniedActions())
}

// hiddenCredit lets only managers read a customer's credit limit and e-mail addresses, and products.
func hiddenCredit() []string {
	return []string{
		`{ "applyTo": "Customer.creditLimit", "type": "attribute", "read": ["ManageCustomers"] }`,
		`{ "applyTo": "SalesPerson.email", "type": "attribute", "read": ["ManageCustomers"] }`,
		`{ "applyTo": "Customer.invoices", "type": "attribute", "read": ["ManageCustomers"] }`,
		`{ "applyTo": "Product", "type": "dataclass", "read": ["ManageCustomers"], "create": ["CreateInvoices"], "update": ["CreateInvoices"], "drop": ["CreateInvoices"] }`,
	}
}

// usesOfDenied are all the ways to find out an attribute or dataclass that one may not read by something else than reading it.
func usesOfDenied() []badRequest {
	credit := denied(21001, "read for the Customer.creditLimit attribute")
	email := denied(21001, "read for the SalesPerson.email attribute")
	related := denied(21001, "read for the Customer.invoices attribute")
	product := denied(21001, "read for the Product dataclass")
	return []badRequest{
		get("Customer:creditLimit(500000)", credit),
		get("Customer:creditLimit(500000)/name", credit),
		get(filtered("creditLimit > 5", ""), credit),
		get(filtered("name = a or creditLimit > 5", ""), credit),
		get(filtered("not (creditLimit > :1)", "[5]"), credit),
		get(filtered("name = a order by creditLimit", ""), credit),
		get("Customer?$orderby=creditLimit", credit),
		get("Customer"+query("$orderby", "name, creditLimit desc"), credit),
		get("Invoice"+query("$filter", "customer.creditLimit > 5"), credit),
		get("Invoice?$orderby=customer.creditLimit", credit),
		get("SalesPerson"+query("$filter", "customers.creditLimit > 5"), credit),
		get("SalesPerson(1)/customers?$expand=customers&$orderby=creditLimit", credit),
		get(filtered("salesPerson.email = a", ""), email),
		get("SalesPerson:email(mark@ordago.example)", email),
		get(filtered("invoices.total > 5", ""), related),
		get("Customer(1)/invoices?$expand=invoices", related),
		post("Invoice/totalDue"+query("$filter", "customer.creditLimit > 1"), `[]`, credit),
		post("Invoice/overdue?$orderby=customer.creditLimit", `["2026-06-30"]`, credit),
		get("Product", product),
		get("Product(1)", product),
		get("Product:code(P-001)", product),
		get("Product?$top=0", product),
		get("InvoiceLine(1)?$expand=product", product),
		get("InvoiceLine(1)?$attributes=product.name", product),
		get("InvoiceLine(1)/product?$expand=product", product),
		get("InvoiceLine"+query("$filter", "product.name = Desk"), denied(21001, "read for the Product.name attribute")),
		post("Product(1)?$method=update", `{"stock":5}`, product), // writing answers with what was written
		post("Product?$method=update", `{"code":"N","name":"n"}`, product),
		post("Product?$method=delete&"+query("$filter", "name = Desk@")[1:], ``, product),
	}
}

// S-297, S-307, S-308, S-325, S-327
func TestDeniedAttributesAnswerNothing(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		p := demo(t, withRoles(t, config(database), hiddenCredit()...))
		p.wantRefused(t, usesOfDenied())
	})
}

// S-296, S-326
func TestDeniedAttributesAreLeftOut(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		p := demo(t, withRoles(t, config(database), hiddenCredit()...))
		clara, mark := p.as(t, "clara"), p.as(t, "mark")
		for _, target := range []string{
			"Customer(1)", "Customer(1)/creditLimit", "Customer(1)/creditLimit,name", "Customer", "Customer/creditLimit", "Customer?$attributes=*",
			"Customer(1)?$attributes=creditLimit,salesPerson.email", "Customer?$expand=salesPerson", "Customer:name(Alder%20%26%20Sons)",
			"SalesPerson(1)/customers?$expand=customers", "SalesPerson?$expand=customers", "SalesPerson?$attributes=customers.*,email",
			"Invoice?$expand=customer,customer.salesPerson", "Invoice?$attributes=customer.creditLimit,customer.salesPerson.email", "Invoice(1)/customer?$expand=customer",
			"Customer?$method=entityset", "Customer?$expand=invoices", "Customer?$attributes=invoices.total",
		} {
			r := clara.get(target)
			for _, word := range []string{"creditLimit", "@ordago.example", `"invoices":`} {
				if r.status != http.StatusOK || strings.Contains(r.body, word) {
					t.Errorf("GET %s as clara: %d, holds %s: %.300s", target, r.status, word, r.body)
				}
			}
		}
		if r := mark.get("Customer(1)?$attributes=creditLimit,salesPerson.email"); !strings.Contains(r.body, "creditLimit") || !strings.Contains(r.body, "clara@") {
			t.Errorf("mark sees too little: %s", r.body)
		}
		// An alias has rights of its own, whatever may be read of its target.
		if r := clara.get("Customer(1)?$attributes=salesPersonName"); !strings.Contains(r.body, `"salesPersonName":"clara"`) {
			t.Errorf("clara does not see the alias: %s", r.body)
		}
	})
}
