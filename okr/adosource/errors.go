package adosource

import (
	"errors"
	"fmt"
	"time"

	"okrbot/ado"
	"okrbot/okr"
)

// translate turns an error of Azure DevOps into okr's, with what to do about it.
// What names the object in words, for example `the project Fabrikam of contoso`.
func translate(err error, what string) error {
	var known *okr.Error
	if err == nil || errors.As(err, &known) {
		return err // a token source's error is translated already
	}
	if input, ok := errors.AsType[*ado.InputError](err); ok {
		return okr.WrapError(okr.Invalid, err, "%s", input.Message)
	}
	var e *ado.Error
	if !errors.As(err, &e) {
		return okr.WrapError(okr.Unavailable, err, "Azure DevOps could not be asked for %s. okrbot tries again at the next sync.", what)
	}
	kind, msg := words(e, what)
	err = okr.WrapError(kind, err, "%s", msg)
	if kind == okr.SignIn {
		err = okr.WithNext(err, okr.Step{Kind: okr.StepSignIn})
	}
	return err
}

// codeNeedsTeam says that a macro of the query belongs to a team and none is
// named.
const codeNeedsTeam = "VS402612"

func words(e *ado.Error, what string) (okr.Kind, string) {
	switch e.Kind {
	case ado.ErrSignIn:
		return okr.SignIn, "Azure DevOps no longer accepts the sign-in. Sign in again."
	case ado.ErrNoAccessToOrg:
		return okr.NoAccess, fmt.Sprintf("Azure DevOps refused this account for %s. Either it is not a member there, or the organization belongs to another Microsoft Entra tenant, or an administrator restricts access (Organization settings > Policies). Ask an administrator of the organization, or sign in with another account.", what)
	case ado.ErrConditionalAccess:
		return okr.NoAccess, fmt.Sprintf("A conditional access policy of your organization refuses okrbot's access to %s. A Microsoft Entra administrator can allow okrbot's address, or turn off the policy's validation in Azure DevOps.", what)
	case ado.ErrForbidden:
		return okr.NoAccess, fmt.Sprintf("This account may not read %s. Ask its administrator for the permission to view work items and queries.", what)
	case ado.ErrNotFound:
		return okr.NotFound, fmt.Sprintf("Azure DevOps knows no such thing, or this account may not see it: %s. Check the spelling, or ask its administrator for access.", what)
	case ado.ErrTooManyResults:
		return okr.QueryTooLarge, fmt.Sprintf("%s returns more than 20,000 work items, which Azure DevOps does not give out. Narrow the query there, for example by area or date.", upper(what))
	case ado.ErrQueryTooSlow:
		return okr.QueryBroken, fmt.Sprintf("%s takes longer than the 30 seconds that Azure DevOps allows. Narrow the query there.", upper(what))
	case ado.ErrInvalidQuery:
		if e.Code == codeNeedsTeam {
			return okr.QueryBroken, fmt.Sprintf("%s asks for the current iteration without saying of which team, so only Azure DevOps' own pages can run it. Open it there, name the team (@CurrentIteration('[Project]\\Team')) and save it.", upper(what))
		}
		return okr.QueryBroken, fmt.Sprintf("%s cannot be run: a field, area or iteration that it names is gone. Open it in Azure DevOps, correct and save it.", upper(what))
	case ado.ErrThrottled:
		return okr.Throttled, fmt.Sprintf("Azure DevOps asked to slow down%s. Nothing is lost: the hourly sync tries again by itself, and you can after that time.", within(e.RetryAfter))
	case ado.ErrUnavailable, ado.ErrBadRequest:
	}
	return okr.Unavailable, fmt.Sprintf("Azure DevOps did not answer properly when asked for %s. Nothing is lost: the hourly sync tries again by itself, and you can in a minute.", what)
}

func within(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return fmt.Sprintf(" for %s", d.Round(time.Second))
}

func upper(what string) string {
	if what == "" {
		return what
	}
	first := []rune(what)
	return string(append([]rune{first[0] &^ 0x20}, first[1:]...))
}

// queryError translates an error about one query, called what: a query that is
// not found is gone, whereas anything else not found is a typing error.
func queryError(err error, what string) error {
	if errors.Is(err, ado.ErrNotFound) {
		return okr.WrapError(okr.QueryGone, err, "%s was deleted, moved out of the project, or is no longer visible to the account. Restore it in Azure DevOps, or bind to another query; the last value stays until then.", upper(what))
	}
	return translate(err, what)
}
