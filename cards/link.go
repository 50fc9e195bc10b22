package cards

import (
	"net"
	"net/url"
	"strings"
)

// safeURL gives an absolute https address, or http of the own machine (the
// demo), in a form that can neither end a Markdown link nor be expanded; false
// for anything else.
func safeURL(raw string) (string, bool) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || len(raw) > 2000 {
		return "", false
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return "", false
	}
	return addressMarks.Replace(u.String()), true
}

// addressMarks are what is no address within a Markdown link.
var addressMarks = strings.NewReplacer(
	"(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "{", "%7B", "}", "%7D",
	"\\", "%5C", "`", "%60", " ", "%20", "\"", "%22", "'", "%27", "[", "%5B", "]", "%5D",
)

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// link makes a Markdown link of at most n characters; only the title where the
// address is not safe.
func link(title, address string, n int) md {
	to, ok := safeURL(address)
	if !ok || len(to) > maxLink {
		return md(Escape(title, n))
	}
	return md("[" + literal(paired(Plain(title, n))) + "](" + to + ")")
}

// paired keeps the brackets of a title where they are in pairs; others, which would
// end the title of a link, become wide ones.
func paired(title string) string {
	depth := 0
	for _, r := range title {
		switch r {
		case '[':
			depth++
		case ']':
			depth--
		}
		if depth < 0 {
			break
		}
	}
	if depth == 0 {
		return title
	}
	return titleMarks.Replace(title)
}

var titleMarks = strings.NewReplacer("[", "\uff3b", "]", "\uff3d")

// maxLink is the longest address that is linked in running text, in bytes.
const maxLink = 400
