// Package notify is the activity of telling people: digests to conversations that
// subscribed, reminders of check-ins, nudges, and what needs attention.
package notify
