package triggers

import "slices"

// sqlWrite is one table that SQL text writes to.
type sqlWrite struct {
	event Event
	table string // in lower case, without its schema
}

// writesOf returns the tables that sql inserts into, updates or deletes from: in each of its statements, in WITH clauses, and in what
// EXPLAIN ANALYZE or PREPARE carry. It errs on the side of naming a table. TRUNCATE is no deletion of rows (O-561) and is not named,
// nor is what functions, procedures and the database's own triggers do.
func writesOf(dialect, sql string) []sqlWrite {
	all := tokens(dialect, sql)
	var found []sqlWrite
	for i, t := range all {
		if t.quoted || !begins(all, i) {
			continue
		}
		rest := all[i+1:]
		switch t.text {
		case "insert", "replace", "merge", "copy", "load":
			found = appendWrites(found, insertEvents(t.text, rest), insertNames(t.text, rest))
		case "update":
			found = appendWrites(found, []Event{Updating}, updateNames(rest))
		case "delete":
			found = appendWrites(found, []Event{Deleting}, deleteNames(rest))
		}
	}
	return found
}

func appendWrites(found []sqlWrite, events []Event, names []string) []sqlWrite {
	for _, name := range names {
		for _, e := range events {
			found = append(found, sqlWrite{event: e, table: name})
		}
	}
	return found
}

// begins reports whether a statement can begin at token i. In ON UPDATE, FOR UPDATE, DO UPDATE, AFTER DELETE none does.
func begins(all []token, i int) bool {
	if i == 0 {
		return true
	}
	p := all[i-1]
	return !p.quoted && slices.Contains([]string{";", "(", ")", "analyze", "verbose", "as", "begin", "plan", "explain", "then", "else"}, p.text)
}

// insertEvents returns what the statement may do to rows: inserting alone, or updating and deleting those that are in the way.
func insertEvents(verb string, rest []token) []Event {
	switch {
	case verb == "replace", verb == "insert" && len(rest) > 1 && rest[0].word("or") && rest[1].word("replace"):
		return []Event{Creating, Deleting}
	case verb == "merge":
		return []Event{Creating, Updating, Deleting}
	case verb == "insert" && upserts(rest):
		return []Event{Creating, Updating}
	default:
		return []Event{Creating}
	}
}

// upserts reports whether the insert has ON CONFLICT … DO UPDATE or ON DUPLICATE KEY UPDATE.
func upserts(rest []token) bool {
	for i, t := range rest {
		if t.word(";") {
			return false
		}
		if i > 0 && t.word("update") && (rest[i-1].word("do") || rest[i-1].word("key")) {
			return true
		}
	}
	return false
}

// insertNames returns the table: after INTO, or the first name where INTO may be left out.
func insertNames(verb string, rest []token) []string {
	rest = oneStatement(rest)
	switch {
	case len(rest) == 0 || rest[0].word("("):
		return nil // a function: replace(…), insert(…)
	case verb == "copy" && !has(rest, "from"), verb == "merge" && !has(rest, "into"), verb == "load" && !has(rest, "into"):
		return nil // a copy out of the database, or a column of that name
	}
	for i, t := range rest {
		if t.word("into") {
			return names(rest[i+1:], 1)
		}
		if t.word("(") || t.word("select") || t.word("values") || t.word("set") {
			break
		}
	}
	return names(rest, 1)
}

// updateNames returns the tables before SET: in MySQL they may be several, joined.
func updateNames(rest []token) []string {
	return names(upTo(oneStatement(rest), "set"), -1)
}

// deleteNames returns the tables of FROM. In MySQL the rows' tables may stand before it, as aliases of those that are joined after it.
func deleteNames(rest []token) []string {
	rest = upTo(oneStatement(rest), "where", "returning", "order", "limit")
	for i, t := range rest {
		if !t.word("from") {
			continue
		}
		if ahead := names(rest[:i], -1); len(ahead) > 0 {
			return append(ahead, names(rest[i+1:], -1)...)
		}
		return names(upTo(rest[i+1:], "using"), -1)
	}
	return names(rest, -1)
}

// oneStatement cuts rest where the statement ends: at a semicolon, or at the parenthesis that closes around it.
// Tables are named at the beginning, so a long statement is not looked at to its end.
func oneStatement(rest []token) []token {
	if len(rest) == 0 {
		return nil
	}
	rest = rest[:min(len(rest), 1000)]
	depth := rest[0].depth
	for i, t := range rest {
		if t.word(";") || t.depth < depth {
			return rest[:i]
		}
	}
	return rest
}

func has(rest []token, word string) bool {
	return slices.ContainsFunc(rest, func(t token) bool { return t.word(word) })
}

// upTo cuts rest before the first of the words outside parentheses.
func upTo(rest []token, words ...string) []token {
	for i, t := range rest {
		if !t.quoted && t.depth == rest[0].depth && slices.Contains(words, t.text) {
			return rest[:i]
		}
	}
	return rest
}

// names returns up to limit names in rest without their schemas and without the words that are no names; all of them if limit is negative.
func names(rest []token, limit int) []string {
	var found []string
	for i, t := range rest {
		if !t.name() || !t.quoted && slices.Contains(noNames(), t.text) {
			continue
		}
		if i+1 < len(rest) && rest[i+1].word(".") {
			continue // a schema
		}
		found = append(found, t.text)
		if len(found) == limit {
			break
		}
	}
	return found
}

// noNames are words that stand between the verb and the table's name.
func noNames() []string {
	return []string{
		"only", "or", "rollback", "abort", "replace", "fail", "ignore", "low_priority", "high_priority", "delayed", "quick",
		"table", "temporary", "into", "from", "as", "on", "join", "inner", "left", "right", "outer", "cross", "natural", "using", "and",
	}
}

// firstName returns the first name in the text of a table expression like "employees AS e".
func firstName(expr string) string {
	if found := names(tokens("", expr), 1); len(found) == 1 {
		return found[0]
	}
	return ""
}

// problemSQL returns why SQL text is refused, or nil.
func (p *Plugin) problemSQL(dialect, sql string) *BypassError {
	known := *p.known.Load()
	for _, w := range writesOf(dialect, sql) {
		t, ok := known[w.table]
		switch {
		case !ok:
		case t.hooked(w.event):
			return &BypassError{Model: t.schema.Name, Call: "SQL that writes to its table", Instead: instead(w.event)}
		case t.stamp != nil && w.event == Updating && !slices.ContainsFunc(tokens(dialect, sql), raisesStamp):
			return &BypassError{Model: t.schema.Name, Call: "SQL that updates its table and not the stamp", Instead: "add " + stampColumn + " = " + stampColumn + " + 1"}
		}
	}
	return nil
}

func raisesStamp(t token) bool { return t.text == stampColumn }
