package adotest

import (
	"net/http"
	"regexp"
	"strings"
)

// What a token must allow for a resource (the "security" of the REST specs).
var (
	scopeAny     = []string(nil)
	scopeWork    = []string{"vso.work", "vso.work_write", "vso.work_full"}
	scopeProject = []string{"vso.project", "vso.project_write", "vso.project_manage", "vso.profile", "vso.profile_write"}
	scopeProfile = []string{"vso.profile", "vso.profile_write"}
)

// gate wraps a handler of an organization's resource: version, credential,
// membership, scope, path, project, in the order in which the service checks.
func gate(scopes []string, h handler) handler {
	return func(c *Cloud, x *exchange) answer {
		x.inOrg = c.org(x.org)
		if a, refused := c.authenticate(x); refused {
			return a
		}
		if a, refused := c.enterOrg(x, scopes); refused {
			return a.userData(x)
		}
		return h(c, x).userData(x)
	}
}

// profileGate is gate for the host without organizations.
func profileGate(h handler) handler {
	return func(c *Cloud, x *exchange) answer {
		if a, refused := c.authenticate(x); refused {
			return a
		}
		if x.viewer.Client != "" { // inferred: a service principal has no profile
			return notAMember(x.viewer.ID()).userData(x)
		}
		if !x.session.allows(scopeProfile) {
			return bearerRefused().userData(x)
		}
		if a, refused := c.checkVersion(x); refused {
			return a.userData(x)
		}
		return h(c, x).userData(x)
	}
}

// userData marks answers for which an identity was established.
func (a answer) userData(x *exchange) answer {
	return a.with("X-VSS-UserData", x.viewer.ID()+":"+x.viewer.UPN)
}

// authenticate finds the caller. Anything short of a live token is a sign-in
// page, or 401 for callers that ask for it.
func (c *Cloud) authenticate(x *exchange) (answer, bool) {
	if strings.HasPrefix(strings.ToLower(x.r.Header.Get("Authorization")), "basic ") {
		return basicRefused(), true
	}
	if x.session != nil && x.session.resource && c.now().Before(x.session.expires) {
		if u := c.user(x.session.oid); u != nil && !u.Disabled {
			x.viewer = u
			return answer{}, false
		}
	}
	if !x.suppressed() {
		return signInPage(), true
	}
	if x.r.Header.Get("Authorization") == "" {
		return c.challenge(x, anonymousRefused()), true
	}
	return c.challenge(x, bearerRefused()), true
}

// challenge names the organization's tenant, which is how clients learn it.
func (c *Cloud) challenge(x *exchange, a answer) answer {
	if x.inOrg == nil {
		return a
	}
	a = a.with("WWW-Authenticate", "Bearer authorization_uri="+x.base+"/login/"+x.inOrg.Tenant)
	if c.modes[ModeOmitTenantHeader] {
		return a
	}
	return a.with("X-VSS-ResourceTenant", x.inOrg.Tenant)
}

func (c *Cloud) enterOrg(x *exchange, scopes []string) (answer, bool) {
	switch {
	case x.inOrg == nil && c.modes[ModeRefuseUnknownOrg]:
		return notAMember(x.viewer.ID()), true
	case x.inOrg == nil:
		return notFoundPage(), true
	case !strings.EqualFold(x.inOrg.Tenant, x.session.tid):
		return c.challenge(x, c.foreignRefused(x)), true
	case x.viewer.Client != "" && x.viewer.membership(x.org) == nil:
		return notAdded(x.viewer), true
	case x.inOrg.Disabled, x.viewer.membership(x.org) == nil, x.viewer.membership(x.org).Licence == Unlicensed:
		return notAMember(x.viewer.ID()), true
	case !x.session.allows(scopes):
		return bearerRefused(), true
	}
	if a, refused := c.checkVersion(x); refused {
		return a, true
	}
	if a, refused := checkPath(x); refused {
		return a, true
	}
	return c.enterProject(x)
}

// foreignRefused is the answer to a token of another tenant than the organization's, which is not told from a bad one.
func (c *Cloud) foreignRefused(x *exchange) answer {
	if c.modes[ModeNameForeignUser] {
		return notAMember(x.viewer.ID())
	}
	return bearerRefused()
}

// serveOrganization is the address of an organization, which leads to the sign-in and names the tenant for it.
func (c *Cloud) serveOrganization(x *exchange) answer {
	if x.inOrg = c.org(x.org); x.inOrg == nil {
		return notFoundPage()
	}
	a := answer{status: http.StatusFound}.with("Location", x.base+"/ado/_signin?reply_to="+x.org)
	return c.challenge(x, a)
}

func (c *Cloud) enterProject(x *exchange) (answer, bool) {
	if x.project == "" {
		return answer{}, false
	}
	p := x.inOrg.project(x.project)
	if p == nil || !x.viewer.sees(x.inOrg.Name, p.Name) {
		return projectNotFound(x.project), true
	}
	x.inProj = p
	return answer{}, false
}

// checkPath refuses the characters that IIS refuses in a path.
func checkPath(x *exchange) (answer, bool) {
	for _, s := range append([]string{x.org, x.project, x.team}, x.rest...) {
		if i := strings.IndexAny(s, `<>*%&:\?`); i >= 0 {
			return dangerousPath(s[i : i+1]), true
		}
	}
	return answer{}, false
}

// apiVersion matches the versions up to the current one, 7.2.
var apiVersion = regexp.MustCompile(`^([1-6]\.[0-9]|7\.[0-2])(-preview(\.\d+)?)?$`)

// checkVersion wants a version in the query or in Accept (Microsoft Learn,
// "REST API versioning"). Harsher than documented: the service lets a GET of a
// released resource go without one; see [ModeVersionOptional].
func (c *Cloud) checkVersion(x *exchange) (answer, bool) {
	v := x.param("api-version")
	if v == "" {
		_, v, _ = strings.Cut(strings.ToLower(x.r.Header.Get("Accept")), "api-version=")
		v, _, _ = strings.Cut(v, ";")
	}
	switch {
	case v == "" && c.modes[ModeVersionOptional] && x.r.Method != http.MethodPost && x.op != OpConnectionData:
		return answer{}, false
	case v == "":
		return badRequest("VssVersionNotSpecifiedException", "No api-version was supplied for the \""+x.r.Method+
			"\" request. The version must be supplied either as part of the Accept header (e.g. \"application/json; api-version=1.0\") or as a query parameter (e.g. \"?api-version=1.0\")."), true
	case !apiVersion.MatchString(v):
		return badRequest("VssVersionOutOfRangeException", "The requested REST API version of "+v+
			" is out of range for this server. The latest REST API version this server supports is 7.2."), true
	case x.op == OpConnectionData && !strings.Contains(v, "-preview"):
		return badRequest("VssInvalidPreviewVersionException", "The requested version \""+v+
			"\" of the resource is under preview. The -preview flag must be supplied in the api-version for such requests. For example: \""+v+"-preview\""), true
	case x.r.Method == http.MethodPost && !strings.HasPrefix(x.r.Header.Get("Content-Type"), "application/json"):
		return vss(http.StatusUnsupportedMediaType, "VssRequestContentTypeNotSupportedException",
			"The request indicated a Content-Type of \""+x.r.Header.Get("Content-Type")+"\" for method type \"POST\" which is not supported. Valid content types for this method are: application/json."), true
	}
	return answer{}, false
}
