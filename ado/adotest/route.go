package adotest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Operation names, as they stand in [Call.Op] and [Rule.Op].
const (
	OpAuthorize      = "authorize"
	OpToken          = "token"
	OpOpenID         = "openid"
	OpKeys           = "keys"
	OpLogout         = "logout"
	OpProfile        = "profile"
	OpAccounts       = "accounts"
	OpConnectionData = "connectionData"
	OpResourceAreas  = "resourceAreas"
	OpProjectList    = "projects.list"
	OpProjectGet     = "projects.get"
	OpQuerySearch    = "queries.search"
	OpQueryList      = "queries.list"
	OpQueryGet       = "queries.get"
	OpQueryBatch     = "queries.batch"
	OpQueryRun       = "wiql.run"
	OpQueryCount     = "wiql.count"
	OpWIQL           = "wiql.post"
	OpItemBatch      = "workitems.batch"
	OpTypeList       = "types.list"
	OpTypeGet        = "types.get"
	OpTypeStates     = "types.states"
	OpRevisions      = "workitems.revisions"
	OpFieldList      = "fields.list"
	OpAreas          = "areas"
	OpRecycleBin     = "recyclebin"
	OpOrganization   = "organization"
	OpIdentity       = "identity"
	OpPage           = "page"
	OpUnknown        = "unknown"
)

type handler = func(*Cloud, *exchange) answer

// route names the operation of the request. Segments are compared without
// regard to case, as the service does.
func (x *exchange) route() {
	segs := x.segments()
	x.as(OpUnknown, (*Cloud).serveUnknown)
	if len(segs) == 0 {
		x.as(OpPage, (*Cloud).serveHome)
		return
	}
	switch strings.ToLower(segs[0]) {
	case "login":
		x.routeLogin(segs[1:])
	case "vssps":
		x.routeProfile(segs[1:])
	case "ado":
		x.routeADO(segs[1:])
	case "msi":
		x.as(OpIdentity, (*Cloud).serveAppService)
	case "metadata":
		x.as(OpIdentity, (*Cloud).serveMetadata)
	}
}

func (x *exchange) as(op string, h handler) { x.op, x.handle = op, h }

// segments splits the escaped path, so that an encoded slash stays visible.
func (x *exchange) segments() []string {
	var out []string
	for s := range strings.SplitSeq(x.r.URL.EscapedPath(), "/") {
		if s == "" {
			continue
		}
		d, err := url.PathUnescape(s)
		if err != nil {
			d = s
		}
		x.slash = x.slash || strings.Contains(d, "/")
		out = append(out, d)
	}
	return out
}

func (x *exchange) routeLogin(segs []string) {
	if len(segs) < 2 {
		return
	}
	x.tenant = strings.ToLower(segs[0])
	switch strings.ToLower(strings.Join(segs[1:], "/")) {
	case "oauth2/v2.0/authorize":
		x.as(OpAuthorize, (*Cloud).serveAuthorize)
	case "oauth2/v2.0/token":
		x.as(OpToken, (*Cloud).serveToken)
	case "oauth2/v2.0/logout":
		x.as(OpLogout, (*Cloud).serveLogout)
	case "v2.0/.well-known/openid-configuration":
		x.as(OpOpenID, (*Cloud).serveOpenID)
	case "discovery/v2.0/keys":
		x.as(OpKeys, (*Cloud).serveKeys)
	}
}

func (x *exchange) routeProfile(segs []string) {
	switch strings.ToLower(strings.Join(segs, "/")) {
	case "_apis/profile/profiles/me":
		x.as(OpProfile, profileGate((*Cloud).serveProfile))
	case "_apis/accounts":
		x.as(OpAccounts, profileGate((*Cloud).serveAccounts))
	}
}

// routeADO finds "_apis": before it stand the organization and, optionally,
// the project and the team.
func (x *exchange) routeADO(segs []string) {
	i := slices.IndexFunc(segs, func(s string) bool { return strings.EqualFold(s, "_apis") })
	if i < 0 || i > 3 || len(segs) < i+2 {
		x.routePage(segs)
		return
	}
	if i == 0 {
		x.rest = segs[2:]
		if strings.EqualFold(segs[1], "resourceAreas") {
			x.as(OpResourceAreas, (*Cloud).serveResourceAreas)
		}
		return
	}
	scope := append(slices.Clone(segs[:i]), "", "")
	x.org, x.project, x.team = scope[0], scope[1], scope[2]
	x.as(OpUnknown, gate(scopeAny, (*Cloud).serveUnknown))
	x.routeResource(strings.ToLower(segs[i+1]), segs[i+2:])
}

func (x *exchange) routeResource(area string, rest []string) {
	x.rest = rest
	switch {
	case area == "connectiondata":
		x.as(OpConnectionData, gate(scopeAny, (*Cloud).serveConnectionData))
	case area == "projects" && len(rest) == 0:
		x.as(OpProjectList, gate(scopeProject, (*Cloud).serveProjects))
	case area == "projects" && len(rest) == 1:
		x.as(OpProjectGet, gate(scopeProject, (*Cloud).serveProject))
	case area == "wit" && len(rest) > 0:
		x.rest = rest[1:]
		x.routeWIT(x.r.Method + " " + strings.ToLower(rest[0]))
	}
}

func (x *exchange) routeWIT(what string) {
	work := func(h handler) handler { return gate(scopeWork, h) }
	switch {
	case what == "GET queries" && len(x.rest) > 0:
		x.as(OpQueryGet, work((*Cloud).serveQuery))
	case what == "GET queries" && x.param("$filter") != "":
		x.as(OpQuerySearch, work((*Cloud).serveQuerySearch))
	case what == "GET queries":
		x.as(OpQueryList, work((*Cloud).serveQueryRoots))
	case what == "POST queriesbatch":
		x.as(OpQueryBatch, work((*Cloud).serveQueryBatch))
	case what == "GET wiql" && len(x.rest) == 1:
		x.as(OpQueryRun, work((*Cloud).serveRun))
	case what == http.MethodHead+" wiql" && len(x.rest) == 1:
		x.as(OpQueryCount, work((*Cloud).serveCount))
	case what == "POST wiql" && len(x.rest) == 0:
		x.as(OpWIQL, work((*Cloud).serveWIQL))
	case what == "POST workitemsbatch":
		x.as(OpItemBatch, work((*Cloud).serveItemBatch))
	case what == "GET reporting" && strings.EqualFold(x.first(), "workitemrevisions"):
		x.as(OpRevisions, work((*Cloud).serveRevisions))
	case what == "GET fields" && len(x.rest) == 0:
		x.as(OpFieldList, work((*Cloud).serveFields))
	case what == "GET classificationnodes" && len(x.rest) == 1 && strings.EqualFold(x.first(), "areas"):
		x.as(OpAreas, work((*Cloud).serveAreas))
	case what == "GET recyclebin" && len(x.rest) == 0:
		x.as(OpRecycleBin, work((*Cloud).serveRecycleBin))
	case what == "GET workitemtypes" && len(x.rest) == 0:
		x.as(OpTypeList, work((*Cloud).serveTypes))
	case what == "GET workitemtypes" && len(x.rest) == 1:
		x.as(OpTypeGet, work((*Cloud).serveType))
	case what == "GET workitemtypes" && len(x.rest) == 2 && strings.EqualFold(x.rest[1], "states"):
		x.as(OpTypeStates, work((*Cloud).serveTypeStates))
	}
}

// routePage serves the pages that people reach through links on a card.
func (x *exchange) routePage(segs []string) {
	if len(segs) == 1 {
		x.org = segs[0]
		x.as(OpOrganization, (*Cloud).serveOrganization)
	}
	if len(segs) == 2 { // a project
		x.as(OpPage, (*Cloud).serveHome)
	}
	if len(segs) < 3 {
		return
	}
	tail := strings.ToLower(strings.Join(segs[len(segs)-3:len(segs)-1], "/"))
	x.rest = segs[len(segs)-1:]
	switch {
	case tail == "_workitems/edit" && len(segs) >= 4:
		x.org, x.project = segs[0], segs[1]
		x.as(OpPage, (*Cloud).serveItemPage)
	case tail == "_queries/query" && len(segs) >= 4:
		x.org, x.project = segs[0], segs[1]
		x.as(OpPage, (*Cloud).serveQueryPage)
	case strings.EqualFold(segs[len(segs)-1], "qr.aspx"):
		x.org, x.project, x.rest = segs[0], x.param("pguid"), []string{x.param("qid")}
		x.as(OpPage, (*Cloud).serveQueryPage)
	}
}
