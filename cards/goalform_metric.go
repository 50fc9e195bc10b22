package cards

import (
	"cmp"
	"strings"

	"okrbot/okr"
)

// The inputs of a key result's number.
const (
	InputMetric     = "metric"
	InputType       = "type" // an okr.MetricType
	InputStartValue = "startValue"
	InputTarget     = "target"
	InputThreshold  = "threshold"
	InputUnitKind   = "unitKind" // an okr.UnitKind
	InputUnit       = "unit"
	InputPhases     = "phases"
)

// metricInputs are the number of a key result.
func metricInputs(in *form, f GoalForm) {
	if isLimit(f.Values[InputType]) {
		in.addPair(textInput(InputTarget, "Limit", f.Values[InputTarget], maxNumber), thresholdInput(f, "Risk threshold (optional)"))
	} else {
		in.addPair(textInput(InputStartValue, "Start value", f.Values[InputStartValue], maxNumber).hint("for example 0"),
			textInput(InputTarget, "Target value", f.Values[InputTarget], maxNumber).hint("for example 100"))
	}
	in.add(textInput(InputUnit, "Unit (optional)", f.Values[InputUnit], okr.MaxUnit).hint("for example %, € or bugs"))
}

func isLimit(kind string) bool { return kind == string(okr.StayBelow) || kind == string(okr.StayAbove) }

func thresholdInput(f GoalForm, label string) input {
	return textInput(InputThreshold, label, f.Values[InputThreshold], maxNumber).hint("at risk from this value on")
}

// metricTypes lists the types with what they mean. ChoiceAny leaves it to start
// and target.
func metricTypes() []Choice {
	words := map[okr.MetricType]string{
		okr.Reach: "Reach a target (from 0)", okr.Increase: "Increase from start to target", okr.Decrease: "Decrease from start to target",
		okr.StayBelow: "Stay below a limit", okr.StayAbove: "Stay above a limit", okr.Baseline: "Establish a baseline",
	}
	out := []Choice{{Title: "From start to target", Value: ChoiceAny}}
	for _, t := range okr.MetricTypes() {
		out = append(out, Choice{Title: words[t], Value: string(t)})
	}
	return out
}

func unitKinds() []Choice {
	words := map[okr.UnitKind]string{okr.UnitNumber: "Number", okr.UnitPercent: "Percentage", okr.UnitCurrency: "Currency", okr.UnitWord: "Custom unit"}
	out := []Choice{{Title: "Same as unit", Value: ChoiceAny}}
	for _, k := range okr.UnitKinds() {
		out = append(out, Choice{Title: words[k], Value: string(k)})
	}
	return out
}

// metricMore is what of a key result stands behind "More".
func metricMore(in *form, f GoalForm) {
	in.add(choiceInput(InputType, "Target type", cmp.Or(f.Values[InputType], ChoiceAny), metricTypes()),
		choiceInput(InputUnitKind, "Number format", cmp.Or(f.Values[InputUnitKind], ChoiceAny), unitKinds()))
	in.add(textInput(InputMetric, "Metric (leave empty to use the title)", f.Values[InputMetric], okr.MaxName).hint("for example Bugs closed"))
	if !isLimit(f.Values[InputType]) {
		in.add(thresholdInput(f, "Risk threshold (for limits only)"))
	}
	phases := linesInput(InputPhases, "Phased targets, one per line", f.Values[InputPhases], okr.MaxPhases*40)
	in.add(phases.hint(cmp.Or(f.Phase, Place{}.Date(sampleDay)+": 40")))
}

// peopleInput asks for people: with the client's people picker where it has one,
// else for names. Lists that are too long for a card are not on it; then it
// reports false, and they stay as they are.
func peopleInput(id, label string, p People, picker string, many bool) (element, bool) {
	if picker == "" {
		if len(p.Names) > maxPeopleBytes {
			return tooMany(label), false
		}
		hint := "Name as shown in Teams"
		if many {
			hint = "Names, separated by commas"
		}
		return textInput(id, label, p.Names, maxPeopleBytes).hint(hint), true
	}
	in := &inputBody{Type: "Input.ChoiceSet", ID: id, Label: label, Style: "compact", IsMultiSelect: many, Choices: choicesJSON(p.Chosen)}
	if jsonSize(appendList(nil, in.Choices, appendChoice)) > maxPeopleBytes {
		return tooMany(label), false
	}
	var ids []string
	for _, c := range in.Choices {
		ids = append(ids, c.Value)
	}
	in.Value = strings.Join(ids, ",")
	if len(ids) > 0 {
		in.Choices = append(in.Choices, choiceJSON{Title: "Nobody", Value: ChoiceNone})
	}
	return in.asks(picker), true
}

// picks is the value of [KeyPicker].
func picks(picker string) string {
	if picker == "" {
		return ""
	}
	return "1"
}

// maxPeopleBytes bounds one field of people.
const maxPeopleBytes = 1_500

func tooMany(label string) element {
	return note(mdf("%s: too many people to edit here. They stay unchanged.", label))
}

// asks lets the client search people in a dataset while somebody types.
func (i input) asks(dataset string) input {
	if dataset != "" {
		i.ChoicesData = &dataQuery{Type: "Data.Query", Dataset: dataset}
	}
	return i
}

// limitedChoice is choiceInput with its choices cut to so many bytes; the chosen
// one stays.
func limitedChoice(id, label, value string, choices []Choice, bytes int) input {
	return choicesInput(id, label, value, choicesWithin(bytes, choices, value))
}
