package backup

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// stopTime is how long a tool may take to end after it was interrupted.
const stopTime = 5 * time.Second

// errorLines limits what of a tool's messages goes into an error.
const errorLines = 5

// tools runs the client programs of PostgreSQL. Where they connect to is in their environment: other users can read command lines.
type tools struct {
	env      []string
	database string
}

func newTools(conn *pgx.ConnConfig) tools {
	set := map[string]string{
		"PGHOST": conn.Host, "PGPORT": strconv.Itoa(int(conn.Port)), "PGUSER": conn.User,
		"PGDATABASE": cmp.Or(conn.Database, conn.User), "PGPASSWORD": conn.Password, "PGOPTIONS": conn.RuntimeParams["options"],
		"PGAPPNAME": "ordago", "LC_ALL": "C", "LANGUAGE": "", // messages are read here
	}
	if u, err := url.Parse(conn.ConnString()); err == nil { // the parsed form has certificates, but not their files
		for key, values := range u.Query() {
			if name, ok := tlsVariables[key]; ok {
				set[name] = values[0]
			}
		}
	}
	t := tools{database: set["PGDATABASE"]}
	t.env = slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		_, ours := set[name]
		return ours || name == "PGSERVICE" || name == "PGHOSTADDR"
	})
	for name, value := range set {
		if value != "" {
			t.env = append(t.env, name+"="+value)
		}
	}
	return t
}

// tlsVariables are the parameters of a URL that say how to encrypt, and their names in the environment.
var tlsVariables = map[string]string{
	"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY",
	"sslcrl": "PGSSLCRL", "sslsni": "PGSSLSNI", "channel_binding": "PGCHANNELBINDING",
}

// connection is the --dbname of a tool that connects only if it is given one; all else comes from the environment.
func (t tools) connection() string {
	return "--dbname=dbname='" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(t.database) + "'"
}

// output is what a tool prints: results for a reader, and messages line by line. Either may be nil.
type output struct {
	results  func(io.Reader) error
	messages func(line string)
}

// run runs a tool to its end. The error has its messages about errors.
func (t tools) run(ctx context.Context, name string, args []string, out output) error {
	path, err := find(name)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = t.env
	cmd.WaitDelay = stopTime
	cmd.Cancel = func() error { return interrupt(cmd.Process) }
	messages := &lines{tell: out.messages}
	cmd.Stderr = messages
	if err := t.start(cmd, out.results); err != nil {
		return stopped(ctx, fmt.Errorf("%s: %w%s", name, err, messages.errors()))
	}
	return nil
}

func (t tools) start(cmd *exec.Cmd, results func(io.Reader) error) error {
	if results == nil {
		return cmd.Run()
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	err = results(stdout)
	if err != nil {
		_ = cmd.Process.Kill()
	}
	_, _ = io.Copy(io.Discard, stdout)
	return errors.Join(err, cmd.Wait())
}

// interrupt lets the tool tell the server that it gives up; where there are no signals it is killed.
func interrupt(p *os.Process) error {
	if err := p.Signal(os.Interrupt); err == nil || errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return p.Kill()
}

func find(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%s is not found: install the client programs of PostgreSQL (package postgresql-client) or add them to PATH: %w", name, err)
	}
	return path, nil
}

var majorVersion = regexp.MustCompile(`\) (\d+)`)

// atLeast refuses a tool that is older than the server.
func (t tools) atLeast(ctx context.Context, name string, server int) error {
	var text []byte
	err := t.run(ctx, name, []string{"--version"}, output{results: func(r io.Reader) (err error) {
		text, err = io.ReadAll(io.LimitReader(r, 1<<10))
		return err
	}})
	if err != nil {
		return err
	}
	match := majorVersion.FindSubmatch(text)
	if match == nil {
		return fmt.Errorf("%s --version prints %q, which has no version", name, bytes.TrimSpace(text))
	}
	if have, err := strconv.Atoi(string(match[1])); err != nil || have < server {
		return fmt.Errorf("%s is version %s, the server %d: install the client programs of PostgreSQL %d or newer", name, match[1], server, server)
	}
	return nil
}

// lines cuts what a tool writes into lines and remembers those about errors.
type lines struct {
	rest   []byte
	failed []string
	tell   func(string)
}

// Write implements [io.Writer].
func (l *lines) Write(p []byte) (int, error) {
	l.rest = append(l.rest, p...)
	for {
		line, rest, ok := bytes.Cut(l.rest, []byte("\n"))
		if !ok {
			return len(p), nil
		}
		l.rest = rest
		l.line(string(line))
	}
}

func (l *lines) line(text string) {
	if strings.Contains(text, ": error: ") || strings.Contains(text, "DETAIL:") || strings.Contains(text, "HINT:") {
		if len(l.failed) < errorLines {
			l.failed = append(l.failed, text)
		}
	}
	if l.tell != nil {
		l.tell(text)
	}
}

func (l *lines) errors() string {
	if len(l.failed) == 0 {
		return ""
	}
	return ": " + strings.Join(l.failed, "; ")
}

// eachLine reads lines of any length; of one that is longer than most it keeps the beginning.
func eachLine(r io.Reader, most int, fn func(line []byte, size int) error) error {
	br := bufio.NewReaderSize(r, most)
	for {
		line, err := br.ReadSlice('\n')
		size := len(line)
		head := bytes.TrimRight(line, "\r\n")
		if errors.Is(err, bufio.ErrBufferFull) {
			head = slices.Clone(line)
			for errors.Is(err, bufio.ErrBufferFull) {
				line, err = br.ReadSlice('\n')
				size += len(line)
			}
		}
		if size > 0 {
			if err := fn(head, size); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
