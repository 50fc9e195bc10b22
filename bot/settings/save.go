package settings

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// saveSettings saves the form. What another admin saved meanwhile stays; where
// both changed the same, the form comes back and says so.
func (s *Subject) saveSettings(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	f, err := s.filledSettings(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	in, err := s.settingsInput(ctx, t, f)
	if err != nil {
		return s.settingsAgain(ctx, t, f, err)
	}
	now, mine := settingsValues(f.tenant), settingsValues(withSettings(f.tenant, in))
	merged, conflicts := chat.Merge(f.base, mine, now)
	if len(conflicts) > 0 {
		f.err.Message = overtakenSettings(conflicts, now, mine)
		f.values, f.base = merged, now
		return s.settingsCard(ctx, t, f)
	}
	if !maps.Equal(merged, mine) {
		f.values = merged
		if in, err = s.settingsInput(ctx, t, f); err != nil {
			return s.settingsAgain(ctx, t, f, err)
		}
	}
	if f.tenant, err = s.plan.SaveSettings(ctx, t.Actor, in); err != nil {
		return s.settingsAgain(ctx, t, f, err)
	}
	isChanged := !maps.Equal(now, settingsValues(f.tenant))
	if isChanged {
		s.chat.Audit(ctx, t, chat.Deed{Did: "settings changed"})
	}
	f.values = settingsValues(f.tenant)
	f.base = f.values
	if hasPeriod(f.period) {
		if _, err := s.savePeriod(ctx, t, f); err != nil {
			f.saved = true
			return s.settingsAgain(ctx, t, f, err)
		}
		if !isChanged {
			s.chat.Audit(ctx, t, chat.Deed{Did: "period added"})
		}
	}
	buttons := []cards.Button{{Title: "Open settings", Verb: cards.VerbSettings}, {Title: "Show my OKRs", Verb: cards.VerbGoalMine}}
	return chat.SayAll(cards.Done("Settings saved", "These settings now apply to everyone in your organization.", buttons)), nil
}

// settingsAgain brings the form back with what is wrong at its field.
func (s *Subject) settingsAgain(ctx context.Context, t *chat.Turn, f settingsForm, err error) (chat.Reply, error) {
	if okr.KindOf(err) != okr.Invalid {
		return chat.Reply{}, err
	}
	f.err, _ = s.chat.FieldError(ctx, err)
	inputs := map[string]string{"bands": cards.InputAtRisk, "create": cards.InputCreateTeam, "export": cards.InputExportBy, "name": cards.InputPeriodName, "start": cards.InputPeriodStart, "end": cards.InputPeriodEnd}
	f.err.Field = chat.OrElse(inputs[f.err.Field], f.err.Field)
	return s.settingsCard(ctx, t, f)
}

// filledSettings reads the form as it was sent.
func (s *Subject) filledSettings(ctx context.Context, t *chat.Turn, p chat.Press) (settingsForm, error) {
	if err := s.access.RequireAdmin(ctx, t.Actor); err != nil {
		return settingsForm{}, err
	}
	f := settingsForm{tenant: t.Settings, values: settingsValues(t.Settings), period: chat.Values{}}
	var state settingsState
	err := s.chat.ReadForm(ctx, t, formKind, p.Data[cards.KeyVersion], &state)
	if err != nil && okr.KindOf(err) != okr.NotFound {
		return f, err
	}
	f.base = state.Base
	choices := settingsChoices()
	if p.Data[cards.KeyPicker] != "" {
		choices = append(choices, cards.InputCreatePeople)
	}
	f.values = p.KeepUnpicked(choices...).Filled(settingsFields(), state.Kept, f.values, func(id string) bool { return id == cards.InputCreatePeople })
	f.values[cards.InputCreatePeople] = chat.WithoutNobody(f.values[cards.InputCreatePeople])
	for _, id := range []string{cards.InputPeriodName, cards.InputPeriodStart, cards.InputPeriodEnd, cards.InputPeriodCurrent} {
		f.period[id] = p.Data[id]
	}
	return f, nil
}

// settingsChoices are the inputs that are lists of choices.
func settingsChoices() []string {
	return []string{
		cards.InputPlanningStart, cards.InputWeights, cards.InputProjects, cards.InputCreateOrganization, cards.InputCreateTeam, cards.InputCreateIndividual,
		cards.InputReminderWeekday, cards.InputReminderHour, cards.InputReminderEvery, cards.InputDigestCadence, cards.InputDigestWeekday, cards.InputDigestHour,
		cards.InputExportBy,
	}
}

// overtakenSettings says what another admin changed of the same fields.
func overtakenSettings(fields []string, now, mine chat.Values) string {
	var words []string
	for _, id := range fields {
		if id == cards.InputCreatePeople {
			words = append(words, "the chosen people")
			continue
		}
		words = append(words, fmt.Sprintf("%s (now %s, you entered %s)", settingName(id), now[id], mine[id]))
	}
	return "Another admin changed this while your form was open: " + strings.Join(words, "; ") +
		". Nothing is saved yet. Their other changes are now in the form. Select Save to keep what the form shows."
}

func settingName(id string) string {
	words := map[string]string{
		cards.InputTimeZone: "time zone", cards.InputPlanningStart: "planning year starts in", cards.InputAtRisk: "at risk at", cards.InputBehind: "behind at", cards.InputProjects: "include projects",
		cards.InputCreateOrganization: "organization goals", cards.InputCreateTeam: "team goals", cards.InputCreateIndividual: "personal goals",
		cards.InputReminderWeekday: "reminder day", cards.InputReminderHour: "reminder time", cards.InputReminderEvery: "weeks between reminders",
		cards.InputReminderSkip: "days without a reminder", cards.InputDigestCadence: "digests", cards.InputDigestWeekday: "digest day", cards.InputDigestHour: "digest time",
		cards.InputExportBy: "exports",
	}
	return chat.OrElse(words[id], id)
}

// withSettings is the tenant as an input would make it.
func withSettings(t okr.Settings, in okr.SettingsInput) okr.Settings {
	t.TimeZone, t.PlanningStart, t.Bands, t.WeightsRule = in.TimeZone, in.PlanningStart, in.Bands, in.WeightsRule
	t.CreateRule, t.ReminderDefault, t.DigestDefault = in.CreateRule, in.ReminderDefault, in.DigestDefault
	t.ExportBy = in.ExportBy
	return t
}

// settingsInput reads the form. Invalid names the field that is wrong.
func (s *Subject) settingsInput(ctx context.Context, t *chat.Turn, f settingsForm) (okr.SettingsInput, error) {
	v := f.values
	in := okr.SettingsOf(f.tenant)
	in.TimeZone = strings.TrimSpace(v[cards.InputTimeZone])
	if in.TimeZone == "" {
		return in, okr.FieldErrorf(cards.InputTimeZone, "Enter the name of a time zone, for example Europe/Paris.")
	}
	// SaveSettings says the same, but only after everything was compared by it.
	if _, err := time.LoadLocation(in.TimeZone); err != nil || in.TimeZone == "Local" {
		return in, okr.FieldErrorf(cards.InputTimeZone, "There is no time zone “%s”. Enter a name such as Europe/Berlin or America/New_York.", okr.Shorten(okr.CleanLine(in.TimeZone), 60))
	}
	in.WeightsRule = okr.WeightsRule{Equal: v[cards.InputWeights] == cards.WeightsEqual, Projects: okr.ProjectsRule(notAny(v[cards.InputProjects]))}
	in.CreateRule.Organization = okr.CreateBy(notAny(v[cards.InputCreateOrganization]))
	in.CreateRule.Team = okr.CreateBy(notAny(v[cards.InputCreateTeam]))
	in.CreateRule.Individual = okr.CreateBy(notAny(v[cards.InputCreateIndividual]))
	in.ExportBy = okr.ExportBy(notAny(v[cards.InputExportBy]))
	in.DigestDefault.Cadence = okr.Cadence(notAny(v[cards.InputDigestCadence]))
	in.ReminderDefault.Off = !chat.IsOn(v[cards.InputReminders])
	var err error
	if in.Bands.AtRisk, err = readPoints(t, cards.InputAtRisk, v[cards.InputAtRisk], ""); err != nil {
		return in, err
	}
	if in.Bands.Behind, err = readPoints(t, cards.InputBehind, v[cards.InputBehind], "0"); err != nil {
		return in, err
	}
	if err := settingsNumbers(v, &in); err != nil {
		return in, err
	}
	in.CreateRule.People, err = s.chat.People(ctx, t, chat.PeopleField{ID: cards.InputCreatePeople, Known: f.tenant.CreateRule.People}, v[cards.InputCreatePeople])
	return in, err
}

func notAny(value string) string {
	if value == cards.ChoiceAny {
		return ""
	}
	return value
}

// settingsNumbers reads the whole numbers of the form.
func settingsNumbers(v chat.Values, in *okr.SettingsInput) error {
	month, weekday, digestDay := 0, 0, 0
	r, d := &in.ReminderDefault, &in.DigestDefault
	for _, each := range []struct {
		id       string
		min, max int
		to       *int
	}{
		{cards.InputPlanningStart, 1, 12, &month},
		{cards.InputReminderWeekday, 0, 6, &weekday},
		{cards.InputReminderHour, 0, 23, &r.Hour},
		{cards.InputReminderEvery, 1, 4, &r.Every},
		{cards.InputReminderSkip, 0, 28, &r.SkipDays},
		{cards.InputDigestWeekday, 0, 6, &digestDay},
		{cards.InputDigestHour, 0, 23, &d.Hour},
	} {
		n, err := strconv.Atoi(strings.TrimSpace(v[each.id]))
		if err != nil || n < each.min || n > each.max {
			return okr.FieldErrorf(each.id, "Enter a whole number from %d to %d.", each.min, each.max)
		}
		*each.to = n
	}
	in.PlanningStart, r.Weekday, d.Weekday = time.Month(month), time.Weekday(weekday), time.Weekday(digestDay)
	return nil
}

// readPoints reads a limit of the bands as the person types numbers.
func readPoints(t *chat.Turn, field, text, empty string) (float64, error) {
	plain, err := t.Place.Locale.Plain(field, text)
	if err != nil {
		return 0, err
	}
	return okr.ReadBounded(field, "limit", plain, empty)
}
