// Package measure is the activity of measuring: a key result or project is bound to
// a shared query, the query is run, and what it says is recorded with what changed.
// A failure keeps the last value and tells whoever can mend it.
package measure
