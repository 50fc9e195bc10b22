package adosource

import (
	"fmt"
	"strings"

	"okrbot/ado"
	"okrbot/okr"
)

// codeNotAdded is how an organization answers an application that nobody added to it.
const codeNotAdded = "TF401444"

// reader names whose access a refused call used.
func reader(e *ado.Error) string {
	if e.Caller == "" {
		return "the account"
	}
	return "the application " + e.Caller
}

// ofApplication says a refusal of Azure DevOps in the words for an application: nobody signs
// in again, administrators add it and give it access. What else failed is said as for a person.
// https://learn.microsoft.com/azure/devops/integrate/get-started/authentication/service-principal-managed-identity
func ofApplication(e *ado.Error, said error, what string) error {
	words := applicationWords(e, what)
	if words == "" {
		return said
	}
	kind := okr.KindOf(said)
	if isForeign(e) {
		kind = okr.NoAccess
	}
	err := okr.WithNext(okr.WrapError(kind, e, "%s", words), okr.Step{Kind: okr.StepApplications})
	if kind == okr.SignIn {
		return okr.Scoped(okr.ScopeUnknown, err) // the token was renewed a moment ago, so it may be one query's
	}
	return err
}

// isForeign says whether the organization belongs to another tenant than the application.
func isForeign(e *ado.Error) bool {
	return e.Kind == ado.ErrSignIn && e.Tenant != "" && e.Home != "" && !strings.EqualFold(e.Tenant, e.Home)
}

// applicationWords are empty where it does not matter who reads.
func applicationWords(e *ado.Error, what string) string {
	const (
		users   = "Organization settings > Users"
		readers = "In Azure DevOps, a project administrator can add it to Readers under Project settings > Permissions."
	)
	who := reader(e)
	switch e.Kind {
	case ado.ErrSignIn:
		if isForeign(e) {
			return fmt.Sprintf("Azure DevOps refused %s for %s: the organization belongs to the Microsoft Entra tenant %s, and the application to %s. Use an application of the organization's tenant.", who, what, e.Tenant, e.Home)
		}
		return fmt.Sprintf("Azure DevOps doesn't accept %s for %s. An admin of okrbot can renew it; an administrator of the organization finds it under %s.", who, what, users)
	case ado.ErrNoAccessToOrg:
		if e.Code == codeNotAdded {
			return fmt.Sprintf("Azure DevOps refused %s for %s: it isn't in the organization. An administrator of the organization can add it under %s, with the access level Basic and read access to the project.", who, what, users)
		}
		return fmt.Sprintf("Azure DevOps refused %s for %s. It has no licence there, or a policy refuses it. An administrator of the organization can give it the access level Basic under %s, and check Organization settings > Policies.", who, what, users)
	case ado.ErrConditionalAccess:
		return fmt.Sprintf("A conditional access policy refuses %s for %s. A Microsoft Entra administrator can allow okrbot's address.", who, what)
	case ado.ErrForbidden:
		return fmt.Sprintf("%s may not read %s. %s", upper(who), what, readers)
	case ado.ErrNotFound:
		if strings.HasPrefix(what, "the organization ") {
			return fmt.Sprintf("Azure DevOps can't find %s, or %s isn't in it. Check the spelling. An administrator of the organization can add it under %s, with the access level Basic.", what, who, users)
		}
		return fmt.Sprintf("Azure DevOps can't find %s, or %s has no access to it. Check the spelling. %s", what, who, readers)
	case ado.ErrTooManyResults, ado.ErrQueryTooSlow, ado.ErrInvalidQuery, ado.ErrThrottled, ado.ErrUnavailable, ado.ErrBadRequest:
	}
	return ""
}
