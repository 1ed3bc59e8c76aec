package sqlplan

import (
	"encoding/hex"
	"strings"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// compareUUID compares as 128-bit values, whatever the spelling. A UUID type of Go has one stored form.
// A text column declared as UUID holds what the application wrote, so all usual spellings are searched there;
// its order is that of the text.
func (r *resolver) compareUUID(t target, op query.Op, v value) (*node, error) {
	u, err := model.ParseUUID(v.text)
	if v.kind != textValue || err != nil {
		return nil, r.wrong(v, t.attr, "a UUID")
	}
	plain := hex.EncodeToString(u[:])
	stored, err := t.attr.Bind(plain)
	if err != nil {
		return nil, r.wrong(v, t.attr, "a UUID")
	}
	if stored != plain || ordering(op) {
		return r.bound(t, op, v, v.text)
	}
	if symbol(op) == "=" {
		return t.is(inTest, spellings(plain)...), nil
	}
	return t.is(notInTest, spellings(plain)...), nil // not NOT: that would choose another related row
}

// spellings are lower and upper case, with and without dashes.
func spellings(plain string) []any {
	dashed := plain[:8] + "-" + plain[8:12] + "-" + plain[12:16] + "-" + plain[16:20] + "-" + plain[20:]
	return []any{dashed, strings.ToUpper(dashed), plain, strings.ToUpper(plain)}
}
