package cards_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"okrbot/cards"
	"okrbot/okr"
)

// exhibit is one card of the gallery. Every card of the package stands in it
// once for each of its states.
type exhibit struct {
	name string
	card cards.Card
}

func commands() []cards.HelpSection {
	return []cards.HelpSection{
		{Title: "Help", Commands: []cards.Command{{Usage: "help", What: "What okrbot can do", Verb: cards.VerbHelp}}},
		{Title: "Objectives and key results", Commands: []cards.Command{
			{Usage: "okrs [all] [words or team:…]", What: "Your OKRs, or all; narrow them by words, owner:, team:, period:, status:, kind: or tag:", Verb: cards.VerbGoals},
			{Usage: "okr <id or text>", What: "One objective, key result or project, and why it has its status"},
			{Usage: "new objective", What: "Make an objective", Verb: cards.VerbGoalNew, Data: map[string]string{"kind": "objective"}},
			{Usage: "clone <id>", What: "Copy an objective into another period"},
		}},
		{Title: "Azure DevOps data", Commands: []cards.Command{
			{Usage: "bind <id>", What: "Measure a key result or project by a shared query"},
			{Usage: "sync [id]", What: "Refresh from Azure DevOps now: one, or everything", Verb: cards.VerbSync},
		}},
		{Title: "Digests", Commands: []cards.Command{
			{Usage: "digest [preview|mute 4h|unmute|stop]", What: "Post changes here: hourly, daily or weekly", Verb: cards.VerbDigest},
		}},
		{Title: "Your sign-in", Commands: []cards.Command{{Usage: "sign out", What: "Forget your Azure DevOps sign-in", Verb: cards.VerbSignOutAsk}}},
	}
}

func about() cards.About { return cards.About{Every: time.Hour, Version: "v0.2.0"} }

// commonest are commands as the short help shows them.
func commonest() []cards.Command {
	return []cards.Command{
		{Usage: "okrs [all]", Example: "okrs", What: "Your OKRs, or all"},
		{Usage: "okr <id or text>", Example: "okr KR4", What: "One objective, key result or project"},
		{Usage: "check-in [id]", Example: "check-in", What: "Update a goal, or everything that's due"},
		{Usage: "new objective [title]", Example: "new objective Win the market", What: "Create an objective"},
		{Usage: "bind <id>", Example: "bind KR4", What: "Measure a key result or project by a shared query"},
		{Usage: "digest", Example: "digest", What: "Post changes here hourly, daily or weekly"},
	}
}

func integration(isAdmin bool) cards.IntegrationView {
	return cards.IntegrationView{
		Tenant:  okr.Settings{Enabled: true, Ever: true, ChangedBy: megan, ChangedAt: now.Add(-3000 * 60e9), TimeZone: "Europe/Paris"},
		IsAdmin: isAdmin, Admins: []string{"Megan Bowen", "1 more not seen in okrbot yet"}, Every: time.Hour, Connections: 3, Bindings: 12, Subscriptions: 2, Failing: 1,
		Health: connectionViews(),
	}
}

func gallery() []exhibit {
	var all []exhibit
	for _, room := range [][]exhibit{generalCards(), signInCards(), connectionCards(), applicationCards(), goalCards(), formCards(), keyResultCards(), standingCards(), checkInCards(), endCards(), listCards(), settingsCards(), bindCards(), chosenCards(), reportCards(), digestCards(), moveCards(), importCards(), exportCards()} {
		all = append(all, room...)
	}
	return all
}

func generalCards() []exhibit {
	buttons := []cards.Button{{Title: "Try again", Verb: cards.VerbSync, Style: "positive"}, {Title: "Status page", URL: "https://status.dev.azure.com"}, {Title: "No", URL: "javascript:alert(1)"}}
	return []exhibit{
		{"help", cards.Help(cards.Audience{Enabled: true, Due: 3, Broken: 1}, about(), commonest())},
		{"help-done", cards.Help(cards.Audience{Enabled: true}, about(), commonest())},
		{"help-first", cards.Help(cards.Audience{Admin: true, NoGoals: true}, about(), commonest())},
		{"help-not-enabled", cards.Help(cards.Audience{NoGoals: true, Admins: "Alex Wilber, " + nasty}, about(), commonest())},
		{"help-not-connected", cards.Help(cards.Audience{Enabled: true, NoConnection: true}, about(), commonest())},
		{"help-guest", cards.Help(cards.Audience{Enabled: true, Guest: true}, about(), commonest())},
		{"help-channel", cards.Help(cards.Audience{Enabled: true, Shared: true}, about(), commonest())},
		{"help-all", cards.AllCommands(commands())},
		{"unknown", cards.Unknown("synk "+nasty, []cards.Command{commands()[2].Commands[1], commands()[2].Commands[0], commands()[3].Commands[0]})},
		{"welcome-admin", cards.Welcome(cards.Audience{Admin: true, NoGoals: true}, about())},
		{"welcome-admin-enabled", cards.Welcome(cards.Audience{Admin: true, Enabled: true}, about())},
		{"welcome-member", cards.Welcome(cards.Audience{Enabled: true, Admins: "Alex Wilber"}, about())},
		{"welcome-member-first", cards.Welcome(cards.Audience{NoGoals: true, Admins: "Alex Wilber, " + nasty}, about())},
		{"welcome-member-no-admin", cards.Welcome(cards.Audience{}, about())},
		{"welcome-guest", cards.Welcome(cards.Audience{Enabled: true, Guest: true}, about())},
		{"welcome-channel", cards.Welcome(cards.Audience{Enabled: true, Shared: true, Admins: "Alex Wilber"}, about())},
		{"unknown-text", cards.UnknownText("is KR4 late?", []okr.Goal{{ID: "KR4", Kind: okr.KeyResult, Title: "Close " + nasty}}, nil)},
		{"unknown-text-two", cards.UnknownText("KR4 or O1", []okr.Goal{{ID: "KR4", Kind: okr.KeyResult, Title: "Close the bugs"}, {ID: "O1", Kind: okr.Objective, Title: "Launch"}}, nil)},
		{"command-help", cards.CommandHelp(cards.CommandDetail{
			Command: cards.Command{Usage: "check-in [id]", What: "Update a goal, or everything that's due", Verb: cards.VerbHelp}, Who: "Members of the organization",
			Others: []string{"checkin", "check in"}, Examples: []string{"check-in", "check-in KR4 45 two more teams"},
		})},
		{"query-offer", cards.OfferQuery(cards.QueryOffer{
			Query: "2f6c0f1e-0000-4000-8000-000000000001", Connection: connectionViews()[0].Connection,
			Goals: []okr.Goal{{ID: "KR4", Kind: okr.KeyResult, Title: "Close " + nasty}, {ID: "P2", Kind: okr.Project, Title: "Portal"}},
		})},
		{"query-offer-none", cards.OfferQuery(cards.QueryOffer{Query: "2f6c0f1e-0000-4000-8000-000000000001", Connection: connectionViews()[0].Connection})},
		{"problem", cards.Problem("Azure DevOps does not answer", "The query "+nasty+" could not be run. Nobody has to do anything: the next sync tries again.", "7F3A-91C2", buttons)},
		{"done", cards.Done("Saved", "KR3 is now updated every hour.", []cards.Button{{Title: "Show KR3", Verb: cards.VerbGoal, Data: map[string]string{"goal": "KR3"}}})},
		{"enable-admin", cards.Enable(integration(true))},
		{"enable-other", cards.Enable(integration(false))},
		{"manage", cards.Manage(place, integration(true))},
		{"disable", cards.ConfirmDisable(integration(true))},
		{"disabled-admin", cards.Disabled(integration(true))},
		{"disabled-other", cards.Disabled(integration(false))},
	}
}

func signInCards() []exhibit {
	mine := []okr.Connection{connectionViews()[0].Connection, connectionViews()[2].Connection}
	return []exhibit{
		{"signin-link", cards.SignInLink("https://okr.example.com/auth/start?t=93")},
		{"signin-elsewhere", cards.AnsweredElsewhere(true)},
		{"answered-elsewhere", cards.AnsweredElsewhere(false)},
		{"only-you", cards.WithShare(cards.Done("Saved", "", nil), cards.VerbGoal, map[string]string{cards.KeyGoal: "KR1"})},
		{"shared-by", cards.SharedBy(cards.Done("Saved", "", nil), nasty)},
		{"shared-here", cards.SharedHere(cards.Done("Saved", "", nil))},
		{"signin-code", cards.SignInCode("You signed in with another account than the one you use in Teams. Type the code that the page shows.", cards.FieldError{})},
		{"signin-code-wrong", cards.SignInCode("", cards.FieldError{Field: "code", Message: "This is not the code. 4 tries are left."})},
		{"signed-in", cards.SignedIn("megan@contoso.example", []cards.Button{{Title: "Make a connection", Verb: cards.VerbConnect, Style: "positive"}})},
		{"signout", cards.ConfirmSignOut([]string{"megan@contoso.example"}, mine)},
		{"signed-out", cards.SignedOut(mine)},
	}
}

func connectionCards() []exhibit {
	form := cards.ConnectionForm{
		Draft: "d-93", Name: "Contoso launch", Account: "megan@contoso.example", Organizations: []string{"contoso", "fabrikam"}, Organization: "contoso",
	}
	step2 := form
	step2.Projects = []okr.RemoteProject{{ID: "p1", Name: "Launch"}, {ID: "p2", Name: nasty}}
	step2.Project, step2.Shared = "Launch", true
	wrong := form
	wrong.Organization = "https://dev.azure.com/nowhere"
	wrong.Error = cards.FieldError{Field: "organizationText", Message: "There is no organization nowhere, or megan@contoso.example may not see it."}
	noList := cards.ConnectionForm{Draft: "d-93", Error: cards.FieldError{Message: "Azure DevOps did not list your organizations. Type its name."}}
	views := connectionViews()
	quick := cards.QuickForm{Draft: "d-93", Account: "megan@contoso.example", AsksText: true, Place: "contoso/p1", Places: []cards.Choice{
		{Title: "contoso / Launch", Value: cards.RemotePlace("contoso", "p1")}, {Title: "contoso / " + nasty, Value: cards.RemotePlace("contoso", "p2")},
	}}
	unchosen := quick
	unchosen.Place, unchosen.AsksText, unchosen.Error = "", false, cards.FieldError{Field: cards.InputProject, Message: "Choose a project."}
	again := views[0]
	again.Syncs = true
	return []exhibit{
		{"connection-signed-in", cards.Connection(place, again)},
		{"connection", cards.Connection(place, views[0])},
		{"connection-failing", cards.Connection(place, views[1])},
		{"connections", cards.Connections(place, cards.ConnectionList{Views: views, Total: 21, Offset: 15})},
		{"connections-empty", cards.Connections(place, cards.ConnectionList{})},
		{"connections-shared-place", cards.Connections(place, cards.ConnectionList{Views: views[:1], Total: 1, Shared: true})},
		{"connections-shared-place-empty", cards.Connections(place, cards.ConnectionList{Shared: true})},
		{"connection-form-1", cards.EditConnection(form)},
		{"connection-form-1-wrong", cards.EditConnection(wrong)},
		{"connection-form-1-no-list", cards.EditConnection(noList)},
		{"connection-form-2", cards.EditConnection(step2)},
		{"connection-quick", cards.QuickConnection(quick)},
		{"connection-quick-unchosen", cards.QuickConnection(unchosen)},
		{"connection-delete", cards.ConfirmDeleteConnection(views[0])},
	}
}

func queryLink() okr.AzureLink {
	return okr.AzureLink{Organization: "contoso", Project: "Launch", Query: query().ID}
}

func goalCards() []exhibit {
	periods := []cards.Choice{{Title: "Q4 2026", Value: "Q4 2026"}, {Title: "Q1 2027", Value: "Q1 2027"}, {Title: "Custom dates", Value: cards.ChoiceCustomPeriod}}
	objectives := []cards.Choice{{Title: "O1 Launch without surprises", Value: "O1"}, {Title: "O2 " + nasty, Value: "O2"}}
	wrong := cards.GoalForm{
		Phase: place.PhaseExample(),
		Kind:  okr.KeyResult, Editing: "KR3", OwnerName: "Megan Bowen", Objectives: objectives,
		Values: map[string]string{"title": nasty, "parent": "O2", "metric": "Bugs closed", "unit": "%", "startValue": "100", "target": "100"},
		Error:  cards.FieldError{Field: "target", Message: "Start and target are both 100, so no progress could be measured. Give a target that differs from the start."},
	}
	return []exhibit{
		{"goal-form-objective", cards.EditGoal(cards.GoalForm{Draft: "d-93", Kind: okr.Objective, Periods: periods})},
		{"goal-form-key-result-wrong", cards.EditGoal(wrong)},
		{"goal-form-project", cards.EditGoal(cards.GoalForm{Kind: okr.Project, Objectives: objectives, Values: map[string]string{"parent": "O1"}})},
		{"goal-form-no-objective", cards.EditGoal(cards.GoalForm{Kind: okr.Project})},
		{"goal-objective", cards.Goal(place, objectiveView())},
		{"goal-key-result", cards.Goal(place, view(keyResult(), 40, okr.Behind))},
		{"goal-key-result-misfit", cards.Goal(place, view(misfit(), 95.2, okr.OnTrack))},
		{"goal-key-result-stale", cards.Goal(place, staleView())},
		{"goal-key-result-unbound", cards.Goal(place, unboundView())},
		{"goal-project", cards.Goal(place, view(project(), 38.46, okr.AtRisk))},
		{"goal-project-big", cards.Goal(place, view(bigProject(), 38.46, okr.AtRisk))},
		{"tree", cards.Tree(place, view(bigProject(), 38.46, okr.AtRisk), okr.Branch{Rows: epics(), Total: 100, Offset: 15, At: now.Add(-12 * time.Minute)})},
		{"tree-branch", cards.Tree(place, view(bigProject(), 38.46, okr.AtRisk), okr.Branch{Path: append(epics()[3:4], below(2, epics())[7]), Rows: below(3, epics()), Total: 16, Back: 15, At: now.Add(-12 * time.Minute)})},
		{"tree-whole", cards.Tree(place, view(project(), 38.46, okr.AtRisk), okr.Branch{Rows: tree(), Whole: true, Total: 2, Gone: true, At: now.Add(-12 * time.Minute)})},
		{"tree-empty", cards.Tree(place, view(project(), 38.46, okr.AtRisk), okr.Branch{Whole: true, At: now.Add(time.Hour)})},
		{"goals", cards.Goals(place, cards.GoalList{Views: []cards.GoalView{objectiveView(), secondObjective()}, Total: 17})},
		{"goals-empty", cards.Goals(place, cards.GoalList{})},
		{"goal-choose", cards.ChooseGoal(place, "“launch” fits several.", []okr.Goal{objective(), keyResult(), unboundView().Goal}, cards.VerbGoal)},
		{"address", cards.Address(cards.AddressView{URL: links.ToGoal("KR3"), Code: "o4u7a4srfz53tyq2zhq4iypa5u"})},
		{"address-private", cards.Address(cards.AddressView{URL: links.ToGoal("KR3"), Code: "o4u7a4srfz53tyq2zhq4iypa5u", Mine: true})},
		{"address-anonymous", cards.Address(cards.AddressView{URL: links.ToGoal("KR3")})},
		{"moved-query", cards.Moved(place, cards.MovedView{Link: queryLink(), URL: query().URL, Views: []cards.GoalView{view(keyResult(), 40, okr.Behind), view(project(), 38.46, okr.AtRisk)}, Total: 17, MayBind: true})},
		{"moved-query-unbound", cards.Moved(place, cards.MovedView{Link: queryLink(), URL: query().URL, MayBind: true})},
		{"moved-item", cards.Moved(place, cards.MovedView{Link: okr.AzureLink{Organization: "contoso", Project: "Launch", Item: 4711}, URL: item(4711, "").URL, Views: []cards.GoalView{view(keyResult(), 40, okr.Behind)}, Total: 1})},
		{"goal-delete", cards.ConfirmDeleteGoal(objective(), 4, 2)},
		{"unbind", cards.ConfirmUnbind(keyResult())},
	}
}

func bindCards() []exhibit {
	odd := query()
	odd.ID, odd.Name, odd.Path, odd.Kind = "q2", nasty, "Shared Queries/"+nasty, okr.TreeQuery
	search := cards.BindForm{
		Draft: "d-93", Goal: keyResult(), Connection: "C7",
		Connections: []cards.Choice{{Title: "Contoso launch (contoso / Launch)", Value: "C7"}, {Title: "Add a new connection", Value: cards.ChoiceNewConnection}},
	}
	found := search
	found.Text, found.Searched, found.More, found.Results = "bugs", true, true, []okr.Query{query(), odd}
	none := search
	none.Text, none.Searched = nasty, true
	options := search
	options.Query, options.Count, options.Types = odd, 35, []string{"Bug", "Task"}
	options.Fields = []okr.Field{{Ref: "Microsoft.VSTS.Scheduling.StoryPoints", Name: "Story Points"}, {Ref: "Custom.Nasty", Name: nasty}}
	for _, m := range okr.Measures() {
		options.Methods = append(options.Methods, cards.Choice{Title: m.Title, Value: string(m.ID)})
	}
	forProject := options
	forProject.Goal, forProject.Query, forProject.ItemType = project(), query(), "Task"
	p := project()
	here := okr.Connection{ID: "C7", Name: "Contoso launch", Organization: "contoso", Project: okr.RemoteProject{Name: "Launch"}}
	there := okr.Connection{ID: "C9", Name: nasty, Organization: "northwind", Project: okr.RemoteProject{Name: "Traders"}}
	queries := cards.QueryList{Text: "bugs", Found: okr.FoundQueries{
		Searched: []okr.Connection{here, there}, Queries: []okr.FoundQuery{{Query: query(), Connection: here}, {Query: odd, Connection: there}},
	}}
	many := queries
	many.Offset, many.Found.More, many.Found.Private, many.Found.Left = 10, true, true, 4
	many.Found.Queries = slices.Repeat(queries.Found.Queries, 12)
	failed := cards.QueryList{Text: nasty, Problems: []string{"Contoso launch: Azure DevOps asked to slow down. Nothing is lost: you can try again in 30 s."}}
	return []exhibit{
		{"queries", cards.Queries(queries)},
		{"queries-many", cards.Queries(many)},
		{"queries-failed", cards.Queries(failed)},
		{"bind-search", cards.BindSearch(search)},
		{"bind-search-found", cards.BindSearch(found)},
		{"bind-search-none", cards.BindSearch(none)},
		{"bind-options-key-result", cards.BindOptions(options)},
		{"bind-options-project", cards.BindOptions(forProject)},
		{"preview-key-result", cards.Preview(place, cards.BindPreview{Draft: "d-93", Goal: keyResult(), Standing: standing(40, 59.3, okr.Behind), Measurement: measurement(), Warnings: []string{"This query is a tree. Every work item in it counts, at every level. A flat query is recommended."}})},
		{"preview-misfit", cards.Preview(place, cards.BindPreview{Draft: "d-93", Goal: misfit(), Standing: standing(95.2, 59.3, okr.OnTrack), Measurement: *misfit().Binding.Last, Warnings: []string{misfit().Misfit()}})},
		{"preview-count", cards.Preview(place, cards.BindPreview{Draft: "d-93", Goal: stories(), Standing: standing(33.3, 59.3, okr.AtRisk), Measurement: *stories().Binding.Last})},
		{"preview-sum", cards.Preview(place, cards.BindPreview{Draft: "d-93", Goal: summed(), Standing: standing(42.5, 59.3, okr.Behind), Measurement: *summed().Binding.Last})},
		{"preview-project-big", cards.Preview(place, cards.BindPreview{Draft: "d-93", Goal: bigProject(), Standing: standing(38.46, 59.3, okr.AtRisk), Measurement: *bigProject().Binding.Last})},
		{"preview-project", cards.Preview(place, cards.BindPreview{Draft: "d-93", Goal: p, Standing: standing(38.46, 59.3, okr.AtRisk), Measurement: *p.Binding.Last})},
	}
}

func reportCards() []exhibit {
	syncs := []cards.SyncRow{
		{Goal: keyResult(), Before: new(float64(45)), After: new(float64(40)), Status: okr.Behind, Changes: changes()},
		{Goal: unboundView().Goal, Before: new(float64(38)), Status: okr.NoData, Problem: "The query " + nasty + " was deleted in Azure DevOps. Its owner binds KR5 to another one."},
		{Goal: project(), Before: new(38.46), After: new(38.46), Status: okr.AtRisk},
	}
	objectives := []cards.Choice{{Title: "O1 Launch without surprises", Value: "O1"}, {Title: "O2 " + nasty, Value: "O2"}}
	notice := cards.Notice{
		Connection: connectionViews()[1].Connection, Goals: []okr.Goal{keyResult(), project()}, Problem: signedOff().Problem, Since: signedOff().Since,
		Buttons: []cards.Button{
			{Title: "Sign in again", Verb: cards.VerbConnectionSignIn, Data: map[string]string{"connection": "C8"}, Style: "positive"},
			{Title: "Hand over", Verb: cards.VerbHandOverAsk},
			{Title: "Move OKRs", Verb: cards.VerbMoveAsk},
			{Title: "Open", Verb: cards.VerbConnection},
		},
	}
	return []exhibit{
		{"sync-started", cards.SyncStarted("all bound OKRs", cards.Button{Title: "OKRs", Verb: cards.VerbGoals})},
		{"sync-done", cards.SyncDone(place, syncs)},
		{"sync-done-nothing", cards.SyncDone(place, []cards.SyncRow{{Problem: "Azure DevOps did not answer."}})},
		{"sync-done-one", cards.SyncDone(place, syncs[:1])},
		{"digest", cards.Digest(place, digest())},
		{"subscribe", cards.Subscribe(place, cards.DigestForm{Place: "this channel", Objectives: objectives, Hour: "9", Weekday: "1", ByHand: true})},
		{"subscribe-change", cards.Subscribe(place, cards.DigestForm{Place: "Launch team", Objectives: objectives, Chosen: []string{"O2", "O1"}, Subscribed: true, Paused: "okrbot was removed from the team."})},
		{"owner-notice", cards.OwnerNotice(place, notice)},
	}
}

func digestCards() []exhibit {
	d := digest()
	d.Subscription = okr.Subscription{Conversation: okr.Conversation{Name: nasty}, PostedAt: now.Add(-25 * time.Hour), CreatedAt: now.Add(-90 * time.Hour)}
	quiet := d
	quiet.Objectives, quiet.Moved, quiet.Failing = nil, nil, nil
	preview := quiet
	quiet.Subscription.Always, quiet.Still = true, []okr.GoalView{objectiveView(), secondObjective()}
	full := cards.DigestForm{
		Place: "Launch team", Objectives: []cards.Choice{{Title: "O1 Launch without surprises", Value: "O1"}}, Teams: []string{"Growth", "Core, platform"}, OfTeams: []string{"Growth"},
		Cadence: "weekly", Hour: "9", Weekday: "1", QuietFrom: "20", QuietTo: "7", QuietDays: []string{"6", "0"}, MayThread: true, Threaded: true,
		Zone: "Europe/Paris", Zones: []string{"Europe/Paris", "UTC"}, Subscribed: true, Next: now.Add(50 * time.Hour),
	}
	muted := full
	muted.MutedTill = now.Add(24 * time.Hour)
	followed := full
	followed.Slot, followed.People, followed.OfPeople, followed.Tags, followed.OfTags = "FORM2", []cards.Choice{{Title: "Ada Lovelace", Value: "ada"}}, []string{"ada"}, []string{"growth", "emea"}, []string{"emea"}
	followed.AtOnce, followed.HereOnly, followed.Error = true, true, cards.FieldError{}
	followed.Readers = cards.ReadersPrivate
	fresh := followed
	fresh.Slot, fresh.Draft, fresh.Subscribed, fresh.Readers = "", "FORM3", false, cards.ReadersShared
	several := d
	several.Subscription.Slot, several.Subscription.DigestPlan = "FORM2", okr.DigestPlan{People: []okr.Person{{ID: "ada", Name: "Ada Lovelace"}}, Tags: []string{nasty}, CheckIns: true}
	stopped := several.Subscription
	stopped.Paused, stopped.Slot = "The channel was deleted.", ""
	paused := d.Subscription
	paused.Paused = "No digest could be posted for a day. Teams does not find this place (404 ConversationNotFound)."
	return []exhibit{
		{"digest-always", cards.Digest(place, quiet)},
		{"digest-preview", cards.DigestPreview(place, cards.DigestPreviewView{Place: "Launch team", Digest: d, Next: now.Add(48 * time.Minute)})},
		{"digest-preview-nothing", cards.DigestPreview(place, cards.DigestPreviewView{Digest: preview})},
		{"digest-of-people", cards.Digest(place, several)},
		{"digest-preview-of-people", cards.DigestPreview(place, cards.DigestPreviewView{Place: "Launch team", Digest: several})},
		{"digests", cards.Digests("Launch team", []cards.DigestRow{{Subscription: several.Subscription, Zone: "Europe/Paris"}, {Subscription: stopped, Zone: "UTC"}}, "Change", cards.VerbDigest)},
		{"digests-stop", cards.Digests("", []cards.DigestRow{{Subscription: several.Subscription, Zone: "Europe/Paris"}}, "Stop", cards.VerbDigestStop)},
		{"digests-preview", cards.Digests("", []cards.DigestRow{{Subscription: several.Subscription, Zone: "Europe/Paris"}}, "Preview", cards.VerbDigestPreview)},
		{"checkin-told", cards.CheckInTold(place, limit(), checkIn("CI9", 6.2, time.Minute), "FORM2")},
		{"subscribe-followed", cards.Subscribe(place, followed)},
		{"subscribe-another", cards.Subscribe(place, fresh)},
		{"digest-resumed", cards.DigestResumed()},
		{"digest-paused", cards.DigestPaused(paused, "")},
		{"digest-paused-absent", cards.DigestPaused(paused, "Ada Lovelace")},
		{"subscribe-full", cards.Subscribe(place, full)},
		{"subscribe-muted", cards.Subscribe(place, muted)},
	}
}

func moveCards() []exhibit {
	from, to := connectionViews()[1].Connection, connection("C9", adele, true, healthy()).Connection
	to.Name, to.Account = "Platform", "adele@contoso.example"
	tree := query()
	tree.Name = nasty
	p := okr.MovePreview{From: from, To: to, Reach: []okr.QueryReach{
		{Query: query(), Items: 30, Goals: []okr.Goal{keyResult()}, Hidden: 2},
		{Query: tree, Goals: []okr.Goal{project()}, Problem: "The query was deleted, or adele@contoso.example may not see it. Ask its owner for access."},
	}}
	none := okr.MovePreview{From: from, To: to, Reach: p.Reach[1:]}
	from.Offer = &okr.Offer{To: adele, By: megan, At: now.Add(-time.Hour)}
	offer := connection("C8", megan, false, healthy())
	offer.Connection = from
	taken, orphan := offer, connection("C8", adele, false, signedOff())
	taken.IsOwner, taken.MayTake, orphan.MayTake, orphan.MayDelete = false, true, true, true
	return []exhibit{
		{"move", cards.MoveBindings(cards.MoveForm{From: from, Count: 5, Targets: []cards.Choice{{Title: "Platform (contoso / Launch)", Value: "C9"}}})},
		{"move-nowhere", cards.MoveBindings(cards.MoveForm{From: from, Count: 1})},
		{"move-preview", cards.PreviewMove(p)},
		{"move-preview-none", cards.PreviewMove(none)},
		{"hand-over", cards.AskHandOver(cards.HandOverForm{Connection: to, Error: cards.FieldError{Field: "person", Message: "Nobody here is called that."}})},
		{"hand-over-picker", cards.AskHandOver(cards.HandOverForm{Connection: to, Picker: cards.DatasetPeople})},
		{"connection-offer", cards.ConnectionOffer(place, offer)},
		{"connection-offered", cards.Connection(place, offer)},
		{"connection-to-accept", cards.Connection(place, taken)},
		{"connection-orphan", cards.Connection(place, orphan)},
		{"connections-admin", cards.Connections(place, cards.ConnectionList{Views: []cards.ConnectionView{connectionViews()[0], connectionViews()[2], orphan}, Total: 3})},
		{"take-over", cards.PreviewTakeOver(place, okr.TakeOver{Connection: orphan.Connection, Account: "alex@contoso.example", Reach: p.Reach})},
	}
}

// TestGallery writes every card into the folder CARDS_OUT, to look at them.
func TestGallery(t *testing.T) {
	t.Parallel()
	out := os.Getenv("CARDS_OUT")
	if out == "" {
		t.Skip("CARDS_OUT names no folder")
	}
	require.NoError(t, os.MkdirAll(out, 0o750))
	for _, e := range gallery() {
		data, err := json.MarshalIndent(e.card, "", " ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(out, e.name+".json"), data, 0o600))
	}
}
