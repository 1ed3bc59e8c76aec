package main_test

import (
	"path/filepath"
	"testing"
)

// winner calls a command that names the database it was told to use in its error.
func winner(t *testing.T, env []string, args ...string) result {
	t.Helper()
	return ordagoIn(t, env, append([]string{"migrate", "status"}, args...)...)
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "ordago.yaml")
	write(t, file, "db: "+dir+"/file.db\nlisten: 127.0.0.1:0\nlog-level: warn\ngrace: 3s\ndemo: false\nmax-body: 4096\n")
	config, environment, flag := "--config="+file, "ORDAGO_DB="+dir+"/env.db", "--db="+dir+"/flag.db"
	for _, tt := range []struct {
		name string
		env  []string
		args []string
		want string
	}{
		{"file", nil, []string{config}, "file.db"},
		{"file named by the environment", []string{"ORDAGO_CONFIG=" + file}, nil, "file.db"},
		{"environment over file", []string{environment}, []string{config}, "env.db"},
		{"flag over environment and file", []string{environment}, []string{config, flag}, "flag.db"},
		{"flag over environment", []string{environment}, []string{flag}, "flag.db"},
		{"file named by the flag over the environment", []string{"ORDAGO_CONFIG=none.yaml"}, []string{config}, "file.db"},
		{"a bad value that another source replaces", []string{"ORDAGO_LOG_LEVEL=loud", environment}, []string{"--log-level=info"}, "env.db"},
		{"variables that are none of ours", []string{"ORDAGO_PORT=tcp://10.0.0.1:80", "ORDAGO_TEST_POSTGRES=x", environment}, nil, "env.db"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			winner(t, tt.env, tt.args...).want(t, 1, "", "open database "+dir+"/"+tt.want+": there is no such file")
		})
	}
}

func TestConfigurationErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, file, want string
	}{
		{"unknown", "listn: 127.0.0.1:1\n", `unknown option "listn"; known are admin-key, admin-listen, cookie-name, cookie-secure, db, `},
		{"two unknown", "a: 1\nb: 2\n", `unknown option "b"`},
		{"nested", "log:\n  level: debug\n", `unknown option "log.level"`},
		{"config in itself", "config: other.yaml\n", `unknown option "config"`},
		{"bad word", "log-level: loud\n", "option log-level: write info, debug, warn or error"},
		{"bad duration", "grace: 15\n", "option grace: "},
		{"bad truth", "demo: perhaps\n", "option demo: "},
		{"bad size", "max-body: -1\n", "option max-body: write a number of bytes"},
		{"no value", "db:\n", "option db: has no value"},
		{"list", "db: [a, b]\n", "option db: must be a single value"},
		{"twice", "db: a\ndb: b\n", "line 2"},
		{"no YAML", "db: 'a\n", "yaml: "},
		{"a list of options", "- db\n", "yaml: "},
		{"a word", "hello", "yaml: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "my.yaml")
			write(t, file, tt.file)
			winner(t, nil, "--config", file).want(t, 2, "", "ordago: "+file+": ")
			winner(t, nil, "--config", file).want(t, 2, "", tt.want)
		})
	}
	winner(t, []string{"ORDAGO_LOG_LEVEL=loud"}).want(t, 2, "", "ordago: environment: option log-level: write info, debug, warn or error")
	winner(t, nil, "--config", t.TempDir()).want(t, 2, "", "configuration file: ")
}

func TestEmptyConfiguration(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "empty.yaml")
	write(t, file, "# nothing yet\n")
	winner(t, nil, "--config", file, "--db", dir+"/x.db").want(t, 1, "", "open database "+dir+"/x.db")
}
