package cards_test

import (
	"fmt"
	"time"

	"okrbot/cards"
	"okrbot/okr"
)

// nasty is what a title may hold: markup, a tag, a date macro, a line break, an
// override of the writing direction.
const nasty = "*Bugs* [x](https://evil.example) <at>Bob</at> {{DATE(2026-11-24T00:00:00Z)}} `a_b`\n# R&amp;D \u202e"

var (
	now   = time.Date(2026, 11, 24, 8, 12, 0, 0, time.UTC)
	paris = mustZone("Europe/Paris")
	links = cards.NewLinks("https://okr.example.com", []byte("0123456789abcdef"))
	place = cards.Place{Zone: paris, Now: now, Links: links}
	megan = okr.Person{ID: "00000000-0000-4000-8000-00000000000a", Name: "Megan Bowen"}
	adele = okr.Person{ID: "00000000-0000-4000-8000-00000000000b", Name: "Adele Vance"}
)

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.FixedZone("CET", 3600)
	}
	return zone
}

func item(id int, title string) okr.WorkItemRef {
	return okr.WorkItemRef{ID: id, Type: "Bug", Title: title, URL: fmt.Sprintf("https://dev.azure.com/contoso/Launch/_workitems/edit/%d", id)}
}

func items(refs ...okr.WorkItemRef) okr.ItemList { return okr.ItemList{Count: len(refs), First: refs} }

func query() okr.Query {
	return okr.Query{
		ID: "2f6c0f1e-1111-4111-8111-111111111111", Name: "Launch bugs", Path: "Shared Queries/Launch/Launch bugs",
		Kind: okr.FlatQuery, URL: "https://dev.azure.com/contoso/Launch/_queries/query/2f6c0f1e-1111-4111-8111-111111111111",
	}
}

func changes() okr.Changes {
	return okr.Changes{
		Completed: items(item(4711, "Crash when the basket is empty"), item(4712, "Wrong currency on the receipt")),
		Added:     items(item(4801, "Voucher is taken twice"), item(4802, nasty), item(4803, "Slow first page")),
		Reopened:  items(item(4650, "Log-in loops")),
	}
}

func measurement() okr.Measurement {
	return okr.Measurement{
		At: now.Add(-12 * time.Minute), Value: new(float64(40)), Completed: 12, Total: 30, Removed: 2, Unknown: 1, OtherTypes: 4, Unreadable: 1,
		Account: "megan@contoso.example", Connection: "Contoso launch", Changes: changes(),
	}
}

// summed is a key result that adds up a field.
func summed() okr.Goal {
	g := keyResult()
	m := measurement()
	m.Value, m.Sum = new(42.5), &okr.Sum{Field: "Story Points", Completed: 34, Total: 80, Without: 3}
	m.Changes.Revalued, m.Changes.Scope = items(item(4713, "Search finds nothing")), 5.5
	b := *g.Binding
	b.Field, b.Last = &okr.Field{Ref: "Microsoft.VSTS.Scheduling.StoryPoints", Name: "Story Points"}, &m
	g.Binding = &b
	return g
}

func objective() okr.Goal {
	return okr.Goal{
		ID: "O1", Kind: okr.Objective, Title: "Launch without surprises", Owner: megan,
		Period: okr.Period{Name: "Q4 2026", Start: "2026-10-01", End: "2026-12-31"},
	}
}

func keyResult() okr.Goal {
	m := measurement()
	return okr.Goal{
		ID: "KR3", Kind: okr.KeyResult, Title: "Close the launch bugs", Owner: megan, Parent: "O1", Period: objective().Period,
		Metric: &okr.Metric{Name: "Bugs closed", Unit: "%", Start: 0, Target: 100, Current: new(float64(40)), At: &m.At},
		Binding: &okr.Binding{
			Connection: "C7", Query: query(), Method: okr.PercentCompleted, ItemType: "Bug", BoundBy: megan, BoundAt: now.Add(-90 * time.Hour),
			Last: &m, Health: okr.Health{State: okr.HealthOK, Since: now.Add(-90 * time.Hour), LastOK: now.Add(-12 * time.Minute)},
		},
	}
}

// stories is a key result of 30 stories, of which 10 of 35 are done.
func stories() okr.Goal {
	g := keyResult()
	m := measurement()
	m.Value, m.Completed, m.Total = new(float64(10)), 10, 35
	g.Title = "Finish 30 stories"
	g.Metric = &okr.Metric{Name: "Stories", Unit: "stories", Target: 30, Current: m.Value, At: &m.At}
	b := *g.Binding
	b.Method, b.ItemType, b.Last = okr.CountCompleted, "User Story", &m
	g.Binding = &b
	return g
}

// misfit is the same measured in percent.
func misfit() okr.Goal {
	g := stories()
	m := *g.Binding.Last
	m.Value = new(28.57)
	metric := *g.Metric
	metric.Current = m.Value
	g.Metric, g.Binding.Last, g.Binding.Method = &metric, &m, okr.PercentCompleted
	return g
}

func node(level, id, done, total int, typ, title, state string) okr.Node {
	return okr.Node{
		WorkItemRef: okr.WorkItemRef{ID: id, Type: typ, Title: title, URL: fmt.Sprintf("https://dev.azure.com/contoso/Launch/_workitems/edit/%d", id)},
		State:       state, Completed: state == "Closed", Level: level, Done: done, Total: total,
	}
}

func tree() []okr.Node {
	deep := node(3, 103, 3, 7, "User Story", "Pay by card", "Active")
	deep.Deeper = 7
	return []okr.Node{
		node(1, 101, 5, 12, "Epic", "New checkout", "Active"),
		node(2, 102, 4, 9, "Feature", "Payment", "Active"),
		deep,
		node(3, 104, 1, 1, "User Story", "Pay by invoice", "Closed"),
		node(3, 105, 0, 1, "User Story", nasty, "New"),
		node(2, 106, 1, 3, "Feature", "Basket", "Active"),
		node(3, 107, 1, 1, "User Story", "Keep the basket for a week", "Closed"),
		node(1, 120, 0, 1, "Epic", "Old checkout switched off", "New"),
	}
}

// bigProject has 40 epics, of which it keeps the first ones.
func bigProject() okr.Goal {
	g := project()
	m := *g.Binding.Last
	m.Tree = epics()
	m.Completed, m.Total, m.Removed, m.OtherTypes, m.Unreadable = 204, 530, 12, 0, 0
	m.Size = okr.TreeSize{Top: 40, Rows: 412, Deeper: 267, Parents: 149}
	b := *g.Binding
	b.Last, g.Binding = &m, &b
	return g
}

// epics are a page of the top of a big project.
func epics() []okr.Node {
	var out []okr.Node
	for i := range okr.TreePage {
		n := node(1, 200+i, i, 14+i, "Epic", fmt.Sprintf("Wave %d of the new checkout", i+1), "Active")
		n.Below = 3 + i%5
		if i%6 == 5 {
			n = node(1, 200+i, 1, 1, "Epic", nasty, "Closed")
		}
		out = append(out, n)
	}
	return out
}

// below is the same on another level.
func below(level int, nodes []okr.Node) []okr.Node {
	for i := range nodes {
		if nodes[i].Level, nodes[i].ID = level, nodes[i].ID+1000*level; level == okr.MaxLevels {
			nodes[i].Below, nodes[i].Deeper, nodes[i].Type = 0, 2, "User Story"
		}
	}
	return nodes
}

func project() okr.Goal {
	g := keyResult()
	g.ID, g.Kind, g.Title, g.Metric = "P4", okr.Project, "New checkout", nil
	m := measurement()
	m.Tree, m.Completed, m.Total, m.Value = tree(), 5, 13, new(38.46)
	m.Size = okr.TreeSize{Top: 2, Rows: 8, Deeper: 7, Parents: 4}
	m.Changes = okr.Changes{First: true}
	b := *g.Binding
	b.Method, b.ItemType, b.Last, b.Query.Kind, b.Query.Name = "", "", &m, okr.TreeQuery, "Checkout tree"
	g.Binding = &b
	return g
}

func standing(progress, expected float64, status okr.Status) okr.Standing {
	return okr.Standing{Progress: new(progress), Raw: new(progress), Expected: expected, Status: status, Counted: 2, Children: 3}
}

func view(g okr.Goal, progress float64, status okr.Status) cards.GoalView {
	return cards.GoalView{
		Goal: g, Standing: standing(progress, 59.3, status), ParentTitle: "Launch without surprises", Connection: "Contoso launch", MayEdit: true,
	}
}

func staleView() cards.GoalView {
	v := view(keyResult(), 40, okr.Behind)
	b := *v.Goal.Binding
	b.Health = okr.Health{
		State: okr.HealthNeedsSignIn, Since: now.Add(-50 * time.Hour), LastOK: now.Add(-51 * time.Hour),
		Problem: "Microsoft Entra no longer accepts the sign-in of megan@contoso.example. Megan Bowen signs in again, then the next sync works.",
	}
	v.Goal.Binding = &b
	v.Stale, v.StaleFor = true, 51*time.Hour
	return v
}

func unboundView() cards.GoalView {
	v := view(keyResult(), 0, okr.NotStarted)
	v.Goal.ID, v.Goal.Title, v.Goal.Binding = "KR5", nasty, nil
	v.Goal.Metric = &okr.Metric{Name: "Orders a day", Unit: "orders", Start: 120, Target: 400}
	v.Standing = okr.Standing{Progress: new(float64), Raw: new(float64), Expected: 59.3, Status: okr.NotStarted}
	return v
}

func objectiveView() cards.GoalView {
	v := view(objective(), 39.2, okr.Behind)
	v.ParentTitle = ""
	v.Children = []cards.GoalView{view(keyResult(), 40, okr.Behind), staleView(), unboundView(), view(project(), 38.46, okr.AtRisk)}
	for i := range v.Children[:3] {
		v.Children[i].Weight, v.Children[i].Taken = 100.0/3, 50
	}
	return v
}

func secondObjective() cards.GoalView {
	g := objective()
	g.ID, g.Title = "O2", "Customers recommend us"
	v := view(g, 71, okr.OnTrack)
	kr := keyResult()
	kr.ID, kr.Title, kr.Metric = "KR8", "Answer faster", &okr.Metric{Name: "Hours to the first answer", Unit: "h", Start: 24, Target: 4, Current: new(9.8)}
	v.Children = []cards.GoalView{view(kr, 71, okr.OnTrack)}
	return v
}

func connection(id string, owner okr.Person, shared bool, health okr.Health) cards.ConnectionView {
	return cards.ConnectionView{
		Connection: okr.Connection{
			ID: okr.ConnectionID(id), Name: "Contoso launch", Organization: "contoso", Project: okr.RemoteProject{ID: "p", Name: "Launch"},
			Owner: owner, Account: "megan@contoso.example", Shared: shared, Health: health, CreatedAt: now.Add(-300 * time.Hour),
		},
		Bound: []okr.Goal{keyResult(), project()}, BoundCount: 5, IsOwner: owner == megan, WebURL: "https://dev.azure.com/contoso/Launch",
	}
}

func healthy() okr.Health {
	return okr.Health{State: okr.HealthOK, Since: now.Add(-90 * time.Hour), LastOK: now.Add(-12 * time.Minute)}
}

func signedOff() okr.Health { return staleView().Goal.Binding.Health }

func connectionViews() []cards.ConnectionView {
	slow := okr.Health{State: okr.HealthUnavailable, Since: now.Add(-2 * time.Hour), Problem: "Azure DevOps did not answer."}
	odd := connection("C9", adele, true, slow)
	odd.Connection.Name, odd.BoundCount, odd.Bound = nasty, 0, nil
	works := connection("C7", megan, true, healthy())
	works.MaySync = true
	return []cards.ConnectionView{
		works, connection("C8", megan, false, signedOff()), odd,
	}
}

func digest() okr.Digest {
	scope := okr.Changes{Completed: items(item(4711, "Crash when the basket is empty")), Added: okr.ItemList{Count: 9, First: []okr.WorkItemRef{item(4801, "Voucher is taken twice")}}}
	answer := secondObjective().Children[0].Goal
	second := secondObjective()
	second.Children = nil
	answer.Parent = second.Goal.ID
	first := objectiveView()
	first.Children = nil
	return okr.Digest{
		At: now, Above: []okr.GoalView{first, second},
		Objectives: []okr.Move{{
			Goal: objective(), Before: okr.Reported{Progress: new(float64(41)), Status: okr.OnTrack}, After: okr.Reported{Progress: new(39.2), Status: okr.Behind},
		}},
		Moved: []okr.Move{
			{
				Goal: keyResult(), Parent: "Launch without surprises", Changes: scope,
				Before: okr.Reported{Value: new(float64(45)), Progress: new(float64(45)), Status: okr.OnTrack}, After: okr.Reported{Value: new(float64(40)), Progress: new(float64(40)), Status: okr.Behind},
			},
			{
				Goal: project(), Parent: "Launch without surprises", Changes: okr.Changes{Completed: items(item(107, "Keep the basket for a week"))},
				Before: okr.Reported{Progress: new(38.1), Status: okr.AtRisk}, After: okr.Reported{Progress: new(38.46), Status: okr.AtRisk},
			},
			{
				Goal: answer, Parent: "Customers recommend us", Changes: okr.Changes{Completed: items(item(1, nasty), item(2, "Second"), item(3, "Third"))},
				Before: okr.Reported{Status: okr.NoData}, After: okr.Reported{Value: new(9.8), Progress: new(float64(71)), Status: okr.OnTrack},
			},
		},
		Failing: []okr.GoalView{staleView(), staleView()},
	}
}
