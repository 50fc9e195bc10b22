package ado

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Reference names of fields.
const (
	FieldID               = "System.Id"
	FieldRev              = "System.Rev"
	FieldTitle            = "System.Title"
	FieldState            = "System.State"
	FieldType             = "System.WorkItemType"
	FieldAssignedTo       = "System.AssignedTo"
	FieldParent           = "System.Parent"
	FieldProject          = "System.TeamProject"
	FieldArea             = "System.AreaPath"
	FieldChangedDate      = "System.ChangedDate"
	FieldStoryPoints      = "Microsoft.VSTS.Scheduling.StoryPoints"
	FieldEffort           = "Microsoft.VSTS.Scheduling.Effort"
	FieldOriginalEstimate = "Microsoft.VSTS.Scheduling.OriginalEstimate"
	FieldCompletedWork    = "Microsoft.VSTS.Scheduling.CompletedWork"
	FieldRemainingWork    = "Microsoft.VSTS.Scheduling.RemainingWork"
)

// MaxWorkItemsBatch is how many items one request reads (page "Work Items - Get Work Items Batch").
const MaxWorkItemsBatch = 200

// BaseFields are the small fields that every measurement needs; id and revision come by themselves. Rich-text fields make
// pages slow; leave them out.
func BaseFields() []string { return []string{FieldTitle, FieldState, FieldType, FieldProject} }

// WorkItem is a work item with the fields that were asked for and have a value.
type WorkItem struct {
	ID     int    `json:"id"`
	Rev    int    `json:"rev"`
	Fields Fields `json:"fields"`
}

// Fields holds values by reference name. A field without a value is absent.
type Fields map[string]json.RawMessage

// WorkItems reads work items by id as EachWorkItems does, all at once.
func (s *Session) WorkItems(ctx context.Context, organization string, ids []int, fields []string) ([]WorkItem, error) {
	all := make([]WorkItem, 0, len(ids))
	err := s.EachWorkItems(ctx, organization, ids, fields, func(page []WorkItem) { all = append(all, page...) })
	if err != nil {
		return nil, err
	}
	return all, nil
}

// EachWorkItems reads work items by id, 200 a request, one request after the other, and hands over each page, so that
// 20,000 items need not be in memory with all their fields. Ids that repeat are read once; items that are missing or not
// visible are left out. Without fields it reads BaseFields. It uses the organization's route, since a query can find
// items of several projects.
// https://learn.microsoft.com/rest/api/azure/devops/wit/work-items/get-work-items-batch
func (s *Session) EachWorkItems(
	ctx context.Context, organization string, ids []int, fields []string, take func(page []WorkItem),
) error {
	if len(fields) == 0 {
		fields = BaseFields()
	}
	for chunk := range slices.Chunk(unique(ids), MaxWorkItemsBatch) {
		c := post("work items", s.org(organization, "_apis", "wit", "workitemsbatch"),
			map[string]any{"ids": chunk, "fields": fields, "errorPolicy": "omit"})
		page, _, err := fetch[list[WorkItem]](ctx, s, c.withoutURLs())
		if err != nil {
			return err
		}
		// The slot of an item that was omitted is null; what nobody asked for is nobody's business.
		left := make(map[int]bool, len(chunk))
		for _, id := range chunk {
			left[id] = true
		}
		take(slices.DeleteFunc(page.Value, func(w WorkItem) bool {
			asked := left[w.ID]
			delete(left, w.ID)
			return !asked
		}))
	}
	return nil
}

func unique(ids []int) []int {
	seen := make(map[int]bool, len(ids))
	out := make([]int, 0, len(ids))
	for _, id := range ids {
		if id > 0 && !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// Title is one line. This and the following are empty when the field was not asked for or has no value.
func (w WorkItem) Title() string { return w.Fields.Text(FieldTitle) }

// State is a name, whose category WorkItemTypes tells.
func (w WorkItem) State() string { return w.Fields.Text(FieldState) }

// Type is the name of the work item's type.
func (w WorkItem) Type() string { return w.Fields.Text(FieldType) }

// Project is the name of the project that holds the item, never its id.
func (w WorkItem) Project() string { return w.Fields.Text(FieldProject) }

// Parent is the id of the parent item, or 0; the parent may lie outside of the query.
func (w WorkItem) Parent() int {
	n, _ := w.Fields.Number(FieldParent)
	return int(n)
}

// AssignedTo is empty for an item that nobody has.
func (w WorkItem) AssignedTo() Identity {
	i, _ := read[Identity](w.Fields, FieldAssignedTo)
	return i
}

// Changed is when the item last changed.
func (w WorkItem) Changed() time.Time { return parseTime(w.Fields.Text(FieldChangedDate)) }

// Text gives a field's text, or "" when it has none or is no text.
func (f Fields) Text(name string) string {
	s, _ := read[string](f, name)
	return s
}

// Number gives a numeric field and whether the item has it; units are the field's own (hours for work, points for size).
func (f Fields) Number(name string) (float64, bool) { return read[float64](f, name) }

// read decodes one field. Names are compared without case, as Azure DevOps does; people type custom ones.
func read[T any](f Fields, name string) (value T, ok bool) {
	raw, found := f[name]
	for key := range f {
		if !found && strings.EqualFold(key, name) {
			raw, found = f[key], true
		}
	}
	if !found || string(raw) == "null" || json.Unmarshal(raw, &value) != nil {
		var zero T
		return zero, false
	}
	return value, true
}
