package bottest

import (
	"slices"
	"strings"
)

// Text returns the words that the post shows, one line each: the message text, the
// visible texts of its card with markdown undone, the labels, values and choices of
// inputs, the words of a sign-in card, and what a card says of a file. Titles of actions are in Actions; what
// stands hidden (isVisible false) or in a fallback is left out.
func (p Post) Text() string {
	var lines []string
	if words := text(p.Activity, "text"); words != "" {
		lines = append(lines, words)
	}
	if p.Card != nil {
		lines = append(lines, CardText(p.Card))
	}
	for _, kind := range []string{ContentOAuth, ContentSignin} {
		if card, ok := attachment(p.Activity, kind); ok {
			lines = append(lines, text(card, "text"))
		}
	}
	for _, kind := range []string{ContentFileConsent, ContentFileInfo} {
		if card, ok := attachment(p.Activity, kind); ok {
			lines = append(lines, fileName(p.Activity), text(card, "description"))
		}
	}
	return strings.Join(lines, "\n")
}

// Actions returns the titles of the card's buttons in order of appearance, those of
// nested ShowCards included, and of a sign-in card.
func (p Post) Actions() []string {
	var titles []string
	for _, a := range pressables(p.Card) {
		titles = append(titles, text(a.action, "title"))
	}
	for _, kind := range []string{ContentOAuth, ContentSignin} {
		card, _ := attachment(p.Activity, kind)
		for _, each := range list(card, "buttons") {
			button, _ := each.(map[string]any)
			titles = append(titles, text(button, "title"))
		}
	}
	if p.AsksToSave() != "" {
		titles = append(titles, "Allow", "Decline")
	}
	return titles
}

// CardText is Text for a bare Adaptive Card.
func CardText(card map[string]any) string {
	var lines []string
	walk(card, func(e map[string]any) bool {
		if shown, ok := e["isVisible"].(bool); ok && !shown {
			return false
		}
		kind := text(e, "type")
		if strings.HasPrefix(kind, "Action.") {
			if nested := object(e, "card"); nested != nil {
				lines = append(lines, CardText(nested))
			}
			return false
		}
		lines = append(lines, words(kind, e)...)
		return true
	})
	return strings.Join(slices.DeleteFunc(lines, func(s string) bool { return s == "" }), "\n")
}

// words are the texts of one element.
func words(kind string, e map[string]any) []string {
	switch {
	case kind == "TextBlock":
		return []string{Plain(text(e, "text"))}
	case kind == "RichTextBlock":
		return []string{runs(e)}
	case kind == "FactSet":
		var lines []string
		for _, each := range list(e, "facts") {
			fact, _ := each.(map[string]any)
			lines = append(lines, Plain(text(fact, "title"))+": "+Plain(text(fact, "value")))
		}
		return lines
	case strings.HasPrefix(kind, "Input."):
		lines := []string{text(e, "label"), text(e, "title"), text(e, "placeholder")}
		if kind != "Input.ChoiceSet" && kind != "Input.Toggle" {
			lines = append(lines, text(e, "value"))
		}
		for _, each := range list(e, "choices") {
			choice, _ := each.(map[string]any)
			lines = append(lines, text(choice, "title"))
		}
		return lines
	case kind == "Badge" || kind == "TextRun":
		return []string{text(e, "text")}
	case strings.HasPrefix(kind, "Chart."):
		return []string{text(e, "title")}
	}
	return nil
}

func runs(e map[string]any) string {
	var line strings.Builder
	for _, each := range list(e, "inlines") {
		switch run := each.(type) {
		case string:
			line.WriteString(run)
		case map[string]any:
			line.WriteString(text(run, "text"))
		}
	}
	return strings.ReplaceAll(line.String(), "\u200b", "")
}

// walk visits the element and what it contains, in reading order; visit returns
// whether to go deeper. Actions are visited, the cards behind them are not.
func walk(e map[string]any, visit func(map[string]any) bool) {
	if e == nil || !visit(e) || strings.HasPrefix(text(e, "type"), "Action.") {
		return
	}
	for _, key := range []string{"body", "items", "columns", "rows", "cells", "images", "pages", "inlines"} {
		if key == "columns" && text(e, "type") == "Table" {
			continue
		}
		if key == "inlines" {
			walkInlines(e, visit)
			continue
		}
		walkAll(list(e, key), visit)
	}
	walk(object(e, "selectAction"), visit)
	walk(object(e, "inlineAction"), visit)
	walkAll(list(e, "actions"), visit)
}

func walkAll(elements []any, visit func(map[string]any) bool) {
	for _, each := range elements {
		if element, ok := each.(map[string]any); ok {
			walk(element, visit)
		}
	}
}

// walkInlines visits only the actions of a RichTextBlock: its text is one line.
func walkInlines(e map[string]any, visit func(map[string]any) bool) {
	for _, each := range list(e, "inlines") {
		if run, ok := each.(map[string]any); ok {
			walk(object(run, "selectAction"), visit)
		}
	}
}
