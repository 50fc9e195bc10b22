package okr

import "time"

// Date is a day of the calendar as 2006-01-02, without a time zone.
type Date string

const dateLayout = "2006-01-02"

// DateOf gives the day that t falls on in its location.
func DateOf(t time.Time) Date { return Date(t.Format(dateLayout)) }

// Valid says whether d is a day between the years 1970 and 2999.
func (d Date) Valid() bool {
	t, err := time.Parse(dateLayout, string(d))
	return err == nil && t.Year() >= 1970 && t.Year() < 3000
}

// Days counts the days since 1 January 1970; 0 for an invalid date.
func (d Date) Days() int {
	t, err := time.Parse(dateLayout, string(d))
	if err != nil {
		return 0
	}
	return int(t.Unix() / int64(24*time.Hour/time.Second))
}

// time is the first moment of the day in UTC; of an invalid date that of 1970.
func (d Date) time() time.Time {
	return time.Unix(int64(d.Days())*int64(24*time.Hour/time.Second), 0).UTC()
}

// Add gives the day n days later.
func (d Date) Add(n int) Date { return DateOf(d.time().AddDate(0, 0, n)) }
