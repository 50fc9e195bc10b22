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

	"okrbot/bot/teams"
	"okrbot/bot/teams/files"
	"okrbot/okr/redisstore"
)

var (
	guid     = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	hostName = regexp.MustCompile(`^([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.?$`)
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
	for _, own := range []string{"/api/messages", "/auth/start", "/auth/callback"} {
		p.want(!strings.HasSuffix(c.PublicURL, own), "PUBLIC_URL: must end before %s, which okrbot adds itself", own)
	}
	p.want(!ofOneTenant(c.BotLoginURL), "BOT_LOGIN_URL: must name no tenant: okrbot adds MICROSOFT_APP_TENANT_ID itself")
	p.want(!ofOneTenant(c.ADOLoginURL), "ADO_LOGIN_URL: must name no tenant: that is ADO_LOGIN_TENANT")
	p.want(!ofOneOrganization(c.ADOBaseURL), "ADO_BASE_URL: must name no organization: people choose theirs")
	_, err := teams.NewServiceHosts(c.BotServiceURLs)
	p.want(err == nil && !slices.ContainsFunc(c.BotServiceURLs, func(h string) bool { return !isServiceHost(h) }),
		"BOT_SERVICE_URLS: must be hosts or addresses without wildcards, comma-separated")
	_, err = files.NewHosts(c.BotFileHosts)
	p.want(err == nil && !slices.ContainsFunc(c.BotFileHosts, func(h string) bool { return !isServiceHost(strings.TrimPrefix(h, "*.")) }),
		"BOT_FILE_HOSTS: must be hosts or addresses, comma-separated; *. in front of a host stands for all below it")
	p.want(c.IdentityEndpoint == "" || isEndpoint(c.IdentityEndpoint), "IDENTITY_ENDPOINT: must be an http or https address, as Azure App Service sets it")
}

func (c Config) checkBot(p *problems) {
	p.want(c.AppID == "" || guid.MatchString(c.AppID), "MICROSOFT_APP_ID: must be a GUID")
	p.want(oneOf(c.AppType, "SingleTenant", "MultiTenant", "UserAssignedMSI"), "MICROSOFT_APP_TYPE: must be SingleTenant, MultiTenant or UserAssignedMSI")
	single := c.AppType == "SingleTenant"
	p.want(c.AppTenantID != "" || !single, "MICROSOFT_APP_TENANT_ID: required for a single-tenant bot, as a GUID")
	p.want(c.AppTenantID == "" || guid.MatchString(c.AppTenantID), "MICROSOFT_APP_TENANT_ID: must be a GUID")
	p.want(len(c.AllowedTenants) > 0 || single, "ALLOWED_TENANTS: required where the bot has no tenant of its own: the ids of the tenants that it serves, comma-separated, or * for every tenant")
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
		"MICROSOFT_APP_PASSWORD: required, but not set; without a secret: AZURE_FEDERATED_TOKEN_FILE or MANAGED_IDENTITY_CLIENT_ID")
	p.want(c.FederatedTokenFile == "" || filepath.IsAbs(c.FederatedTokenFile), "AZURE_FEDERATED_TOKEN_FILE: must be an absolute path")
	p.want(oneOf(c.ManagedIdentity, "", teams.SystemIdentity) || guid.MatchString(c.ManagedIdentity), "MANAGED_IDENTITY_CLIENT_ID: must be the client id (GUID) of a managed identity, or system")
	p.want(!c.isFederated() || !strings.EqualFold(c.ManagedIdentity, c.AppID), "MANAGED_IDENTITY_CLIENT_ID: must be another id than MICROSOFT_APP_ID, whose registration trusts it; a bot that is a managed identity itself has MICROSOFT_APP_TYPE=UserAssignedMSI")
	p.want(!c.isFederated() || c.FederatedTokenFile == "" || c.ManagedIdentity == "", "MANAGED_IDENTITY_CLIENT_ID: set this or AZURE_FEDERATED_TOKEN_FILE, not both")
}

// wantSecret looks for what is taken for a client secret most often.
func (p *problems) wantSecret(name, value string) {
	p.want(!guid.MatchString(value), "%s: is a GUID, so most likely the Secret ID; the Value of the client secret is needed", name)
	p.want(!strings.ContainsFunc(value, unicode.IsSpace), "%s: holds blanks; a client secret has none", name)
	p.want(!strings.Contains(value, "://"), "%s: is an address; the Value of the client secret is needed", name)
}

func (c Config) checkSignIn(p *problems) {
	own := c.ADOClientID == c.AppID
	p.want(c.ADOClientID == "" || own || guid.MatchString(c.ADOClientID), "ADO_CLIENT_ID: must be a GUID")
	p.want(!own || c.AppType != "UserAssignedMSI", "ADO_CLIENT_ID: required where the bot is a managed identity, which nobody can sign in through: an app registration of its own")
	p.want(c.ADOClientSecret != "" || own && c.AppType != "UserAssignedMSI", "ADO_CLIENT_SECRET: required with an ADO_CLIENT_ID of its own")
	if c.ADOClientSecret != c.AppPassword {
		p.wantSecret("ADO_CLIENT_SECRET", c.ADOClientSecret.Reveal())
	}
	p.want(oneOf(c.ADOLoginTenant, anyOrganization, c.AppTenantID) || guid.MatchString(c.ADOLoginTenant),
		"ADO_LOGIN_TENANT: must be a tenant id (GUID) or organizations; personal accounts, for which common and consumers are, cannot be used with Azure DevOps")
	p.want(oneOf(c.SignInCard, "oauth", "signin"), "SIGNIN_CARD: must be oauth or signin")
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

func (c Config) checkProcess(p *problems) {
	p.want(isListenAddr(c.ListenAddr), "LISTEN_ADDR: must be a port with a colon before it, such as :3978, or host:port")
	p.want(c.MetricsAddr == "" || isListenAddr(c.MetricsAddr), "METRICS_ADDR: must be a port with a colon before it, such as :9090, or host:port")
	p.want(c.MetricsAddr != c.ListenAddr || strings.HasSuffix(c.MetricsAddr, ":0"), "METRICS_ADDR: must be another port than LISTEN_ADDR")
	p.want(oneOf(c.LogLevel, "debug", "info", "warn", "error"), "LOG_LEVEL: must be debug, info, warn or error")
	p.want(oneOf(c.LogFormat, "", "json", "text"), "LOG_FORMAT: must be json or text")
	p.want(c.SyncInterval >= 5*time.Minute && c.SyncInterval <= 24*time.Hour && c.SyncInterval%time.Minute == 0, "SYNC_INTERVAL: must lie between 5m and 24h, in whole minutes")
	p.want(rolesFit(c.Roles), "ROLES: must be some of web, worker and clock, comma-separated")
	p.want(!rolesFit(c.Roles) || c.RedisURL != "" || len(c.missingRoles()) == 0, "ROLES: one process must have all of web, worker and clock where it shares no Redis with others (REDIS_URL)")
}

// notes are what is right as it is, and still not what everybody wants.
func (c Config) notes() []string {
	var notes []string
	for _, role := range c.missingRoles() {
		without := map[string]string{roleWeb: "Teams gets no answer", roleWorker: "nothing is measured", roleClock: "nothing is measured by itself"}[role]
		notes = append(notes, fmt.Sprintf("ROLES: without %s; unless another process has it, %s", role, without))
	}
	if c.RedisURL != "" && c.DataDir != "" {
		notes = append(notes, "DATA_DIR: not used, since REDIS_URL is set")
	}
	if c.AppPassword != "" && (c.FederatedTokenFile != "" || c.ManagedIdentity != "") {
		notes = append(notes, "AZURE_FEDERATED_TOKEN_FILE, MANAGED_IDENTITY_CLIENT_ID: not used, since MICROSOFT_APP_PASSWORD is set")
	}
	if len(c.AdminObjectIDs) == 0 {
		notes = append(notes, "ADMIN_OBJECT_IDS: not set; nobody can enable okrbot in Teams")
	}
	if slices.ContainsFunc(c.AdminObjectIDs, func(a string) bool { return !c.serves(a[:strings.IndexByte(a, '/')]) }) {
		notes = append(notes, "ADMIN_OBJECT_IDS: somebody is of a tenant that ALLOWED_TENANTS does not serve")
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
