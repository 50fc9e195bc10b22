package checkins

import (
	"context"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// setValue opens the form of a check-in with the value filled in: "KR4 to 45%",
// "KR4 = 45", "launch bugs to 45". Nothing is saved before the person has seen it.
func (s *Subject) setValue(ctx context.Context, t *chat.Turn, arg string) (chat.Reply, error) {
	what, value := cutValue(arg)
	plain, unclear := t.Place.Locale.Plain(cards.InputValue, value)
	n, ok := okr.ParseNumber(plain)
	if id, isID := okr.ParseGoalID(arg); isID {
		return s.checkInForm(ctx, t, id)
	}
	if what != "" && unclear != nil {
		return chat.Reply{}, unclear
	}
	if _, how := t.Place.Locale.NumberStyle().Parse(value); what != "" && how == okr.TooLarge {
		return chat.Reply{}, okr.Errorf(okr.Invalid, "That value is too large. %s", okr.TooLargeWords)
	}
	if what == "" || !ok {
		return chat.Reply{}, okr.Errorf(okr.Invalid, "Enter an id and a number, for example: set KR4 to 45%%")
	}
	f := cards.CheckInForm{Value: t.Place.Locale.Typed(n)}
	if strings.HasSuffix(value, "%") {
		f.Value += "%"
	}
	return s.chat.OneGoal(ctx, t, what, cards.VerbCheckIn, func(ctx context.Context, t *chat.Turn, id okr.GoalID) (chat.Reply, error) {
		return s.checkInWith(ctx, t, f, id)
	})
}

// cutValue parts what is set from its value: at the last "to", "=" or "at", else
// behind the id.
func cutValue(arg string) (what, value string) {
	words := strings.Fields(strings.ReplaceAll(arg, "=", " = "))
	for i := len(words) - 1; i > 0; i-- {
		switch strings.ToLower(words[i]) {
		case "to", "=", "at", "is":
			return strings.Join(words[:i], " "), strings.Join(words[i+1:], "")
		}
	}
	if len(words) == 0 {
		return "", ""
	}
	return words[0], strings.Join(words[1:], "")
}

// withoutPercent takes the percent sign from a value that was said. Of a number in another
// unit it is not guessed what the sign means: the form asks for the number.
func withoutPercent(f cards.CheckInForm) cards.CheckInForm {
	number, isPercent := strings.CutSuffix(f.Value, "%")
	f.Value = number
	if m := f.Goal.Goal.Metric; isPercent && m != nil && !m.TakesPercent() {
		f.Value = ""
		f.Error = cards.FieldError{Field: cards.InputValue, Message: "This key result isn't measured in percent. Enter the number that " + number + "% means."}
	}
	return f
}
