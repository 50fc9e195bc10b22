package chat

import (
	"net/url"
	"slices"
	"strings"

	"okrbot/bot/teams"
	"okrbot/cards"
	"okrbot/okr"
)

// Picker is the dataset of the people picker of the client, empty where it has
// none. Teams has one on the desktop and in the web ("People Picker in Adaptive
// Cards"). The Agents Playground calls itself Web and has none; it is reached on
// this machine.
func (t *Turn) Picker() string {
	platform := ""
	for _, e := range t.Activity.Entities {
		if e.Type == "clientInfo" {
			platform = strings.ToLower(e.Platform)
		}
	}
	switch {
	case platform != "windows" && platform != "mac" && (platform != "web" || onThisMachine(t.Activity.ServiceURL)):
		return ""
	case t.Activity.IsPersonal():
		return cards.DatasetPeople
	default:
		return cards.DatasetMembers
	}
}

func onThisMachine(address string) bool {
	u, err := url.Parse(address)
	return err == nil && teams.IsLoopback(u.Hostname())
}

// PeriodChoices offers the periods of today, and the one that is chosen.
func PeriodChoices(t *Turn, chosen string) []cards.Choice {
	all := t.Settings.PeriodChoices(t.Today())
	known := slices.ContainsFunc(all, func(p okr.TimePeriod) bool { return p.ID == chosen })
	if p, ok := t.Settings.PeriodByID(chosen); ok && !known {
		all = append(all, p)
	}
	var out []cards.Choice
	for _, p := range all {
		out = append(out, cards.Choice{Title: t.Place.Period(p.Period), Value: p.ID})
	}
	return out
}

// ObjectiveChoices offers objectives by id and title.
func ObjectiveChoices(objectives []okr.Goal) []cards.Choice {
	choices := make([]cards.Choice, 0, len(objectives))
	for _, o := range objectives {
		choices = append(choices, cards.Choice{Title: string(o.ID) + " " + o.Title, Value: string(o.ID)})
	}
	return choices
}
