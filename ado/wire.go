package ado

import (
	"encoding/json"
	"strings"
	"time"
)

// Time reads every form of date that Azure DevOps sends: fractions of any length, and default dates without a zone
// (0001-01-01T00:00:00). What is no date at all becomes the zero time: no measurement hangs on it. The year 9999 means
// "still current" and is kept.
type Time struct{ time.Time }

// UnmarshalJSON never fails on a string or null.
func (t *Time) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	t.Time = parseTime(text)
	return nil
}

func parseTime(text string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}

// Identity is a person or a group.
type Identity struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
	UniqueName  string `json:"uniqueName"` // mostly the sign-in address
	Descriptor  string `json:"descriptor"` // stable across renames
}

// UnmarshalJSON also takes the short form "Name <address>", which some answers use.
func (i *Identity) UnmarshalJSON(data []byte) error {
	var short string
	if json.Unmarshal(data, &short) == nil {
		name, address, _ := strings.Cut(short, " <")
		*i = Identity{DisplayName: name, UniqueName: strings.TrimSuffix(address, ">")}
		return nil
	}
	type plain Identity
	return json.Unmarshal(data, (*plain)(i))
}

// Link is an entry of a resource's _links.
type Link struct {
	Href string `json:"href"`
}
