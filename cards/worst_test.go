package cards_test

import (
	"fmt"
	"slices"
	"strings"

	"okrbot/cards"
	"okrbot/okr"
)

// worstTitles are the longest titles: of four-byte characters, and of characters
// that are escaped twice.
func worstTitles() []string { return []string{strings.Repeat("😀", 255), strings.Repeat("<&a", 85)} }

// worst is each list card with a hundred rows and the longest of texts.
func worst() []exhibit {
	var out []exhibit
	for i, title := range worstTitles() {
		for _, e := range slices.Concat(worstOf(title), worstGoals(title), worstKeyResults(title), worstImports(title), worstApplications(title), worstChosen(title)) {
			e.name = fmt.Sprintf("worst-%s-%d", e.name, i)
			out = append(out, e)
		}
	}
	return out
}

func hundred[T any](v T) []T {
	out := make([]T, 100)
	for i := range out {
		out[i] = v
	}
	return out
}

func worstOf(title string) []exhibit {
	link := "https://dev.azure.com/" + strings.Repeat("a", 370)
	ref := okr.WorkItemRef{ID: 1 << 30, Type: title, Title: okr.Shorten(title, 120), URL: link}
	list := okr.ItemList{Count: 100, First: hundred(ref)[:10]}
	moved := okr.Changes{Completed: list, Added: list, Removed: list, Reopened: list}
	q := okr.Query{ID: strings.Repeat("9", 36), Name: title, Path: title, Kind: okr.TreeQuery, URL: link}
	m := measurement()
	m.Changes, m.Account, m.Connection = moved, title, title
	g := keyResult()
	g.Title, g.Owner.Name = title, title
	g.Metric = &okr.Metric{Name: title, Unit: title, Target: 100, Current: new(float64(40))}
	g.Binding = &okr.Binding{Connection: "C99999", Query: q, Method: okr.PercentCompleted, ItemType: title, Last: &m, Health: okr.Health{State: okr.HealthQueryGone, Problem: title + title + title, Since: now}}
	p := g
	tree := m
	tree.Tree = hundred(okr.Node{WorkItemRef: ref, State: title, Level: 1, Done: 10_000, Total: 20_000, Below: 20_000, Deeper: 900})[:okr.TreePage]
	tree.Size = okr.TreeSize{Top: 20_000, Rows: 20_000, Deeper: 20_000, Parents: 20_000}
	b := *g.Binding
	b.Last, p.Kind, p.Metric, p.Binding = &tree, okr.Project, nil, &b
	v := cards.GoalView{Goal: g, Standing: standing(40, 59, okr.Behind), ParentTitle: title, Connection: title, Stale: true, StaleFor: 1e15, MayEdit: true}
	o := v
	o.Goal, o.Children = objective(), hundred(v)
	o.Goal.Title, o.Goal.Period.Name = title, title
	pv := v
	pv.Goal = p
	choices := hundred(cards.Choice{Title: title})
	names := hundred(title)
	remote := hundred(okr.RemoteProject{Name: title})
	for i := range choices {
		choices[i].Value = fmt.Sprintf("O9999%02d", i)
		names[i] = fmt.Sprintf("%02d%s", i, title)
		remote[i].ID = fmt.Sprintf("%036d", i)
	}
	c := connection("C99999", megan, true, g.Binding.Health)
	c.Connection.Name, c.Connection.Organization, c.Connection.Project.Name, c.Connection.Account = title, title, title, title
	c.Connection.Owner.Name, c.Bound, c.BoundCount, c.WebURL, c.MayDelete = title, hundred(g), 100, link, true
	wrong := cards.FieldError{Field: "title", Message: title + title + title}
	buttons := hundred(cards.Button{Title: title, Verb: cards.VerbGoal, Data: map[string]string{"goal": "KR9"}})
	bind := cards.BindForm{Draft: strings.Repeat("d", 43), Goal: g, Connections: choices, Text: title, Results: hundred(q), More: true, Searched: true, Query: q, Count: 20000, Methods: choices[:3], Types: names, ItemType: title, Error: wrong}
	move := okr.Move{Goal: g, Parent: title, Before: okr.Reported{Value: new(float64(1)), Progress: new(float64(1)), Status: okr.OnTrack}, After: okr.Reported{Value: new(float64(2)), Progress: new(float64(2)), Status: okr.AtRisk}, Changes: moved}
	form := cards.ConnectionForm{Draft: bind.Draft, Name: title, Organization: title, Account: title, Organizations: names, Error: wrong}
	step2 := form
	step2.Projects = remote
	connections := hundred(c.Connection)
	in := cards.IntegrationView{Tenant: okr.Settings{ChangedBy: g.Owner, ChangedAt: now}, IsAdmin: true, Admins: names}
	return []exhibit{
		{"help", cards.Help(cards.Audience{Admins: title + title, NoGoals: true, Due: 1000, Broken: 1000}, cards.About{Version: title}, hundred(cards.Command{Example: title, What: title})[:6])},
		{"welcome", cards.Welcome(cards.Audience{Admins: title + title}, cards.About{Version: title})},
		{"commands", cards.AllCommands(hundred(cards.HelpSection{Title: title, Commands: hundred(cards.Command{Usage: title, What: title, Verb: cards.VerbHelp})[:5]}))},
		{"commands-section", cards.AllCommands([]cards.HelpSection{{Title: title, Commands: hundred(cards.Command{Usage: title, What: title, Verb: cards.VerbHelp})}})},
		{"unknown", cards.Unknown(title, hundred(cards.Command{Usage: title, What: title, Verb: cards.VerbHelp}))},
		{"problem", cards.Problem(title, title+title+title, title, buttons)},
		{"done", cards.Done(title, title+title+title, buttons)},
		{"enable", cards.Enable(in)},
		{"manage", cards.Manage(place, in)},
		{"disabled", cards.Disabled(cards.IntegrationView{Tenant: in.Tenant, Admins: names})},
		{"signin-code", cards.SignInCode(title+title+title, wrong)},
		{"signed-in", cards.SignedIn(title, buttons)},
		{"signout", cards.ConfirmSignOut(names, connections)},
		{"signed-out", cards.SignedOut(connections)},
		{"connection", cards.Connection(place, c)},
		{"connections", cards.Connections(place, cards.ConnectionList{Views: hundred(c), Total: 1000, Offset: 15})},
		{"connection-form-1", cards.EditConnection(form)},
		{"connection-form-2", cards.EditConnection(step2)},
		{"connection-delete", cards.ConfirmDeleteConnection(c)},
		{"goal-form", cards.EditGoal(cards.GoalForm{
			Phase: place.PhaseExample(),
			Kind:  okr.KeyResult, OwnerName: title, Objectives: choices, Error: wrong,
			Values: map[string]string{"title": title, "parent": "O1", "metric": title, "unit": title, "startValue": title, "target": title},
		})},
		{"goal-objective", cards.Goal(place, o)},
		{"goal-key-result", cards.Goal(place, v)},
		{"goal-project", cards.Goal(place, pv)},
		{"tree", cards.Tree(place, pv, okr.Branch{Path: tree.Tree[:1], Rows: below(2, slices.Clone(tree.Tree)), Total: 20_000, Offset: 15, Back: 900, At: now})},
		{"tree-whole", cards.Tree(place, pv, okr.Branch{Rows: tree.Tree, Whole: true, Total: 15, Gone: true, At: now})},
		{"goals", cards.Goals(place, cards.GoalList{Views: manyObjectives(o), Total: 1000, Offset: 15})},
		{"goal-choose", cards.ChooseGoal(place, title+title+title, hundred(g), cards.VerbBind)},
		{"goal-delete", cards.ConfirmDeleteGoal(g, 100, 2)},
		{"unbind", cards.ConfirmUnbind(g)},
		{"bind-search", cards.BindSearch(bind)},
		{"bind-options", cards.BindOptions(bind)},
		{"preview", cards.Preview(place, cards.BindPreview{Draft: bind.Draft, Goal: p, Standing: v.Standing, Measurement: tree, Warnings: hundred(title + title + title)})},
		{"sync-started", cards.SyncStarted(title, cards.Button{Title: "Show KR1", Verb: cards.VerbGoal})},
		{"sync-done", cards.SyncDone(place, hundred(cards.SyncRow{Goal: g, Before: new(float64(1)), After: new(float64(2)), Status: okr.AtRisk, Problem: title + title}))},
		{"move-preview", cards.PreviewMove(okr.MovePreview{From: worstConnection(title), To: worstConnection(title), Reach: append(hundred(okr.QueryReach{Query: q, Goals: hundred(g)}), hundred(okr.QueryReach{Query: q, Goals: hundred(g), Problem: title})...)})},
		{"take-over", cards.PreviewTakeOver(place, okr.TakeOver{Connection: worstConnection(title), Account: title, Reach: hundred(okr.QueryReach{Query: q, Problem: title})})},
		{"move", cards.MoveBindings(cards.MoveForm{From: worstConnection(title), Targets: choices, Error: wrong})},
		{"manage", cards.Manage(place, cards.IntegrationView{Tenant: okr.Settings{Enabled: true}, Admins: names, Connections: 100, Health: hundred(cards.ConnectionView{Connection: worstConnection(title)})})},
		{"digest", cards.Digest(place, okr.Digest{At: now, Objectives: hundred(move)[:5], Moved: hundred(move), Failing: hundred(staleView()), Still: hundred(objectiveView())})},
		{"subscribe", cards.Subscribe(place, cards.DigestForm{Place: title, Objectives: choices, Chosen: []string{"O1"}, Subscribed: true, Paused: title, Error: wrong})},
		{"digests", cards.Digests(title, hundred(cards.DigestRow{Zone: "Europe/Paris", Subscription: okr.Subscription{Slot: strings.Repeat("S", 26), Paused: title, DigestPlan: okr.DigestPlan{
			Objectives: hundred(okr.GoalID("O99999")), Teams: names[:20], Tags: names[:20], People: hundred(okr.Person{Name: title})[:20],
		}}})[:okr.MaxDigests], "Preview", cards.VerbDigestPreview)},
		{"owner-notice", cards.OwnerNotice(place, cards.Notice{Connection: c.Connection, Goals: hundred(g), Problem: title + title + title, Since: now, Buttons: buttons})},
		{"queries", cards.Queries(cards.QueryList{Text: title, Offset: 10, Problems: hundred(title), Found: okr.FoundQueries{More: true, Private: true, Left: 9, Searched: hundred(c.Connection), Queries: hundred(okr.FoundQuery{Query: q, Connection: worstConnection(title)})}})},
	}
}

func worstConnection(title string) okr.Connection {
	return okr.Connection{
		ID: "C99999", Name: title, Organization: title, Project: okr.RemoteProject{Name: title}, Owner: okr.Person{Name: title}, Account: title,
		Offer: &okr.Offer{To: okr.Person{Name: title}, By: okr.Person{Name: title}}, Health: okr.Health{State: okr.HealthNoAccess, Problem: title + title + title, Since: now, LastOK: now},
	}
}
