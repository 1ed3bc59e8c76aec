package e2e_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Whatever goes wrong, the log names the request and holds no password, cookie, argument, filter or value.
func TestLogHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		log := listen(t)
		l := newLibrary()
		close(l.release)
		p := demo(t, slowDrafts(t, config(database), l))
		mark := p.as(t, "mark")
		secret := func(what string) string { return "s3cr3t-" + what + "-" + t.Name()[len("TestLogHoldsNoSecrets/"):] }
		guest := p.browser(t)
		guest.post("$catalog/authentify", fmt.Sprintf(`["%s","%s"]`, secret("user"), secret("password")))
		guest.post("$catalog/authentify", fmt.Sprintf(`["mark","%s"`, secret("broken")))
		guest.send(http.MethodPost, "$directory/login", "", "username-4D", "mark", "password-4D", secret("header"))
		guest.send(http.MethodGet, "Customer", "", "Authorization", "Bearer "+secret("token"), "X-Request-Id", secret("request"))
		mark.get(filtered("name = "+secret("filter"), ""))
		mark.get(filtered("name == :1", `["`+secret("params")+`"]`))
		mark.get(filtered("nope = :1", `["`+secret("wrong")+`"]`))
		mark.get("Customer/" + secret("path"))
		mark.get("Customer:name(" + secret("value") + ")")
		mark.post("Customer(1)?$method=update", `{"city":"`+secret("attribute")+`"}`)
		mark.post("Customer?$method=update", `{"name":"x","salesPersonID":9999,"city":"`+secret("constraint")+`"}`)
		mark.post("Product?$method=update", `{"code":"P-001","name":"`+secret("duplicate")+`"}`)
		mark.post("$catalog/draftAndPanic", "[]")
		mark.post("$catalog/draftAndFail", "[]")
		mark.send(http.MethodGet, "$catalog", "", "Cookie", cookieName+"="+secret("cookie"))
		text := log.String()
		for _, word := range []string{"s3cr3t-", mark.cookie(), guest.cookie(), "argon2", "mark@ordago"} {
			for line := range strings.Lines(text) {
				if strings.Contains(line, word) && (word != "s3cr3t-" || strings.Contains(line, t.Name()[len("TestLogHoldsNoSecrets/"):])) {
					t.Errorf("the log holds %s: %s", word, line)
				}
			}
		}
		for _, want := range []string{"secret plan 9 panicked", "secret plan 9 failed", "stack=", "level=INFO msg=request requestID=", "status=401"} {
			if !strings.Contains(text, want) {
				t.Errorf("the log does not tell %q", want)
			}
		}
	})
}

// injections are values that would do harm if they became a part of a statement.
func injections() []string {
	return []string{
		`x' OR '1'='1`, `x"; DROP TABLE customers; --`, `'; DELETE FROM invoices; --`, `1 OR 1=1`, `%`, `_`, `@`, `*`, `\`, `\'`, `''`, "`", `x' UNION SELECT password_hash FROM sales_people --`,
		`$1`, `?`, `:1`, `{}`, `a'||(SELECT password_hash FROM sales_people LIMIT 1)||'`, "x\u2019 OR 1=1", `/* */`, `%00`, "\u2028", "💣", "a\tb\nc",
	}
}

// what clients send stays a value, wherever they send it.
func TestInjections(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *product) {
		mark := p.as(t, "mark")
		for _, value := range injections() {
			quoted := jsonOf(t, value)
			made := mark.ok(http.MethodPost, "Customer?$method=update", `{"name":`+jsonOf(t, "n"+value)+`,"city":`+quoted+`}`)
			if made["city"] != value {
				t.Errorf("city %q came back as %q", value, made["city"])
			}
			found := mark.ok(http.MethodGet, "Customer"+query("$filter", "name === :1", "$params", "["+jsonOf(t, "n"+value)+"]"), "")
			if found["__COUNT"] != 1.0 {
				t.Errorf("%q is found %v times by name", value, found["__COUNT"])
			}
			mark.ok(http.MethodDelete, fmt.Sprintf("Customer(%v)", made["__KEY"]), "")
		}
		before := p.state(t)
		for _, value := range injections() {
			for _, target := range []string{
				"Customer" + query("$filter", "city = '"+value+"'"), "Customer" + query("$filter", value), "Customer" + query("$orderby", value), "Customer" + query("$orderby", "name "+value),
				"Customer" + query("$attributes", value), "Customer" + query("$expand", value), "Customer" + query("$top", value), "Customer" + query("$skip", "1 "+value),
				"Customer(" + escape(value) + ")", "Customer:name(" + escape(value) + ")", "Customer:" + escape(value) + "(1)", "Customer/" + escape(value), escape(value) + "(1)",
				"$catalog/" + escape(value), "Customer/$entityset/" + escape(value), "Customer" + query("$method", value), "Customer" + query("$filter", "name = :x", "$params", `{"x":`+jsonOf(t, value)+`}`),
				"Customer" + query("$filter", value+" = 1"), "Customer" + query("$filter", "name "+value+" a"), "Invoice/overdue" + query("$params", "["+jsonOf(t, value)+"]"),
			} {
				mark.get(target) // the browser looks for what must not be in the answer
			}
			mark.post("$catalog/authentify", "["+jsonOf(t, value)+","+jsonOf(t, value)+"]")
			mark.post("Customer("+escape(value)+")?$method=update", `{"city":"x"}`)
			mark.post("Customer?$method=update", `{"__KEY":`+jsonOf(t, value)+`,"city":"x"}`)
			mark.post("Customer?$method=update", `{`+jsonOf(t, value)+`:"x"}`)
			mark.send(http.MethodDelete, "Customer("+escape(value)+")", "")
		}
		p.wantUnchanged(t, before)
	})
}
