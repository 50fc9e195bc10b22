package transfer

import (
	"context"
	"slices"

	"okrbot/okr"
)

// historyBatch is how many check-ins or comments are kept at once.
const historyBatch = 500

// heard is a check-in or comment of the source, about a node.
type heard struct {
	node *node
	make func(goal okr.GoalID) (okr.CheckIn, bool)
}

// writeCheckIns writes the check-ins, as they are read.
func (w *writer) writeCheckIns(ctx context.Context) error {
	count := func(c *okr.ImportTally, n int) { c.CheckIns += n }
	h := w.hearing(count)
	err := w.d.source.CheckIns(ctx, func(c CheckIn) error {
		n := w.d.nodes[c.Item]
		return h.take(ctx, n, func(goal okr.GoalID) (okr.CheckIn, bool) { return w.d.checkIn(n, goal, c) })
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
		return h.take(ctx, w.d.nodes[c.Item], func(goal okr.GoalID) (okr.CheckIn, bool) { return w.d.note(goal, c) })
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
func (h *hearing) take(ctx context.Context, n *node, make func(okr.GoalID) (okr.CheckIn, bool)) error {
	if h.seen++; h.seen <= h.w.at.At {
		return nil
	}
	h.read++
	if n != nil && !n.left {
		h.batch = append(h.batch, heard{n, make})
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
	have := map[okr.CheckInID]bool{}
	for _, said := range h.batch {
		goal := w.goals[said.node.id]
		if goal == "" {
			continue
		}
		if c, ok := said.make(goal); ok && !have[c.ID] {
			have[c.ID] = true
			list = append(list, c)
		}
	}
	list, err := w.newOnes(ctx, list)
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

// newOnes leaves out check-ins that came before. Where no goal came before, none did.
func (w *writer) newOnes(ctx context.Context, list []okr.CheckIn) ([]okr.CheckIn, error) {
	if c := w.at.Counts; c.Changed+c.Same+c.Kept == 0 || len(list) == 0 {
		return list, nil
	}
	ids := make([]okr.CheckInID, len(list))
	for i, c := range list {
		ids[i] = c.ID
	}
	there, err := w.Shelf.CheckInsThere(ctx, w.tenant, ids)
	return slices.DeleteFunc(list, func(c okr.CheckIn) bool { return there[c.ID] }), err
}
