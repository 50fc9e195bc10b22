package bot

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"okrbot/cards"
	"okrbot/okr"
)

// saveSettings saves the form. What another admin saved meanwhile stays; where
// both changed the same, the form comes back and says so.
func (b *Bot) saveSettings(ctx context.Context, t *turn, p press) (reply, error) {
	f, err := b.filledSettings(ctx, t, p)
	if err != nil {
		return reply{}, err
	}
	in, err := b.settingsInput(ctx, t, f)
	if err != nil {
		return b.settingsAgain(ctx, t, f, err)
	}
	now, mine := settingsValues(f.tenant), settingsValues(withSettings(f.tenant, in))
	merged, conflicts := mergeValues(f.base, mine, now)
	if len(conflicts) > 0 {
		f.err.Message = overtakenSettings(conflicts, now, mine)
		f.values, f.base = merged, now
		return b.settingsCard(ctx, t, f)
	}
	if !maps.Equal(merged, mine) {
		f.values = merged
		if in, err = b.settingsInput(ctx, t, f); err != nil {
			return b.settingsAgain(ctx, t, f, err)
		}
	}
	if f.tenant, err = b.Service.Plan.SaveSettings(ctx, t.actor, in); err != nil {
		return b.settingsAgain(ctx, t, f, err)
	}
	f.values = settingsValues(f.tenant)
	f.base = f.values
	if hasPeriod(f.period) {
		if _, err := b.Service.Access.SavePeriod(ctx, t.actor, f.newPeriod(), isOn(f.period["periodCurrent"])); err != nil {
			return b.settingsAgain(ctx, t, f, err)
		}
	}
	buttons := []cards.Button{{Title: "Settings", Verb: cards.VerbSettings}, {Title: "OKRs", Verb: cards.VerbGoalMine}}
	return sayAll(cards.Done("Settings saved", "They count from now on, for everyone in your organization.", buttons)), nil
}

// settingsAgain brings the form back with what is wrong at its field.
func (b *Bot) settingsAgain(ctx context.Context, t *turn, f settingsForm, err error) (reply, error) {
	if okr.KindOf(err) != okr.Invalid {
		return reply{}, err
	}
	f.err, _ = b.fieldError(ctx, err)
	inputs := map[string]string{"bands": "atRisk", "create": "createTeam", "name": "periodName", "start": "periodStart", "end": "periodEnd"}
	f.err.Field = orElse(inputs[f.err.Field], f.err.Field)
	return b.settingsCard(ctx, t, f)
}

// filledSettings reads the form as it was sent.
func (b *Bot) filledSettings(ctx context.Context, t *turn, p press) (settingsForm, error) {
	if err := b.Service.Access.RequireAdmin(ctx, t.actor); err != nil {
		return settingsForm{}, err
	}
	f := settingsForm{tenant: t.settings, values: settingsValues(t.settings), period: values{}}
	var state settingsState
	if _, err := b.openForm(ctx, "settings:", p.data["version"], &state); err != nil {
		return f, err
	}
	f.base = state.Base
	keep := strings.Split(p.data["keep"], ",")
	for _, id := range settingsFields() {
		if kept, ok := state.Kept[id]; ok && slices.Contains(keep, id) {
			f.values[id] = kept
		} else if typed, ok := p.data[id]; ok {
			f.values[id] = typed
		} else if id == "createPeople" && !slices.Contains(keep, id) {
			f.values[id] = "" // a picker without anybody chosen sends nothing
		}
	}
	for _, id := range []string{"periodName", "periodStart", "periodEnd", "periodCurrent"} {
		f.period[id] = p.data[id]
	}
	return f, nil
}

// overtakenSettings says what another admin changed of the same fields.
func overtakenSettings(fields []string, now, mine values) string {
	var words []string
	for _, id := range fields {
		if id == "createPeople" {
			words = append(words, "the chosen people")
			continue
		}
		words = append(words, fmt.Sprintf("%s (now %s, you wrote %s)", settingName(id), now[id], mine[id]))
	}
	return "Another admin saved this while the form was open: " + strings.Join(words, "; ") +
		". Nothing is saved yet. Save keeps what stands in the form; what only they changed is in it already."
}

func settingName(id string) string {
	words := map[string]string{
		"timeZone": "time zone", "planningStart": "first month", "atRisk": "at risk from", "behind": "behind from", "projects": "projects count",
		"createOrganization": "goals of the organization", "createTeam": "goals of teams", "createIndividual": "goals of persons",
		"reminderWeekday": "day of reminders", "reminderHour": "hour of reminders", "reminderEvery": "weeks between reminders",
		"reminderSkip": "days without a reminder", "digestCadence": "digests", "digestWeekday": "day of digests", "digestHour": "hour of digests",
	}
	return orElse(words[id], id)
}

// withSettings is the tenant as an input would make it.
func withSettings(t okr.Tenant, in okr.SettingsInput) okr.Tenant {
	t.TimeZone, t.PlanningStart, t.Bands, t.WeightsRule = in.TimeZone, in.PlanningStart, in.Bands, in.WeightsRule
	t.CreateRule, t.ReminderDefault, t.DigestDefault = in.CreateRule, in.ReminderDefault, in.DigestDefault
	return t
}

// settingsInput reads the form. Invalid names the field that is wrong.
func (b *Bot) settingsInput(ctx context.Context, t *turn, f settingsForm) (okr.SettingsInput, error) {
	v := f.values
	in := okr.SettingsOf(f.tenant)
	in.TimeZone = strings.TrimSpace(v["timeZone"])
	if in.TimeZone == "" {
		return in, okr.FieldErrorf("timeZone", "Give the name of a time zone, for example Europe/Paris.")
	}
	// SaveSettings says the same, but only after everything was compared by it.
	if _, err := time.LoadLocation(in.TimeZone); err != nil || in.TimeZone == "Local" {
		return in, okr.FieldErrorf("timeZone", "There is no time zone “%s”. Give its name as in Europe/Berlin or America/New_York.", okr.Shorten(okr.CleanLine(in.TimeZone), 60))
	}
	in.WeightsRule = okr.WeightsRule{Equal: v["weights"] == cards.WeightsEqual, Projects: okr.ProjectsRule(notAny(v["projects"]))}
	in.CreateRule.Organization = okr.CreateBy(notAny(v["createOrganization"]))
	in.CreateRule.Team = okr.CreateBy(notAny(v["createTeam"]))
	in.CreateRule.Individual = okr.CreateBy(notAny(v["createIndividual"]))
	in.DigestDefault.Cadence = okr.Cadence(notAny(v["digestCadence"]))
	in.ReminderDefault.Off = !isOn(v["reminders"])
	var err error
	if in.Bands.AtRisk, err = number("atRisk", "limit", v["atRisk"], ""); err != nil {
		return in, err
	}
	if in.Bands.Behind, err = number("behind", "limit", v["behind"], "0"); err != nil {
		return in, err
	}
	if err := settingsNumbers(v, &in); err != nil {
		return in, err
	}
	in.CreateRule.People, err = b.people(ctx, t, peopleField{id: "createPeople", known: f.tenant.CreateRule.People}, v["createPeople"])
	return in, err
}

func notAny(value string) string {
	if value == cards.ChoiceAny {
		return ""
	}
	return value
}

// settingsNumbers reads the whole numbers of the form.
func settingsNumbers(v values, in *okr.SettingsInput) error {
	month, weekday, digestDay := 0, 0, 0
	r, d := &in.ReminderDefault, &in.DigestDefault
	for _, each := range []struct {
		id       string
		min, max int
		to       *int
	}{
		{"planningStart", 1, 12, &month},
		{"reminderWeekday", 0, 6, &weekday},
		{"reminderHour", 0, 23, &r.Hour},
		{"reminderEvery", 1, 4, &r.Every},
		{"reminderSkip", 0, 28, &r.SkipDays},
		{"digestWeekday", 0, 6, &digestDay},
		{"digestHour", 0, 23, &d.Hour},
	} {
		n, err := strconv.Atoi(strings.TrimSpace(v[each.id]))
		if err != nil || n < each.min || n > each.max {
			return okr.FieldErrorf(each.id, "Give a whole number from %d to %d.", each.min, each.max)
		}
		*each.to = n
	}
	in.PlanningStart, r.Weekday, d.Weekday = time.Month(month), time.Weekday(weekday), time.Weekday(digestDay)
	return nil
}
