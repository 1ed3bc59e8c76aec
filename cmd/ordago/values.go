package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
)

var (
	_ pflag.Value = (*choice)(nil)
	_ pflag.Value = (*size)(nil)
)

// choice is an option with a few possible values; the first is the default.
type choice struct {
	value string
	all   []string
}

func newChoice(all ...string) choice { return choice{all[0], all} }

// String implements [pflag.Value].
func (c *choice) String() string { return c.value }

// Type implements [pflag.Value].
func (c *choice) Type() string { return "word" }

// Set implements [pflag.Value].
func (c *choice) Set(text string) error {
	if !slices.Contains(c.all, text) {
		last := len(c.all) - 1
		return fmt.Errorf("write %s or %s", strings.Join(c.all[:last], ", "), c.all[last])
	}
	c.value = text
	return nil
}

// size is a number of bytes.
type size int64

// units are the ends of a size, the largest first.
func units() []struct {
	name  string
	bytes int64
} {
	return []struct {
		name  string
		bytes int64
	}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}}
}

// String implements [pflag.Value], in the largest unit that is exact.
func (s *size) String() string {
	for _, u := range units() {
		if n := int64(*s); n >= u.bytes && n%u.bytes == 0 {
			return strconv.FormatInt(n/u.bytes, 10) + u.name
		}
	}
	return "0"
}

// Type implements [pflag.Value].
func (s *size) Type() string { return "size" }

// Set implements [pflag.Value].
func (s *size) Set(text string) error {
	for _, u := range units() {
		digits, ok := strings.CutSuffix(text, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || n <= 0 || n > (1<<62)/u.bytes {
			break
		}
		*s = size(n * u.bytes)
		return nil
	}
	return errors.New("write a number of bytes, or one with KiB, MiB or GiB")
}
