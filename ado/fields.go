package ado

import (
	"context"
	"strings"
)

// WorkItemField is a field that work items of a project can have.
type WorkItemField struct {
	ReferenceName string `json:"referenceName"` // such as "Microsoft.VSTS.Scheduling.Effort"
	Name          string `json:"name"`          // as people see it
	Type          string `json:"type"`          // such as "double", "integer", "string"
	Usage         string `json:"usage"`         // "workItem" for a field of work items
	IsDeleted     bool   `json:"isDeleted"`
}

// Numeric reports a field of work items that holds a number.
func (f WorkItemField) Numeric() bool {
	isNumber := strings.EqualFold(f.Type, "double") || strings.EqualFold(f.Type, "integer") ||
		strings.EqualFold(f.Type, "picklistDouble") || strings.EqualFold(f.Type, "picklistInteger")
	ofItems := f.Usage == "" || strings.EqualFold(f.Usage, "workItem")
	return isNumber && ofItems && !f.IsDeleted
}

// WorkItemFields lists the fields of a project's work items.
// https://learn.microsoft.com/rest/api/azure/devops/wit/fields/list
func (s *Session) WorkItemFields(ctx context.Context, organization, project string) ([]WorkItemField, error) {
	c := get("work item fields", s.org(organization, project, "_apis", "wit", "fields"))
	page, _, err := fetch[list[WorkItemField]](ctx, s, c.withoutURLs())
	return page.Value, err
}
