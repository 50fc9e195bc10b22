package settings

import (
	"cmp"
	"context"

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
	saved, err := s.savePeriod(ctx, t, f)
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

// savePeriod makes the custom period that a form describes.
func (s *Subject) savePeriod(ctx context.Context, t *chat.Turn, f settingsForm) (okr.Settings, error) {
	p, err := f.newPeriod(t)
	if err != nil {
		return okr.Settings{}, err
	}
	return s.access.SavePeriod(ctx, t.Actor, p, chat.IsOn(f.period[cards.InputPeriodCurrent]))
}

// newPeriod reads the period that the form adds: its last day is next to its first one.
func (f settingsForm) newPeriod(t *chat.Turn) (p okr.TimePeriod, err error) {
	p.Name = f.period[cards.InputPeriodName]
	if p.Start, err = t.Place.Locale.Day("start", f.period[cards.InputPeriodStart], t.Today()); err == nil {
		p.End, err = t.Place.Locale.Day("end", f.period[cards.InputPeriodEnd], cmp.Or(p.Start, t.Today()))
	}
	return p, err
}

// hasPeriod says whether somebody began to write a new period.
func hasPeriod(v chat.Values) bool {
	return v[cards.InputPeriodName]+v[cards.InputPeriodStart]+v[cards.InputPeriodEnd] != ""
}
