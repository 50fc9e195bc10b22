package bottest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// pressable is an action and the inputs that it gathers: those of its card and of the
// cards around it, but not those of ShowCards beside it.
type pressable struct {
	action map[string]any
	inputs []map[string]any
}

// pressables lists the actions of a card in order of appearance.
func pressables(card map[string]any) []pressable { return gather(card, nil) }

func gather(card map[string]any, outer []map[string]any) []pressable {
	inputs := slices.Clone(outer)
	var actions []map[string]any
	walk(card, func(e map[string]any) bool {
		switch kind := text(e, "type"); {
		case strings.HasPrefix(kind, "Input."):
			inputs = append(inputs, e)
		case strings.HasPrefix(kind, "Action."):
			actions = append(actions, e)
			return false
		}
		return true
	})
	var out []pressable
	for _, a := range actions {
		out = append(out, pressable{a, inputs})
		if nested := object(a, "card"); nested != nil {
			out = append(out, gather(nested, inputs)...)
		}
	}
	return out
}

// findAction matches by title, verb or id in that order, case insensitively; "Bind#2"
// is the second one of that name.
func findAction(card map[string]any, name string) (pressable, error) {
	number := 1
	if at := strings.LastIndexByte(name, '#'); at > 0 {
		if n, err := strconv.Atoi(name[at+1:]); err == nil {
			name, number = name[:at], n
		}
	}
	all := pressables(card)
	for _, key := range []string{"title", "verb", "id"} {
		found := slices.DeleteFunc(slices.Clone(all), func(p pressable) bool { return !strings.EqualFold(text(p.action, key), name) })
		if number > 0 && number <= len(found) {
			return found[number-1], nil
		}
	}
	var titles []string
	for _, p := range all {
		titles = append(titles, fmt.Sprintf("%q (%s)", text(p.action, "title"), text(p.action, "verb")))
	}
	return pressable{}, fmt.Errorf("bottest: no action %q number %d among %s", name, number, strings.Join(titles, ", "))
}

// values merges what the person filled in over the inputs' own values, as the client
// does: everything a string, unset inputs left out. It names filled ids that no input has.
// A client that forgets sends the lists that are searched empty, unless somebody
// chose.
func (p pressable) values(filled map[string]string, forgets bool) (map[string]any, error) {
	out := map[string]any{}
	left := maps.Clone(filled)
	for _, input := range p.inputs {
		id := text(input, "id")
		value, ok := left[id]
		delete(left, id)
		if !ok {
			value = preset(input)
		}
		if !ok && forgets && isSearched(input) {
			out[id] = ""
			continue
		}
		if id != "" && value != "" && text(p.action, "associatedInputs") != "none" {
			out[id] = value
		}
	}
	if len(left) > 0 {
		return nil, fmt.Errorf("bottest: the card has no inputs %q for this action", slices.Sorted(maps.Keys(left)))
	}
	return out, nil
}

func isSearched(input map[string]any) bool {
	return text(input, "style") == "filtered" || object(input, "choices.data") != nil
}

// preset is the value that an input has before anyone touches it.
func preset(input map[string]any) string {
	value := ""
	switch v := input["value"].(type) {
	case string:
		value = v
	case bool:
		value = strconv.FormatBool(v)
	case float64:
		value = strconv.FormatFloat(v, 'f', -1, 64)
	}
	if value == "" && text(input, "type") == "Input.Toggle" {
		value = "false"
		if off := text(input, "valueOff"); off != "" {
			value = off
		}
	}
	return value
}

// merged is the action's data with the inputs written over it.
func merged(action, inputs map[string]any) map[string]any {
	out := map[string]any{}
	maps.Copy(out, object(action, "data"))
	maps.Copy(out, inputs)
	return out
}
