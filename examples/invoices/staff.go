package invoices

import (
	"context"
	"fmt"

	"github.com/ordago/ordago/dataclasses"
)

// RoleOf returns the role of roles.json that a sales person has when signed in, "" for none: for administration. An unknown name, and one
// that two people have, who cannot sign in, is an error.
func RoleOf(ctx context.Context, ds *dataclasses.DataStore, name string) (string, error) {
	person, err := personNamed(ctx, ds, name)
	if err != nil {
		return "", err
	}
	if person == nil {
		return "", fmt.Errorf("no sales person can sign in as %q", name)
	}
	return person.Value.Role, nil
}
