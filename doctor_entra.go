package main

import (
	"regexp"
	"strings"
)

// federatedFile is the setting of the file with the platform's token.
const federatedFile = "AZURE_FEDERATED_TOKEN_FILE"

// noFederation is what to do where a registration does not trust a token.
const noFederation = "add a federated identity credential to the app registration (Certificates & secrets > Federated credentials) that matches the token exactly."

// registration names the variables that describe an app registration.
type registration struct{ id, secret, tenant, callback string }

// adviseBot gives the next step for what Microsoft Entra has against the bot.
func adviseBot(c Config, err error) error {
	if err != nil && strings.Contains(err.Error(), federatedFile) {
		return advised{err, "check that the platform writes its token there and that okrbot may read the file. On Kubernetes the pod needs the label azure.workload.identity/use."}
	}
	if err != nil && !strings.Contains(err.Error(), "status ") { // nobody said anything
		return advised{err, "allow this machine to reach BOT_LOGIN_URL, or the endpoint of its managed identity."}
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

// adviseSSO gives the next step for what Microsoft Entra has against the API of single sign-on.
func adviseSSO(c Config, err error) error {
	if err != nil && strings.Contains(err.Error(), "AADSTS500011") {
		return advised{err, "no app registration of this tenant has the Application ID URI " + c.SSOResource + ": set it under Expose an API, with the scope access_as_user. It is the value of SSO_RESOURCE."}
	}
	return adviseSignIn(c, err)
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
		"50011":   "add " + r.callback + " to the app registration as a redirect URI of the platform Web, exactly as written here. It is made from PUBLIC_URL.",
		"50194":   "the registration is for one tenant: set ADO_LOGIN_TENANT to its tenant id, or remove ADO_LOGIN_TENANT if that is the bot's tenant.",
		"700016":  r.id + " is not known in the tenant of " + r.tenant + ": compare both with the app registration (Application ID, Directory ID).",
		"90002":   "there is no tenant with the id in " + r.tenant + ": compare it with the Directory ID of the app registration, and check that the sign-in address belongs to the same cloud.",
		"900023":  "there is no tenant with the id in " + r.tenant + ": compare it with the Directory ID of the app registration.",
		"7000215": r.secret + " is not a secret of this registration: make a new client secret and copy its Value, not its Secret ID.",
		"7000222": r.secret + " has expired: make a new client secret in the app registration and copy its Value.",
		"70021":   noFederation,
		"700211":  noFederation + " Its Issuer differs from the token's.",
		"700212":  noFederation + " Its Audience must be the token's, api://AzureADTokenExchange in the public cloud.",
		"700213":  noFederation + " Its Subject differs from the token's: namespace and service account, or the object id of the managed identity.",
		"700024":  "the token in " + federatedFile + " has expired or isn't valid yet: check that the platform renews it, and synchronize the clock of this machine with NTP.",
		"700027":  "the Issuer of the federated identity credential did not sign this token: compare it with the issuer of the platform.",
		"50027":   "the file in " + federatedFile + " holds no token: the platform must write it.",
		"7000218": "set " + r.secret + ", and move the redirect URI to the platform Web.",
		"700025":  "the registration is a public client: move the redirect URI to the platform Web.",
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
