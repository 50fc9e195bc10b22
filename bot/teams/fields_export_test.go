package teams

import "encoding/json"

// Members are the names and values of a JSON object as activities are read.
func Members(raw json.RawMessage) (names []string, values []json.RawMessage) {
	for _, m := range objectOf(raw) {
		names, values = append(names, m.name), append(values, m.value)
	}
	return names, values
}

// Elements are the objects in an array, each by its members' names.
func Elements(raw json.RawMessage) (all [][]string) {
	for _, o := range objectOf(raw).objects("list") {
		var names []string
		for _, m := range o {
			names = append(names, m.name)
		}
		all = append(all, names)
	}
	return all
}
