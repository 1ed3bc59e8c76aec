package dataclasses

import (
	"context"

	"github.com/ordago/ordago/model"
)

// assignCalculated runs the setter of a calculated attribute (O-454). The right to update that attribute is checked when the entity is
// saved; what the setter changes on the way is the program's choice, for which the caller needs no right.
func (r *record) assignCalculated(ctx context.Context, a *model.Attribute, value any) error {
	before := map[*model.Attribute]bool{} // of all attributes: which have rights of their own can change before the entity is saved
	for _, stored := range r.class.stored {
		before[stored] = r.byCaller(stored)
	}
	if err := r.class.calculated[a].set(ctx, r, a, value); err != nil {
		return err
	}
	r.touch(a)
	for stored, byCaller := range before {
		if !byCaller && r.touched(stored) {
			if r.bySetter == nil {
				r.bySetter = map[*model.Attribute]bool{}
			}
			r.bySetter[stored] = true
		}
	}
	return nil
}

// byCaller reports whether the caller has changed the attribute: assigned it, or a setter of the program has not.
func (r *record) byCaller(a *model.Attribute) bool {
	switch a.Kind {
	case model.Storage:
		return !r.bySetter[a] && r.touched(a)
	case model.Calculated:
		return r.assigned[a]
	}
	return false
}

// sentDerived are the calculated and alias attributes of a body that have to be assigned. A client sends entities back as it got them:
// what it did not change must not be set, or an old full name would undo a new first name.
func (r *record) sentDerived(ctx context.Context, body map[string]any) ([]*model.Attribute, error) {
	var changed []*model.Attribute
	for _, a := range r.class.visible {
		value, sent := body[a.Name]
		if !sent || a.ReadOnly || a.Kind != model.Calculated && a.Kind != model.Alias {
			continue
		}
		same, err := r.shows(ctx, a, value)
		if err != nil {
			return nil, err
		}
		if !same {
			changed = append(changed, a)
		}
	}
	return changed, nil
}

// shows reports whether a value is what the entity shows as the attribute now. A new entity has shown nothing yet.
func (r *record) shows(ctx context.Context, a *model.Attribute, value any) (bool, error) {
	if r.isNew {
		return false, nil
	}
	canonical, err := fromJSON(a, value)
	if err != nil {
		return false, nil // the assignment will say so
	}
	own, err := r.class.derived(ctx, []*record{r}, a)
	if err != nil {
		return false, err
	}
	return model.EqualValues(own[0], canonical), nil
}
