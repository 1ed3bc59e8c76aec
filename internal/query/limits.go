package query

// The limits of one text. A text beyond any of them is refused with an [Error] that names the limit,
// so that nobody can make the server work for long with one request.
const (
	// MaxText is the greatest length of a text, in bytes.
	MaxText = 64 << 10
	// MaxNodes is the greatest number of conditions, connectives (and, or, not) included.
	MaxNodes = 2_000
	// MaxDepth is how deep parentheses, not and except may be nested.
	MaxDepth = 64
	// MaxListItems is the greatest number of elements of one IN list.
	MaxListItems = 10_000
	// MaxOrderItems is the greatest number of criteria of an order.
	MaxOrderItems = 32
	// MaxSteps is the greatest number of steps of a path, and of parts of a placeholder's name.
	MaxSteps = 32
	// MaxPlaceholder is the greatest index of a placeholder; the first is 1 (O-103).
	MaxPlaceholder = 128
)
