package main

import (
	"bytes"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"okrbot/bot/teams/files"
)

// secretInWrongPlace is what must never be repeated.
const secretInWrongPlace = "hunter2~Qx8.-secret"

// sample is a value that a variable accepts, and the kind of value that it is.
type sample struct{ kind, value string }

// samples has one for every variable. Variables of one kind accept each other's.
func samples() map[string]sample {
	return map[string]sample{
		"LISTEN_ADDR":                {"listen", "127.0.0.1:4978"},
		"METRICS_ADDR":               {"listen", ":4090"},
		"PUBLIC_URL":                 {"web", "https://goals.example.com"},
		"MICROSOFT_APP_ID":           {"guid", configApp},
		"MICROSOFT_APP_PASSWORD":     {"secret", secretInWrongPlace},
		"MICROSOFT_APP_TENANT_ID":    {"guid", configTenant},
		"AZURE_FEDERATED_TOKEN_FILE": {"file", "/var/run/secrets/azure/tokens/azure-identity-token"},
		"MANAGED_IDENTITY_CLIENT_ID": {"guid", configOther},
		"MICROSOFT_APP_TYPE":         {"type", "SingleTenant"},
		"ALLOWED_TENANTS":            {"tenants", configTenant + "," + configOther},
		"BOT_LOGIN_URL":              {"web", "https://login.microsoftonline.us"},
		"BOT_SCOPE":                  {"scope", "https://api.botframework.us/.default"},
		"BOT_OPENID_METADATA_URL":    {"web", "https://login.botframework.azure.us/v1/.well-known/openidconfiguration"},
		"TEAMS_URL":                  {"web", "https://gov.teams.microsoft.us"},
		"ORGANIZATION_NAME":          {"words", "Contoso & Söhne"},
		"BOT_TOKEN_ISSUER":           {"web", "https://api.botframework.us"},
		"BOT_SERVICE_URLS":           {"hosts", "smba.trafficmanager.net,smba.infra.gcc.teams.microsoft.com"},
		"BOT_FILE_HOSTS":             {"file hosts", "*.sharepoint.com,contoso-my.sharepoint.com"},
		"ADO_CLIENT_ID":              {"guid", configOther},
		"ADO_CLIENT_SECRET":          {"secret", "another~" + secretInWrongPlace},
		"ADO_LOGIN_URL":              {"web", "https://login.microsoftonline.us"},
		"ADO_LOGIN_TENANT":           {"authority", configOther},
		"ADO_BASE_URL":               {"web", "https://devops.example.com"},
		"ADO_PROFILE_URL":            {"web", "https://profiles.example.com"},
		"SIGNIN_CARD":                {"card", "signin"},
		"SSO_CONNECTION":             {"name", "azure-devops"},
		"SSO_RESOURCE":               {"resource", "api://okr.contoso.example/botid-" + configApp},
		"DATA_DIR":                   {"folder", "/var/lib/okrbot"},
		"REDIS_URL":                  {"redis", "redis://okr:hunter2@redis-a:6379,redis-b:6379/0"},
		"SEAL_KEYS":                  {"keys", configKey("k2", 32) + "," + configKey("k1", 32)},
		"ADMIN_OBJECT_IDS":           {"people", configTenant + "/" + configOther + "," + configTenant + "/" + configApp},
		"SYNC_INTERVAL":              {"interval", "30m"},
		"ROLES":                      {"roles", "worker,web"},
		"LOG_LEVEL":                  {"level", "debug"},
		"LOG_FORMAT":                 {"format", "json"},
		"IDENTITY_ENDPOINT":          {"endpoint", "http://169.254.130.2:8081/msi/token"},
		"IDENTITY_HEADER":            {"secret", "header~" + secretInWrongPlace},
	}
}

// alsoAccepts are the kinds whose values another kind takes, because they look the same.
func alsoAccepts(kind, value string) bool {
	switch kind {
	case "tenants", "authority":
		return value == "guid" || value == "authority"
	case "guid":
		return value == "authority"
	case "web":
		return value == "scope"
	case "hosts":
		return value == "web" || value == "scope" || value == "listen" // with a port
	case "file hosts":
		return value == "hosts" || alsoAccepts("hosts", value)
	case "endpoint":
		return value == "web" || value == "scope"
	case "file":
		return value == "folder"
	case "words":
		return len(value) > 0
	case "name": // a word
		return slices.Contains([]string{"level", "format", "card", "type", "interval"}, value)
	}
	return false
}

// checked runs check-config with one variable changed on top of a configuration that
// shares its Redis, and looks that nothing secret is repeated.
func checked(t *testing.T, name, value string) error {
	t.Helper()
	all := samples()
	values := map[string]string{"REDIS_URL": all["REDIS_URL"].value, "SEAL_KEYS": all["SEAL_KEYS"].value}
	if name == "ADO_CLIENT_ID" {
		values["ADO_CLIENT_SECRET"] = "another"
	}
	values[name] = value
	getenv := configEnv(values)
	var out bytes.Buffer
	err := run(t.Context(), []string{"check-config"}, getenv, &out)
	said := out.String()
	if err != nil {
		said += err.Error()
	}
	for _, secret := range []string{"hunter2", "secret", configSecret, all["SEAL_KEYS"].value[3:20]} {
		require.NotContains(t, strings.ReplaceAll(said, "client secret", ""), secret, "%s=%s", name, value)
	}
	if err == nil {
		requireServeAccepts(t, getenv)
	}
	return err
}

// requireServeAccepts does what serve does with a configuration before it goes to
// anybody: nothing that check-config called complete may fail there.
func requireServeAccepts(t *testing.T, getenv func(string) string) {
	t.Helper()
	c, err := LoadConfig(getenv)
	require.NoError(t, err)
	_, _, err = newTeams(c, hooks{}, newLogger(c, &bytes.Buffer{}))
	require.NoError(t, err)
	_, err = files.NewClient(files.Options{Hosts: c.BotFileHosts})
	require.NoError(t, err)
	require.NotEmpty(t, signIn(c).LoginTenant)
}

// Every variable with every kind of wrong value: what is wrong is named, and what is
// accepted is what was meant.
func TestConfigOfEveryKind(t *testing.T) {
	t.Parallel()
	all := samples()
	for _, name := range variableNames() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			own, known := all[name]
			require.True(t, known, "samples has no value for it")
			require.NoError(t, checked(t, name, own.value))
			require.ErrorContains(t, checked(t, name, `"`+own.value+`"`), name+": is in quotation marks")
			require.ErrorContains(t, checked(t, name, "'"+own.value+"' "), name+": is in quotation marks")
			require.ErrorContains(t, checked(t, name, own.value+"\u200b"), name+": ")
			requireSame(t, name, own.value, " \t"+own.value+"\u00a0\r\n")
			requireSame(t, name, "", "  ")
			requireFileOf(t, name)
			if isList(name) {
				requireSame(t, name, own.value, strings.ReplaceAll(own.value, ",", " ,  "))
				require.ErrorContains(t, checked(t, name, own.value+","), name+": ")
			}
			for _, other := range slices.Sorted(maps.Keys(all)) {
				wrong := all[other]
				if own.kind == wrong.kind || alsoAccepts(own.kind, wrong.kind) || own.kind == "folder" || name == "IDENTITY_HEADER" {
					continue // nobody can tell
				}
				if own.kind == "secret" && !slices.Contains([]string{"guid", "web", "redis"}, wrong.kind) {
					continue // a secret may look like anything else
				}
				require.ErrorContains(t, checked(t, name, wrong.value), name+": ", "with the value of %s", other)
			}
		})
	}
}

// requireFileOf pastes the secret itself where the name of its file belongs.
func requireFileOf(t *testing.T, name string) {
	t.Helper()
	var out bytes.Buffer
	getenv := configEnv(map[string]string{name: "", name + "_FILE": secretInWrongPlace})
	err := run(t.Context(), []string{"check-config"}, getenv, &out)
	require.ErrorContains(t, err, name+"_FILE: the file can't be read")
	require.NotContains(t, out.String()+err.Error(), "hunter2")
}

// requireSame says that two ways to write a value are the same configuration.
func requireSame(t *testing.T, name, value, written string) {
	t.Helper()
	load := func(v string) Config {
		c, _ := LoadConfig(configEnv(map[string]string{name: v})) // what is missing is missing both times
		return c
	}
	require.Equal(t, load(value), load(written), "%s=%q", name, written)
}

// What stands in a password must not become the name of a host.
func TestConfigRefusesPasswordsThatCutTheAddress(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"redis:6379/0", "a,b/0?master=okrs"} {
		for _, bad := range []string{"/", "#", "?", "\\", " ", "[", "%", "%zz"} {
			for _, user := range []string{"", "okr"} {
				address := "redis://" + user + ":hunter" + bad + "2x@" + host
				require.ErrorContains(t, checked(t, "REDIS_URL", address), "REDIS_URL: ", address)
			}
		}
		for _, good := range []string{"%2F", "%23", "%3F", "@", ":", "!", "=", "+", ","} {
			require.NoError(t, checked(t, "REDIS_URL", "redis://okr:hunter"+good+"2@"+host), good)
		}
	}
	for _, address := range []string{"redis://:hunter2", "redis://:6379", "redis://okr:hunter2", "redis://hunter+2=", "redis://okr:hunter2@", "redis://okr@host:hunter2"} {
		require.ErrorContains(t, checked(t, "REDIS_URL", address), "REDIS_URL: ", address)
	}
}

// What is right as it is, but most often not what was meant, is said.
func TestCheckConfigNotes(t *testing.T) {
	t.Parallel()
	store := map[string]string{"REDIS_URL": "redis://redis", "SEAL_KEYS": configKey("k1", 32), "DATA_DIR": ""}
	admin := map[string]string{"ADMIN_OBJECT_IDS": configTenant + "/" + configApp}
	for name, test := range map[string]struct {
		set  map[string]string
		note string
	}{
		"no clock":        {map[string]string{"ROLES": "web, worker"}, "ROLES: this process has no role clock"},
		"no worker":       {map[string]string{"ROLES": "web,clock"}, "ROLES: this process has no role worker"},
		"no web":          {map[string]string{"ROLES": "worker,clock"}, "ROLES: this process has no role web"},
		"two stores":      {map[string]string{"DATA_DIR": "/var/lib/okrbot"}, "DATA_DIR: not used"},
		"no admin":        {map[string]string{"ADMIN_OBJECT_IDS": ""}, "ADMIN_OBJECT_IDS: not set"},
		"admin elsewhere": {map[string]string{"ADMIN_OBJECT_IDS": configOther + "/" + configApp}, "ADMIN_OBJECT_IDS: an admin's tenant"},
		"no sign-on":      {map[string]string{"SSO_RESOURCE": "api://botid-1"}, "SSO_RESOURCE: not used"},
		"sign-on":         {map[string]string{"SSO_CONNECTION": "azure-devops"}, "SSO_CONNECTION: single sign-on needs a new app package"},
		"sign-on nowhere": {map[string]string{"SSO_CONNECTION": "azure-devops", "ADO_LOGIN_TENANT": configOther}, "SSO_CONNECTION: single sign-on works for nobody"},
		"nothing":         {nil, ""},
	} {
		values := maps.Clone(store)
		maps.Copy(values, admin)
		maps.Copy(values, test.set)
		var out bytes.Buffer
		require.NoError(t, run(t.Context(), []string{"check-config"}, configEnv(values), &out), name)
		if test.note == "" {
			require.NotContains(t, out.String(), "Note:", name)
			continue
		}
		require.Contains(t, out.String(), "Note: "+test.note, name)
		require.Equal(t, 1, strings.Count(out.String(), "Note:"), name)
	}
}

// compose.yaml passes every variable on to okrbot, from the .env beside it. Those
// that belong to what else it starts are set there.
func TestComposePassesEverySettingOn(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("compose.yaml")
	require.NoError(t, err)
	passed := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^    ([A-Z_]+): (.*?)(?: #.*)?$`).FindAllStringSubmatch(string(raw), -1) {
		passed[m[1]] = strings.Trim(m[2], `"`)
	}
	fixed := []string{"LISTEN_ADDR"} // nginx.conf names the port
	without := []string{
		"DATA_DIR",                             // its Redis is a service
		"IDENTITY_ENDPOINT", "IDENTITY_HEADER", // Azure App Service sets them, and is no compose
	}
	for _, name := range variableNames() {
		switch {
		case slices.Contains(without, name):
			require.NotContains(t, passed, name)
		case slices.Contains(fixed, name):
			require.NotEmpty(t, passed[name], name)
		default:
			require.Regexp(t, `^\$\{`+name+`(:[-?].*)?\}$`, passed[name], name)
		}
		delete(passed, name)
	}
	require.Equal(t, "${GOMEMLIMIT:-}", passed["GOMEMLIMIT"], "it is read by the Go runtime")
	delete(passed, "GOMEMLIMIT")
	require.Empty(t, passed, "okrbot knows no such variable")
}
