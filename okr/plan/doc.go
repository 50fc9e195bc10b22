// Package plan is the activity of setting goals and saying how they stand: make,
// edit, check in, close, clone, add up, find, and look back. What changes a goal's
// progress carries it up to the objectives above.
package plan
