package main_test

import (
	"path/filepath"
	"testing"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "e.db")
	ordago(t, "explain", "Invoice", "--db", db).want(t, 1, "", "e.db")
	ordago(t, "seed", "--invoices", "1", "--db", db).want(t, 0, "added 1 invoices", "")
	explain := func(args ...string) result {
		t.Helper()
		return ordago(t, append([]string{"explain", "--db", db}, args...)...)
	}
	explain("--user", "mark", "--action", "update", "Invoice(1)").want(t, 0, "allowed: update dataclass Invoice\n  needs one of CreateInvoices, ApproveInvoices: ", "")
	explain("--user", "clara", "Invoice.approve").want(t, 3, "REFUSED: execute method Invoice.approve\n  needs one of ApproveInvoices: method Invoice.approve, line ", "")
	explain("Pricing.quote").want(t, 3, "forceLogin is on", "")
	explain("--role", "clerk", "Pricing.quote").want(t, 0, "role clerk > CreateInvoices > ReadData", "")
	explain("--privilege", "ViewAudit", "AuditEntry").want(t, 0, "holds ViewAudit: ViewAudit", "")
	explain("--user", "nobody", "Invoice").want(t, 1, "", `ordago: no sales person can sign in as "nobody"`)
	explain("Nope").want(t, 1, "", "there is no dataclass and no singleton Nope")
	if got := explain("--user", "clara", "AuditEntry"); got.stderr != "" {
		t.Errorf("a refusal is no error: %q", got.stderr)
	}
}
