package dataclasses_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
)

const priceRoles = `{"restrictedByDefault": false, "privileges": [{"privilege":"never"}], "permissions": {"allowed": [
 {"applyTo":"Book.price","type":"attribute","read":["never"]}]}}`

// No read of a selection tells anything about an attribute that its caller may not read: neither one whose condition or sort uses it, nor
// one that asks for its values, while all others are answered. What shows entities leaves it out.
//
// S-326, S-327
func TestEverySelectionNeedsTheRight(t *testing.T) {
	t.Parallel()
	roles, err := privileges.Parse([]byte(priceRoles))
	if err != nil {
		t.Fatal(err)
	}
	ds := restrictedShelf(t, ordatest.SQLite(t), dataclasses.Permissions(roles))
	f := &fixture{ds: ds, manager: &session.Manager{Roles: roles}}
	t.Cleanup(func() { _ = f.manager.Close() })
	ctx, _ := f.as(t)
	class := dataclasses.Of[Book](ds)
	fixed := must(class.All().Fix(t.Context()))
	uses := map[string]bool{"and": true, "or": true, "minus": true, "minus in order": true, "query": true, "order by": true, "min": true, "average": true, "sum": true, "sum by": true}
	for name, read := range selectionReads(ds) {
		for what, s := range map[string]*dataclasses.Selection[Book]{
			"condition": must(class.Query("price > 0")), "condition elsewhere": must(class.Query("author.books.price > 0 or title = x")),
			"sort": must(class.All().OrderBy("title, price")).Slice(0, 3),
		} {
			_, err := read(ctx, s)
			if _, ok := errors.AsType[*dataclasses.PermissionError](err); !ok {
				t.Errorf("%s with a denied attribute in its %s: %v", name, what, err)
			}
		}
		for _, s := range []*dataclasses.Selection[Book]{class.All(), fixed} {
			_, err := read(ctx, s)
			if _, refused := errors.AsType[*dataclasses.PermissionError](err); refused != uses[name] || err != nil && !refused {
				t.Errorf("%s: %v; refused %v, want %v", name, err, refused, uses[name])
			}
		}
	}
	objects := must(class.All().Slice(0, 1).ToCollection(ctx, "title, price", dataclasses.CollectionOptions{}))
	if diff := cmp.Diff([]map[string]any{{"title": "Salt Roads"}}, objects); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
}
