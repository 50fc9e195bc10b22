package files

import (
	"cmp"
	"context"
	"time"

	"okrbot/okr"
	"okrbot/okr/transfer"
)

// loadStreams counts check-ins and comments.
func (o *opening) loadStreams(ctx context.Context) error {
	s := o.set
	s.checkIns = stream[transfer.CheckIn]{noun: "check-in", nouns: "check-ins", max: o.checkIns, held: o.held, mark: func(c transfer.CheckIn) mark {
		return mark{c.Item, c.ID, len(c.Note) + len(c.By.Name) + len(c.By.Email)}
	}}
	s.comments = stream[transfer.Comment]{noun: "comment", nouns: "comments", max: o.comments, held: o.held, mark: func(c transfer.Comment) mark {
		return mark{c.Item, c.ID, len(c.Text) + len(c.By.Name) + len(c.By.Email)}
	}}
	for _, p := range o.parts {
		switch p.kind {
		case jsonCheckIns:
			s.checkIns.sources = append(s.checkIns.sources, source[transfer.CheckIn]{true, p.checkIns})
		case jsonComments:
			s.comments.sources = append(s.comments.sources, source[transfer.Comment]{true, p.comments})
		}
	}
	for _, p := range o.parts {
		if p.kind == "" {
			s.checkIns.sources = append(s.checkIns.sources, o.tableCheckIns(p))
		}
	}
	isItem := func(id string) bool { _, ok := o.at[id]; return ok }
	if err := s.checkIns.count(ctx, isItem); err != nil {
		return err
	}
	if err := s.comments.count(ctx, isItem); err != nil {
		return err
	}
	s.bundle.CheckIns, s.bundle.Comments = s.checkIns.given, s.comments.given
	o.sayOrphaned(s.checkIns.orphaned, "check-in", "check-ins")
	o.sayOrphaned(s.comments.orphaned, "comment", "comments")
	return nil
}

func (o *opening) sayOrphaned(n int, one, many string) {
	if n > 0 {
		o.add(okr.FindingLeft, findOrphaned, okr.ImportRow{}, counted(n, one, many)+" belong to items that aren't in the files. Add the file with the items.")
	}
}

// checkIns reads the check-ins of a file of an organization export.
func (p *part) checkIns(ctx context.Context, do func(transfer.CheckIn) error) error {
	return eachRecord(ctx, p.text, func(n int, rec jsonCheckIn, _ string) error { return do(p.checkIn(n, rec)) })
}

func (p *part) checkIn(n int, rec jsonCheckIn) transfer.CheckIn {
	c := transfer.CheckIn{
		Row: okr.ImportRow{File: p.file, Row: n, ID: line(string(rec.ID), okr.MaxName)},
		ID:  line(string(rec.ID), okr.MaxName), Item: line(string(rec.Item), okr.MaxName),
		At: dialect{}.moment(string(cmp.Or(rec.Own.At, rec.Date))), MadeAt: dialect{}.moment(string(cmp.Or(rec.Own.MadeAt, rec.Activity))),
		By: shortPerson(rec.By.person()), Value: rec.Value.v, Rounded: rec.Value.rounded, Note: plainNote(rec.Note),
	}
	c.Status, _ = statusOf(string(rec.Status))
	c.At, c.MadeAt = bothTimes(c.At, c.MadeAt)
	return c
}

// bothTimes gives the day that a check-in tells of and when it was written, where a file
// knows only one of them.
func bothTimes(at, made time.Time) (time.Time, time.Time) {
	if at.IsZero() {
		return made, made
	}
	if made.IsZero() {
		return at, at
	}
	return at, made
}

func shortPerson(p transfer.Person) transfer.Person {
	return transfer.Person{ID: line(p.ID, okr.MaxName), Name: line(p.Name, okr.MaxTitle), Email: line(p.Email, okr.MaxTitle), Account: okr.UserID(line(string(p.Account), okr.MaxName))}
}

// comments reads the comments of a file of an organization export.
func (p *part) comments(ctx context.Context, do func(transfer.Comment) error) error {
	return eachRecord(ctx, p.text, func(n int, rec jsonComment, _ string) error {
		return do(transfer.Comment{
			Row: okr.ImportRow{File: p.file, Row: n, ID: line(string(rec.ID), okr.MaxName)},
			ID:  line(string(rec.ID), okr.MaxName), Item: line(string(rec.Item), okr.MaxName),
			At: dialect{}.moment(string(cmp.Or(rec.Own.At, rec.At))), By: shortPerson(rec.By.person()), Text: lines(string(rec.Text)),
		})
	})
}

// tableCheckIns reads the check-ins in the cells of a table, those of an item from the
// oldest to the newest.
func (o *opening) tableCheckIns(p *part) source[transfer.CheckIn] {
	return source[transfer.CheckIn]{each: func(ctx context.Context, do func(transfer.CheckIn) error) error {
		ids := p.newIDs()
		return p.rows(ctx, func(r row) error {
			id := ids.of(r)
			for _, t := range checkInsOf(r) {
				c := t.checkIn(p, r, id, r.get(colUnit))
				c.By = o.people.is(c.By)
				if err := do(c); err != nil {
					return err
				}
			}
			return nil
		})
	}}
}
