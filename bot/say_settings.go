package bot

import (
	"context"
	"slices"

	"okrbot/cards"
	"okrbot/okr"
)

// settingsForm is the form of the settings under way.
type settingsForm struct {
	tenant okr.Tenant // as it is now
	values values
	base   values // how the form began
	period values // of a new custom period
	err    cards.FieldError
}

// settingsState is what the server keeps of an open form.
type settingsState struct {
	Base values `json:"base"`
	Kept values `json:"kept"` // what may be left out of the card
}

// settingsFields are the ids of the inputs, without those of a new period.
func settingsFields() []string {
	return []string{
		cards.InputTimeZone, cards.InputPlanningStart, cards.InputAtRisk, cards.InputBehind, cards.InputWeights, cards.InputProjects,
		cards.InputCreateOrganization, cards.InputCreateTeam, cards.InputCreateIndividual, cards.InputCreatePeople, cards.InputReminders,
		cards.InputReminderWeekday, cards.InputReminderHour, cards.InputReminderEvery, cards.InputReminderSkip, cards.InputDigestCadence,
		cards.InputDigestWeekday, cards.InputDigestHour,
	}
}

// settings shows the settings: to admins as a form, to others to read.
func (b *Bot) showSettings(ctx context.Context, t *turn, _ string) (reply, error) {
	now := settingsValues(t.settings)
	return b.settingsCard(ctx, t, settingsForm{tenant: t.settings, values: now, base: now})
}

func (b *Bot) settingsCard(ctx context.Context, t *turn, f settingsForm) (reply, error) {
	isAdmin, err := b.Service.IsAdmin(ctx, t.actor)
	if err != nil {
		return reply{}, err
	}
	v := f.values
	c := cards.SettingsForm{
		IsAdmin: isAdmin, Admins: b.Service.AdminList(f.tenant), TimeZone: v[cards.InputTimeZone], PlanningStart: v[cards.InputPlanningStart],
		AtRisk: v[cards.InputAtRisk], Behind: v[cards.InputBehind], Weights: v[cards.InputWeights], Projects: v[cards.InputProjects],
		CreateOrganization: v[cards.InputCreateOrganization], CreateTeam: v[cards.InputCreateTeam], CreateIndividual: v[cards.InputCreateIndividual],
		CreatePeople: shownPeople(slices.Concat(f.tenant.CreateRule.People, []okr.Person{t.actor.Person}, t.met), v[cards.InputCreatePeople]), Picker: t.picker(),
		Reminders: isOn(v[cards.InputReminders]), ReminderWeekday: v[cards.InputReminderWeekday], ReminderHour: v[cards.InputReminderHour],
		ReminderEvery: v[cards.InputReminderEvery], ReminderSkip: v[cards.InputReminderSkip],
		DigestCadence: v[cards.InputDigestCadence], DigestWeekday: v[cards.InputDigestWeekday], DigestHour: v[cards.InputDigestHour],
		Periods: f.tenant.Periods, Current: f.tenant.Current,
		PeriodName: f.period[cards.InputPeriodName], PeriodStart: f.period[cards.InputPeriodStart], PeriodEnd: f.period[cards.InputPeriodEnd], Error: f.err,
	}
	if isAdmin {
		c.Version, err = b.keepForm(ctx, "settings:", settingsState{Base: f.base, Kept: values{cards.InputCreatePeople: v[cards.InputCreatePeople]}})
	}
	return say(cards.EditSettings(c)), err
}

// settingsValues is what stands now, as the form shows it.
func settingsValues(t okr.Tenant) values {
	f := cards.SettingsOf(t)
	return values{
		cards.InputTimeZone: f.TimeZone, cards.InputPlanningStart: f.PlanningStart, cards.InputAtRisk: f.AtRisk, cards.InputBehind: f.Behind, cards.InputWeights: f.Weights,
		cards.InputProjects:           orElse(f.Projects, cards.ChoiceAny),
		cards.InputCreateOrganization: orElse(f.CreateOrganization, cards.ChoiceAny), cards.InputCreateTeam: orElse(f.CreateTeam, cards.ChoiceAny),
		cards.InputCreateIndividual: orElse(f.CreateIndividual, cards.ChoiceAny), cards.InputCreatePeople: idList(t.CreateRule.People),
		cards.InputReminders: truth(f.Reminders), cards.InputReminderWeekday: f.ReminderWeekday, cards.InputReminderHour: f.ReminderHour,
		cards.InputReminderEvery: f.ReminderEvery, cards.InputReminderSkip: f.ReminderSkip,
		cards.InputDigestCadence: orElse(f.DigestCadence, cards.ChoiceAny), cards.InputDigestWeekday: f.DigestWeekday, cards.InputDigestHour: f.DigestHour,
	}
}
