package adotest

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// serveFields is "Fields - List": the fields of the processes, and what any item
// of the organization carries beside them.
func (c *Cloud) serveFields(x *exchange) answer {
	if a, bad := x.needProject(); bad {
		return a
	}
	kinds := map[string]string{
		"System.Id": "integer", "System.Rev": "integer", "System.Title": "string", "System.State": "string",
		"System.WorkItemType": "string", "System.TeamProject": "string", "System.AssignedTo": "string",
		"System.ChangedDate": "dateTime", "System.Description": "html", "System.AreaId": "integer",
		FieldStoryPoints: "double", FieldEffort: "double", FieldOriginalEstimate: "double", FieldCompletedWork: "double",
		FieldRemainingWork: "double", FieldPriority: "integer", "Microsoft.VSTS.Common.StackRank": "double",
	}
	for _, it := range x.inOrg.items {
		for name, value := range it.Fields {
			if _, known := kinds[name]; !known {
				kinds[name] = kindOfValue(value)
			}
		}
	}
	rows := []object{}
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		rows = append(rows, x.at(x.orgURL()+"/_apis/wit/fields/"+name, object{
			"name": cmp.Or(c.renamed[name], spaced(name)), "referenceName": name, "type": kinds[name], "usage": "workItem",
			"readOnly": false, "isQueryable": true,
		}))
	}
	return listAnswer(rows)
}

func kindOfValue(v any) string {
	switch v.(type) {
	case float64, float32:
		return "double"
	case int, int64:
		return "integer"
	}
	return "string"
}

// spaced is the name that people see: "StoryPoints" becomes "Story Points".
func spaced(referenceName string) string {
	name := referenceName[strings.LastIndex(referenceName, ".")+1:]
	var b strings.Builder
	for i, r := range name {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
