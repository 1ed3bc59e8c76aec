package dialect

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// createWords defines the words of a text for a keyword index: [Words] as a tsvector, whose own parser is not asked, because it
// takes words apart in another way. The fold stands in it as text: PostgreSQL builds and restores indexes without our search path.
func createWords() string {
	return `CREATE FUNCTION ordago_words(text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT array_to_tsvector(ARRAY(SELECT w FROM regexp_split_to_table((` + foldBody + `) COLLATE "und-x-icu", '[^` + wordRunes() + `]+') w
WHERE w <> '' AND octet_length(w) <= ` + strconv.Itoa(maxIndexedWord) + `))
$$`
}

// checkWords compares one text, as checkFold does.
func checkWords(ctx context.Context, conn Conn) error {
	const text = "Le Café-Crème, 2nd; ΟΔΟΣ ÀÉ"
	var list string
	err := conn.QueryRowContext(ctx, "SELECT array_to_string(tsvector_to_array(ordago_words($1)), ' ')", text).Scan(&list)
	if err != nil {
		return fmt.Errorf("call function ordago_words: %w", err)
	}
	if want := strings.Join(Words(text), " "); list != want {
		return errors.New("function ordago_words of the database finds other words than this program: " +
			"drop it together with the indexes that use it (DROP FUNCTION ordago_words(text) CASCADE) and start again")
	}
	return nil
}
