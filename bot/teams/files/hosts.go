package files

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"syscall"

	"okrbot/bot/teams"
)

// ErrHost says that an address leads to a host that is not in the list, or inside the own
// network.
var ErrHost = errors.New("file host not allowed")

// DefaultHosts are where Teams keeps the files of 1:1 chats, in the public cloud and in
// GCC: contoso.sharepoint.com, contoso-my.sharepoint.com. Source: "Send and receive files
// using bot".
func DefaultHosts() []string { return []string{"*.sharepoint.com"} }

// Hosts is the list of hosts that files may be at.
type Hosts struct {
	exact    map[string]bool // host and port; the port is empty for that of the scheme
	below    []string        // ".sharepoint.com"
	loopback map[string]bool // those that are meant with any port
}

// NewHosts builds the list from hosts, host:port pairs, addresses (their paths do not
// matter) and hosts with "*." in front, which stand for all below them. A loopback host
// without a port is meant with any. An empty list means [DefaultHosts].
func NewHosts(entries []string) (Hosts, error) {
	if len(entries) == 0 {
		entries = DefaultHosts()
	}
	h := Hosts{exact: map[string]bool{}, loopback: map[string]bool{}}
	for _, entry := range entries {
		raw := strings.TrimSpace(entry)
		if domain, isBelow := strings.CutPrefix(raw, "*."); isBelow {
			if strings.ContainsAny(domain, "*:/@?# ") || !strings.Contains(domain, ".") {
				return Hosts{}, fmt.Errorf("file host %q: not a domain behind *", entry)
			}
			h.below = append(h.below, "."+strings.ToLower(domain))
			continue
		}
		if !strings.Contains(raw, "://") {
			raw = "https://" + raw
		}
		u, err := url.Parse(raw)
		if err != nil || u.Hostname() == "" || u.User != nil || strings.Contains(u.Host, "*") {
			return Hosts{}, fmt.Errorf("file host %q: not a host or address", entry)
		}
		h.exact[key(u)] = true
		h.loopback[plain(u.Hostname())] = u.Port() == "" && teams.IsLoopback(u.Hostname())
	}
	return h, nil
}

// check fails with [ErrHost] unless u is an https address of a host of the list; http
// does for loopback. The error does not hold the address, which is a secret.
func (h Hosts) check(u *url.URL) error {
	isLocal := teams.IsLoopback(u.Hostname())
	switch {
	case u.Hostname() == "" || u.User != nil:
		return fmt.Errorf("%w: no plain address", ErrHost)
	case u.Scheme != "https" && (u.Scheme != "http" || !isLocal):
		return fmt.Errorf("%w: not https", ErrHost)
	case h.exact[key(u)], h.loopback[plain(u.Hostname())]:
		return nil
	case net.ParseIP(u.Hostname()) == nil && key(u) == plain(u.Hostname()) && h.isBelow(plain(u.Hostname())):
		return nil
	}
	return fmt.Errorf("%w: %s is not in the list", ErrHost, plain(u.Hostname()))
}

func (h Hosts) isBelow(host string) bool {
	for _, domain := range h.below {
		if strings.HasSuffix(host, domain) && len(host) > len(domain) {
			return true
		}
	}
	return false
}

// key is the host, with the port where it is not that of the scheme.
func key(u *url.URL) string {
	host, port := plain(u.Hostname()), u.Port()
	if port == "" || u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		return host
	}
	return net.JoinHostPort(host, port)
}

func plain(host string) string { return strings.ToLower(strings.TrimSuffix(host, ".")) }

// isInside reports whether an address is of this machine or of a private network.
func isInside(ip netip.Addr) bool {
	ip = ip.Unmap()
	return !ip.IsGlobalUnicast() || ip.IsPrivate() || sharedNet.Contains(ip)
}

// sharedNet is what providers use between their customers (RFC 6598).
var sharedNet = netip.MustParsePrefix("100.64.0.0/10")

// dialOutside refuses a connection to an address inside: a name of the list may lead
// there, by a mistake or by design. It sees the address that the name stands for.
func dialOutside(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err == nil && isInside(at.Addr()) {
		return fmt.Errorf("%w: it leads inside the own network", ErrHost)
	}
	return err
}
