package chat

import (
	"context"
	"maps"
	"time"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// Resume is what goes on after a sign-in or a new connection.
type Resume struct {
	Verb string            `json:"verb"`
	Data map[string]string `json:"data,omitempty"`
}

// ResumeData carries what goes on after the connection through the sign-in.
func ResumeData(after *Resume) map[string]string {
	if after == nil {
		return nil
	}
	data := map[string]string{keyThen: after.Verb}
	maps.Copy(data, after.Data)
	return data
}

// ResumeFrom reads what ResumeData carried; nil: nothing.
func ResumeFrom(p Press) *Resume {
	if p.Data[keyThen] == "" {
		return nil
	}
	r := &Resume{Verb: p.Data[keyThen], Data: map[string]string{}}
	for k, v := range p.Data {
		if k != keyThen && k != cards.KeyVerb {
			r.Data[k] = v
		}
	}
	return r
}

// Press goes on, with more data.
func (r Resume) Press(more map[string]string) Press {
	data := map[string]string{}
	maps.Copy(data, more)
	maps.Copy(data, r.Data)
	return Press{Verb: r.Verb, Data: data}
}

// Connect makes a connection first, with a sign-in where there is none, and then
// goes on with r.
func (r Resume) Connect() Press {
	return Press{Verb: cards.VerbConnect, Data: ResumeData(&r)}
}

// TurnAt stands for a turn of a person where a card of theirs is, after a browser and not
// Teams brought them back.
func (c *Chat) TurnAt(ctx context.Context, actor okr.Actor, at okr.Conversation, zone, locale string) (*Turn, error) {
	t := &Turn{Actor: actor, Activity: ActivityAt(actor, at)}
	var err error
	if t.Settings, err = c.Access.Addressed(ctx, actor.Tenant); err != nil {
		return t, err
	}
	t.Place = c.PlaceOf(t.Settings, Zone(zone, time.UTC), locale)
	t.Place.NamesZone = at.IsShared()
	return t, nil
}

// ActivityAt is the activity of [Chat.TurnAt].
func ActivityAt(actor okr.Actor, at okr.Conversation) teams.Activity {
	return teams.Activity{
		Type: teams.TypeMessage, ServiceURL: at.ServiceURL, ChannelID: teams.ChannelTeams,
		From:         teams.Account{ID: at.Account, AADObjectID: string(actor.ID), Name: actor.Name},
		Recipient:    teams.Account{ID: at.BotID, IsTargeted: at.Account != ""},
		Conversation: teams.Conversation{ID: at.ID, Type: teams.ConversationKind(at.Kind), IsGroup: at.Kind != okr.Personal, TenantID: string(actor.Tenant)},
		ChannelData:  teams.ChannelData{Team: teams.Team{ID: at.TeamID}},
	}
}

// keyThen is the verb of what goes on after a connection.
const keyThen = "then"
