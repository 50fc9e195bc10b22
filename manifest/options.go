package manifest

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Options say whose app it is and where it runs. Only AppID and PublicURL are required.
type Options struct {
	// AppID is the bot's registration in Microsoft Entra (MICROSOFT_APP_ID): a GUID.
	AppID string
	// PublicURL is the https address of the service. Its host is the one that Teams lets the sign-in window open.
	PublicURL string
	// TeamsAppID is the app's own id in the Teams catalogue: a GUID, AppID by default. Keep it from one version to the
	// next, or Teams sees another app.
	TeamsAppID string
	// SSOAppID and SSOResource are the registration whose Application ID URI Teams asks for a token
	// of the person who signs in (single sign-on); empty: there is none.
	SSOAppID, SSOResource string
	// Release is the version of okrbot, such as v0.2.0. It ends the app's description; empty: nothing does.
	Release string
	// Version is raised with every upload: three numbers as in 1.2.3, by default 1.0.0.
	Version string
	// Name is shown under the icon: at most 30 characters, by default okrbot.
	Name string
	// FullName is shown where there is room: at most 100 characters, by default Name.
	FullName string
	// Developer is who runs the app: at most 32 characters, by default "The okrbot authors".
	Developer string
	// WebsiteURL, PrivacyURL and TermsURL are https pages about the app, by default those of [Pages] at PublicURL.
	WebsiteURL, PrivacyURL, TermsURL string
	// AccentColor is #RRGGBB, by default the colour of the icon.
	AccentColor string
}

// under is a page below the public address. An address that is none is refused by validate.
func under(public, path string) string { return strings.TrimRight(public, "/") + path }

func (o Options) withDefaults() Options {
	o.TeamsAppID = cmp.Or(o.TeamsAppID, o.AppID)
	o.Version = cmp.Or(o.Version, "1.0.0")
	o.Name = cmp.Or(o.Name, "okrbot")
	o.FullName = cmp.Or(o.FullName, o.Name)
	o.Developer = cmp.Or(o.Developer, "The okrbot authors")
	o.WebsiteURL = cmp.Or(o.WebsiteURL, o.PublicURL)
	o.PrivacyURL = cmp.Or(o.PrivacyURL, under(o.PublicURL, privacyPath))
	o.TermsURL = cmp.Or(o.TermsURL, under(o.PublicURL, termsPath))
	o.AccentColor = cmp.Or(o.AccentColor, accentHex)
	return o
}

var (
	guid    = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	version = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$`)
	color   = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
)

// Lengths that the schema allows, in characters.
const (
	maxVersion   = 256
	maxName      = 30
	maxFullName  = 100
	maxDeveloper = 32
	maxURL       = 2048
)

func (o Options) validate() error {
	return errors.Join(
		matches("the app id", o.AppID, guid, "a GUID"),
		matches("the Teams app id", o.TeamsAppID, guid, "a GUID"),
		sso(o.SSOAppID, o.SSOResource),
		matches("the version", o.Version, version, "three numbers as in 1.2.3"),
		matches("the accent colour", o.AccentColor, color, "#RRGGBB"),
		fits("the version", o.Version, maxVersion),
		fits("the name", o.Name, maxName),
		fits("the full name", o.FullName, maxFullName),
		fits("the developer", o.Developer, maxDeveloper),
		isPublic(o.PublicURL),
		isHTTPS("the website", o.WebsiteURL),
		isHTTPS("the privacy page", o.PrivacyURL),
		isHTTPS("the terms of use", o.TermsURL),
	)
}

func matches(what, value string, pattern *regexp.Regexp, wanted string) error {
	if pattern.MatchString(value) {
		return nil
	}
	return fmt.Errorf("%s must be %s, not %q", what, wanted, value)
}

// sso wants both parts of single sign-on, or none.
func sso(appID, resource string) error {
	switch {
	case appID == "" && resource == "":
		return nil
	case !strings.HasPrefix(resource, "api://"):
		return fmt.Errorf("the resource of single sign-on must be an Application ID URI that begins with api://, not %q", resource)
	}
	return errors.Join(matches("the app id of single sign-on", appID, guid, "a GUID"), fits("the resource of single sign-on", resource, maxURL))
}

func fits(what, value string, limit int) error {
	if n := utf8.RuneCountInString(value); n > limit {
		return fmt.Errorf("%s has %d characters, at most %d are allowed", what, n, limit)
	}
	return nil
}

func isHTTPS(what, address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil {
		return fmt.Errorf("%s must be an https address, not %q", what, address)
	}
	return fits(what, address, maxURL)
}

// isPublic refuses what Teams cannot reach by name: it lists domains, so neither an IP address nor localhost will do.
func isPublic(address string) error {
	if err := isHTTPS("the public address", address); err != nil {
		return err
	}
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil || !strings.Contains(u.Hostname(), ".") {
		return fmt.Errorf("the public address must name a domain that Teams reaches, not %q", u.Hostname())
	}
	return nil
}
