package main

import (
	"fmt"
	"io"
	"net"
)

// greeting has three lines that work when they are pasted into a shell in this order.
const greeting = `Ordago serves the invoice demo at http://%[1]s/rest
Database: %[2]s
Sign in as clara (password clara, a clerk) or mark (password mark, a manager). Try:

curl -sS -w '\n' -c ordago.cookies -b ordago.cookies -H 'Content-Type: application/json' -d '["clara","clara"]' 'http://%[1]s/rest/$catalog/authentify'
curl -sS -w '\n' -b ordago.cookies -G 'http://%[1]s/rest/Invoice' --data-urlencode '$filter="status=draft"' --data-urlencode '$top=3'
curl -sS -w '\n' -b ordago.cookies -H 'Content-Type: application/json' -d '[1,[{"productID":1,"quantity":2}]]' 'http://%[1]s/rest/Invoice/draft'

Ctrl-C stops the server.
`

// greet tells a person what was started and what to do with it.
func greet(w io.Writer, database string, addr net.Addr) error {
	_, err := fmt.Fprintf(w, greeting, reachable(addr), database)
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
