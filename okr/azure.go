package okr

import "context"

// QueryPage is a page of found queries; More says that the text matches others
// too.
type QueryPage struct {
	Queries []Query
	More    bool
}

// Directory finds one's way in Azure DevOps. All methods fail with SignIn,
// NoAccess, NotFound, Throttled or Unavailable.
type Directory interface {
	// Organizations lists the names of the organizations of the account.
	Organizations(ctx context.Context, access Access) ([]string, error)
	// Projects lists the projects of an organization that the account can see,
	// by name.
	Projects(ctx context.Context, access Access, organization string) ([]RemoteProject, error)
	// Project finds a project by id or name and checks that its queries can be
	// read. NotFound: the organization or project does not exist or may not be
	// seen.
	Project(ctx context.Context, access Access, organization, project string) (RemoteProject, error)
	// ParsePlace reads an organization as a person typed or pasted it: a plain
	// name or any Azure DevOps URL, which may name a project too. Invalid: it is
	// neither.
	ParsePlace(text string) (organization, project string, err error)
}

// Queries reads shared queries. Methods fail as those of [Directory], and with
// QueryGone, QueryTooLarge and QueryBroken.
type Queries interface {
	// SearchQueries finds shared queries of a project by a part of their name.
	SearchQueries(ctx context.Context, access Access, place Place, text string) (QueryPage, error)
	// Query reads one query by id.
	Query(ctx context.Context, access Access, place Place, id string) (Query, error)
	// CountQuery gives the number of matching work items.
	CountQuery(ctx context.Context, access Access, place Place, q Query) (int, error)
	// RunQuery executes a query and reads its work items.
	RunQuery(ctx context.Context, access Access, place Place, id string) (Run, error)
	// ItemTypes lists the work item types of a project.
	ItemTypes(ctx context.Context, access Access, place Place) ([]string, error)
}
