package okr

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// EditConflict is the cause of the [Conflict] of an edit that came second: since
// its form was opened others changed the same fields.
type EditConflict struct {
	By     []Person  // who edited the goal since; empty: nobody knows any more
	At     time.Time // of the last of these edits
	Fields []ConflictField
	Now    Goal // as it stands
	Merged Goal // with what only one side changed, and of what both changed what the edit says
}

// ConflictField is a field that both sides changed, to different values, in words.
type ConflictField struct {
	Field  GoalField
	Before string // empty also where nobody knows any more
	Theirs string
	Yours  string
}

// Error implements error. It is for the log, and so names no value.
func (c *EditConflict) Error() string {
	ids := make([]string, len(c.Fields))
	for i, f := range c.Fields {
		ids[i] = f.Field.ID
	}
	return "both changed " + strings.Join(ids, ", ")
}

// Who names the people who edited the goal meanwhile.
func (c *EditConflict) Who() string {
	if len(c.By) == 0 {
		return "Somebody else"
	}
	return JoinNames(c.By)
}

// merged is the goal after the input: what only the input or only others changed
// since its form was opened. Conflict, because of an [EditConflict]: both changed
// the same.
func (g Goal) merged(in GoalInput) (Goal, error) {
	base, known, err := g.asOf(in.Version)
	if err != nil {
		return g, err
	}
	mine, c := in.over(base), EditConflict{Now: g, Merged: g}
	for _, f := range GoalFields() {
		if !f.In(g.Kind) {
			continue
		}
		v, err := f.values(base, mine, g)
		if err != nil {
			return g, err
		}
		was, typed, stands := string(v[0]), string(v[1]), string(v[2])
		if !known {
			was = ""
		}
		if typed == was || typed == stands {
			continue
		}
		if stands != was {
			c.Fields = append(c.Fields, f.conflict(base, mine, g, known))
		}
		if err := f.set(&c.Merged, v[1]); err != nil {
			return g, err
		}
	}
	if len(c.Fields) > 0 {
		return g, c.refusal(in.Version)
	}
	return c.Merged, nil
}

// values are the field of some goals, for comparing them.
func (f GoalField) values(goals ...Goal) ([]json.RawMessage, error) {
	out := make([]json.RawMessage, len(goals))
	for i, g := range goals {
		raw, err := f.value(g)
		if err != nil {
			return nil, err
		}
		out[i] = raw
	}
	return out, nil
}

// conflict puts the three values of a field into words.
func (f GoalField) conflict(base, mine, now Goal, known bool) ConflictField {
	c := ConflictField{Field: f, Theirs: f.Words(now), Yours: f.Words(mine)}
	if known {
		c.Before = f.Words(base)
	}
	return c
}

// refusal says who changed what since a version.
func (c *EditConflict) refusal(version int) error {
	c.Fields = onePeriod(c.Fields)
	c.By, c.At, _ = c.Now.ChangedSince(version, "")
	who, what := c.Who(), make([]string, len(c.Fields))
	for i, f := range c.Fields {
		what[i] = f.Field.Label
	}
	id := c.Now.ID
	return &Error{Kind: Conflict, Field: c.Fields[0].Field.ID, Err: c, Msg: fmt.Sprintf(
		"%s changed %s after you opened this form: %s. Nothing of yours was saved. Look at it again, then edit it.",
		who, id, strings.Join(what, ", ")), Next: []Step{{Kind: StepShow, Goal: id}}}
}

// onePeriod names another period once, and not its name and dates besides.
func onePeriod(fields []ConflictField) []ConflictField {
	i := slices.IndexFunc(fields, func(c ConflictField) bool { return c.Field.Kind == FieldPeriod })
	if i < 0 {
		return fields
	}
	var out []ConflictField
	for j, c := range fields {
		if j == i || c.Field.Kind != FieldPeriod && c.Field.Kind != FieldDate {
			out = append(out, c)
		}
	}
	return out
}

// ChangedSince says who edited the goal after a version, besides one person, when
// the last of them did, and the labels of what they changed.
func (g Goal) ChangedSince(version int, besides UserID) (by []Person, at time.Time, labels []string) {
	for _, e := range g.Edits {
		if e.Version <= version || e.By.ID == besides {
			continue
		}
		by, at = append(by, e.By), e.At
		for id := range e.Old {
			labels = append(labels, fieldLabel(id))
		}
	}
	slices.Sort(labels)
	return distinct(by), at, slices.Compact(labels)
}
