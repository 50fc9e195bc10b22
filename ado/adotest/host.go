package adotest

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// The real host names, for clients that are led here by name resolution or a
// proxy.
const (
	hostLogin    = "login.microsoftonline.com"
	hostAzure    = "dev.azure.com"
	hostProfile  = "app.vssps.visualstudio.com"
	hostMetadata = "169.254.169.254"
	hostLegacy   = ".visualstudio.com" // {organization}.visualstudio.com
)

// underPrefix moves a request to a real host name below the prefix that stands
// for it, and gives the name. Other requests stay as they are.
func underPrefix(r *http.Request) (moved *http.Request, host string) {
	host = strings.ToLower(r.Host)
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	path := r.URL.EscapedPath()
	organization, legacy := strings.CutSuffix(host, hostLegacy)
	switch {
	case host == hostLogin:
		path = "/login" + path
	case host == hostAzure:
		path = "/ado" + path
	case host == hostProfile:
		path = "/vssps" + path
	case host == hostMetadata:
	case legacy && !strings.Contains(organization, "."):
		path = "/ado/" + organization + withoutCollection(path)
	default:
		return r, ""
	}
	u, err := url.Parse(path)
	if err != nil {
		return r, ""
	}
	u.RawQuery = r.URL.RawQuery
	moved = r.WithContext(r.Context())
	moved.URL = u
	return moved, host
}

// withoutCollection drops the collection that old addresses name.
func withoutCollection(path string) string {
	const collection = "/defaultcollection"
	if len(path) >= len(collection) && strings.EqualFold(path[:len(collection)], collection) {
		if rest := path[len(collection):]; rest == "" || rest[0] == '/' {
			return rest
		}
	}
	return path
}
