package adotest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// serveProjects is "Projects - List": what the caller may read, in pages whose
// next token is in a header.
func (c *Cloud) serveProjects(x *exchange) answer {
	var seen []*Project
	for _, p := range x.inOrg.projects {
		if x.viewer.sees(x.inOrg.Name, p.Name) {
			seen = append(seen, p)
		}
	}
	from := min(x.intParam("continuationtoken", x.intParam("$skip", 0)), len(seen))
	to := min(from+x.intParam("$top", 100), len(seen))
	rows := []object{}
	for _, p := range seen[from:to] {
		rows = append(rows, x.projectJSON(p))
	}
	a := listAnswer(rows)
	if to < len(seen) {
		a = a.with("X-Ms-Continuationtoken", strconv.Itoa(to))
	}
	return a
}

// serveProject is "Projects - Get", by id, name or, with includeHistory, by a
// former name.
func (c *Cloud) serveProject(x *exchange) answer {
	wanted := x.first()
	p := x.inOrg.project(wanted)
	if p == nil && strings.EqualFold(x.param("includehistory"), "true") {
		p = x.inOrg.formerly(wanted)
	}
	if p == nil || !x.viewer.sees(x.inOrg.Name, p.Name) {
		return projectNotFound(wanted)
	}
	out := x.projectJSON(p)
	team := p.teamID()
	self := x.orgURL() + "/_apis/projects/" + p.ID
	out["defaultTeam"] = object{"id": team, "name": p.teamName(), "url": self + "/teams/" + team}
	out["_links"] = object{"self": object{"href": self}, "web": object{"href": x.orgURL() + "/" + p.Name}}
	return jsonAnswer(http.StatusOK, out)
}

func (o *organization) formerly(name string) *Project {
	for _, p := range o.projects {
		if slices.ContainsFunc(p.FormerNames, func(f string) bool { return strings.EqualFold(f, name) }) {
			return p
		}
	}
	return nil
}

func (x *exchange) projectJSON(p *Project) object {
	out := object{
		"id": p.ID, "name": p.Name, "url": x.orgURL() + "/_apis/projects/" + p.ID, "state": "wellFormed",
		"revision": 41, "visibility": "private", "lastUpdateTime": "2026-05-12T22:23:07.727Z",
	}
	if p.Description != "" {
		out["description"] = p.Description
	}
	return out
}

// serveProfile is "Profiles - Get" for me.
func (c *Cloud) serveProfile(x *exchange) answer {
	u := x.viewer
	return jsonAnswer(http.StatusOK, object{
		"displayName": u.Name, "publicAlias": u.ID(), "emailAddress": u.UPN, "coreRevision": 1647,
		"timeStamp": "2026-05-12T22:23:07.727+00:00", "id": u.ID(), "revision": 1647,
	})
}

// serveAccounts is "Accounts - List": the organizations of the member in the
// token's tenant, disabled ones included.
func (c *Cloud) serveAccounts(x *exchange) answer {
	member := x.param("memberid")
	if member == "" {
		member = x.param("ownerid")
	}
	if member == "" {
		return badRequest("ArgumentException", "VS403443: Either ownerId or memberId must be supplied.")
	}
	rows := []object{}
	for _, o := range c.orgs {
		if !strings.EqualFold(member, x.viewer.ID()) || x.viewer.membership(o.Name) == nil || !strings.EqualFold(o.Tenant, x.session.tid) {
			continue
		}
		status := "enabled"
		if o.Disabled {
			status = "disabled"
		}
		rows = append(rows, object{
			"accountId": guidOf("account", o.Name), "accountName": o.Name, "accountStatus": status,
			"accountUri": "https://vssps.dev.azure.com/" + o.Name + "/", "properties": object{},
		})
	}
	return listAnswer(rows)
}

// serveConnectionData tells the caller who they are in the organization.
func (c *Cloud) serveConnectionData(x *exchange) answer {
	u := x.viewer
	me := object{
		"id": u.ID(), "descriptor": "Microsoft.IdentityModel.Claims.ClaimsIdentity;" + u.Tenant + "\\" + u.UPN,
		"subjectDescriptor": "aad." + strings.ReplaceAll(u.ID(), "-", ""), "providerDisplayName": u.Name, "isActive": true,
		"properties":      object{"Account": object{"$type": "System.String", "$value": u.UPN}},
		"resourceVersion": 2, "metaTypeId": 0,
	}
	return jsonAnswer(http.StatusOK, object{
		"authenticatedUser": me, "authorizedUser": me, "instanceId": guidOf("collection", x.inOrg.Name),
		"deploymentId": guidOf("deployment"), "deploymentType": "hosted",
	})
}

// serveResourceAreas tells without credentials whether an organization exists
// and where (Microsoft Learn, "Work with URLs in extensions and integrations").
func (c *Cloud) serveResourceAreas(x *exchange) answer {
	if a, bad := c.checkVersion(x); bad {
		return a
	}
	o := c.org(x.param("accountname"))
	if len(x.rest) != 1 || !isGUID(x.rest[0]) || o == nil {
		return notFoundPage()
	}
	return jsonAnswer(http.StatusOK, object{"id": strings.ToLower(x.rest[0]), "name": "Core", "locationUrl": x.base + "/ado/" + o.Name + "/"})
}
