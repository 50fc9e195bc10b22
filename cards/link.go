package cards

import (
	"net"
	"net/url"
	"strings"

	"okrbot/okr"
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

// addressed links a text to an address of okrbot; only the text where there is none.
func addressed(s md, address string) md {
	to, ok := safeURL(address)
	if !ok || s == "" {
		return s
	}
	return "[" + s + md("]("+to+")")
}

// idOf is the id of a goal, which leads to its address: its menu in Teams copies it.
func (p Place) idOf(id okr.GoalID) md { return addressed(mdf("%s", id), p.Links.ToGoal(id)) }

// foldLink is the group that "Copy link" unfolds. Cards have no action that copies:
// Action.OpenUrl opens a page, and nothing else touches the clipboard. So the address
// stands there whole, to be selected, and as a link, whose menu copies it on phones.
const foldLink = "link"

// copyLink puts an address behind a button; nothing where there is none.
func copyLink(address string) []element {
	return folded(foldLink, "Copy link", false, linkItems(address)...)
}

func linkItems(address string) []element {
	if _, ok := safeURL(address); !ok {
		return nil
	}
	return []element{
		note("Copy this link to share it. In a message it shows only what everyone there can see."),
		text(link(address, address, maxLink)),
	}
}

// maxLink is the longest address that is linked in running text, in bytes.
const maxLink = 400
