package okr

import (
	"slices"
	"time"
)

// Quiet is when a place is not to be told anything. What moves meanwhile is told
// afterwards, in one digest.
type Quiet struct {
	From int            `json:"from,omitempty"` // the hour at which it begins, 0 to 23
	To   int            `json:"to,omitempty"`   // the hour at which it ends; the same as From: no hours
	Days []time.Weekday `json:"days,omitempty"` // whole days
}

// Covers says whether a local time is quiet.
func (q Quiet) Covers(local time.Time) bool {
	if slices.Contains(q.Days, local.Weekday()) {
		return true
	}
	h := local.Hour()
	if q.From <= q.To {
		return h >= q.From && h < q.To
	}
	return h >= q.From || h < q.To // over midnight
}

func (q Quiet) validate() error {
	if q.From < 0 || q.From > 23 || q.To < 0 || q.To > 23 {
		return FieldErrorf("quietFrom", "Quiet hours begin and end at an hour from 0 to 23.")
	}
	week := map[time.Weekday]bool{}
	for _, d := range q.Days {
		if d < time.Sunday || d > time.Saturday {
			return FieldErrorf("quietDays", "Choose days of the week.")
		}
		week[d] = true
	}
	if len(week) == 7 {
		return FieldErrorf("quietDays", "Leave at least one day of the week on which a digest may come.")
	}
	return nil
}

func (p DigestPlan) validate() error {
	if err := p.Rule.validate(); err != nil {
		return err
	}
	if _, err := time.LoadLocation(p.Zone); err != nil {
		return FieldErrorf("zone", "This time zone is not known. Choose another one.")
	}
	return p.Quiet.validate()
}

// Location is the time zone in which the hours of a plan are meant.
func (p DigestPlan) Location(t Tenant) *time.Location {
	if loc, err := time.LoadLocation(p.Zone); err == nil && p.Zone != "" {
		return loc
	}
	return t.Location()
}

// moment is the last time at or before now at which a daily or weekly digest is
// due: once a day or week, also on days of 23 or 25 hours.
func (r DigestRule) moment(now time.Time, zone *time.Location) time.Time {
	for back := 0; ; back++ {
		if at, ok := r.on(now, -back, zone); ok && !at.After(now) {
			return at
		}
	}
}

// after is the first moment after now.
func (r DigestRule) after(now time.Time, zone *time.Location) time.Time {
	for day := 0; ; day++ {
		if at, ok := r.on(now, day, zone); ok && at.After(now) {
			return at
		}
	}
}

// on is the moment of a day, counted from that of now; false where the rule has
// none on it. An hour that the day leaves out is that after it.
func (r DigestRule) on(now time.Time, days int, zone *time.Location) (time.Time, bool) {
	y, m, d := now.In(zone).Date()
	noon := time.Date(y, m, d+days, 12, 0, 0, 0, zone)
	at := time.Date(y, m, d+days, r.Hour, 0, 0, 0, zone)
	if at.Day() != noon.Day() || at.Hour() < r.Hour {
		at = at.Add(time.Hour)
	}
	return at, r.Cadence != Weekly || noon.Weekday() == r.Weekday
}

const (
	// digestSlack is how much earlier than DigestEvery a digest may come: queues and
	// clocks are not exact to the second.
	digestSlack = 5 * time.Minute
	// digestSkew is how far a time that was written may lie ahead: further ahead it
	// comes from a clock that was wrong, and waiting for it would stop the digests.
	digestSkew = 10 * time.Minute
)

// past is t, or the zero time where it lies in the future.
func past(t, now time.Time) time.Time {
	if t.After(now.Add(digestSkew)) {
		return time.Time{}
	}
	return t
}

// isDue says whether a digest may be posted at now: at most one in a time of
// every, none while paused, muted or quiet, and daily and weekly ones once after
// each of their moments, also when that was missed.
func (sub Subscription) isDue(now time.Time, zone *time.Location, every time.Duration) bool {
	switch {
	case sub.Paused != "" || now.Before(sub.MutedTill) || sub.Quiet.Covers(now.In(zone)):
		return false
	case now.Sub(past(sub.PostedAt, now)) < every-digestSlack:
		return false
	case sub.Rule.Cadence == Hourly:
		return true
	default:
		return past(sub.Through, now).Before(sub.Rule.moment(now, zone))
	}
}

// Next is about when the next digest may come, at or after now; zero while it is
// paused.
func (sub Subscription) Next(now time.Time, zone *time.Location) time.Time {
	if sub.Paused != "" {
		return time.Time{}
	}
	at := now
	if sub.Rule.Cadence != Hourly && !past(sub.Through, now).Before(sub.Rule.moment(now, zone)) {
		at = sub.Rule.after(now, zone)
	}
	if at.Before(sub.MutedTill) {
		at = sub.MutedTill
	}
	for range 8 * 24 {
		if !sub.Quiet.Covers(at.In(zone)) {
			break
		}
		at = at.Truncate(time.Hour).Add(time.Hour)
	}
	return at
}
