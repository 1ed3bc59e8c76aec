//go:build unix

package e2e_test

import "syscall"

// background suspends the process and lets it go on, as a shell does.
func (m *machine) background() []string {
	m.t.Helper()
	m.signal(syscall.SIGTSTP)
	sights := m.hears("On System Event 1")
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(m.cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		m.t.Fatalf("the process is not suspended: %v, %v", status, err)
	}
	m.signal(syscall.SIGCONT)
	return append(sights, m.hears("On System Event 2")...)
}

func (m *machine) signal(s syscall.Signal) {
	m.t.Helper()
	if err := m.cmd.Process.Signal(s); err != nil {
		m.t.Fatal(err)
	}
}
