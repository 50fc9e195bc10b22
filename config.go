package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"

	"okrbot/bot/teams"
	"okrbot/okr"
	"okrbot/okr/redisstore"
)

// Config is everything that can be set, by environment variables only. Each
// variable NAME may also be given as NAME_FILE: the path of a file that holds
// the value, as container platforms mount secrets.
type Config struct {
	// ListenAddr is the HTTP listen address.
	ListenAddr string `env:"LISTEN_ADDR" envDefault:":3978"`
	// PublicURL is this service as Teams and browsers reach it: https, or http on
	// loopback. The sign-in pages stand below it.
	PublicURL string `env:"PUBLIC_URL,required"`

	// AppID, AppPassword and AppTenantID are the bot's registration. The password
	// is not used by a managed identity, the tenant not by a multi-tenant bot.
	AppID       string     `env:"MICROSOFT_APP_ID,required"`
	AppPassword okr.Secret `env:"MICROSOFT_APP_PASSWORD"`
	AppTenantID string     `env:"MICROSOFT_APP_TENANT_ID"`
	// AppType is SingleTenant, MultiTenant or UserAssignedMSI.
	AppType string `env:"MICROSOFT_APP_TYPE" envDefault:"SingleTenant"`

	// AllowedTenants are the tenants whose people are served, or "*". Empty: the
	// bot's own, where it has one.
	AllowedTenants []string `env:"ALLOWED_TENANTS"`

	// BotLoginURL is where the bot gets its own token.
	BotLoginURL string `env:"BOT_LOGIN_URL" envDefault:"https://login.microsoftonline.com"`
	// BotScope is what the bot's own token is for; the government clouds have their
	// own. A managed identity asks for the same without "/.default".
	BotScope string `env:"BOT_SCOPE" envDefault:"https://api.botframework.com/.default"`
	// BotMetadataURL names the keys that sign inbound tokens.
	BotMetadataURL string `env:"BOT_OPENID_METADATA_URL" envDefault:"https://login.botframework.com/v1/.well-known/openidconfiguration"`
	// BotTokenIssuer is the only accepted issuer of inbound tokens.
	BotTokenIssuer string `env:"BOT_TOKEN_ISSUER" envDefault:"https://api.botframework.com"`
	// BotServiceURLs are the hosts to which the bot's token may be sent; empty
	// means those of the public and government clouds. http only for loopback.
	BotServiceURLs []string `env:"BOT_SERVICE_URLS"`

	// ADOClientID and ADOClientSecret are the Entra app that signs people in to
	// Azure DevOps; empty means the bot's own.
	ADOClientID     string     `env:"ADO_CLIENT_ID"`
	ADOClientSecret okr.Secret `env:"ADO_CLIENT_SECRET"`
	// ADOLoginURL and ADOLoginTenant are where they sign in. The tenant is a
	// tenant id or "organizations".
	ADOLoginURL    string `env:"ADO_LOGIN_URL" envDefault:"https://login.microsoftonline.com"`
	ADOLoginTenant string `env:"ADO_LOGIN_TENANT" envDefault:"organizations"`
	// ADOBaseURL is where organizations are: <url>/{organization}.
	ADOBaseURL string `env:"ADO_BASE_URL" envDefault:"https://dev.azure.com"`
	// ADOProfileURL serves profiles and the list of organizations.
	ADOProfileURL string `env:"ADO_PROFILE_URL" envDefault:"https://app.vssps.visualstudio.com"`
	// SignInCard is "oauth" for the OAuth card, or "signin" for the plain one.
	SignInCard string `env:"SIGNIN_CARD" envDefault:"oauth"`

	// RedisURL is redis:// or rediss://; several hosts are a Cluster, ?master= is
	// Sentinel. Empty: DataDir.
	RedisURL okr.Secret `env:"REDIS_URL"`
	// SealKeys seal tokens at rest: id:base64(32 bytes), comma-separated; the
	// first one seals, all open. Required with REDIS_URL.
	SealKeys okr.Secret `env:"SEAL_KEYS"`

	// DataDir is the folder in which okrbot's own redis-server keeps everything,
	// when RedisURL is empty.
	DataDir string `env:"DATA_DIR"`

	// AdminObjectIDs are the admins: tenantId/objectId, comma-separated.
	AdminObjectIDs []string `env:"ADMIN_OBJECT_IDS"`
	// SyncInterval is how often every binding is measured, 5 minutes to a
	// day. All processes must have the same.
	SyncInterval time.Duration `env:"SYNC_INTERVAL" envDefault:"1h"`
	// Roles are what this process does: web answers Teams and browsers, worker
	// runs syncs and digests, clock enqueues what is due. Each must run somewhere,
	// and any of them in as many processes as you like.
	Roles []string `env:"ROLES" envDefault:"web,worker,clock"`
	// LogLevel is debug, info, warn or error.
	LogLevel string `env:"LOG_LEVEL" envDefault:"info"`
	// LogFormat is json or text; empty: text on a terminal, else json.
	LogFormat string `env:"LOG_FORMAT"`
	// MetricsAddr is a listen address of its own for /metrics; empty: none, but for
	// an http PublicURL the same listener, for requests from loopback only.
	MetricsAddr string `env:"METRICS_ADDR"`
	// IdentityEndpoint and IdentityHeader are set by Azure App Service for a
	// managed identity.
	IdentityEndpoint string     `env:"IDENTITY_ENDPOINT"`
	IdentityHeader   okr.Secret `env:"IDENTITY_HEADER"`
}

// LoadConfig reads and checks the configuration and reports every problem at
// once.
func LoadConfig(getenv func(string) string) (Config, error) {
	values, problems := readEnvironment(getenv)
	c := Config{}
	if err := env.ParseWithOptions(&c, env.Options{Environment: values}); err != nil {
		problems = append(problems, plainProblems(err)...)
	}
	if c.ADOClientID == "" {
		c.ADOClientID = c.AppID
	}
	if c.ADOClientSecret == "" {
		c.ADOClientSecret = c.AppPassword
	}
	if len(c.AllowedTenants) == 0 && c.AppType != "MultiTenant" && c.AppTenantID != "" {
		c.AllowedTenants = []string{c.AppTenantID}
	}
	return c, errors.Join(append(problems, c.check()...)...)
}

// readEnvironment collects the variables that are set, by value or by file.
func readEnvironment(getenv func(string) string) (values map[string]string, problems []error) {
	values = map[string]string{}
	for _, name := range variableNames() {
		if v := getenv(name); v != "" {
			values[name] = v
			continue
		}
		path := getenv(name + "_FILE")
		if path == "" {
			continue
		}
		content, err := os.ReadFile(path) //nolint:gosec // the operator names the file
		if err != nil {
			problems = append(problems, fmt.Errorf("%s_FILE: the file cannot be read", name))
			continue
		}
		if v := strings.TrimRight(string(content), "\r\n"); v != "" { // an empty file sets nothing
			values[name] = v
		}
	}
	return values, problems
}

func variableNames() []string {
	var names []string
	for field := range reflect.TypeFor[Config]().Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("env"), ",")
		names = append(names, name)
	}
	return names
}

// plainProblems takes the parser's errors apart and leaves out the values, which
// may be secret.
func plainProblems(err error) []error {
	var all env.AggregateError
	if !errors.As(err, &all) {
		return []error{errors.New("the environment cannot be read")}
	}
	var out []error
	for _, e := range all.Errors {
		var unset env.VarIsNotSetError
		var parse env.ParseError
		switch {
		case errors.As(e, &unset):
			out = append(out, fmt.Errorf("%s: required, but not set", unset.Key))
		case errors.As(e, &parse):
			out = append(out, fmt.Errorf("%s: cannot be read as a %s", envName(parse.Name), parse.Type))
		default:
			out = append(out, errors.New("a variable cannot be read"))
		}
	}
	return out
}

func envName(field string) string {
	f, _ := reflect.TypeFor[Config]().FieldByName(field)
	name, _, _ := strings.Cut(f.Tag.Get("env"), ",")
	return name
}

var guid = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// check looks at values that were read; one that is missing is reported already.
func (c Config) check() []error {
	var out []error
	add := func(ok bool, format string, args ...any) {
		if !ok {
			out = append(out, fmt.Errorf(format, args...))
		}
	}
	for _, address := range []struct{ name, value string }{
		{"PUBLIC_URL", c.PublicURL},
		{"BOT_LOGIN_URL", c.BotLoginURL},
		{"BOT_OPENID_METADATA_URL", c.BotMetadataURL},
		{"ADO_LOGIN_URL", c.ADOLoginURL},
		{"ADO_BASE_URL", c.ADOBaseURL},
		{"ADO_PROFILE_URL", c.ADOProfileURL},
	} {
		add(address.value == "" || isWebURL(address.value), "%s: must be an https address (http only on loopback)", address.name)
	}
	_, err := teams.NewServiceHosts(c.BotServiceURLs)
	add(err == nil, "BOT_SERVICE_URLS: must be hosts or addresses without wildcards, comma-separated")
	add(c.AppID == "" || guid.MatchString(c.AppID), "MICROSOFT_APP_ID: must be a GUID")
	add(oneOf(c.AppType, "SingleTenant", "MultiTenant", "UserAssignedMSI"), "MICROSOFT_APP_TYPE: must be SingleTenant, MultiTenant or UserAssignedMSI")
	add(c.AppType != "SingleTenant" || guid.MatchString(c.AppTenantID), "MICROSOFT_APP_TENANT_ID: required for a single-tenant bot, as a GUID")
	add(len(c.AllowedTenants) > 0 || c.AppType == "SingleTenant", "ALLOWED_TENANTS: required where the bot has no tenant of its own: the ids of the tenants that it serves, comma-separated, or * for every tenant")
	add(tenantsFit(c.AllowedTenants), "ALLOWED_TENANTS: must be tenant ids (GUIDs), comma-separated, or * alone")
	add(isScope(c.BotScope), "BOT_SCOPE: must be an https address that ends in /.default")
	add(c.AppType == "UserAssignedMSI" || c.AppPassword != "", "MICROSOFT_APP_PASSWORD: required, but not set")
	add(c.ADOClientSecret != "" || c.AppType != "UserAssignedMSI", "ADO_CLIENT_SECRET: required where the bot has no password of its own")
	add(oneOf(c.SignInCard, "oauth", "signin"), "SIGNIN_CARD: must be oauth or signin")
	add(oneOf(c.LogLevel, "debug", "info", "warn", "error"), "LOG_LEVEL: must be debug, info, warn or error")
	add(oneOf(c.LogFormat, "", "json", "text"), "LOG_FORMAT: must be json or text")
	add(c.SyncInterval >= 5*time.Minute && c.SyncInterval <= 24*time.Hour, "SYNC_INTERVAL: must lie between 5m and 24h")
	add(rolesFit(c.Roles), "ROLES: must be some of web, worker and clock, comma-separated")
	add(c.RedisURL == "" || isRedisURL(c.RedisURL.Reveal()), "REDIS_URL: must begin with redis:// or rediss://")
	add(c.RedisURL == "" || c.SealKeys != "", "SEAL_KEYS: required with REDIS_URL; make one with: echo k1:$(openssl rand -base64 32)")
	add(c.SealKeys == "" || sealKeysFit(c.SealKeys.Reveal()), "SEAL_KEYS: must be id:base64(32 bytes), comma-separated, each id once")
	for _, a := range c.AdminObjectIDs {
		tenant, id, _ := strings.Cut(a, "/")
		add(guid.MatchString(tenant) && guid.MatchString(id), "ADMIN_OBJECT_IDS: must be tenantId/objectId, both GUIDs, comma-separated")
	}
	return out
}

// The roles of a process.
const (
	roleWeb    = "web"
	roleWorker = "worker"
	roleClock  = "clock"
)

// has says whether this process has a role.
func (c Config) has(role string) bool { return slices.Contains(c.Roles, role) }

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
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	host := u.Hostname()
	loopback := host == "localhost" || host == "::1" || strings.HasPrefix(host, "127.")
	return u.Scheme == "https" || (u.Scheme == "http" && loopback)
}

func isRedisURL(text string) bool {
	return strings.HasPrefix(text, "redis://") || strings.HasPrefix(text, "rediss://")
}

func sealKeysFit(keys string) bool {
	_, err := redisstore.NewSealer(keys)
	return err == nil
}

func defaultOf(field string) string {
	f, _ := reflect.TypeFor[Config]().FieldByName(field)
	return f.Tag.Get("envDefault")
}
