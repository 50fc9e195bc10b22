package transfer

import (
	"context"
	"slices"

	"okrbot/okr"
)

// titleBoth is the finding of goals that were changed on both sides.
const titleBoth = "Changed on both sides: they stay as they are here"

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
		k, err := s.lookUp(ctx, tenant, chunk)
		if err != nil {
			return t, err
		}
		for _, n := range chunk {
			if err := d.compare(n, k, &t); err != nil {
				return t, err
			}
		}
	}
	return t, nil
}

// compare counts what becomes of a node.
func (d *draft) compare(n *node, k known, t *okr.ImportTally) error {
	was, came := k.imported[n.id]
	g, isThere := k.goals[was.Goal]
	if !came || !isThere {
		t.Made++
		return nil
	}
	if g.Deleted != nil {
		t.Kept++
		d.findings.add(okr.FindingKnown, titleBoth, n.item.Row, "%s was deleted here. Restore it to have it again.", g.ID)
		return nil
	}
	parent, found := k.parentOf(n, k.goals)
	if !found {
		parent = k.goals[g.Parent]
	}
	m, err := d.merge(n, was, g, parent)
	switch {
	case err != nil:
		return err
	case len(m.conflicts) > 0:
		t.Kept++
		d.findings.add(okr.FindingKnown, titleBoth, n.item.Row, "The %s of %s was changed here and in the source.", okr.FieldNames(m.conflicts), g.ID)
	case len(m.taken) > 0:
		t.Changed++
	default:
		t.Same++
	}
	return nil
}
