package settings

import (
	"context"
	"strings"

	"okrbot/bot/chat"
	"okrbot/cards"
	"okrbot/okr"
)

// addPeriod makes a custom period. The rest of the form comes back as it stands in
// it, saved or not.
func (s *Subject) addPeriod(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	f, err := s.filledSettings(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	saved, err := s.access.SavePeriod(ctx, t.Actor, f.newPeriod(), chat.IsOn(f.period[cards.InputPeriodCurrent]))
	if err != nil {
		return s.settingsAgain(ctx, t, f.rebased(), err)
	}
	s.chat.Audit(ctx, t, chat.Deed{Did: "period added"})
	f.tenant, f.period = saved, chat.Values{}
	return s.settingsCard(ctx, t, f.rebased())
}

// removePeriod removes a custom period that nothing is filed under.
func (s *Subject) removePeriod(ctx context.Context, t *chat.Turn, p chat.Press) (chat.Reply, error) {
	f, err := s.filledSettings(ctx, t, p)
	if err != nil {
		return chat.Reply{}, err
	}
	saved, err := s.access.DeletePeriod(ctx, t.Actor, p.Data[cards.KeyPeriod])
	switch okr.KindOf(err) {
	case okr.Invalid, okr.NotFound:
		if err != nil {
			f.err, _ = s.chat.FieldError(ctx, err)
			return s.settingsCard(ctx, t, f.rebased())
		}
	}
	if err != nil {
		return chat.Reply{}, err
	}
	s.chat.Audit(ctx, t, chat.Deed{Did: "period deleted", Of: p.Data[cards.KeyPeriod]})
	f.tenant = saved
	return s.settingsCard(ctx, t, f.rebased())
}

// rebased is the form where it is not known how it began: it begins with what
// stands now.
func (f settingsForm) rebased() settingsForm {
	if len(f.base) == 0 {
		f.base = settingsValues(f.tenant)
	}
	return f
}

func (f settingsForm) newPeriod() okr.TimePeriod {
	return okr.TimePeriod{Period: okr.Period{
		Name:  f.period[cards.InputPeriodName],
		Start: okr.Date(strings.TrimSpace(f.period[cards.InputPeriodStart])), End: okr.Date(strings.TrimSpace(f.period[cards.InputPeriodEnd])),
	}}
}

// hasPeriod says whether somebody began to write a new period.
func hasPeriod(v chat.Values) bool {
	return v[cards.InputPeriodName]+v[cards.InputPeriodStart]+v[cards.InputPeriodEnd] != ""
}
