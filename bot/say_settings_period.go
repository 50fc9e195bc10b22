package bot

import (
	"context"
	"strings"

	"okrbot/okr"
)

// addPeriod makes a custom period. The rest of the form comes back as it stands in
// it, saved or not.
func (b *Bot) addPeriod(ctx context.Context, t *turn, p press) (reply, error) {
	f, err := b.filledSettings(ctx, t, p)
	if err != nil {
		return reply{}, err
	}
	saved, err := b.Service.Access.SavePeriod(ctx, t.actor, f.newPeriod(), isOn(f.period["periodCurrent"]))
	if err != nil {
		return b.settingsAgain(ctx, t, f.rebased(), err)
	}
	f.tenant, f.period = saved, values{}
	return b.settingsCard(ctx, t, f.rebased())
}

// removePeriod removes a custom period that nothing is filed under.
func (b *Bot) removePeriod(ctx context.Context, t *turn, p press) (reply, error) {
	f, err := b.filledSettings(ctx, t, p)
	if err != nil {
		return reply{}, err
	}
	saved, err := b.Service.Access.DeletePeriod(ctx, t.actor, p.data["period"])
	switch okr.KindOf(err) {
	case okr.Invalid, okr.NotFound:
		if err != nil {
			f.err, _ = b.fieldError(ctx, err)
			return b.settingsCard(ctx, t, f.rebased())
		}
	}
	if err != nil {
		return reply{}, err
	}
	f.tenant = saved
	return b.settingsCard(ctx, t, f.rebased())
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
		Name:  f.period["periodName"],
		Start: okr.Date(strings.TrimSpace(f.period["periodStart"])), End: okr.Date(strings.TrimSpace(f.period["periodEnd"])),
	}}
}

// hasPeriod says whether somebody began to write a new period.
func hasPeriod(v values) bool { return v["periodName"]+v["periodStart"]+v["periodEnd"] != "" }
