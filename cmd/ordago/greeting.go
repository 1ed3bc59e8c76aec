package main

import (
	"fmt"
	"io"
	"net"

	"github.com/ordago/ordago/server"
)

// greeting has three lines that work when they are pasted into a shell in this order.
const greeting = `Ordago serves the invoice demo at http://%[1]s/rest
Pages: http://%[1]s/
Database: %[2]s
%[3]sSign in as clara (password clara, a clerk) or mark (password mark, a manager). Try:

curl -sS -w '\n' -c ordago.cookies -b ordago.cookies -H 'Content-Type: application/json' -d '["clara","clara"]' 'http://%[1]s/rest/$catalog/authentify'
curl -sS -w '\n' -b ordago.cookies -G 'http://%[1]s/rest/Invoice' --data-urlencode '$filter="status=draft"' --data-urlencode '$top=3'
curl -sS -w '\n' -b ordago.cookies -H 'Content-Type: application/json' -d '[1,[{"productID":1,"quantity":2}]]' 'http://%[1]s/rest/Invoice/draft'

Ctrl-C stops the server.
`

// greet tells a person what was started and what to do with it.
func greet(w io.Writer, s *server.Server, addr net.Addr) error {
	admin := ""
	if addr := s.AdminAddr(); addr != nil {
		admin = fmt.Sprintf("Administration: http://%s/\n", reachable(addr))
	}
	_, err := fmt.Fprintf(w, greeting, reachable(addr), s, admin)
	return err
}

// reachable is an address that a client on this machine can use.
func reachable(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return addr.String()
	}
	return net.JoinHostPort("127.0.0.1", fmt.Sprint(tcp.Port))
}
