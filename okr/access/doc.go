// Package access is the activity of administering okrbot in a tenant: its settings
// and periods, its admins, what people chose for themselves, and who may do what
// with a goal. The rules are those of package okr; this package reads what a rule
// needs and says in words why something is refused.
package access
