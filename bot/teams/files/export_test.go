package files

import "net/url"

// IsInside and DialOutside are for the tests: nothing they can reach is outside.
var (
	IsInside    = isInside
	DialOutside = dialOutside
)

// Allows reports whether a client of these hosts would ask at an address.
func Allows(hosts []string, address string) bool {
	h, err := NewHosts(hosts)
	if err != nil {
		return false
	}
	u, err := url.Parse(address)
	return err == nil && h.check(u) == nil
}
