package main

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	configApp    = "11111111-2222-4333-8444-555555555555"
	configTenant = "6f1b6a3e-0d0a-4a54-9d3a-1f6c2b7e9a01"
	configOther  = "99999999-2222-4333-8444-555555555555"
	configSecret = "the-app-password"
)

// configEnv is an environment that is complete, with changes.
func configEnv(changes map[string]string) func(string) string {
	values := map[string]string{
		"PUBLIC_URL": "https://okr.example.com", "MICROSOFT_APP_ID": configApp,
		"MICROSOFT_APP_PASSWORD": configSecret, "MICROSOFT_APP_TENANT_ID": configTenant, "DATA_DIR": "/dev/null/okrbot",
	}
	return func(name string) string {
		if v, ok := changes[name]; ok {
			return v
		}
		return values[name]
	}
}

func configKey(id string, size int) string {
	return id + ":" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{9}, size))
}

func TestConfigDefaults(t *testing.T) {
	t.Parallel()
	c, err := LoadConfig(configEnv(nil))
	require.NoError(t, err)
	require.Equal(t, ":3978", c.ListenAddr)
	require.Equal(t, "SingleTenant", c.AppType)
	require.Equal(t, []string{configTenant}, c.AllowedTenants, "the bot's own")
	require.Equal(t, "https://login.microsoftonline.com", c.BotLoginURL)
	require.Equal(t, "https://api.botframework.com/.default", c.BotScope)
	require.Equal(t, "https://login.botframework.com/v1/.well-known/openidconfiguration", c.BotMetadataURL)
	require.Equal(t, "https://api.botframework.com", c.BotTokenIssuer)
	require.Empty(t, c.BotServiceURLs, "the connector knows the public and government hosts")
	require.Equal(t, configApp, c.ADOClientID, "the bot's own")
	require.Equal(t, configSecret, c.ADOClientSecret.Reveal(), "the bot's own")
	require.Equal(t, "https://login.microsoftonline.com", c.ADOLoginURL)
	require.Equal(t, configTenant, c.ADOLoginTenant, "the bot's own: no other authority knows a single-tenant registration")
	require.Equal(t, "https://dev.azure.com", c.ADOBaseURL)
	require.Equal(t, "https://app.vssps.visualstudio.com", c.ADOProfileURL)
	require.Equal(t, "oauth", c.SignInCard)
	require.Empty(t, c.RedisURL)
	require.Equal(t, time.Hour, c.SyncInterval)
	require.Equal(t, "info", c.LogLevel)
	require.Empty(t, c.LogFormat)
	require.Empty(t, c.MetricsAddr)
	require.Empty(t, c.AdminObjectIDs)
}

// Whichever variable holds something wrong, what it holds is not repeated.
func TestConfigRepeatsNoValue(t *testing.T) {
	t.Parallel()
	const value = "://hunter2:%zz"
	for _, name := range variableNames() {
		var out bytes.Buffer
		getenv := configEnv(map[string]string{name: value})
		err := run(t.Context(), []string{"check-config"}, getenv, &out)
		require.NotContains(t, out.String(), "hunter2", name)
		if err != nil {
			require.NotContains(t, err.Error(), "hunter2", name)
			require.ErrorContains(t, err, name+": ")
		}
	}
}

func TestConfigNamesEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	_, err := LoadConfig(configEnv(map[string]string{
		"PUBLIC_URL": "http://okr.example.com", "MICROSOFT_APP_ID": "", "MICROSOFT_APP_TENANT_ID": "contoso",
		"SYNC_INTERVAL": "soon", "REDIS_URL": "redis://:hunter2@redis", "ADMIN_OBJECT_IDS": "alex", "LOG_LEVEL": "loud",
		"SIGNIN_CARD": "none", "MICROSOFT_APP_TYPE": "Solo", "ADO_BASE_URL": "ftp://dev.azure.com",
	}))
	require.Error(t, err)
	for _, name := range []string{
		"PUBLIC_URL", "MICROSOFT_APP_ID", "SYNC_INTERVAL", "SEAL_KEYS", "ADMIN_OBJECT_IDS", "LOG_LEVEL",
		"SIGNIN_CARD", "MICROSOFT_APP_TYPE", "ADO_BASE_URL",
	} {
		require.Contains(t, err.Error(), name+":")
	}
	require.NotContains(t, err.Error(), "hunter2")
	require.NotContains(t, err.Error(), configSecret)
}

func TestConfigValues(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change map[string]string
		wrong  string // empty: accepted
	}{
		"http on loopback":              {map[string]string{"PUBLIC_URL": "http://127.0.0.1:3978"}, ""},
		"http elsewhere":                {map[string]string{"ADO_LOGIN_URL": "http://login.example.com"}, "ADO_LOGIN_URL"},
		"user in an address":            {map[string]string{"PUBLIC_URL": "https://me:pw@okr.example.com"}, "PUBLIC_URL"},
		"managed identity, no password": {map[string]string{"MICROSOFT_APP_TYPE": "UserAssignedMSI", "MICROSOFT_APP_PASSWORD": "", "ADO_CLIENT_ID": configOther, "ADO_CLIENT_SECRET": "s"}, ""},
		"managed identity, no sign-in":  {map[string]string{"MICROSOFT_APP_TYPE": "UserAssignedMSI", "MICROSOFT_APP_PASSWORD": "", "ADO_CLIENT_SECRET": "s"}, "ADO_CLIENT_ID"},
		"identity, app without secret":  {map[string]string{"MICROSOFT_APP_TYPE": "UserAssignedMSI", "MICROSOFT_APP_PASSWORD": "", "ADO_CLIENT_ID": configOther}, "ADO_CLIENT_SECRET"},
		"another app, no secret":        {map[string]string{"ADO_CLIENT_ID": configOther}, "ADO_CLIENT_SECRET"},
		"the same app, no secret":       {map[string]string{"ADO_CLIENT_ID": strings.ToUpper(configApp)}, ""},
		"personal accounts":             {map[string]string{"ADO_LOGIN_TENANT": "common"}, "ADO_LOGIN_TENANT"},
		"accounts of any organization":  {map[string]string{"ADO_LOGIN_TENANT": "organizations"}, ""},
		"a tenant in the login":         {map[string]string{"ADO_LOGIN_URL": "https://login.microsoftonline.com/" + configTenant}, "ADO_LOGIN_URL"},
		"an organization":               {map[string]string{"ADO_BASE_URL": "https://dev.azure.com/contoso"}, "ADO_BASE_URL"},
		"an organization's old address": {map[string]string{"ADO_BASE_URL": "https://contoso.visualstudio.com"}, "ADO_BASE_URL"},
		"the messaging endpoint":        {map[string]string{"PUBLIC_URL": "https://okr.example.com/api/messages"}, "PUBLIC_URL"},
		"no loopback after all":         {map[string]string{"PUBLIC_URL": "http://127.evil.example"}, "PUBLIC_URL"},
		"a Secret ID":                   {map[string]string{"MICROSOFT_APP_PASSWORD": configOther}, "MICROSOFT_APP_PASSWORD"},
		"a bare port":                   {map[string]string{"LISTEN_ADDR": "3978"}, "LISTEN_ADDR"},
		"a port too high":               {map[string]string{"LISTEN_ADDR": ":66000"}, "LISTEN_ADDR"},
		"one port for two":              {map[string]string{"METRICS_ADDR": ":3978"}, "METRICS_ADDR"},
		"half a minute":                 {map[string]string{"SYNC_INTERVAL": "5m30s"}, "SYNC_INTERVAL"},
		"multi-tenant, no tenant":       {map[string]string{"MICROSOFT_APP_TYPE": "MultiTenant", "MICROSOFT_APP_TENANT_ID": "", "ALLOWED_TENANTS": "*"}, ""},
		"multi-tenant, nobody named":    {map[string]string{"MICROSOFT_APP_TYPE": "MultiTenant"}, "ALLOWED_TENANTS"},
		"identity, nobody named":        {map[string]string{"MICROSOFT_APP_TYPE": "UserAssignedMSI", "MICROSOFT_APP_TENANT_ID": "", "ADO_CLIENT_ID": configOther, "ADO_CLIENT_SECRET": "s"}, "ALLOWED_TENANTS"},
		"two tenants":                   {map[string]string{"ALLOWED_TENANTS": configTenant + "," + configApp}, ""},
		"every tenant":                  {map[string]string{"ALLOWED_TENANTS": "*"}, ""},
		"every tenant and one":          {map[string]string{"ALLOWED_TENANTS": "*," + configTenant}, "ALLOWED_TENANTS"},
		"a tenant by its domain":        {map[string]string{"ALLOWED_TENANTS": "contoso.onmicrosoft.com"}, "ALLOWED_TENANTS"},
		"US government scope":           {map[string]string{"BOT_SCOPE": "https://api.botframework.us/.default"}, ""},
		"scope without default":         {map[string]string{"BOT_SCOPE": "https://api.botframework.us"}, "BOT_SCOPE"},
		"Redis with keys":               {map[string]string{"REDIS_URL": "redis://redis", "SEAL_KEYS": configKey("k2", 32) + ", " + configKey("k1", 32)}, ""},
		"Redis without keys":            {map[string]string{"REDIS_URL": "redis://redis"}, "SEAL_KEYS"},
		"short key":                     {map[string]string{"SEAL_KEYS": configKey("k1", 16)}, "SEAL_KEYS"},
		"key without an id":             {map[string]string{"SEAL_KEYS": "bm90aGluZw=="}, "SEAL_KEYS"},
		"two admins":                    {map[string]string{"ADMIN_OBJECT_IDS": configTenant + "/" + configApp + "," + configTenant + "/" + configTenant}, ""},
		"admin without a tenant":        {map[string]string{"ADMIN_OBJECT_IDS": configApp}, "ADMIN_OBJECT_IDS"},
		"five minutes":                  {map[string]string{"SYNC_INTERVAL": "5m"}, ""},
		"too often":                     {map[string]string{"SYNC_INTERVAL": "4m"}, "SYNC_INTERVAL"},
		"two roles":                     {map[string]string{"ROLES": "worker,clock", "REDIS_URL": "redis://redis", "SEAL_KEYS": configKey("k1", 32)}, ""},
		"two roles, a store for one":    {map[string]string{"ROLES": "worker,clock"}, "ROLES"},
		"an unknown role":               {map[string]string{"ROLES": "web,janitor"}, "ROLES"},
		"no role":                       {map[string]string{"ROLES": ","}, "ROLES"},
		"single sign-on":                {map[string]string{"SSO_CONNECTION": "azure-devops"}, ""},
		"single sign-on, plain card":    {map[string]string{"SSO_CONNECTION": "azure-devops", "SIGNIN_CARD": "signin"}, "SSO_CONNECTION"},
		"connection by its id":          {map[string]string{"SSO_CONNECTION": configApp}, "SSO_CONNECTION"},
		"connection by its address":     {map[string]string{"SSO_CONNECTION": "https://token.botframework.com"}, "SSO_CONNECTION"},
		"resource with a scope":         {map[string]string{"SSO_RESOURCE": "api://botid-1/?x"}, "SSO_RESOURCE"},
		"resource without a name":       {map[string]string{"SSO_RESOURCE": "api://"}, "SSO_RESOURCE"},
		"too seldom":                    {map[string]string{"SYNC_INTERVAL": "25h"}, "SYNC_INTERVAL"},
		"one id twice":                  {map[string]string{"SEAL_KEYS": configKey("k1", 32) + "," + configKey("k1", 32)}, "SEAL_KEYS"},
		"Redis by host":                 {map[string]string{"REDIS_URL": "redis:6379", "SEAL_KEYS": configKey("k1", 32)}, "REDIS_URL"},
		"service hosts":                 {map[string]string{"BOT_SERVICE_URLS": "smba.trafficmanager.net,http://127.0.0.1:3980"}, ""},
		"any service host":              {map[string]string{"BOT_SERVICE_URLS": "*.trafficmanager.net"}, "BOT_SERVICE_URLS"},
		"file hosts":                    {map[string]string{"BOT_FILE_HOSTS": "*.sharepoint.com,contoso-my.sharepoint.com,http://127.0.0.1:3980"}, ""},
		"files of everywhere":           {map[string]string{"BOT_FILE_HOSTS": "*"}, "BOT_FILE_HOSTS"},
		"files of a whole country":      {map[string]string{"BOT_FILE_HOSTS": "*.com"}, "BOT_FILE_HOSTS"},
		"log format":                    {map[string]string{"LOG_FORMAT": "xml"}, "LOG_FORMAT"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := LoadConfig(configEnv(test.change))
			if test.wrong == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, test.wrong+":")
			require.Len(t, strings.Split(err.Error(), "\n"), 1, "nothing else is wrong: %v", err)
		})
	}
}

func TestConfigFromFiles(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(file, []byte("from-a-file\r\n"), 0o600))
	c, err := LoadConfig(configEnv(map[string]string{"MICROSOFT_APP_PASSWORD": "", "MICROSOFT_APP_PASSWORD_FILE": file}))
	require.NoError(t, err)
	require.Equal(t, "from-a-file", c.AppPassword.Reveal())

	c, err = LoadConfig(configEnv(map[string]string{"MICROSOFT_APP_PASSWORD_FILE": file}))
	require.NoError(t, err)
	require.Equal(t, configSecret, c.AppPassword.Reveal(), "the value itself goes first")

	_, err = LoadConfig(configEnv(map[string]string{"MICROSOFT_APP_PASSWORD": "", "MICROSOFT_APP_PASSWORD_FILE": file + ".gone"}))
	require.ErrorContains(t, err, "MICROSOFT_APP_PASSWORD_FILE")

	require.NoError(t, os.WriteFile(file, []byte("\n"), 0o600))
	_, err = LoadConfig(configEnv(map[string]string{"PUBLIC_URL": "", "PUBLIC_URL_FILE": file}))
	require.ErrorContains(t, err, "PUBLIC_URL: required, but not set", "an empty file sets nothing")
}

// The page lists exactly what can be set, each with the default that it has.
func TestConfigIsDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("docs/configuration.md")
	require.NoError(t, err)
	var documented []string
	defaults := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([A-Z_]+)` \\| (.*?) \\|").FindAllStringSubmatch(string(page), -1) {
		documented = append(documented, m[1])
		defaults[m[1]] = m[2]
	}
	require.ElementsMatch(t, variableNames(), documented)
	for field := range reflect.TypeFor[Config]().Fields() {
		name, required, _ := strings.Cut(field.Tag.Get("env"), ",")
		if value, ok := field.Tag.Lookup("envDefault"); ok {
			require.Equal(t, "`"+value+"`", defaults[name], name)
		} else if required != "" {
			require.Equal(t, "required", defaults[name], name)
		}
	}
}

func TestCheckConfigShowsNoValue(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), []string{"check-config"}, configEnv(nil), &out))
	require.Contains(t, out.String(), "The configuration is complete.")
	require.Contains(t, out.String(), "MICROSOFT_APP_PASSWORD")
	require.NotContains(t, out.String(), configSecret)
	require.NotContains(t, out.String(), configApp)

	out.Reset()
	err := run(t.Context(), []string{"check-config"}, configEnv(map[string]string{"PUBLIC_URL": ""}), &out)
	require.ErrorContains(t, err, "PUBLIC_URL: required, but not set")
	require.Regexp(t, `(?m)^PUBLIC_URL +missing$`, out.String())
	require.NotContains(t, out.String()+err.Error(), configSecret)
}
