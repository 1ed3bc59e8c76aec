package sqlplan

import (
	"math"
	"strconv"
	"strings"
)

// number is a searched number, exact where it matters: whole numbers keep all 64 bits, and what has a fraction
// or lies beyond them is known as such, so that comparing it with whole numbers is exact too.
type number struct {
	floor    int64   // greatest whole number not above it, when beyond is 0
	fraction bool    // it lies between floor and floor+1
	beyond   int     // -1 or +1: below or above all 64-bit numbers
	float    float64 // nearest float; infinite only when beyond
}

func wholeNumber(n int64) number { return number{floor: n, float: float64(n)} }

// floatNumber expects no NaN.
func floatNumber(f float64) number {
	switch {
	case f >= 1<<63:
		return number{beyond: 1, float: f}
	case f < -(1 << 63):
		return number{beyond: -1, float: f}
	}
	down := math.Floor(f)
	return number{floor: int64(down), fraction: down != f, float: f}
}

// parseNumber reads what JSON and the query language write: -12.5, 1e3.
func parseNumber(text string) (number, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return wholeNumber(n), true
	}
	if strings.Trim(text, "+-.0123456789eE") != "" {
		return number{}, false // ParseFloat would take inf, nan, hexadecimal digits and underscores
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(f, 0) {
		return number{}, false
	}
	if strings.ContainsAny(text, "eE") {
		return floatNumber(f), true
	}
	return plainNumber(text, f), true
}

// plainNumber takes the whole part of 9007199254740993.5 from the text, since a float would lose it.
func plainNumber(text string, f float64) number {
	whole, decimals, _ := strings.Cut(text, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil && whole != "" && whole != "-" && whole != "+" {
		return floatNumber(f) // beyond 64 bits
	}
	result := number{floor: n, float: f, fraction: strings.Trim(decimals, "0") != ""}
	if result.fraction && strings.HasPrefix(text, "-") {
		if n == math.MinInt64 {
			return number{beyond: -1, float: f}
		}
		result.floor--
	}
	return result
}

// times returns the number multiplied by n > 0, to whole numbers.
func (x number) times(n int64) number {
	switch {
	case x.beyond != 0:
		return x
	case x.fraction:
		return floatNumber(math.Round(x.float * float64(n)))
	case x.floor > math.MaxInt64/n:
		return number{beyond: 1, float: math.Inf(1)}
	case x.floor < math.MinInt64/n:
		return number{beyond: -1, float: math.Inf(-1)}
	}
	return wholeNumber(x.floor * n)
}

// digits is what O-120 makes of text in the place of a number: its digits, with a sign in front of the first
// and the first decimal point. "v20" is 20. Without any digit it is the empty text.
func digits(text string) string {
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9':
			if b.Len() == 0 && i > 0 && text[i-1] == '-' {
				b.WriteByte('-')
			}
			b.WriteByte(c)
		case c == '.' && b.Len() > 0 && !strings.Contains(b.String(), "."):
			b.WriteByte(c)
		}
	}
	return b.String()
}
