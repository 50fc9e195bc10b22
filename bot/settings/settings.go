package settings

import (
	"context"
	"errors"
	"slices"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// settingsForm is the form of the settings under way.
type settingsForm struct {
	tenant okr.Settings // as it is now
	values chat.Values
	base   chat.Values // how the form began
	period chat.Values // of a new custom period
	saved  bool        // the settings are, only the new period is not
	err    cards.FieldError
}

// formKind is the kind of the form of the settings.
const formKind = "settings"

// settingsState is what the server keeps of an open form.
type settingsState struct {
	Base chat.Values `json:"base"`
	Kept chat.Values `json:"kept"` // what may be left out of the card
}

// settingsFields are the ids of the inputs, without those of a new period.
func settingsFields() []string {
	return []string{
		cards.InputTimeZone, cards.InputPlanningStart, cards.InputAtRisk, cards.InputBehind, cards.InputWeights, cards.InputProjects,
		cards.InputCreateOrganization, cards.InputCreateTeam, cards.InputCreateIndividual, cards.InputCreatePeople, cards.InputReminders,
		cards.InputReminderWeekday, cards.InputReminderHour, cards.InputReminderEvery, cards.InputReminderSkip, cards.InputDigestCadence,
		cards.InputDigestWeekday, cards.InputDigestHour, cards.InputExportBy,
	}
}

// settings shows the settings: to admins as a form, to others to read.
func (s *Subject) showSettings(ctx context.Context, t *chat.Turn, _ string) (chat.Reply, error) {
	now := settingsValues(t.Settings)
	return s.settingsCard(ctx, t, settingsForm{tenant: t.Settings, values: now, base: now})
}

func (s *Subject) settingsCard(ctx context.Context, t *chat.Turn, f settingsForm) (chat.Reply, error) {
	isAdmin, err := s.access.IsAdmin(ctx, t.Actor)
	if err != nil {
		return chat.Reply{}, err
	}
	if !isAdmin {
		chat.MeetAdmins(ctx, s.chat, t)
	}
	v := f.values
	c := cards.SettingsForm{
		IsAdmin: isAdmin, Admins: s.access.AdminList(ctx, f.tenant), TimeZone: v[cards.InputTimeZone], PlanningStart: v[cards.InputPlanningStart],
		AtRisk: v[cards.InputAtRisk], Behind: v[cards.InputBehind], Weights: v[cards.InputWeights], Projects: v[cards.InputProjects],
		CreateOrganization: v[cards.InputCreateOrganization], CreateTeam: v[cards.InputCreateTeam], CreateIndividual: v[cards.InputCreateIndividual],
		CreatePeople: chat.ShownPeople(slices.Concat(f.tenant.CreateRule.People, []okr.Person{t.Actor.Person}, t.Met), v[cards.InputCreatePeople]), Picker: t.Picker(),
		Reminders: chat.IsOn(v[cards.InputReminders]), ReminderWeekday: v[cards.InputReminderWeekday], ReminderHour: v[cards.InputReminderHour],
		ReminderEvery: v[cards.InputReminderEvery], ReminderSkip: v[cards.InputReminderSkip],
		DigestCadence: v[cards.InputDigestCadence], DigestWeekday: v[cards.InputDigestWeekday], DigestHour: v[cards.InputDigestHour],
		ExportBy: v[cards.InputExportBy], Periods: f.tenant.Periods, Current: f.tenant.Current,
		PeriodName: f.period[cards.InputPeriodName], PeriodStart: f.period[cards.InputPeriodStart], PeriodEnd: f.period[cards.InputPeriodEnd],
		Saved: f.saved, Error: f.err,
	}
	if isAdmin {
		c.Version, err = s.chat.OpenForm(ctx, t, formKind, settingsState{Base: f.base, Kept: chat.Values{cards.InputCreatePeople: v[cards.InputCreatePeople]}})
	}
	if errors.Is(err, okr.ErrNoWrites) { // what there is can be read: without a form to fill in
		s.chat.Words(ctx, err) // for the log
		c.Closed, err = true, nil
	}
	return chat.Say(cards.EditSettings(t.Place, c)), err
}

// settingsValues is what stands now, as the form shows it.
func settingsValues(t okr.Settings) chat.Values {
	f := cards.SettingsOf(t)
	return chat.Values{
		cards.InputTimeZone: f.TimeZone, cards.InputPlanningStart: f.PlanningStart, cards.InputAtRisk: f.AtRisk, cards.InputBehind: f.Behind, cards.InputWeights: f.Weights,
		cards.InputProjects:           chat.OrElse(f.Projects, cards.ChoiceAny),
		cards.InputCreateOrganization: chat.OrElse(f.CreateOrganization, cards.ChoiceAny), cards.InputCreateTeam: chat.OrElse(f.CreateTeam, cards.ChoiceAny),
		cards.InputCreateIndividual: chat.OrElse(f.CreateIndividual, cards.ChoiceAny), cards.InputCreatePeople: chat.IDList(t.CreateRule.People),
		cards.InputReminders: chat.Truth(f.Reminders), cards.InputReminderWeekday: f.ReminderWeekday, cards.InputReminderHour: f.ReminderHour,
		cards.InputReminderEvery: f.ReminderEvery, cards.InputReminderSkip: f.ReminderSkip,
		cards.InputDigestCadence: chat.OrElse(f.DigestCadence, cards.ChoiceAny), cards.InputDigestWeekday: f.DigestWeekday, cards.InputDigestHour: f.DigestHour,
		cards.InputExportBy: chat.OrElse(f.ExportBy, cards.ChoiceAny),
	}
}
