package teams

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// ErrServiceURL says that a service URL is not in the allow-list.
var ErrServiceURL = errors.New("service URL not allowed")

// ServiceHosts is the allow-list of connector hosts. The bot's bearer token is
// sent to the service URL of an activity, so a signed claim alone is not
// trusted for where it goes.
type ServiceHosts struct {
	allowed map[string]bool
}

// DefaultServiceHosts are the connector hosts of the public and the government
// clouds. Source: "Send proactive messages", service URLs.
func DefaultServiceHosts() []string {
	return []string{
		"smba.trafficmanager.net",
		"smba.infra.gcc.teams.microsoft.com",
		"smba.infra.gov.teams.microsoft.us",
		"smba.infra.dod.teams.microsoft.us",
	}
}

// NewServiceHosts builds the allow-list from hosts, host:port pairs or URLs
// (their paths do not matter). Without a port the scheme's own port is meant,
// for a loopback host any port. An empty list means DefaultServiceHosts. There
// are no wildcards: anyone can have a name below trafficmanager.net.
func NewServiceHosts(entries []string) (ServiceHosts, error) {
	if len(entries) == 0 {
		entries = DefaultServiceHosts()
	}
	s := ServiceHosts{allowed: map[string]bool{}}
	for _, entry := range entries {
		raw := strings.TrimSpace(entry)
		if !strings.Contains(raw, "://") {
			raw = "https://" + raw
		}
		u, err := url.Parse(raw)
		if err != nil || u.Hostname() == "" || u.User != nil || strings.Contains(u.Host, "*") {
			return ServiceHosts{}, fmt.Errorf("service host %q: not a host or URL", entry)
		}
		s.allowed[hostKey(u.Hostname(), ownPort(u))] = true
	}
	return s, nil
}

// Check fails with ErrServiceURL unless raw is an https URL of an allowed host;
// plain http is allowed for loopback hosts only.
func (s ServiceHosts) Check(raw string) error {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%w: not a plain URL", ErrServiceURL)
	}
	loopback := IsLoopback(u.Hostname())
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback) {
		return fmt.Errorf("%w: not https", ErrServiceURL)
	}
	if s.allowed[hostKey(u.Hostname(), ownPort(u))] || loopback && s.allowed[hostKey(u.Hostname(), "")] {
		return nil
	}
	return fmt.Errorf("%w: host not in the allow-list", ErrServiceURL)
}

func hostKey(host, port string) string {
	return strings.ToLower(strings.TrimSuffix(host, ".")) + "|" + port
}

// ownPort is the port of u when it is not the scheme's usual one.
func ownPort(u *url.URL) string {
	port := u.Port()
	if u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		return ""
	}
	return port
}

// IsLoopback reports whether a host name or address is this machine.
func IsLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// secureURL reports whether raw is an https URL, or an http URL of a loopback
// host: neither keys nor secrets cross a network in the clear.
func secureURL(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.Hostname() == "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && IsLoopback(u.Hostname())
}
