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
		"timeZone", "planningStart", "atRisk", "behind", "weights", "projects", "createOrganization", "createTeam", "createIndividual",
		"createPeople", "reminders", "reminderWeekday", "reminderHour", "reminderEvery", "reminderSkip", "digestCadence", "digestWeekday", "digestHour",
	}
}

// settings shows the settings: to admins as a form, to others to read.
func (b *Bot) showSettings(ctx context.Context, t *turn, _ string) (reply, error) {
	now := settingsValues(t.settings)
	return b.settingsCard(ctx, t, settingsForm{tenant: t.settings, values: now, base: now})
}

func (b *Bot) settingsCard(ctx context.Context, t *turn, f settingsForm) (reply, error) {
	isAdmin, err := b.Service.Access.IsAdmin(ctx, t.actor)
	if err != nil {
		return reply{}, err
	}
	v := f.values
	c := cards.SettingsForm{
		IsAdmin: isAdmin, Admins: b.Service.Access.AdminList(f.tenant), TimeZone: v["timeZone"], PlanningStart: v["planningStart"],
		AtRisk: v["atRisk"], Behind: v["behind"], Weights: v["weights"], Projects: v["projects"],
		CreateOrganization: v["createOrganization"], CreateTeam: v["createTeam"], CreateIndividual: v["createIndividual"],
		CreatePeople: shownPeople(slices.Concat(f.tenant.CreateRule.People, []okr.Person{t.actor.Person}, t.met), v["createPeople"]), Picker: t.picker(),
		Reminders: isOn(v["reminders"]), ReminderWeekday: v["reminderWeekday"], ReminderHour: v["reminderHour"],
		ReminderEvery: v["reminderEvery"], ReminderSkip: v["reminderSkip"],
		DigestCadence: v["digestCadence"], DigestWeekday: v["digestWeekday"], DigestHour: v["digestHour"],
		Periods: f.tenant.Periods, Current: f.tenant.Current,
		PeriodName: f.period["periodName"], PeriodStart: f.period["periodStart"], PeriodEnd: f.period["periodEnd"], Error: f.err,
	}
	if isAdmin {
		c.Version, err = b.keepForm(ctx, "settings:", settingsState{Base: f.base, Kept: values{"createPeople": v["createPeople"]}})
	}
	return say(cards.EditSettings(c)), err
}

// settingsValues is what stands now, as the form shows it.
func settingsValues(t okr.Tenant) values {
	f := cards.SettingsOf(t)
	return values{
		"timeZone": f.TimeZone, "planningStart": f.PlanningStart, "atRisk": f.AtRisk, "behind": f.Behind, "weights": f.Weights,
		"projects":           orElse(f.Projects, cards.ChoiceAny),
		"createOrganization": orElse(f.CreateOrganization, cards.ChoiceAny), "createTeam": orElse(f.CreateTeam, cards.ChoiceAny),
		"createIndividual": orElse(f.CreateIndividual, cards.ChoiceAny), "createPeople": idList(t.CreateRule.People),
		"reminders": truth(f.Reminders), "reminderWeekday": f.ReminderWeekday, "reminderHour": f.ReminderHour,
		"reminderEvery": f.ReminderEvery, "reminderSkip": f.ReminderSkip,
		"digestCadence": orElse(f.DigestCadence, cards.ChoiceAny), "digestWeekday": f.DigestWeekday, "digestHour": f.DigestHour,
	}
}
