package transfer

import (
	"context"
	"slices"

	"okrbot/okr"
)

// titleBoth is the finding of goals that were changed on both sides.
const titleBoth = "Changed here and in the file: kept as they are here"

// tally counts what an import would write, beside what came before.
func (s *Service) tally(ctx context.Context, tenant okr.TenantID, d *draft) (okr.ImportTally, error) {
	t := okr.ImportTally{Left: d.findings.left}
	for id, n := range d.said.checkIns {
		if d.nodes[id] != nil && !d.nodes[id].left {
			t.CheckIns += n
		}
	}
	for id, n := range d.said.notes {
		if d.nodes[id] != nil && !d.nodes[id].left {
			t.Notes += n
		}
	}
	for chunk := range slices.Chunk(d.coming(), batch) {
		k, err := s.lookUp(ctx, tenant, d, chunk)
		if err != nil {
			return t, err
		}
		for _, n := range chunk {
			if err := s.compare(ctx, tenant, d, n, k, &t); err != nil {
				return t, err
			}
		}
	}
	return t, nil
}

// compare counts what becomes of a node.
func (s *Service) compare(ctx context.Context, tenant okr.TenantID, d *draft, n *node, k known, t *okr.ImportTally) error {
	was, came := k.imported[n.id]
	g, isThere := k.goals[was.Goal]
	if !came || !isThere {
		t.Made++
		return nil
	}
	if g.Deleted != nil {
		t.Kept++
		d.findings.add(okr.FindingKnown, titleBoth, n.item.Row, "%s was deleted here. You can restore it.", g.ID)
		return nil
	}
	parent, found := k.parentOf(n, k.goals)
	if !found {
		parent = k.goals[g.Parent]
	}
	m, err := d.merge(n, was, g, parent, s.standsAbove(ctx, tenant, g.ID, k.goals))
	switch {
	case err != nil:
		return err
	case len(m.conflicts) > 0:
		t.Kept++
		d.findings.add(okr.FindingKnown, titleBoth, n.item.Row, "The %s of %s changed here and in the file.", okr.FieldNames(m.conflicts), g.ID)
	case len(m.taken) > 0:
		t.Changed++
	default:
		t.Same++
	}
	return nil
}

// standsAbove says whether a goal stands above another one, or is it.
func (s *Service) standsAbove(ctx context.Context, tenant okr.TenantID, id okr.GoalID, known map[okr.GoalID]okr.Goal) func(okr.Goal) (bool, error) {
	return func(at okr.Goal) (bool, error) {
		for range okr.MaxDepth + 1 {
			if at.ID == id || at.Parent == id {
				return true, nil
			}
			above, isKnown := known[at.Parent]
			if !isKnown && at.Parent != "" {
				var err error
				if above, err = s.Store.Goals().Get(ctx, tenant, at.Parent); okr.IgnoreNotFound(err) != nil {
					return false, err
				}
			}
			if at = above; at.ID == "" {
				return false, nil
			}
		}
		return true, nil
	}
}
