package sqlplan

// PostgreSQL estimates what a limit saves only if the statement says it: for a bound one it plans the statement anew at each execution,
// which costs more than reading a short page. So usual limits stand in the text there. Others are bound, so that who asks for pages of
// all sizes does not fill the memories of prepared statements.

// limitKind says how a limit is written.
type limitKind int

const (
	noLimit    limitKind = 0
	boundLimit limitKind = -1
	// A positive kind is the limit itself, in the text.
)

func (p *Planner) limitKind(limit int) limitKind {
	switch {
	case limit < 0:
		return noLimit
	case p.dialect.Name() == "postgres" && usualLimit(limit):
		return limitKind(limit)
	}
	return boundLimit
}

// usualLimit reports whether pages have this size: 1 to 20, or fifties up to 1000.
func usualLimit(limit int) bool {
	return limit > 0 && (limit <= 20 || limit <= 1000 && limit%50 == 0)
}

func (w *writer) limit(limit int) {
	if w.postgres && usualLimit(limit) {
		w.number(limit)
		return
	}
	w.arg(int64(limit), "")
}
