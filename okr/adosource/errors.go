package adosource

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
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
		return okr.WrapError(okr.Unavailable, err, "I couldn't reach Azure DevOps for %s. I'll try again at the next sync.", what)
	}
	kind, msg := words(e, what)
	translated := okr.WrapError(kind, err, "%s", msg)
	if e.Caller != "" {
		return ofApplication(e, translated, what)
	}
	if kind == okr.SignIn { // the token was renewed a moment ago, so it may be one query's
		translated = okr.Scoped(okr.ScopeUnknown, okr.WithNext(translated, okr.Step{Kind: okr.StepSignIn, SignIn: okr.SignInAt{Tenant: okr.TenantID(e.Tenant)}}))
	}
	return translated
}

// codeNeedsTeam says that a macro of the query belongs to a team and none is
// named.
const codeNeedsTeam = "VS402612"

func words(e *ado.Error, what string) (okr.Kind, string) {
	switch e.Kind {
	case ado.ErrSignIn:
		return okr.SignIn, "Azure DevOps rejected the sign-in. Its owner can sign in again."
	case ado.ErrNoAccessToOrg:
		return okr.NoAccess, fmt.Sprintf("Azure DevOps refused this account for %s. It may not be a member, belong to another Microsoft Entra tenant, or be restricted by a policy (Organization settings > Policies). Ask an administrator of the organization, or use another account.", what)
	case ado.ErrConditionalAccess:
		return okr.PolicyRefused, fmt.Sprintf("A conditional access policy of your organization blocks okrbot's access to %s. A Microsoft Entra administrator can allow okrbot's address, or turn off the policy's validation in Azure DevOps.", what)
	case ado.ErrForbidden:
		return okr.NoAccess, fmt.Sprintf("This account can't read %s. Ask its administrator for permission to view work items and queries.", what)
	case ado.ErrNotFound:
		return okr.NotFound, fmt.Sprintf("Azure DevOps can't find %s, or this account doesn't have access to it. Check the spelling, or ask its administrator for access.", what)
	case ado.ErrTooManyResults:
		return okr.QueryTooLarge, fmt.Sprintf("%s returns more than 20,000 work items, the limit of Azure DevOps. Narrow the query, for example by area or date.", upper(what))
	case ado.ErrQueryTooSlow:
		return okr.QueryBroken, fmt.Sprintf("%s takes longer than 30 seconds, the limit of Azure DevOps. Narrow the query.", upper(what))
	case ado.ErrInvalidQuery:
		if e.Code == codeNeedsTeam {
			return okr.QueryBroken, fmt.Sprintf("%s uses the current iteration of a team that is missing.%s Open it in Azure DevOps, name the team (@CurrentIteration('[Project]\\Team')) and save it.", upper(what), quote(e))
		}
		return okr.QueryBroken, fmt.Sprintf("%s can't be run.%s Correct it in Azure DevOps and save it.", upper(what), quote(e))
	case ado.ErrThrottled:
		return okr.Throttled, fmt.Sprintf("Azure DevOps asked me to slow down. Nothing is lost. I'll try again at the next sync, or you can %s.", later(e.RetryAfter))
	case ado.ErrUnavailable, ado.ErrBadRequest:
	}
	said := ""
	if e.Status == http.StatusInternalServerError {
		said = quote(e)
	}
	return okr.Unavailable, fmt.Sprintf("Azure DevOps didn't respond properly for %s.%s Nothing is lost. I'll try again at the next sync, or you can in a minute.", what, said)
}

// later is when to try again; Azure DevOps does not always say.
func later(d time.Duration) string {
	if d <= 0 {
		return "later"
	}
	return fmt.Sprintf("in %s", max(d.Round(time.Second), time.Second))
}

// maxQuote bounds Azure DevOps' own sentence, which names what is wrong with a query
// better than okrbot could.
const maxQuote = 240

// quote is what the service says itself.
func quote(e *ado.Error) string {
	said := strings.TrimRight(okr.Shorten(okr.CleanLine(e.Message), maxQuote), ". ")
	if said == "" {
		return ""
	}
	return fmt.Sprintf(" Azure DevOps says: “%s.”", said)
}

func upper(what string) string {
	if what == "" {
		return what
	}
	first := []rune(what)
	return string(append([]rune{first[0] &^ 0x20}, first[1:]...))
}

// queryError translates an error about one query of a place, called what: a query
// that is not found is gone, whereas anything else not found is a typing error.
func queryError(err error, ref okr.ProjectRef, what string) error {
	e, ok := errors.AsType[*ado.Error](err)
	switch {
	case !ok:
	case e.Kind == ado.ErrNotFound && e.OfProject():
		return okr.WrapError(okr.ProjectGone, err, "The project %s of the organization %s was deleted, or %s lost access to it. Ask its administrator for access, or move the OKRs to another connection. The last values stay until then.", ref.Project.Name, ref.Organization, reader(e))
	case e.Kind == ado.ErrNotFound:
		return okr.WrapError(okr.QueryGone, err, "%s was deleted or moved to another project, or %s lost access to it. Restore it in Azure DevOps, or choose another query. The last value stays until then.", upper(what), reader(e))
	case e.Kind == ado.ErrBadRequest:
		return okr.WrapError(okr.QueryBroken, err, "Azure DevOps refuses %s.%s Correct it there and save it, or choose another query.", what, quote(e))
	}
	return translate(err, what)
}

// ownError is the failure of one query where others were answered with the same
// sign-in, so that this is not what fails.
func ownError(err error, q okr.Query) error {
	if okr.KindOf(err) != okr.SignIn {
		return err
	}
	return okr.WrapError(okr.NoAccess, err, "Azure DevOps refuses %s, but not other queries with the same sign-in. Check in Azure DevOps who can see it, or choose another query.", q.Called())
}

// missingField says that a field cannot be read any more.
func missingField(err error, field string) error {
	said := ""
	if e, ok := errors.AsType[*ado.Error](err); ok {
		said = quote(e)
	}
	return okr.WrapError(okr.QueryBroken, err, "The field %s no longer exists in Azure DevOps.%s Change the measure. The last value stays until then.", field, said)
}
