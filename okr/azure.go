package okr

import (
	"context"
	"time"
)

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
	// RunQueries executes queries and reads their work items, in the order in
	// which they are asked for. A failure that is not one query's own (nor NoAccess,
	// which may be) ends it: the queries after that one have no outcome.
	RunQueries(ctx context.Context, in RunInput) []RunOutcome
	// Fields lists the numeric fields of a project's work items that make sense to
	// add up, the usual ones first.
	Fields(ctx context.Context, access Access, place Place) ([]Field, error)
	// ItemTypes lists the work item types of a project.
	ItemTypes(ctx context.Context, access Access, place Place) ([]string, error)
}

// OfQuery says whether a failure of this kind is that of one query, so that the
// others can still be run.
func (k Kind) OfQuery() bool { return k == QueryGone || k == QueryBroken || k == QueryTooLarge }

// RunInput asks for runs of queries of one project with one access.
type RunInput struct {
	Access Access
	Place  Place
	Asks   []QueryAsk
	// Within lets the names of queries stand that were read no longer ago; 0 reads
	// them anew.
	Within time.Duration
}

// QueryAsk asks for one query.
type QueryAsk struct {
	ID     string
	Fields []string  // reference names of the numeric fields that are needed
	Before *Snapshot // of the last run; nil: none is known
}

// RunOutcome is what came of one query.
type RunOutcome struct {
	Query string // id
	Run   Run
	Err   error
}
