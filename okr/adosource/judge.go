package adosource

import (
	"errors"
	"net/http"
	"slices"

	"okrbot/ado"
	"okrbot/okr"
)

// outcome is what came of a query, and what it is called as far as that is known.
type outcome struct {
	okr.RunOutcome
	query okr.Query
}

// judge tells the failures of single queries from one of them all. A failure that
// does not say how far it goes is a query's own where others were answered.
func judge(in okr.RunInput, list []outcome) []okr.RunOutcome {
	answered := in.Answered || slices.ContainsFunc(list, func(o outcome) bool { return proves(o.Err) })
	out := make([]okr.RunOutcome, 0, len(list))
	for i, o := range list {
		last := i == len(list)-1
		switch {
		case o.Err == nil:
		case !answered:
			o.Err, o.Whole = wholeError(in, list[len(list)-1].Err), true
		case ends(o.Err), last && len(list) < len(in.Asks):
			o.Whole = true
		default:
			o.Err = ownError(o.Err, o.query)
		}
		out = append(out, o.RunOutcome)
	}
	return out
}

// wholeError is a failure of several queries, which names none of them.
func wholeError(in okr.RunInput, err error) error {
	e, ok := errors.AsType[*ado.Error](err)
	if !ok || len(in.Asks) < 2 || okr.ScopeOf(err) == okr.ScopeProject {
		return err
	}
	return translate(e, "the queries of the project "+in.Project.Project.Name)
}

// proves says whether the way to a query's project works: it was answered, or its
// own failure was told.
func proves(err error) bool { return err == nil || okr.KindOf(err).OfQuery() }

// ends says whether a failure makes it useless to ask for the other queries: it is
// the sign-in's or the project's, Azure DevOps asked to slow down, or it was not
// asked at all.
func ends(err error) bool {
	kind := okr.KindOf(err)
	if kind.OfQuery() || kind == okr.Invalid {
		return false
	}
	_, asked := errors.AsType[*ado.Error](err)
	return !asked || kind == okr.Throttled || okr.ScopeOf(err) >= okr.ScopeProject
}

// maxTrouble is how many failures in a row are taken for all queries' where each
// costs much.
const maxTrouble = 3

// trouble counts the failures in a row that cost much.
type trouble struct {
	row      int
	answered bool
}

// enough says whether it is useless to go on after a query that failed so, or did
// not.
func (t *trouble) enough(err error) bool {
	switch {
	case proves(err):
		t.row, t.answered = 0, true
	case ends(err):
		return true
	case isAway(err) || okr.KindOf(err) == okr.SignIn && !t.answered: // a refused token costs a renewal
		t.row++
	}
	return t.row >= maxTrouble
}

// isAway says whether a failure is silence, or that of a service which cannot be
// reached: each costs several tries.
func isAway(err error) bool {
	e, ok := errors.AsType[*ado.Error](err)
	return ok && e.Kind == ado.ErrUnavailable && e.Status != http.StatusInternalServerError
}
