package cards_test

import (
	"fmt"
	"time"

	"okrbot/cards"
	"okrbot/okr"
)

// application is one that reads for an organization.
func application(name string, kind okr.ApplicationKind, ends time.Time) okr.Credential {
	account := okr.Account{TenantID: "72f988bf-86f1-41af-91ab-2d7cd011db47", ObjectID: "5ec2e7a1-0000-4000-8000-0000000000a1", Name: name, UserName: "the application " + name}
	a := okr.Application{Name: name, Kind: kind, Ends: ends, AddedBy: megan}
	if kind == okr.ByCertificate {
		a.Thumbprint = "9F2C4A7B1D3E5F60718293A4B5C6D7E8F9012345"
	}
	owner := okr.TheOrganization().ID
	return okr.Credential{ID: okr.CredentialIDFor(owner, account), Owner: owner, Account: account, SignedInAt: now.Add(-100 * time.Hour), Application: &a}
}

// readByApplication is a connection that an application reads for.
func readByApplication(id string, by okr.Credential, health okr.Health, folders ...okr.QueryFolder) cards.ConnectionView {
	v := connection(id, okr.TheOrganization(), true, health)
	c := &v.Connection
	c.Credential, c.Account, c.Application, c.Folders = by.ID, by.Account.UserName, by.Connected(), folders
	v.IsOwner, v.MayDelete, v.MayEdit = false, true, true
	return v
}

func queryFolders(n int) []okr.QueryFolder {
	out := make([]okr.QueryFolder, n)
	for i := range out {
		out[i] = okr.QueryFolder{ID: fmt.Sprintf("2f6c0f1e-0000-4000-8000-%012d", i), Path: fmt.Sprintf("Shared Queries/Team %d/Launch", i+1)}
	}
	return out
}

func applicationCards() []exhibit {
	soon, later := application("okr-reader", okr.BySecret, now.Add(6*24*time.Hour+time.Hour)), application("finance-reader", okr.ByCertificate, now.Add(400*24*time.Hour))
	ended, machine, unknown := application("old-reader", okr.BySecret, now.Add(-50*time.Hour)), application("okrbot-vm", okr.ByMachine, time.Time{}), application(nasty, okr.BySecret, time.Time{})
	refused := okr.Health{State: okr.HealthNeedsSignIn, Since: now.Add(-26 * time.Hour), LastOK: now.Add(-27 * time.Hour), Problem: "The secret of the application old-reader expired on " + place.Date("2026-10-02") + ". An admin renews it in applications."}
	some := readByApplication("C11", soon, healthy(), queryFolders(7)...)
	failing := readByApplication("C12", ended, refused)
	failing.Connection.Name = "Contoso finance"
	reader := some
	reader.MayDelete, reader.MayEdit = false, false
	soonView := cards.ApplicationView{Credential: soon, Connections: []okr.Connection{some.Connection}}
	endedView := cards.ApplicationView{Credential: ended, Connections: []okr.Connection{failing.Connection, some.Connection}}
	views := []cards.ApplicationView{soonView, {Credential: later}, endedView, {Credential: machine, Connections: []okr.Connection{some.Connection}}, {Credential: unknown}}
	const link = "https://okrbot.contoso.example/connect/application?t=0123456789abcdef"
	all := append([]exhibit{
		{"applications", cards.Applications(place, cards.ApplicationList{Views: views, Total: 21, Offset: 15})},
		{"applications-none", cards.Applications(place, cards.ApplicationList{})},
		{"application", cards.Application(place, soonView)},
		{"application-failing", cards.Application(place, endedView)},
		{"application-certificate", cards.Application(place, views[1])},
		{"application-machine", cards.Application(place, views[3])},
		{"application-link", cards.ApplicationLink(link, nil)},
		{"application-link-renew", cards.ApplicationLink(link, &cards.ApplicationView{Credential: soon})},
		{"application-renewed", cards.ApplicationRenewed(place, cards.ApplicationView{Credential: later}, []okr.Connection{failing.Connection})},
		{"application-remove", cards.ConfirmRemoveApplication(soonView)},
		{"application-remove-unused", cards.ConfirmRemoveApplication(views[1])},
		{"application-removed", cards.ApplicationRemoved("okr-reader", []okr.Connection{some.Connection})},
		{"connection-application", cards.Connection(place, some)},
		{"connection-application-failing", cards.Connection(place, failing)},
		{"connection-application-removed", cards.Connection(place, withoutApplication(failing))},
		{"connection-application-reader", cards.Connection(place, reader)},
		{"connection-application-delete", cards.ConfirmDeleteConnection(some)},
		{"connections-application", cards.Connections(place, cards.ConnectionList{Views: []cards.ConnectionView{connectionViews()[0], some, failing}, Total: 3, IsAdmin: true})},
		{"connections-empty-admin", cards.Connections(place, cards.ConnectionList{IsAdmin: true})},
	}, applicationForms(some)...)
	return append(append(all, readerCards(soon, later, some)...), applicationNotices(soon, some, failing)...)
}

// withoutApplication is a connection whose application was removed.
func withoutApplication(v cards.ConnectionView) cards.ConnectionView {
	gone := *v.Connection.Application
	gone.Removed, gone.Ends = true, time.Time{}
	v.Connection.Application, v.BoundCount = &gone, 1
	v.Connection.Health.Problem = "The application old-reader was removed by Alex Wilber. An admin can take the connection over with another application or sign-in."
	return v
}

// applicationNotices are what every admin is told.
func applicationNotices(soon okr.Credential, some, failing cards.ConnectionView) []exhibit {
	buttons := []cards.Button{{Title: "Renew", Verb: cards.VerbApplicationRenew, Style: "positive"}, {Title: "Open", Verb: cards.VerbConnection}}
	return []exhibit{
		{"notice-application-ends", cards.OwnerNotice(place, cards.Notice{
			Connection: some.Connection, Others: []okr.Connection{failing.Connection}, Problem: soon.Connected().EndWords(now, place.Date), Buttons: buttons, Ends: true,
		})},
		{"notice-application-fails", cards.OwnerNotice(place, cards.Notice{
			Connection: failing.Connection, Goals: []okr.Goal{keyResult()}, Count: 3, Problem: failing.Connection.Health.Problem, Since: failing.Connection.Health.Since, Buttons: buttons,
		})},
	}
}

func applicationForms(some cards.ConnectionView) []exhibit {
	form := cards.ConnectionForm{Draft: "d-93", Name: "Contoso launch", Account: "the application okr-reader", Application: "okr-reader", Organization: "contoso", IsAdmin: true}
	wrong := form
	wrong.Error = cards.FieldError{Field: "organizationText", Message: "The application okr-reader isn't in the organization contoso. Its administrator adds it: Organization settings > Users > Add users, access level Basic. Then press Next again."}
	step2 := form
	step2.Projects = []okr.RemoteProject{{ID: "p1", Name: "Launch"}, {ID: "p2", Name: nasty}}
	none := form
	none.Projects = []okr.RemoteProject{}
	person := cards.ConnectionForm{Draft: "d-93", Account: "megan@contoso.example", Organizations: []string{"contoso"}, IsAdmin: true}
	folders := cards.FolderForm{Draft: "d-93", Editing: "C11", Name: "Contoso launch", Application: "okr-reader", Project: "Launch", Folders: queryFolders(340), Offset: 15, Chosen: queryFolders(18)[13:18]}
	few := folders
	few.Folders, few.Offset, few.Chosen = queryFolders(4), 0, nil
	few.Error = cards.FieldError{Field: cards.InputFolders, Message: "Select at least one folder, or choose “Allow all shared queries”."}
	nothing := folders
	nothing.Folders, nothing.Offset, nothing.Text, nothing.Chosen = nil, 0, "finance", nil
	return []exhibit{
		{"connection-form-application", cards.EditConnection(form)},
		{"connection-form-application-wrong", cards.EditConnection(wrong)},
		{"connection-form-application-2", cards.EditConnection(step2)},
		{"connection-form-application-none", cards.EditConnection(none)},
		{"connection-form-admin", cards.EditConnection(person)},
		{"folders", cards.ChooseFolders(folders)},
		{"folders-few", cards.ChooseFolders(few)},
		{"folders-found-none", cards.ChooseFolders(nothing)},
		{"folders-stop", cards.ConfirmFolders(cards.FolderStop{Form: folders, Outside: some.Bound, Hidden: 2})},
	}
}

func readerCards(soon, later okr.Credential, some cards.ConnectionView) []exhibit {
	orphan := connection("C8", adele, false, signedOff()).Connection
	reach := []okr.QueryReach{{Query: query(), Items: 30, Goals: []okr.Goal{keyResult()}}}
	return []exhibit{
		{"reader-choice", cards.ChooseReader(cards.ReaderChoice{Connection: orphan, Moves: []okr.Connection{some.Connection}, Readers: []okr.Credential{soon, later}, MayOwn: true})},
		{"reader-preview", cards.PreviewTakeOverBy(place, okr.TakeOver{Connection: orphan, Account: soon.Account.UserName, Reach: reach}, soon.ID)},
		{"move-form-readers", cards.MoveBindings(cards.MoveForm{From: orphan, Count: 5, Readers: []okr.Credential{soon}, Targets: []cards.Choice{{Title: "Contoso launch (contoso / Launch), read by the application okr-reader", Value: "C11"}}})},
	}
}

// worstApplications are the cards of applications with the longest of texts.
func worstApplications(title string) []exhibit {
	a := application(title, okr.ByCertificate, now.Add(-time.Hour))
	a.Application.AddedBy.Name = title
	folders := hundred(okr.QueryFolder{Path: title + "/" + title})
	for i := range folders {
		folders[i].ID = fmt.Sprintf("%036d", i)
	}
	c := readByApplication("C99999", a, okr.Health{State: okr.HealthNeedsSignIn, Problem: title + title, Since: now}, folders...)
	c.Connection.Name, c.Connection.Organization, c.Connection.Project.Name, c.Connection.Account = title, title, title, title
	g := keyResult()
	g.Title, g.Binding.Query.Path = title, title
	c.Bound, c.BoundCount = hundred(g), 100
	v := cards.ApplicationView{Credential: a, Connections: hundred(c.Connection)}
	f := cards.FolderForm{Draft: title[:36], Name: title, Application: title, Project: title, Folders: folders, Offset: 30, Text: title, Chosen: folders, Error: cards.FieldError{Field: cards.InputFolders, Message: title + title}}
	return []exhibit{
		{"applications", cards.Applications(place, cards.ApplicationList{Views: hundred(v), Total: 100})},
		{"application", cards.Application(place, v)},
		{"application-renewed", cards.ApplicationRenewed(place, v, hundred(c.Connection))},
		{"application-remove", cards.ConfirmRemoveApplication(v)},
		{"application-removed", cards.ApplicationRemoved(title, hundred(c.Connection))},
		{"connection-application", cards.Connection(place, c)},
		{"connections-application", cards.Connections(place, cards.ConnectionList{Views: hundred(c), Total: 100, IsAdmin: true})},
		{"connection-application-delete", cards.ConfirmDeleteConnection(c)},
		{"folders", cards.ChooseFolders(f)},
		{"folders-stop", cards.ConfirmFolders(cards.FolderStop{Form: f, Outside: hundred(g), Hidden: 20})},
		{"reader-choice", cards.ChooseReader(cards.ReaderChoice{Connection: c.Connection, Moves: hundred(c.Connection), Readers: hundred(a), MayOwn: true})},
		{"reader-preview", cards.PreviewTakeOverBy(place, okr.TakeOver{Connection: c.Connection, Account: title, Reach: hundred(okr.QueryReach{Query: okr.Query{Name: title}, Items: 1, Goals: []okr.Goal{g, g, g, g}})}, a.ID)},
	}
}
