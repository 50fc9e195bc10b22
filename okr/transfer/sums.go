package transfer

import (
	"math"
	"slices"

	"okrbot/okr"
)

// weigh leaves out weights that say no more than that all count the same: who adds one
// later shares with the others then.
func (d *draft) weigh() {
	for _, n := range d.order {
		if n.kind == okr.Objective && sharesEqually(n.children) {
			for _, c := range n.children {
				c.goal.Weight = nil
			}
		}
	}
}

func sharesEqually(children []*node) bool {
	sum := 0.0
	for _, c := range children {
		w := c.goal.Weight
		if w == nil || math.Abs(*w-*children[0].goal.Weight) > 0.02 {
			return false
		}
		sum += *w
	}
	return len(children) > 0 && math.Abs(sum-100) <= 0.02*float64(len(children))+0.01
}

// isOwn says whether the source is an export of okrbot.
func (d *draft) isOwn() bool { return d.source.Bundle().Tenant != "" }

// mayBeOf says whether a tenant may have exported the source; tables do not say whose they
// are.
func (d *draft) mayBeOf(tenant okr.TenantID) bool {
	from := d.source.Bundle().Tenant
	return from == "" || from == tenant
}

// addUp adds up objectives from the lowest level on, and lets what nothing adds up to keep
// the value that the source has.
func (d *draft) addUp() {
	for _, n := range slices.Backward(d.order) {
		switch n.kind {
		case okr.Objective:
			rolled := d.roll(n)
			if v := n.item.Value; d.isOwn() && v != nil && !n.goal.IsOpen() && n.item.Feed == FeedChildren {
				rolled.Progress = v // it stays as it ended
			}
			n.goal.Rolled = &rolled // and not as a change, which would end what people set
			if rolled.Progress == nil || d.isOwn() && n.item.Feed == FeedManual {
				d.keepValue(n)
			}
		case okr.Project:
			if len(n.goal.Tasks) == 0 || n.item.Feed == FeedManual && (d.isOwn() || !tasksSay(n)) {
				d.keepValue(n)
			}
		}
	}
}

// tasksSay says whether the checklist makes the progress that people gave a project, to the
// percent: then it goes on from there.
func tasksSay(n *node) bool {
	made, said := okr.TaskProgress(n.goal.Tasks), n.said(n.item.Value)
	return made != nil && said != nil && math.Round(*made) == math.Round(*said)
}

// roll is what the children of a node make.
func (d *draft) roll(n *node) okr.Rolled {
	var goals []okr.Goal
	for _, c := range n.children {
		if !c.left {
			goals = append(goals, c.goal)
		}
	}
	r := d.settings.WeightsRule.Roll(goals)
	r.At = d.imported.At
	return r
}

// keepValue sets the progress that the source has by hand. A goal without any has none.
func (d *draft) keepValue(n *node) {
	v := n.said(n.item.Value)
	if v == nil || *v == 0 && n.item.Feed != FeedManual || *v < 0 || math.IsNaN(*v) || math.IsInf(*v, 0) {
		return
	}
	at, value := d.saidAt(n), *v
	o := okr.Override{By: n.goal.Owner, At: at}
	if n.goal.Manual != nil {
		o = *n.goal.Manual
	}
	o.Value, o.LastsUntilResumed = &value, n.item.Lasting
	n.goal.Manual = &o
	if n.goal.MovedAt.IsZero() {
		n.goal.MovedAt = at
	}
}
