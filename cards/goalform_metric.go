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
	in.add(textInput(InputMetric, "What is measured", f.Values[InputMetric], okr.MaxName).hint("for example Bugs closed").required("Say what is measured."),
		choiceInput(InputType, "The number is to", cmp.Or(f.Values[InputType], ChoiceAny), metricTypes()))
	if isLimit(f.Values[InputType]) {
		in.addPair(textInput(InputTarget, "Limit", f.Values[InputTarget], maxNumber), thresholdInput(f, "Risk threshold (optional)"))
	} else {
		in.addPair(textInput(InputStartValue, "Start value", f.Values[InputStartValue], maxNumber).hint("for example 0"),
			textInput(InputTarget, "Target value", f.Values[InputTarget], maxNumber).hint("for example 100"))
	}
	in.addPair(choiceInput(InputUnitKind, "Kind of number", cmp.Or(f.Values[InputUnitKind], ChoiceAny), unitKinds()),
		textInput(InputUnit, "Unit (optional)", f.Values[InputUnit], okr.MaxUnit).hint("for example %, € or bugs"))
}

func isLimit(kind string) bool { return kind == string(okr.StayBelow) || kind == string(okr.StayAbove) }

func thresholdInput(f GoalForm, label string) input {
	return textInput(InputThreshold, label, f.Values[InputThreshold], maxNumber).hint("from here on it is at risk")
}

// metricTypes lists the types with what they mean. ChoiceAny leaves it to start
// and target.
func metricTypes() []Choice {
	words := map[okr.MetricType]string{
		okr.Reach: "reach a target, from 0 up", okr.Increase: "increase from start to target", okr.Decrease: "decrease from start to target",
		okr.StayBelow: "stay below a limit", okr.StayAbove: "stay above a limit", okr.Baseline: "be found out first (baseline)",
	}
	out := []Choice{{Title: "go from start to target", Value: ChoiceAny}}
	for _, t := range okr.MetricTypes() {
		out = append(out, Choice{Title: words[t], Value: string(t)})
	}
	return out
}

func unitKinds() []Choice {
	words := map[okr.UnitKind]string{okr.UnitNumber: "a number", okr.UnitPercent: "a percentage", okr.UnitCurrency: "money", okr.UnitWord: "with a word of its own"}
	out := []Choice{{Title: "as the unit says", Value: ChoiceAny}}
	for _, k := range okr.UnitKinds() {
		out = append(out, Choice{Title: words[k], Value: string(k)})
	}
	return out
}

// metricMore is what of a key result stands behind "More".
func metricMore(in *form, f GoalForm) {
	if !isLimit(f.Values[InputType]) {
		in.add(thresholdInput(f, "Risk threshold (only to stay below or above a limit)"))
	}
	phases := linesInput(InputPhases, "Phased targets, one a line", f.Values[InputPhases], okr.MaxPhases*40)
	in.add(phases.hint("2026-02-15: 40"))
}

// peopleInput asks for people: with the client's people picker where it has one,
// else for names. Lists that are too long for a card are not on it; then it
// reports false, and they stay as they are.
func peopleInput(id, label string, p People, picker string, many bool) (element, bool) {
	if picker == "" {
		if len(p.Names) > maxPeopleBytes {
			return tooMany(label), false
		}
		return textInput(id, label, p.Names, maxPeopleBytes).hint("names, separated by commas"), true
	}
	in := input{Type: "Input.ChoiceSet", ID: id, Label: label, Style: "compact", IsMultiSelect: many, Choices: choicesJSON(p.Chosen)}
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
	return note(mdf("%s: more people than fit a card. They stay as they are.", label))
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
	in := choiceInput(id, label, value, choices)
	in.Choices = choicesWithin(bytes, choices, value)
	return in
}
