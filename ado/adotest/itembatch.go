package adotest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// serveItemBatch is "Work Items - Get Work Items Batch".
func (c *Cloud) serveItemBatch(x *exchange) answer {
	var in struct {
		IDs         []int    `json:"ids"`
		Fields      []string `json:"fields"`
		Expand      string   `json:"$expand"`
		ErrorPolicy string   `json:"errorPolicy"`
	}
	if err := json.Unmarshal(x.body, &in); err != nil || len(in.IDs) == 0 {
		return badRequest("ArgumentException", "VS403433: The request body does not name any work item.")
	}
	if len(in.IDs) > 200 {
		return badRequest("WorkItemPageSizeExceededException",
			fmt.Sprintf("VS403474: You requested %d work items which exceeds the limit of 200.", len(in.IDs)))
	}
	if len(in.Fields) > 0 && in.Expand != "" && !strings.EqualFold(in.Expand, "none") {
		return badRequest("ConflictingParametersException", "The expand parameter can not be used with the fields parameter.")
	}
	for _, f := range in.Fields {
		if !c.knownField(x, f) {
			return badRequest("WorkItemTrackingQueryException", "TF51535: Cannot find field "+f+".")
		}
	}
	return c.batch(x, in.IDs, in.Fields, strings.EqualFold(in.ErrorPolicy, "omit"))
}

// batch keeps the order of the request; with omit a slot that cannot be read is
// null. Whether count includes them is not documented: see
// [ModeCountSkipsNulls]. With a project in the URL, items of other projects
// cannot be read, harsher than documented: see [ModeOpenProjectBatch].
func (c *Cloud) batch(x *exchange, ids []int, fields []string, omit bool) answer {
	rows := make([]any, 0, len(ids))
	for _, id := range ids {
		it := x.inOrg.item(id)
		elsewhere := it != nil && x.inProj != nil && it.Project != x.inProj.Name && !c.modes[ModeOpenProjectBatch]
		switch {
		case it != nil && !elsewhere && !it.ListedOnly && it.visibleTo(x.viewer, x.inOrg.Name):
			rows = append(rows, x.at(x.itemURL(it.ID), object{"id": it.ID, "rev": it.Rev, "fields": c.fields(x, it, fields)}))
		case omit:
			rows = append(rows, nil)
		default:
			return itemNotFound(id)
		}
	}
	if c.modes[ModeCountSkipsNulls] {
		count := len(slices.DeleteFunc(slices.Clone(rows), func(row any) bool { return row == nil }))
		return jsonAnswer(http.StatusOK, object{"count": count, "value": rows})
	}
	return listAnswer(rows)
}

// fields writes the asked-for fields, all when none is named, without those
// that have no value.
func (c *Cloud) fields(x *exchange, it *Item, names []string) object {
	all := c.allFields(x, it)
	if len(names) == 0 {
		return all
	}
	out := object{}
	for _, n := range names {
		found := false
		for k, v := range all {
			if strings.EqualFold(k, n) {
				out[k], found = v, true
			}
		}
		if !found && c.modes[ModeWriteNulls] {
			out[n] = nil
		}
	}
	return out
}

func (c *Cloud) allFields(x *exchange, it *Item) object {
	out := object{
		"System.Id": it.ID, "System.Rev": it.Rev, "System.TeamProject": it.Project, "System.WorkItemType": it.Type,
		"System.State": it.State, "System.Title": it.Title, "System.AreaPath": it.areaPath(), "System.IterationPath": it.Project,
		"System.Reason": "Moved to state " + it.State, "System.CreatedDate": stamp(it.Created), "System.ChangedDate": stamp(it.Changed),
	}
	if it.Parent != 0 {
		out["System.Parent"] = it.Parent
	}
	if len(it.Tags) > 0 {
		out["System.Tags"] = strings.Join(it.Tags, "; ")
	}
	if u := c.user(it.AssignedTo); u != nil {
		out["System.AssignedTo"] = x.identity(u, false)
	}
	maps.Copy(out, it.Fields)
	return out
}

// knownField knows the System fields, the scheduling ones that processes ship,
// and whatever an item of the organization carries.
func (c *Cloud) knownField(x *exchange, name string) bool {
	known := []string{
		"System.Id", "System.Rev", "System.TeamProject", "System.WorkItemType", "System.State", "System.Title", "System.AreaPath",
		"System.IterationPath", "System.Reason", "System.CreatedDate", "System.ChangedDate", "System.Parent", "System.Tags",
		"System.AssignedTo", "System.Description", "System.CreatedBy", "System.ChangedBy", "System.BoardColumn",
		FieldStoryPoints, FieldEffort, FieldOriginalEstimate, FieldCompletedWork, FieldRemainingWork, FieldPriority,
	}
	for _, k := range known {
		if strings.EqualFold(k, name) {
			return true
		}
	}
	for _, it := range x.inOrg.items {
		for k := range it.Fields {
			if strings.EqualFold(k, name) {
				return true
			}
		}
	}
	return false
}

// serveTypes is "Work Item Types - List".
func (c *Cloud) serveTypes(x *exchange) answer {
	if a, bad := x.needProject(); bad {
		return a
	}
	rows := []object{}
	for _, t := range x.inProj.Types {
		rows = append(rows, x.typeJSON(t, !t.OmitStates && !c.modes[ModeOmitTypeStates]))
	}
	return listAnswer(rows)
}

func (c *Cloud) serveType(x *exchange) answer {
	t, a, bad := x.findType()
	if bad {
		return a
	}
	return jsonAnswer(http.StatusOK, x.typeJSON(*t, !t.OmitStates && !c.modes[ModeOmitTypeStates]))
}

// serveTypeStates is "Work Item Type States - List".
func (c *Cloud) serveTypeStates(x *exchange) answer {
	t, a, bad := x.findType()
	if bad {
		return a
	}
	return listAnswer(stateRows(*t))
}

func (x *exchange) findType() (*Type, answer, bool) {
	if a, bad := x.needProject(); bad {
		return nil, a, true
	}
	t := x.inProj.kindOf(x.first())
	if t == nil {
		return nil, vss(http.StatusNotFound, "WorkItemTypeNotFoundException",
			"VS402323: Work item type "+x.first()+" does not exist in project "+x.inProj.Name+" or you do not have permission to access it."), true
	}
	return t, answer{}, false
}

func stateRows(t Type) []object {
	rows := []object{}
	for _, s := range t.States {
		rows = append(rows, object{"name": s.Name, "color": s.Color, "category": s.Category})
	}
	return rows
}

func (x *exchange) typeJSON(t Type, states bool) object {
	out := x.at(x.projectURL()+"/_apis/wit/workItemTypes/"+strings.ReplaceAll(t.Name, " ", "%20"), object{
		"name": t.Name, "referenceName": t.ReferenceName, "description": "", "color": t.Color, "isDisabled": t.Disabled,
		"icon": x.at(x.orgURL()+"/_apis/wit/workItemIcons/"+t.Icon+"?color="+t.Color+"&v=2", object{"id": t.Icon}),
	})
	if states {
		out["states"] = stateRows(t)
	}
	if states && len(t.States) > 0 {
		out["transitions"] = object{"": []object{{"to": t.States[0].Name, "actions": nil}}}
	}
	return out
}
