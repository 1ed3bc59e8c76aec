//go:build !unix

package e2e_test

// background does nothing where there is no job control.
func (m *machine) background() []string { return nil }
