package triggers

// Writes returns what SQL text writes to, as "event table".
func Writes(dialect, sql string) []string {
	var all []string
	for _, w := range writesOf(dialect, sql) {
		all = append(all, w.event.String()+" "+w.table)
	}
	return all
}
