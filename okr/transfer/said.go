package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"time"

	"okrbot/okr"
)

// said is what a first reading of check-ins and comments tells: the latest of each item,
// and who made them.
type said struct {
	last     map[string]CheckIn // by item
	checkIns map[string]int     // how many an item has
	notes    map[string]int
	people   []Person
	total    int // of both
}

// listen reads all check-ins and comments once. It holds no more of them than one an item.
func listen(ctx context.Context, source Source) (said, error) {
	out := said{last: map[string]CheckIn{}, checkIns: map[string]int{}, notes: map[string]int{}}
	seen := map[Person]bool{}
	note := func(who Person) {
		if !seen[who] {
			seen[who] = true
			out.people = append(out.people, who)
		}
	}
	err := source.CheckIns(ctx, func(c CheckIn) error {
		note(c.By)
		out.checkIns[c.Item]++
		out.total++
		if last, known := out.last[c.Item]; !known || !c.At.Before(last.At) {
			c.Note = okr.Shorten(c.Note, okr.MaxNote)
			out.last[c.Item] = c
		}
		if out.total > MaxCheckIns {
			return tooMany("check-ins", MaxCheckIns)
		}
		return nil
	})
	if err != nil {
		return out, err
	}
	notes := 0
	err = source.Comments(ctx, func(c Comment) error {
		note(c.By)
		out.notes[c.Item]++
		out.total++
		if notes++; notes > MaxCheckIns {
			return tooMany("comments", MaxCheckIns)
		}
		return nil
	})
	return out, err
}

func tooMany(what string, limit int) error {
	return okr.Errorf(okr.Invalid, "The files have more than %s %s, the limit of an import. Import them in parts.", thousands(limit), what)
}

func thousands(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// importedCheckIns begins the ids of check-ins that were imported; no other one has it.
const importedCheckIns = okr.CheckInPrefix + "."

// checkInID is the id of a check-in of the source, the same whenever it is imported to the
// same goal.
func checkInID(goal okr.GoalID, key string) okr.CheckInID {
	sum := sha256.Sum256([]byte(string(goal) + "/" + key))
	return okr.CheckInID(importedCheckIns + base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:10]))
}

// key names a check-in among those of its item: by its id, else by what it says.
func (c CheckIn) key() string {
	if c.ID != "" {
		return "c" + c.ID
	}
	value := ""
	if c.Value != nil {
		value = strconv.FormatFloat(*c.Value, 'g', -1, 64)
	}
	return "c/" + c.At.UTC().Format(time.RFC3339) + "/" + c.By.Name + "/" + value + "/" + c.Note
}

func (c Comment) key() string {
	if c.ID != "" {
		return "m" + c.ID
	}
	return "m/" + c.At.UTC().Format(time.RFC3339) + "/" + c.By.Name + "/" + c.Text
}

// checkIn is what becomes of a check-in of a node; false: nothing that could be kept.
func (d *draft) checkIn(n *node, goal okr.GoalID, c CheckIn) (okr.CheckIn, bool) {
	out := okr.CheckIn{
		ID: checkInID(goal, c.key()), Goal: goal, At: c.At.UTC(), MadeAt: c.MadeAt.UTC(), By: d.people.is(c.By), Value: n.said(c.Value),
		Shown: c.Status, Note: okr.Shorten(okr.CleanText(c.Note), okr.MaxNote),
	}
	if out.MadeAt.IsZero() {
		out.MadeAt = out.At
	}
	if out.At.IsZero() {
		out.At = out.MadeAt
	}
	if n.item.ByHand && isByHand(n.goal, c.Status) {
		out.Status = c.Status
	}
	out.Backdated = okr.DateOf(out.At) != okr.DateOf(out.MadeAt)
	return out, !out.At.IsZero() && (out.Value != nil || out.Shown != "" || out.Note != "")
}

// note is what becomes of a comment.
func (d *draft) note(goal okr.GoalID, c Comment) (okr.CheckIn, bool) {
	out := okr.CheckIn{
		ID: checkInID(goal, c.key()), Goal: goal, At: c.At.UTC(), MadeAt: c.At.UTC(), By: d.people.is(c.By), Comment: true,
		Note: okr.Shorten(okr.CleanText(c.Text), okr.MaxNote),
	}
	return out, !out.At.IsZero() && out.Note != ""
}
