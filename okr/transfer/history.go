package transfer

import (
	"context"
	"fmt"
	"slices"

	"okrbot/okr"
)

// historyBatch is how many check-ins or comments are kept at once.
const historyBatch = 500

// heard is a check-in or comment of the source, about a node.
type heard struct {
	node   *node
	number string // in the source; empty: it has none
	become func(goal okr.GoalID) (okr.CheckIn, bool)
}

// writeCheckIns writes the check-ins, as they are read.
func (w *writer) writeCheckIns(ctx context.Context) error {
	count := func(c *okr.ImportTally, n int) { c.CheckIns += n }
	h := w.hearing(count)
	err := w.d.source.CheckIns(ctx, func(c CheckIn) error {
		n := w.d.nodes[c.Item]
		return h.take(ctx, n, c.ID, func(goal okr.GoalID) (okr.CheckIn, bool) { return w.d.checkIn(n, goal, c) })
	})
	if err != nil {
		return err
	}
	return h.flush(ctx)
}

// writeNotes writes the comments, as they are read.
func (w *writer) writeNotes(ctx context.Context) error {
	count := func(c *okr.ImportTally, n int) { c.Notes += n }
	h := w.hearing(count)
	err := w.d.source.Comments(ctx, func(c Comment) error {
		return h.take(ctx, w.d.nodes[c.Item], c.ID, func(goal okr.GoalID) (okr.CheckIn, bool) { return w.d.note(goal, c) })
	})
	if err != nil {
		return err
	}
	return h.flush(ctx)
}

// hearing gathers what is read until there is enough to be kept.
type hearing struct {
	w     *writer
	count func(*okr.ImportTally, int)
	seen  int // of the source
	read  int // of those since the last batch
	batch []heard
}

func (w *writer) hearing(count func(*okr.ImportTally, int)) *hearing {
	return &hearing{w: w, count: count}
}

// take takes what was read next. What was written before is passed over.
func (h *hearing) take(ctx context.Context, n *node, number string, become func(okr.GoalID) (okr.CheckIn, bool)) error {
	if h.seen++; h.seen <= h.w.at.At {
		return nil
	}
	h.read++
	if n != nil && !n.left {
		h.batch = append(h.batch, heard{n, number, become})
	}
	if h.read < min(historyBatch, h.w.Slice) {
		return nil
	}
	read := h.read
	if err := h.flush(ctx); err != nil {
		return err
	}
	return h.w.spend(read)
}

// flush keeps what was gathered.
func (h *hearing) flush(ctx context.Context) error {
	if h.read == 0 {
		return nil
	}
	w := h.w
	if err := w.find(ctx, h.batch); err != nil {
		return err
	}
	var list []okr.CheckIn
	numbers := map[okr.CheckInID]string{}
	for _, said := range h.batch {
		goal := w.goals[said.node.id]
		if goal == "" {
			continue
		}
		c, ok := said.become(goal)
		if _, twice := numbers[c.ID]; ok && !twice {
			numbers[c.ID] = said.number
			list = append(list, c)
		}
	}
	list, err := w.newOnes(ctx, list)
	if err == nil {
		list, err = w.notFromHere(ctx, list, numbers)
	}
	if err != nil {
		return err
	}
	read, about := h.read, len(h.batch)
	h.read, h.batch = 0, nil
	return w.keep(ctx, nil, func(_ []okr.Goal, b *okr.ImportBatch) error {
		b.CheckIns = list
		for _, c := range list {
			if w.older[c.Goal] {
				b.Added = append(b.Added, c.ID)
			}
		}
		h.count(&b.Cursor.Counts, len(list))
		return nil
	}, func(at *okr.ImportCursor) { at.At, at.Done = at.At+read, at.Done+about })
}

// find looks up the goals that are talked about.
func (w *writer) find(ctx context.Context, batch []heard) error {
	var ids []string
	for _, said := range batch {
		if _, known := w.goals[said.node.id]; !known {
			ids = append(ids, said.node.id)
		}
	}
	return w.findGoals(ctx, ids)
}

func (w *writer) findGoals(ctx context.Context, ids []string) error {
	slices.Sort(ids)
	for chunk := range slices.Chunk(slices.Compact(ids), 2*batch) {
		found, err := w.Shelf.Imported(ctx, w.tenant, chunk)
		if err != nil {
			return err
		}
		for _, id := range chunk {
			w.goals[id] = found[id].Goal
			if found[id].Made != w.i.ID {
				w.older[found[id].Goal] = true
			}
		}
	}
	return nil
}

// newOnes leaves out check-ins that came before. Where no goal came before, none did. One
// that says something else in the source now, and that nobody changed here, says so, too.
func (w *writer) newOnes(ctx context.Context, list []okr.CheckIn) ([]okr.CheckIn, error) {
	if c := w.at.Counts; c.Changed+c.Same+c.Kept == 0 || len(list) == 0 {
		return list, nil
	}
	ids := make([]okr.CheckInID, len(list))
	for i, c := range list {
		ids[i] = c.ID
	}
	read, err := w.Store.CheckIns().GetMany(ctx, w.tenant, ids)
	if err != nil {
		return nil, err
	}
	there := map[okr.CheckInID]okr.CheckIn{}
	for _, c := range read {
		there[c.ID] = c
	}
	var fresh []okr.CheckIn
	for _, c := range list {
		before, isThere := there[c.ID]
		if !isThere {
			fresh = append(fresh, c)
		} else if err := w.sayAgain(ctx, before, c); err != nil {
			return nil, err
		}
	}
	return fresh, nil
}

// notFromHere leaves out what goals of before have already under another id, because an
// export from here holds it: what has the number that exports give it, and in tables, which
// have no numbers, what says the same at the same second.
func (w *writer) notFromHere(ctx context.Context, list []okr.CheckIn, numbers map[okr.CheckInID]string) ([]okr.CheckIn, error) {
	var indexes []string
	for _, c := range list {
		if w.older[c.Goal] {
			indexes = append(indexes, okr.CheckInIndex(c.Goal))
		}
	}
	if len(indexes) == 0 || !w.d.mayBeOf(w.tenant) {
		return list, nil
	}
	slices.Sort(indexes)
	there, err := w.Store.CheckIns().Lists(ctx, w.tenant, slices.Compact(indexes))
	if err != nil {
		return nil, err
	}
	has := map[string]bool{}
	for _, c := range slices.Concat(there...) {
		has[checkInNumber(w.tenant, c.ID)], has[saying(c)] = true, true
	}
	return slices.DeleteFunc(list, func(c okr.CheckIn) bool {
		number := numbers[c.ID]
		return w.older[c.Goal] && (has[number] || number == "" && has[saying(c)])
	}), nil
}

// saying is what a check-in or comment says, of which goal and when, to the second.
func saying(c okr.CheckIn) string {
	value := ""
	if c.Value != nil {
		value = okr.PlainNumber(*c.Value)
	}
	return fmt.Sprintf("%s/%d/%t/%s/%s", c.Goal, c.At.Unix(), c.Comment, value, c.Note)
}

// sayAgain lets a check-in say what it says in the source now, unless somebody changed it
// here.
func (w *writer) sayAgain(ctx context.Context, before, c okr.CheckIn) error {
	if saysSame(before, c) || !before.EditedAt.IsZero() || before.IsUndone() {
		return nil
	}
	_, err := w.Store.CheckIns().Update(ctx, w.tenant, c.ID, func(now *okr.CheckIn) error {
		if now.EditedAt.IsZero() && !now.IsUndone() {
			now.At, now.MadeAt, now.By, now.Value, now.Status, now.Shown, now.Note, now.Backdated = c.At, c.MadeAt, c.By, c.Value, c.Status, c.Shown, c.Note, c.Backdated
		}
		return nil
	})
	return okr.IgnoreNotFound(err)
}

func saysSame(a, b okr.CheckIn) bool {
	sameValue := a.Value == b.Value || a.Value != nil && b.Value != nil && okr.SameNumber(*a.Value, *b.Value)
	return sameValue && a.At.Equal(b.At) && a.MadeAt.Equal(b.MadeAt) && a.By == b.By && a.Note == b.Note && a.Shown == b.Shown && a.Status == b.Status
}
