package ado

import "context"

// Categories of states. Only these tell what a state means: state names are custom and localized.
// https://learn.microsoft.com/azure/devops/boards/work-items/workflow-and-state-categories
const (
	CategoryProposed   = "Proposed"
	CategoryInProgress = "InProgress"
	CategoryResolved   = "Resolved"
	CategoryCompleted  = "Completed"
	CategoryRemoved    = "Removed"
)

// WorkItemType is a type of work items in one project. States may be missing; then ask WorkItemTypeStates.
type WorkItemType struct {
	Name          string  `json:"name"`
	ReferenceName string  `json:"referenceName"`
	Color         string  `json:"color"` // RRGGBB, without a leading #
	Icon          Icon    `json:"icon"`
	IsDisabled    bool    `json:"isDisabled"`
	States        []State `json:"states"`
}

// Icon is one of some forty pictures; its URL needs a sign-in.
type Icon struct {
	ID  string `json:"id"` // such as "icon_insect"
	URL string `json:"url"`
}

// State is a state that items of a type can be in.
type State struct {
	Name     string `json:"name"`
	Color    string `json:"color"`    // RRGGBB, or AARRGGBB
	Category string `json:"category"` // one of the Category constants; keep what is unknown
}

// WorkItemTypes lists the types of a project, disabled ones, too. The answer is heavy: cache it for a day.
// https://learn.microsoft.com/rest/api/azure/devops/wit/work-item-types/list
func (s *Session) WorkItemTypes(ctx context.Context, organization, project string) ([]WorkItemType, error) {
	c := get("work item types", s.org(organization, project, "_apis", "wit", "workitemtypes"))
	page, _, err := fetch[list[WorkItemType]](ctx, s, c.withoutURLs())
	return page.Value, err
}

// WorkItemTypeStates lists the states of one type, by its name. ErrNotFound: no such type in the project.
// https://learn.microsoft.com/rest/api/azure/devops/wit/work-item-type-states/list
func (s *Session) WorkItemTypeStates(ctx context.Context, organization, project, typeName string) ([]State, error) {
	c := get("work item states", s.org(organization, project, "_apis", "wit", "workitemtypes", typeName, "states"))
	page, _, err := fetch[list[State]](ctx, s, c.withoutURLs())
	return page.Value, err
}
