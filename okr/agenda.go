package okr

import (
	"hash/fnv"
	"time"
)

// DueKind is the kind of hourly work.
type DueKind string

// The kinds of hourly work.
const (
	DueSync   DueKind = "sync"   // a connection's queries
	DueDigest DueKind = "digest" // a subscription's post
	// DueReminder is whether a person is to be asked for check-ins in this hour.
	DueReminder DueKind = "reminder"
)

// Due names one piece of hourly work.
type Due struct {
	Kind   DueKind
	Tenant TenantID
	ID     string // a ConnectionID, SubscriptionID or UserID
}

// MinutesPerDay is the number of slots of the agenda.
const MinutesPerDay = 24 * 60

// Slot is the minute of the day, 0 to 1439, that this work belongs to: stable,
// and spread evenly by a hash. With an interval of n minutes the work is due in
// each minute m with m ≡ Slot (mod n), so that changing the interval moves
// nothing that is stored. Reminders are due in the first ten minutes of an hour,
// for people are told a full hour.
func (d Due) Slot() int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(string(d.Kind) + "/" + string(d.Tenant) + "/" + d.ID))
	slot := int(h.Sum32() % MinutesPerDay)
	if d.Kind == DueReminder {
		return slot - slot%60 + slot%60/6
	}
	return slot
}

// SlotsDue lists the slots that are due in the minute of t when work repeats
// every interval. The interval is taken in whole minutes, at least one and at
// most a day.
func SlotsDue(t time.Time, interval time.Duration) []int {
	n := int(interval / time.Minute)
	n = max(1, min(n, MinutesPerDay))
	minute := int(t.Unix()/60) % n
	var slots []int
	for s := minute; s < MinutesPerDay; s += n {
		slots = append(slots, s)
	}
	return slots
}

// PeriodNumber is the number of the interval that t falls in, which makes the id of
// a task unique: every replica gives the same.
func PeriodNumber(t time.Time, interval time.Duration) int64 {
	return t.Unix() / max(60, int64(interval/time.Second))
}
