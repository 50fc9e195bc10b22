package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/caarlos0/env/v11"

	"okrbot/okr"
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
	// is not used by a managed identity, the tenant not by a multi-tenant bot. Without
	// a password the registration has a federated identity credential.
	AppID       string     `env:"MICROSOFT_APP_ID,required"`
	AppPassword okr.Secret `env:"MICROSOFT_APP_PASSWORD"`
	AppTenantID string     `env:"MICROSOFT_APP_TENANT_ID"`
	// FederatedTokenFile and ManagedIdentity are whom the registration trusts instead
	// of a password: whoever signs the token in a file, which is read anew each time,
	// or a managed identity, by its client id or "system" for the machine's own.
	FederatedTokenFile string `env:"AZURE_FEDERATED_TOKEN_FILE"`
	ManagedIdentity    string `env:"MANAGED_IDENTITY_CLIENT_ID"`
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
	// TeamsURL is where browsers open Teams; the government clouds have their own.
	TeamsURL string `env:"TEAMS_URL" envDefault:"https://teams.microsoft.com"`
	// OrganizationName heads the pages that open in a browser; empty: they name none.
	OrganizationName string `env:"ORGANIZATION_NAME"`
	// BotServiceURLs are the hosts to which the bot's token may be sent; empty
	// means those of the public and government clouds. http only for loopback.
	BotServiceURLs []string `env:"BOT_SERVICE_URLS"`
	// BotFileHosts are the hosts at which files are that people send to the bot and save
	// from it; empty means those of OneDrive for Business. "*." in front stands for
	// all below. http only for loopback.
	BotFileHosts []string `env:"BOT_FILE_HOSTS"`

	// ADOClientID and ADOClientSecret are the Entra app that signs people in to
	// Azure DevOps; empty means the bot's own.
	ADOClientID     string     `env:"ADO_CLIENT_ID"`
	ADOClientSecret okr.Secret `env:"ADO_CLIENT_SECRET"`
	// ADOLoginURL and ADOLoginTenant are where they sign in. The tenant is a
	// tenant id or "organizations". Empty: the tenant of a single-tenant bot, whose
	// registration no other authority knows, else "organizations".
	ADOLoginURL    string `env:"ADO_LOGIN_URL" envDefault:"https://login.microsoftonline.com"`
	ADOLoginTenant string `env:"ADO_LOGIN_TENANT"`
	// ADOBaseURL is where organizations are: <url>/{organization}.
	ADOBaseURL string `env:"ADO_BASE_URL" envDefault:"https://dev.azure.com"`
	// ADOProfileURL serves profiles and the list of organizations.
	ADOProfileURL string `env:"ADO_PROFILE_URL" envDefault:"https://app.vssps.visualstudio.com"`
	// SignInCard is "oauth" for the OAuth card, or "signin" for the plain one.
	SignInCard string `env:"SIGNIN_CARD" envDefault:"oauth"`
	// SSOConnection is the name of the OAuth connection of the Azure Bot, by which Teams
	// signs people in by itself; empty: it does not. SSOResource is the Application ID URI
	// of the registration; empty: api://botid-<AppID>.
	SSOConnection string `env:"SSO_CONNECTION"`
	SSOResource   string `env:"SSO_RESOURCE"`

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
	c.complete()
	return c, errors.Join(append(problems, c.check()...)...)
}

// complete fills in what follows from other variables, and writes addresses in one
// way: without a slash at the end.
func (c *Config) complete() {
	for _, address := range []*string{&c.PublicURL, &c.BotLoginURL, &c.ADOLoginURL, &c.ADOBaseURL, &c.ADOProfileURL, &c.TeamsURL} {
		*address = strings.TrimRight(*address, "/")
	}
	if c.ADOClientID == "" || strings.EqualFold(c.ADOClientID, c.AppID) {
		c.ADOClientID = c.AppID
		if c.ADOClientSecret == "" {
			c.ADOClientSecret = c.AppPassword
		}
	}
	if c.SSOResource == "" && c.SSOConnection != "" {
		c.SSOResource = ssoResource(c.AppID)
	}
	single := c.AppType == "SingleTenant" && c.AppTenantID != ""
	if c.ADOLoginTenant == "" && single {
		c.ADOLoginTenant = c.AppTenantID
	} else if c.ADOLoginTenant == "" {
		c.ADOLoginTenant = anyOrganization
	}
	if len(c.AllowedTenants) == 0 && c.AppType != "MultiTenant" && c.AppTenantID != "" {
		c.AllowedTenants = []string{c.AppTenantID}
	}
}

// anyOrganization is the authority that signs in work accounts of every tenant.
const anyOrganization = "organizations"

// readEnvironment collects the variables that are set, by value or by file. Blanks
// around a value, or around an entry of a list, are no part of it.
func readEnvironment(getenv func(string) string) (values map[string]string, problems []error) {
	values = map[string]string{}
	for _, name := range variableNames() {
		if v, err := plainValue(name, getenv(name)); v != "" {
			values[name], problems = v, append(problems, err...)
			continue
		}
		path := getenv(name + "_FILE")
		if path == "" {
			continue
		}
		content, err := os.ReadFile(path) //nolint:gosec // the operator names the file
		if err != nil {
			problems = append(problems, fmt.Errorf("%s_FILE: the file can't be read", name))
			continue
		}
		if v, err := plainValue(name, string(content)); v != "" { // an empty file sets nothing
			values[name], problems = v, append(problems, err...)
		}
	}
	return values, problems
}

// plainValue is a value as it was meant: no blanks around it and around the entries
// of a list. Quotation marks, which some tools leave in, are taken off and told, so
// that only they are complained of.
func plainValue(name, raw string) (string, []error) {
	v := strings.TrimSpace(raw)
	if isList(name) {
		entries := strings.Split(v, ",")
		for i, e := range entries {
			entries[i] = strings.TrimSpace(e)
		}
		v = strings.Join(entries, ",")
	}
	var problems []error
	if n := len(v); n > 1 && v[0] == v[n-1] && strings.ContainsRune("\"'`", rune(v[0])) {
		v = strings.TrimSpace(v[1 : n-1])
		problems = append(problems, fmt.Errorf("%s: is in quotation marks; write the value without them", name))
	}
	if strings.ContainsFunc(v, func(r rune) bool { return !unicode.IsPrint(r) }) {
		problems = append(problems, fmt.Errorf("%s: contains a line break or another invisible character", name))
	}
	return v, problems
}

// isList says whether a variable holds several entries with commas between them.
func isList(name string) bool {
	for field := range reflect.TypeFor[Config]().Fields() {
		if n, _, _ := strings.Cut(field.Tag.Get("env"), ","); n == name {
			return field.Type.Kind() == reflect.Slice || name == "SEAL_KEYS" || name == "REDIS_URL"
		}
	}
	return false
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
		return []error{errors.New("the environment can't be read")}
	}
	var out []error
	for _, e := range all.Errors {
		var unset env.VarIsNotSetError
		var parse env.ParseError
		switch {
		case errors.As(e, &unset):
			out = append(out, fmt.Errorf("%s: required, but not set", unset.Key))
		case errors.As(e, &parse):
			out = append(out, fmt.Errorf("%s: must be a duration such as 1h or 30m", envName(parse.Name)))
		default:
			out = append(out, errors.New("a variable can't be read"))
		}
	}
	return out
}

func envName(field string) string {
	f, _ := reflect.TypeFor[Config]().FieldByName(field)
	name, _, _ := strings.Cut(f.Tag.Get("env"), ",")
	return name
}

// The roles of a process.
const (
	roleWeb    = "web"
	roleWorker = "worker"
	roleClock  = "clock"
)

// has says whether this process has a role.
func (c Config) has(role string) bool { return slices.Contains(c.Roles, role) }

// ssoResource is the usual Application ID URI of an app that has a bot alone.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/authentication/bot-sso-register-aad
func ssoResource(appID string) string { return "api://botid-" + strings.ToLower(appID) }

// sourceOf says where the value of a variable comes from. What the problems of the configuration call required is missing.
func sourceOf(name string, getenv func(string) string, problems error) string {
	v, _ := plainValue(name, getenv(name))
	switch {
	case v != "":
		return "environment"
	case getenv(name+"_FILE") != "":
		return "file"
	case isMissing(name, problems):
		return "missing"
	case hasDefault(name):
		return "default"
	default:
		return "not set"
	}
}

func isMissing(name string, problems error) bool {
	if problems == nil {
		return false
	}
	return name == "DATA_DIR" && errors.Is(problems, errNoStorage) || strings.Contains("\n"+problems.Error(), "\n"+name+": required")
}

func hasDefault(name string) bool {
	for field := range reflect.TypeFor[Config]().Fields() {
		if n, _, _ := strings.Cut(field.Tag.Get("env"), ","); n == name {
			return field.Tag.Get("envDefault") != ""
		}
	}
	return false
}

func defaultOf(field string) string {
	f, _ := reflect.TypeFor[Config]().FieldByName(field)
	return f.Tag.Get("envDefault")
}
