// Package connect is the activity of reaching Azure DevOps, by subject: [Service] signs in,
// and makes and shares connections; [Applications] are what reads without a person, and the
// folders that it allows; [Hands] hands connections over, takes them over, and moves what is
// bound through them.
package connect
