package connections

import (
	"context"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

const (
	// maxQuickOrganizations is of how many organizations one card offers all projects: each is
	// asked for them.
	maxQuickOrganizations = 4
	// maxQuickProjects is how many projects one card offers.
	maxQuickProjects = 60
)

// quick is the talk about a connection that something waits for.
type quick struct{ *Subject }

// connectFor makes the connection that something waits for, with as few questions as there
// are: none where an address said the project, else one card where the projects of the account
// fit on one. SignIn: the account has to sign in anew.
func (s quick) connectFor(ctx context.Context, t *chat.Turn, d connectionDraft) (chat.Reply, error) {
	if organization := d.Resume.Data[cards.KeyOrganization]; organization != "" {
		d.Organization, d.Project = organization, d.Resume.Data[cards.KeyRemoteProject]
		if d.Project == "" {
			return s.connectionProjects(ctx, t, d, cards.FieldError{})
		}
		return s.keepConnection(ctx, t, d)
	}
	return s.quickStep(ctx, t, d, cards.FieldError{})
}

// quickStep shows the projects of all organizations of the account on one card, or the form in
// steps where they don't fit.
func (s quick) quickStep(ctx context.Context, t *chat.Turn, d connectionDraft, wrong cards.FieldError) (chat.Reply, error) {
	organizations, err := s.connect.Organizations(ctx, t.Actor, d.Credential)
	if okr.KindOf(err) == okr.SignIn {
		return chat.Reply{}, err
	}
	places, readErr := s.placesIn(ctx, t, d, organizations)
	if err != nil || readErr != nil || len(places) == 0 || len(places) > maxQuickProjects {
		return s.connectionStepOne(ctx, t, d, wrong) // which says what is wrong
	}
	known, err := s.connect.Known(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	if err := s.chat.KeepForm(ctx, t, formKind, d.ID, d); err != nil {
		return chat.Reply{}, err
	}
	return chat.Say(cards.QuickConnection(cards.QuickForm{
		Draft: d.ID, Account: d.Account, Places: places, Place: likeliest(known, places, d),
		AsksText: d.asksQuery(), Text: d.Query, Error: wrong,
	})).Only(t.Actor.ID), nil
}

// asksQuery says whether a query follows the connection that nobody has named yet.
func (d connectionDraft) asksQuery() bool {
	return d.Resume != nil && d.Resume.Verb == cards.VerbBind && d.Resume.Data[cards.KeyQuery] == ""
}

// placesIn are the projects of organizations; of one that the account does not see it leaves
// them out.
func (s quick) placesIn(ctx context.Context, t *chat.Turn, d connectionDraft, organizations []string) (places []cards.Choice, err error) {
	if len(organizations) > maxQuickOrganizations {
		return nil, nil
	}
	for _, organization := range organizations {
		v, err := s.connect.RemoteProjects(ctx, t.Actor, d.Credential, organization)
		if okr.KindOf(err) == okr.SignIn || okr.KindOf(err) == okr.NoAccess {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, p := range v.Projects {
			places = append(places, cards.Choice{Title: v.Name + " / " + p.Name, Value: cards.RemotePlace(v.Name, p.ID)})
		}
	}
	return places, nil
}

// likeliest is the place that is chosen at first: the one of the form, the only one, or the
// one that most connections of the tenant lead to.
func likeliest(known okr.KnownConnections, places []cards.Choice, d connectionDraft) string {
	if d.Project != "" || len(places) == 1 {
		return chat.OrElse(placeOf(d), places[0].Value)
	}
	best, most := "", 0
	for _, p := range places {
		organization, project, _ := strings.Cut(p.Value, "/")
		if n := known.Used(organization, project); n > most {
			best, most = p.Value, n
		}
	}
	return best
}

func placeOf(d connectionDraft) string {
	if d.Project == "" {
		return ""
	}
	return cards.RemotePlace(d.Organization, d.Project)
}

// saveQuick saves what the quick form has. An address of a query says its project, too.
func (s quick) saveQuick(ctx context.Context, t *chat.Turn, d connectionDraft, p chat.Press) (chat.Reply, error) {
	d.Query = strings.TrimSpace(p.Data[cards.KeyText])
	d.Organization, d.Project, _ = strings.Cut(p.Data[cards.InputProject], "/")
	if a, ok := okr.FindAzureLink(d.Query); ok && a.Query != "" && a.Project != "" {
		d.Organization, d.Project = a.Organization, a.Project
	}
	if d.Project == "" {
		return s.quickStep(ctx, t, d, cards.FieldError{Field: cards.InputProject, Message: "Choose a project."})
	}
	return s.keepConnection(ctx, t, d)
}
