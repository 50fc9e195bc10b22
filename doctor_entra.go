package main

import (
	"regexp"
	"strings"
)

// federatedFile is the setting of the file with the platform's token.
const federatedFile = "AZURE_FEDERATED_TOKEN_FILE"

// noFederation is what to do where a registration does not trust a token.
const noFederation = "add a federated identity credential to the app registration (Certificates & secrets > Federated credentials) that fits the token letter by letter."

// registration names the variables that describe an app registration.
type registration struct{ id, secret, tenant, callback string }

// adviseBot gives the next step for what Microsoft Entra has against the bot.
func adviseBot(c Config, err error) error {
	if err != nil && strings.Contains(err.Error(), federatedFile) {
		return advised{err, "let the platform put its token there, in a file that okrbot may read: on Kubernetes the label azure.workload.identity/use of the pod does."}
	}
	if err != nil && !strings.Contains(err.Error(), "status ") { // nobody said anything
		return advised{err, "let this machine reach BOT_LOGIN_URL, or the endpoint of its managed identity."}
	}
	return advise(err, registration{id: "MICROSOFT_APP_ID", secret: "MICROSOFT_APP_PASSWORD", tenant: "MICROSOFT_APP_TENANT_ID", callback: callbackOf(c)})
}

// adviseSignIn gives the next step for what Microsoft Entra has against the sign-in,
// which most often is the bot's own registration.
func adviseSignIn(c Config, err error) error {
	r := registration{id: "ADO_CLIENT_ID", secret: "ADO_CLIENT_SECRET", tenant: "ADO_LOGIN_TENANT", callback: callbackOf(c)} //nolint:gosec // the names of variables
	if c.ADOClientID == c.AppID {
		r.id = "MICROSOFT_APP_ID"
	}
	if c.ADOClientSecret == c.AppPassword {
		r.secret = "MICROSOFT_APP_PASSWORD"
	}
	if c.ADOLoginTenant == c.AppTenantID {
		r.tenant = "MICROSOFT_APP_TENANT_ID"
	}
	return advise(err, r)
}

func callbackOf(c Config) string { return c.PublicURL + "/auth/callback" }

var aadsts = regexp.MustCompile(`AADSTS(\d+)`)

// advise adds to a refusal who can end it, and how.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
func advise(err error, r registration) error {
	if err == nil {
		return nil
	}
	code := ""
	if m := aadsts.FindStringSubmatch(err.Error()); m != nil {
		code = m[1]
	}
	next := map[string]string{
		"50011":   "add " + r.callback + " to the app registration as a redirect URI of the platform Web, exactly like this; it follows from PUBLIC_URL.",
		"50194":   "the registration is for one tenant: set ADO_LOGIN_TENANT to its tenant id, or take it away where that is the bot's.",
		"700016":  r.id + " is not known in the tenant of " + r.tenant + ": compare both with the app registration (Application ID, Directory ID).",
		"90002":   "there is no tenant of the id in " + r.tenant + ": compare it with the Directory ID of the app registration, and the address of the sign-in with its cloud.",
		"900023":  "there is no tenant of the id in " + r.tenant + ": compare it with the Directory ID of the app registration.",
		"7000215": r.secret + " is not a secret of this registration: make a new client secret and copy its Value, not its Secret ID.",
		"7000222": r.secret + " has expired: make a new client secret in the app registration and copy its Value.",
		"70021":   noFederation,
		"700211":  noFederation + " Its Issuer is another one than that of the token.",
		"700212":  noFederation + " Its Audience must be that of the token, api://AzureADTokenExchange in the public cloud.",
		"700213":  noFederation + " Its Subject is another one than that of the token: namespace and service account, or the object id of the managed identity.",
		"700024":  "the token in " + federatedFile + " is over or not good yet: let the platform renew it, and keep the clock of this machine by NTP.",
		"700027":  "the token is not signed by the Issuer of the federated identity credential: compare it with the issuer of the platform.",
		"50027":   "what is in " + federatedFile + " is no token: let the platform write it.",
		"7000218": "set " + r.secret + ", and make the redirect URI one of the platform Web.",
		"700025":  "the registration is that of a public client: make the redirect URI one of the platform Web.",
		"7000112": "the application is disabled in its tenant: a Microsoft Entra administrator can enable it.",
		"650052":  "the organization does not use Azure DevOps with this tenant: an administrator must connect it first.",
		"500011":  "the organization does not use Azure DevOps with this tenant: an administrator must connect it first.",
		"650053":  "add the delegated permissions of Azure DevOps to the app registration: vso.work, vso.project, vso.profile.",
	}[code]
	if next == "" {
		return err
	}
	return advised{err, next}
}
