package chat

import (
	"net/url"
	"strings"

	"okrbot/bot/teams"
	"okrbot/cards"
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
