package main

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"okrbot/bot/teams"
	"okrbot/bot/teams/files"
	"okrbot/okr"
	"okrbot/okr/redisstore"
)

var (
	guid           = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	connectionName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	hostName       = regexp.MustCompile(`^([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.?$`)
)

// problems collects what is wrong with a configuration. It names variables, never
// what they hold.
type problems []error

// want notes a problem where something is not as it must be.
func (p *problems) want(ok bool, format string, args ...any) {
	if !ok {
		*p = append(*p, fmt.Errorf(format, args...))
	}
}

// check looks at values that were read; one that is missing is reported already.
func (c Config) check() []error {
	var p problems
	c.checkAddresses(&p)
	c.checkBot(&p)
	c.checkSignIn(&p)
	c.checkStore(&p)
	c.checkProcess(&p)
	return p
}

func (c Config) checkAddresses(p *problems) {
	for _, address := range []struct{ name, value string }{
		{"PUBLIC_URL", c.PublicURL},
		{"BOT_LOGIN_URL", c.BotLoginURL},
		{"BOT_OPENID_METADATA_URL", c.BotMetadataURL},
		{"BOT_TOKEN_ISSUER", c.BotTokenIssuer},
		{"TEAMS_URL", c.TeamsURL},
		{"ADO_LOGIN_URL", c.ADOLoginURL},
		{"ADO_BASE_URL", c.ADOBaseURL},
		{"ADO_PROFILE_URL", c.ADOProfileURL},
	} {
		p.want(address.value == "" || isWebURL(address.value), "%s: must be an https address (http only on loopback), without user, ? and #", address.name)
	}
	for _, own := range []string{"/api/messages", "/auth/start", "/auth/callback", "/connect/application"} {
		p.want(!strings.HasSuffix(c.PublicURL, own), "PUBLIC_URL: must not include %s, which okrbot adds", own)
	}
	p.want(!ofOneTenant(c.BotLoginURL), "BOT_LOGIN_URL: must not include a tenant; okrbot adds MICROSOFT_APP_TENANT_ID")
	p.want(!ofOneTenant(c.ADOLoginURL), "ADO_LOGIN_URL: must not include a tenant; set it in ADO_LOGIN_TENANT")
	p.want(!ofOneOrganization(c.ADOBaseURL), "ADO_BASE_URL: must not include an organization; people choose theirs")
	_, err := teams.NewServiceHosts(c.BotServiceURLs)
	p.want(err == nil && !slices.ContainsFunc(c.BotServiceURLs, func(h string) bool { return !isServiceHost(h) }),
		"BOT_SERVICE_URLS: must be hosts or addresses without wildcards, comma-separated")
	_, err = files.NewHosts(c.BotFileHosts)
	p.want(err == nil && !slices.ContainsFunc(c.BotFileHosts, func(h string) bool { return !isServiceHost(strings.TrimPrefix(h, "*.")) }),
		"BOT_FILE_HOSTS: must be hosts or addresses, comma-separated; *. before a host means all hosts below it")
	p.want(c.IdentityEndpoint == "" || isEndpoint(c.IdentityEndpoint), "IDENTITY_ENDPOINT: must be an http or https address, as Azure App Service sets it")
}

func (c Config) checkBot(p *problems) {
	p.want(c.AppID == "" || guid.MatchString(c.AppID), "MICROSOFT_APP_ID: must be a GUID")
	p.want(oneOf(c.AppType, "SingleTenant", "MultiTenant", "UserAssignedMSI"), "MICROSOFT_APP_TYPE: must be SingleTenant, MultiTenant or UserAssignedMSI")
	single := c.AppType == "SingleTenant"
	p.want(c.AppTenantID != "" || !single, "MICROSOFT_APP_TENANT_ID: required for a single-tenant bot, as a GUID")
	p.want(c.AppTenantID == "" || guid.MatchString(c.AppTenantID), "MICROSOFT_APP_TENANT_ID: must be a GUID")
	p.want(len(c.AllowedTenants) > 0 || single, "ALLOWED_TENANTS: required because the bot belongs to no tenant: the ids of the tenants to serve, comma-separated, or * for every tenant")
	p.want(tenantsFit(c.AllowedTenants) || slices.Equal(c.AllowedTenants, []string{c.AppTenantID}), "ALLOWED_TENANTS: must be tenant ids (GUIDs), comma-separated, or * alone")
	p.want(isScope(c.BotScope), "BOT_SCOPE: must be an https address that ends in /.default")
	c.checkCredential(p)
	p.wantSecret("MICROSOFT_APP_PASSWORD", c.AppPassword.Reveal())
	for _, a := range c.AdminObjectIDs {
		tenant, id, _ := strings.Cut(a, "/")
		if !guid.MatchString(tenant) || !guid.MatchString(id) {
			p.want(false, "ADMIN_OBJECT_IDS: must be tenantId/objectId, both GUIDs, comma-separated")
			break
		}
	}
}

// checkCredential wants one way in which the bot shows who it is.
func (c Config) checkCredential(p *problems) {
	p.want(c.AppType == "UserAssignedMSI" || c.AppPassword != "" || c.isFederated(),
		"MICROSOFT_APP_PASSWORD: required, but not set; to run without a secret, set AZURE_FEDERATED_TOKEN_FILE or MANAGED_IDENTITY_CLIENT_ID")
	p.want(c.FederatedTokenFile == "" || filepath.IsAbs(c.FederatedTokenFile), "AZURE_FEDERATED_TOKEN_FILE: must be an absolute path")
	p.want(oneOf(c.ManagedIdentity, "", teams.SystemIdentity) || guid.MatchString(c.ManagedIdentity), "MANAGED_IDENTITY_CLIENT_ID: must be the client id (GUID) of a managed identity, or system")
	p.want(!c.isFederated() || !strings.EqualFold(c.ManagedIdentity, c.AppID), "MANAGED_IDENTITY_CLIENT_ID: must differ from MICROSOFT_APP_ID, whose registration trusts it; for a bot that is a managed identity, set MICROSOFT_APP_TYPE=UserAssignedMSI")
	p.want(!c.isFederated() || c.FederatedTokenFile == "" || c.ManagedIdentity == "", "MANAGED_IDENTITY_CLIENT_ID: set this or AZURE_FEDERATED_TOKEN_FILE, not both")
}

// wantSecret looks for what is taken for a client secret most often.
func (p *problems) wantSecret(name, value string) {
	p.want(!guid.MatchString(value), "%s: is a GUID, so probably the Secret ID; enter the Value of the client secret", name)
	p.want(!strings.ContainsFunc(value, unicode.IsSpace), "%s: contains spaces; a client secret has none", name)
	p.want(!strings.Contains(value, "://"), "%s: is an address; enter the Value of the client secret", name)
}

func (c Config) checkSignIn(p *problems) {
	own := c.ADOClientID == c.AppID
	p.want(c.ADOClientID == "" || own || guid.MatchString(c.ADOClientID), "ADO_CLIENT_ID: must be a GUID")
	p.want(!own || c.AppType != "UserAssignedMSI", "ADO_CLIENT_ID: required because nobody can sign in through a managed identity; set the id of an app registration")
	p.want(c.ADOClientSecret != "" || own && c.AppType != "UserAssignedMSI", "ADO_CLIENT_SECRET: required because ADO_CLIENT_ID is another app than the bot")
	if c.ADOClientSecret != c.AppPassword {
		p.wantSecret("ADO_CLIENT_SECRET", c.ADOClientSecret.Reveal())
	}
	p.want(oneOf(c.ADOLoginTenant, anyOrganization, c.AppTenantID) || guid.MatchString(c.ADOLoginTenant),
		"ADO_LOGIN_TENANT: must be a tenant id (GUID) or organizations; common and consumers are for personal accounts, which Azure DevOps doesn't accept")
	p.want(oneOf(c.SignInCard, "oauth", "signin"), "SIGNIN_CARD: must be oauth or signin")
	c.checkSSO(p)
}

// checkSSO looks at the single sign-on of Teams. A name is a word: what is taken for one most often
// are the id and the address of something else.
func (c Config) checkSSO(p *problems) {
	p.want(c.SSOConnection == "" || connectionName.MatchString(c.SSOConnection) && !guid.MatchString(c.SSOConnection),
		"SSO_CONNECTION: must be the name of an OAuth connection of the Azure Bot (Settings > Configuration): letters, digits, - and _, at most 64")
	p.want(c.SSOConnection == "" || c.SignInCard != "signin", "SSO_CONNECTION: needs SIGNIN_CARD=oauth, the card for single sign-on")
	p.want(c.SSOResource == "" || isResource(c.SSOResource), "SSO_RESOURCE: must be the Application ID URI of the registration (Expose an API), such as api://botid-<application id>")
}

// isResource is an Application ID URI as Teams takes it.
func isResource(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "api" && u.Host != "" && u.User == nil && u.RawQuery == "" && u.Fragment == "" && len(text) <= 255 && !strings.HasSuffix(text, "/")
}

func (c Config) checkStore(p *problems) {
	if c.RedisURL != "" {
		err := redisstore.CheckURL(c.RedisURL.Reveal())
		p.want(err == nil, "REDIS_URL: %w", err)
	}
	p.want(c.RedisURL == "" || c.SealKeys != "", "SEAL_KEYS: required with REDIS_URL; make one with: echo k1:$(openssl rand -base64 32)")
	if c.SealKeys != "" {
		_, err := redisstore.NewSealer(c.SealKeys.Reveal())
		p.want(err == nil, "SEAL_KEYS: must be id:base64(32 bytes), comma-separated, each id once")
	}
}

// maxOrganizationName bounds what heads a page, in characters.
const maxOrganizationName = 60

func (c Config) checkProcess(p *problems) {
	p.want(isListenAddr(c.ListenAddr), "LISTEN_ADDR: must be a colon and a port, such as :3978, or host:port")
	p.want(c.MetricsAddr == "" || isListenAddr(c.MetricsAddr), "METRICS_ADDR: must be a colon and a port, such as :9464, or host:port")
	p.want(c.MetricsAddr != c.ListenAddr || strings.HasSuffix(c.MetricsAddr, ":0"), "METRICS_ADDR: must differ from LISTEN_ADDR")
	p.want(oneOf(c.LogLevel, "debug", "info", "warn", "error"), "LOG_LEVEL: must be debug, info, warn or error")
	p.want(okr.CleanLine(c.OrganizationName) == c.OrganizationName && utf8.RuneCountInString(c.OrganizationName) <= maxOrganizationName, "ORGANIZATION_NAME: must be one line of at most %d characters", maxOrganizationName)
	p.want(oneOf(c.LogFormat, "", "json", "text"), "LOG_FORMAT: must be json or text")
	p.want(c.SyncInterval >= 5*time.Minute && c.SyncInterval <= 24*time.Hour && c.SyncInterval%time.Minute == 0, "SYNC_INTERVAL: must be between 5m and 24h, in whole minutes")
	p.want(rolesFit(c.Roles), "ROLES: must be some of web, worker and clock, comma-separated")
	p.want(!rolesFit(c.Roles) || c.RedisURL != "" || len(c.missingRoles()) == 0, "ROLES: must include web, worker and clock unless REDIS_URL is set, because only processes with one Redis can share them")
}

// notes are what is right as it is, and still not what everybody wants.
func (c Config) notes() []string {
	var notes []string
	for _, role := range c.missingRoles() {
		without := map[string]string{roleWeb: "Teams gets no answer", roleWorker: "nothing is measured", roleClock: "nothing is measured automatically"}[role]
		notes = append(notes, fmt.Sprintf("ROLES: this process has no role %s; unless another one has it, %s", role, without))
	}
	if c.RedisURL != "" && c.DataDir != "" {
		notes = append(notes, "DATA_DIR: not used, because REDIS_URL is set")
	}
	if c.AppPassword != "" && (c.FederatedTokenFile != "" || c.ManagedIdentity != "") {
		notes = append(notes, "AZURE_FEDERATED_TOKEN_FILE, MANAGED_IDENTITY_CLIENT_ID: not used for the bot, because MICROSOFT_APP_PASSWORD is set; applications that read Azure DevOps can use them")
	}
	if c.AppTenantID == "" && (c.FederatedTokenFile != "" || c.hasIdentity()) {
		notes = append(notes, "MICROSOFT_APP_TENANT_ID: not set, so no application can read Azure DevOps with the identity of this machine")
	}
	switch {
	case c.SSOConnection == "" && c.SSOResource != "":
		notes = append(notes, "SSO_RESOURCE: not used, because SSO_CONNECTION is not set")
	case c.SSOConnection != "" && c.ADOLoginTenant != anyOrganization && !c.serves(c.ADOLoginTenant):
		notes = append(notes, "SSO_CONNECTION: single sign-on works for nobody, because ADO_LOGIN_TENANT is not in ALLOWED_TENANTS: its accounts are not the ones that people use in Teams")
	case c.SSOConnection != "":
		notes = append(notes, "SSO_CONNECTION: single sign-on needs a new app package: make one with okrbot manifest and upload it")
	}
	if len(c.AdminObjectIDs) == 0 {
		notes = append(notes, "ADMIN_OBJECT_IDS: not set, so nobody can enable okrbot in Teams")
	}
	if slices.ContainsFunc(c.AdminObjectIDs, func(a string) bool { return !c.serves(a[:strings.IndexByte(a, '/')]) }) {
		notes = append(notes, "ADMIN_OBJECT_IDS: an admin's tenant is not in ALLOWED_TENANTS")
	}
	return notes
}

func (c Config) serves(tenant string) bool {
	return slices.ContainsFunc(c.AllowedTenants, func(t string) bool { return t == teams.EveryTenant || strings.EqualFold(t, tenant) })
}

// missingRoles are those that this process leaves to others.
func (c Config) missingRoles() []string {
	return slices.DeleteFunc([]string{roleWeb, roleWorker, roleClock}, c.has)
}

func rolesFit(roles []string) bool {
	return len(roles) > 0 && !slices.ContainsFunc(roles, func(r string) bool { return !oneOf(r, roleWeb, roleWorker, roleClock) })
}

func tenantsFit(ids []string) bool {
	return slices.Equal(ids, []string{teams.EveryTenant}) || !slices.ContainsFunc(ids, func(id string) bool { return !guid.MatchString(id) })
}

func isScope(text string) bool {
	return text == "" || isWebURL(text) && strings.HasSuffix(text, "/.default")
}

func oneOf(value string, allowed ...string) bool { return slices.Contains(allowed, value) }

func isWebURL(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#") || !isHost(u.Hostname()) || !isPort(u.Port()) {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	loopback := u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
	return u.Scheme == "https" || u.Scheme == "http" && loopback
}

// isEndpoint is a weaker isWebURL: the endpoint of a managed identity is inside the
// platform and speaks http.
func isEndpoint(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.User == nil && isHost(u.Hostname()) && isPort(u.Port())
}

// ofOneTenant is an address of Microsoft's sign-in service with more than the host.
func ofOneTenant(address string) bool {
	u, err := url.Parse(address)
	return err == nil && strings.HasPrefix(u.Hostname(), "login.microsoftonline.") && u.Path != ""
}

// ofOneOrganization is an address of Azure DevOps Services with more than the host,
// or in the form that names the organization in the host.
func ofOneOrganization(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Hostname() == "dev.azure.com" && u.Path != "" || strings.HasSuffix(u.Hostname(), ".visualstudio.com"))
}

// isServiceHost is an address, a host with a port, or a host. A single word is none: it
// is a piece of something else.
func isServiceHost(text string) bool {
	return isWebURL(text) || isListenAddr(text) || text == "localhost" || isHost(text) && strings.ContainsAny(text, ".:")
}

func isHost(text string) bool {
	_, err := netip.ParseAddr(text)
	return err == nil || hostName.MatchString(text)
}

// isPort accepts none too, which is the usual one of the scheme.
func isPort(text string) bool {
	n, err := strconv.Atoi(text)
	return text == "" || err == nil && n >= 0 && n <= 65535
}

func isListenAddr(text string) bool {
	host, port, err := net.SplitHostPort(text)
	return err == nil && port != "" && isPort(port) && (host == "" || isHost(host))
}
