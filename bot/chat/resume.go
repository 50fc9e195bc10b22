package chat

import (
	"maps"

	"okrbot/cards"
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

// keyThen is the verb of what goes on after a connection.
const keyThen = "then"
