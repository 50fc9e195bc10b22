package adotest

import (
	"net/url"
	"strings"
	"time"
)

// wireTime is the usual date format of the wire.
const wireTime = "2006-01-02T15:04:05.999Z"

func stamp(t time.Time) string { return t.UTC().Format(wireTime) }

// orgURL has the form that the caller used (Microsoft Learn, "Work with URLs in
// extensions and integrations").
func (x *exchange) orgURL() string {
	switch name := url.PathEscape(x.inOrg.Name); x.host {
	case "":
		return x.base + "/ado/" + name
	case hostAzure:
		return "https://" + hostAzure + "/" + name
	default:
		return "https://" + x.host
	}
}

// projectURL carries the id even when the caller used the name.
func (x *exchange) projectURL() string {
	if x.inProj == nil {
		return x.orgURL()
	}
	return x.orgURL() + "/" + x.inProj.ID
}

func (x *exchange) queryURL(id string) string { return x.projectURL() + "/_apis/wit/queries/" + id }

func (x *exchange) itemURL(id int) string { return x.projectURL() + "/_apis/wit/workItems/" + itoa(id) }

// identity is an IdentityRef; named adds the "Name <mail>" of query answers.
func (x *exchange) identity(u *User, named bool) object {
	descriptor := "aad." + strings.ReplaceAll(u.ID(), "-", "")
	avatar := x.orgURL() + "/_apis/GraphProfile/MemberAvatars/" + descriptor
	out := object{
		"displayName": u.Name, "id": u.ID(), "uniqueName": u.UPN, "descriptor": descriptor, "imageUrl": avatar,
		"url":    x.base + "/vssps/_apis/Identities/" + u.ID(),
		"_links": object{"avatar": object{"href": avatar}},
	}
	if named {
		out["name"] = u.Name + " <" + u.UPN + ">"
	}
	return out
}

// queryJSON writes a query with the keys that were measured for each $expand
// value, which do not grow from one to the next.
func (x *exchange) queryJSON(q *Query, expand string) object {
	out := object{"id": q.ID, "name": q.Name, "path": q.path(x.inProj), "isPublic": !q.Private(), "queryType": string(q.kind())}
	if q.Deleted {
		out["isDeleted"] = true
	}
	if q.InvalidSyntax {
		out["isInvalidSyntax"] = true
	}
	expand = strings.ToLower(expand)
	if expand == "minimal" {
		out["wiql"] = q.wiql()
		return out
	}
	x.addProvenance(out, q)
	if expand == "wiql" || expand == "all" {
		out["wiql"] = q.wiql()
		out["columns"] = x.columns("System.Id", "System.WorkItemType", "System.Title", "System.State")
	}
	if expand == "all" || expand == "clauses" {
		addClauses(out, q)
	}
	return out
}

func (x *exchange) addProvenance(out object, q *Query) {
	by := x.viewer
	if !q.Private() {
		by = x.author(by)
	}
	self := x.queryURL(q.ID)
	out["createdBy"], out["lastModifiedBy"] = x.identity(by, true), x.identity(by, true)
	out["createdDate"], out["lastModifiedDate"] = stamp(q.Modified.AddDate(0, -1, 0)), stamp(q.Modified)
	out["url"] = self
	out["_links"] = object{
		"self":   object{"href": self},
		"html":   object{"href": x.orgURL() + "/web/qr.aspx?pguid=" + x.inProj.ID + "&qid=" + q.ID},
		"parent": object{"href": x.queryURL(q.parentID(x.inProj))},
		"wiql":   object{"href": x.projectURL() + "/_apis/wit/wiql/" + q.ID},
	}
}

// author stands for whoever made the shared queries: a fixed other identity.
func (x *exchange) author(like *User) *User {
	return &User{OID: guidOf("author", x.inOrg.Name), Tenant: like.Tenant, Name: "Jamal Hartnett", UPN: "jamal@" + strings.ToLower(x.inOrg.Name) + ".example"}
}

func addClauses(out object, q *Query) {
	clauses := object{"logicalOperator": "AND", "clauses": []object{{"field": object{"referenceName": "System.State"}, "operator": object{"name": "<>"}, "value": ""}}}
	if q.kind() == Flat {
		out["clauses"] = clauses
		return
	}
	out["sourceClauses"], out["targetClauses"], out["linkClauses"] = clauses, clauses, clauses
	out["filterOptions"] = map[Kind]string{Tree: "linksRecursiveMayContain", OneHop: "linksOneHopMayContain"}[q.kind()]
}

func (x *exchange) columns(names ...string) []object {
	out := make([]object, 0, len(names))
	for _, n := range names {
		out = append(out, x.fieldRef(n))
	}
	return out
}

func (x *exchange) fieldRef(name string) object {
	short := strings.TrimPrefix(name, "System.")
	if short == "Id" {
		short = "ID"
	}
	return x.at(x.orgURL()+"/_apis/wit/fields/"+name, object{"referenceName": name, "name": short})
}

func (q *Query) wiql() string {
	if q.WIQL != "" {
		return q.WIQL
	}
	const columns = "select [System.Id], [System.WorkItemType], [System.Title], [System.State] from "
	switch q.kind() {
	case Tree:
		return columns + "WorkItemLinks where ([Source].[System.TeamProject] = @project) and ([System.Links.LinkType] = 'System.LinkTypes.Hierarchy-Forward') mode (Recursive)"
	case OneHop:
		return columns + "WorkItemLinks where ([Source].[System.TeamProject] = @project) mode (MayContain)"
	}
	return columns + "WorkItems where [System.TeamProject] = @project"
}
