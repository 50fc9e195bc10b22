package adosource

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/oauth2"

	"okrbot/okr"
)

// refusal is why an application gets no token.
type refusal struct {
	kind  okr.Kind // when it is renewed
	field string   // of the form; empty: none
	says  string   // what is wrong
	form  string   // what to do where the form is
	admin string   // what an admin can do later
}

const (
	enterAnother  = "An admin can enter a new one."
	seeToIt       = "An admin of okrbot can correct it."
	copyIDs       = "Copy the Application (client) ID and the Directory (tenant) ID from the application's overview in Microsoft Entra."
	triesAgain    = "I'll try again at the next sync."
	fieldKind     = "kind"
	fieldClient   = "client"
	fieldTenant   = "tenant"
	fieldSecret   = "secret"
	portalSecrets = "Certificates & secrets"
)

// atForm is a refusal where an admin enters the application.
func atForm(c okr.Credential, err error) error {
	r, cause := refused(c, err)
	kind := okr.Invalid
	if r.kind.Passes() || r.kind == okr.PolicyRefused {
		kind = r.kind
	}
	return &okr.Error{Kind: kind, Field: r.field, Msg: join(r.says, r.form), Err: cause}
}

// atRenewal is the same where a connection reads with it.
func atRenewal(c okr.Credential, err error) error {
	r, cause := refused(c, err)
	said := okr.WrapError(r.kind, cause, "%s", join(r.says, r.admin))
	if r.kind.Passes() {
		return said
	}
	return okr.WithNext(said, okr.Step{Kind: okr.StepApplications})
}

func join(sentences ...string) string {
	return strings.TrimSpace(strings.Join(sentences, " "))
}

// refused finds out why, and gives the cause for the log. The answer's body is not kept: it
// may quote what was sent.
func refused(c okr.Credential, err error) (refusal, error) {
	var answer *oauth2.RetrieveError
	switch {
	case errors.Is(err, errProof):
		return refusal{okr.SignIn, fieldCertificate, "okrbot can't read the certificate of " + called(c) + ".", "Choose the file again.", enterAnother}, err
	case errors.Is(err, ErrNoIdentity):
		return noIdentity(c), err
	case errors.Is(err, errUnnamed):
		return refusal{okr.SignIn, fieldClient, "okrbot's machine doesn't say which managed identity it has.", "Enter the client ID of the identity.", seeToIt}, err
	case errors.Is(err, errIdentity):
		return refusal{okr.Unavailable, fieldKind, "okrbot's machine gave no token of its managed identity.", "Try again in a minute; the operator of okrbot finds the cause in its log.", triesAgain}, err
	case errors.Is(err, errAssertion):
		return refusal{okr.Unavailable, fieldKind, "okrbot's machine has no token to show for " + called(c) + ".", "The operator of okrbot must check AZURE_FEDERATED_TOKEN_FILE or MANAGED_IDENTITY_CLIENT_ID.", "The operator of okrbot must check AZURE_FEDERATED_TOKEN_FILE or MANAGED_IDENTITY_CLIENT_ID."}, err
	case !errors.As(err, &answer):
		return noAnswer(), errors.New("application: no answer from the sign-in service")
	}
	code := stsCode(answer)
	cause := fmt.Errorf("application refused: %s AADSTS%s", oauthCode(answer.ErrorCode), code)
	if r, ok := byCode(c, code); ok {
		return r, cause
	}
	if answer.ErrorCode == "" || code == "" || answer.Response != nil && answer.Response.StatusCode >= 500 || passing(answer.ErrorCode) {
		return noAnswer(), cause
	}
	return refusal{okr.SignIn, "", fmt.Sprintf("Microsoft Entra refuses %s (AADSTS%s).", called(c), code), "Look the code up in Microsoft's list of error codes, or ask a Microsoft Entra administrator.", seeToIt}, cause
}

// oauthCode is one of an answer, as far as it is a word: it goes to the log.
func oauthCode(text string) string {
	if len(text) > 40 || strings.Trim(text, "abcdefghijklmnopqrstuvwxyz_") != "" {
		return "unknown"
	}
	return text
}

func passing(code string) bool { return code == "temporarily_unavailable" || code == "server_error" }

func noAnswer() refusal {
	return refusal{okr.Unavailable, "", "Microsoft's sign-in service didn't respond properly.", "Try again in a minute; nothing is lost.", triesAgain}
}

func noIdentity(c okr.Credential) refusal {
	if c.Account.ObjectID == "" {
		return refusal{okr.SignIn, fieldKind, "okrbot's machine has no managed identity.", "The operator of okrbot can turn it on in Azure.", seeToIt}
	}
	return refusal{
		okr.SignIn, fieldClient, "okrbot's machine has no managed identity with the client ID " + c.Account.ObjectID + ".",
		"Check the ID, or leave it empty for the machine's own.", "The operator of okrbot can assign it to the machine again.",
	}
}

// called names an application in a sentence.
func called(c okr.Credential) string { return "the application " + c.Application.Name }

// byCode knows the refusals by Microsoft Entra's numbers.
// https://learn.microsoft.com/entra/identity-platform/reference-error-codes
func byCode(c okr.Credential, code string) (refusal, bool) {
	switch code {
	case "7000215", "7000218":
		return refusal{
			okr.SignIn, fieldSecret, "Microsoft Entra refuses the secret of " + called(c) + ": it is not one of its client secrets.",
			"Enter the secret's value, not its ID. The value shows only once: if you don't have it, make a new one under " + portalSecrets + ".", enterAnother,
		}, true
	case "7000222":
		return refusal{okr.SignIn, fieldSecret, "The secret of " + called(c) + " has expired.", "Make a new one in Microsoft Entra under " + portalSecrets + " and enter its value.", enterAnother}, true
	case "700027", "50027", "700023", "700021":
		return certificateRefusal(c, code), true
	case "700024":
		return clockRefusal(c), true
	case "70021", "700211", "700212", "700213", "700236", "700238":
		return trustRefusal(c, code), true
	}
	return byPlace(c, code)
}

func certificateRefusal(c okr.Credential, code string) refusal {
	if c.Application.Kind != okr.ByCertificate {
		return trustRefusal(c, code)
	}
	if ends := c.Application.Ends; code == "700027" && !ends.IsZero() {
		return refusal{
			okr.SignIn, fieldCertificate, fmt.Sprintf("Microsoft Entra refuses the certificate of %s. It has the thumbprint %s and ends on %s.", called(c), c.Application.Thumbprint, ends.Format(dateOf)),
			"Compare it with those under " + portalSecrets + ", and upload its public part (.cer) there if it is missing.", "An admin can enter another, or add this one in Microsoft Entra again.",
		}
	}
	return refusal{
		okr.SignIn, fieldCertificate, fmt.Sprintf("Microsoft Entra refuses the certificate of %s (AADSTS%s).", called(c), code),
		"Upload its public part (.cer) under " + portalSecrets + " in Microsoft Entra.", enterAnother,
	}
}

// clockRefusal: an assertion that okrbot signs is always new, that of a machine is mostly.
func clockRefusal(c okr.Credential) refusal {
	field := fieldKind
	if c.Application.Kind == okr.ByCertificate {
		field = fieldCertificate
	}
	const who = "The operator of okrbot must set the clock of its machine, or renew the machine's token."
	return refusal{okr.Unavailable, field, "Microsoft Entra says that okrbot's proof for " + called(c) + " isn't valid at this time.", who, who}
}

// trustRefusal is about a federated identity credential, of which three things have to fit.
func trustRefusal(c okr.Credential, code string) refusal {
	what := map[string]string{"700211": "issuer", "700212": "audience", "700213": "subject"}[code]
	says := "In Microsoft Entra, " + called(c) + " doesn't trust okrbot's machine."
	if what != "" {
		says = "In Microsoft Entra, " + called(c) + " trusts another " + what + " than that of okrbot's machine."
	}
	return refusal{
		okr.SignIn, fieldKind, says, "Add a federated credential for it under " + portalSecrets + ", with the issuer, subject and audience that the operator of okrbot provides.",
		"A Microsoft Entra administrator can correct its federated credential.",
	}
}

// byPlace knows those about the application, its tenant and its policies.
func byPlace(c okr.Credential, code string) (refusal, bool) {
	tenant := c.Account.TenantID
	switch code {
	case "700016", "7000229":
		return refusal{okr.NoAccess, fieldClient, fmt.Sprintf("The Microsoft Entra tenant %s has no application with the client ID %s.", tenant, c.Account.ObjectID), copyIDs, "It was deleted there, or belongs to another tenant. " + seeToIt}, true
	case "7000112":
		return refusal{okr.NoAccess, fieldClient, "In Microsoft Entra, " + called(c) + " is disabled.", "Turn on “Enabled for users to sign in” in the properties of the enterprise application.", "A Microsoft Entra administrator can enable it again."}, true
	case "501051", "50105":
		return refusal{okr.NoAccess, fieldClient, "Azure DevOps accepts only assigned applications in this tenant, and " + called(c) + " isn't one.", "A Microsoft Entra administrator can assign it to the enterprise application Azure DevOps.", "A Microsoft Entra administrator can assign it."}, true
	case "90002", "50194", "50059", "900023":
		return refusal{okr.NoAccess, fieldTenant, fmt.Sprintf("Microsoft Entra can't find the tenant %s.", tenant), "Copy the Directory (tenant) ID from the application's overview in Microsoft Entra.", seeToIt}, true
	case "500011", "650052", "500014":
		return refusal{okr.NoAccess, fieldTenant, fmt.Sprintf("The Microsoft Entra tenant %s doesn't use Azure DevOps.", tenant), "Use an application of the tenant that your Azure DevOps organization is connected to (Organization settings > Microsoft Entra).", seeToIt}, true
	case "53003", "53000", "53001", "53002", "53004", "53011", "530002", "530003", "530034", "530035":
		const who = "A Microsoft Entra administrator can allow okrbot's address there; a new secret or certificate doesn't change that."
		return refusal{okr.PolicyRefused, "", "A conditional access policy for workload identities refuses " + called(c) + ".", who, who}, true
	case "50196":
		return refusal{okr.Throttled, "", "Microsoft's sign-in service paused because of too many requests.", "Try again in a few minutes.", triesAgain}, true
	case "1002012", "70011", "90033", "90014", "90024":
		return noAnswer(), true
	}
	return refusal{}, false
}
