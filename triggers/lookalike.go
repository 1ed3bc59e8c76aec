package triggers

import (
	"slices"
	"strings"
)

// lookalike returns the hook that the author of a method probably meant, "" for a hook and for a name unlike any.
func lookalike(method string) string {
	if slices.Contains(hookNames(), method) {
		return ""
	}
	lower := strings.ToLower(method)
	if meant := confused()[lower]; meant != "" {
		return meant
	}
	best, least := "", 3
	for _, hook := range hookNames() {
		if d := distance(lower, strings.ToLower(hook)); d < least {
			best, least = hook, d
		}
	}
	return best
}

// confused are names that other frameworks give to hooks, in lower case.
func confused() map[string]string {
	names := map[string]string{"afterload": "AfterFind", "afterread": "AfterFind", "afterselect": "AfterFind", "afterquery": "AfterFind"}
	verbs := map[string]string{
		"save": "Save", "create": "Create", "update": "Update", "delete": "Delete",
		"insert": "Create", "destroy": "Delete", "remove": "Delete", "drop": "Delete", "upsert": "Save", "store": "Save", "write": "Save",
	}
	for verb, hook := range verbs {
		for _, moment := range []string{"before", "pre", "on", "will"} {
			names[moment+verb] = "Before" + hook
		}
		for _, moment := range []string{"after", "post", "did"} {
			names[moment+verb] = "After" + hook
		}
	}
	return names
}

// distance is the number of letters to add, drop or change to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
