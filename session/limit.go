package session

import (
	"net/netip"
	"sync"
	"time"
)

// addressLimiter counts new sessions by address within one minute. It forgets
// everything when the minute is over, so it cannot grow.
type addressLimiter struct {
	max int

	mu     sync.Mutex
	minute int64
	opened map[string]int
}

// allow counts one more session for address and reports whether it may be opened.
func (l *addressLimiter) allow(address string, now time.Time) bool {
	key := network(address)
	minute := now.Unix() / 60
	l.mu.Lock()
	defer l.mu.Unlock()
	if minute != l.minute || l.opened == nil {
		l.minute, l.opened = minute, make(map[string]int)
	}
	if l.opened[key] >= l.max {
		return false
	}
	l.opened[key]++
	return true
}

// network returns what counts as one address: one subscriber has a whole /64
// network of IPv6 addresses.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Unmap().Is4() {
		return address
	}
	return netip.PrefixFrom(ip.WithZone(""), 64).Masked().String()
}
