package privileges_test

import (
	"fmt"

	"github.com/ordago/ordago/privileges"
)

// Who may do what, and why not.
func Example() {
	roles, err := privileges.Parse([]byte(`{
		"privileges": [{"privilege": "browse"}, {"privilege": "lend", "includes": ["browse"]}, {"privilege": "audit"}],
		"roles": [{"role": "Clerk", "privileges": ["lend"]}],
		"permissions": {"allowed": [
			{"applyTo": "Book", "type": "dataclass", "read": ["browse"]},
			{"applyTo": "Book.price", "type": "attribute", "read": ["audit"]}
		]}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	names, held := roles.Grant(nil, []string{"Clerk"})
	fmt.Println(names)
	fmt.Println(roles.Class(privileges.Read, "Book").Allows(held))
	fmt.Println(roles.Explain(roles.Attribute(privileges.Read, "Book", "price"), held))
	// Output:
	// [browse lend]
	// true
	// refused: it needs one of browse and one of audit; the caller holds browse, lend
}

// A file with mistakes names all of them.
func ExampleParse() {
	_, err := privileges.Parse([]byte(`{
		"privileges": [{"privilege": "browse", "includes": ["look"]}],
		"permissions": {"allowed": [
			{"applyTo": "Book", "type": "table", "read": ["browse"]}
		]}}`))
	fmt.Println(err)
	// Output:
	// roles.json: line 2: privileges[0].includes[0]: privilege "look" is not declared: add it to privileges or correct the name
	// roles.json: line 4: permissions.allowed[0].type: unknown type "table": write one of datastore, dataclass, attribute, method, singleton, singletonMethod
}
