package okr

import "time"

// Rolled is what the children of an objective make of it.
type Rolled struct {
	Progress  *float64  `json:"progress,omitempty"`  // percent; nil: no child has data
	Counted   int       `json:"counted"`             // children that have data and weight
	Children  int       `json:"children"`            // children that contribute
	Below     int       `json:"below,omitempty"`     // all children, also those that do not contribute
	Unstarted int       `json:"unstarted,omitempty"` // of those that are counted: open, and nobody has begun
	Closed    int       `json:"closed,omitempty"`    // of the children
	Postponed int       `json:"postponed,omitempty"`
	Weights   float64   `json:"weights,omitempty"` // what the weights sum to; 100 unless all are fixed or too large
	At        time.Time `json:"at"`                // when it last changed
}

// Contribution is a child of an objective as the roll-up takes it.
type Contribution struct {
	Weight   *float64 // fixed percent of 0 to 100; nil: free
	Progress *float64 // percent; nil: no data
}

// Weights gives each child its weight in percent (formula F4): fixed ones are
// kept, the free ones share what is left of 100 equally. The sum is 100 unless
// all are fixed, or the fixed ones exceed it; then the roll-up takes them in
// proportion.
func Weights(fixed []*float64) (weights []float64, sum float64) {
	free := 0
	for _, w := range fixed {
		if w == nil {
			free++
		} else {
			sum += *w
		}
	}
	share := 0.0
	if free > 0 && sum < 100 {
		share = (100 - sum) / float64(free)
	}
	weights = make([]float64, len(fixed))
	sum = 0
	for i, w := range fixed {
		weights[i] = share
		if w != nil {
			weights[i] = *w
		}
		sum += weights[i]
	}
	return weights, sum
}

// RollUp is the weighted average of the children that have data (formulas F3 and
// F4). The weight of a child without data is shared by the others in proportion.
func RollUp(children []Contribution) Rolled {
	weights, sum := Weights(fixedOf(children))
	out := Rolled{Weights: sum}
	total, used := 0.0, 0.0
	for i, c := range children {
		if weights[i] == 0 {
			continue // it does not contribute
		}
		out.Children++
		if c.Progress == nil {
			continue
		}
		out.Counted++
		total += weights[i] * *c.Progress
		used += weights[i]
	}
	if used > 0 {
		p := total / used
		out.Progress = &p
	}
	return out
}

// Roll adds up the children of an objective. One that is postponed has no say in
// the progress any more; one that is closed keeps what it reached.
func (r WeightsRule) Roll(children []Goal) Rolled {
	contributing := r.contributors(children)
	parts := make([]Contribution, 0, len(contributing))
	for _, g := range contributing {
		parts = append(parts, r.contribution(*g))
	}
	out := RollUp(parts)
	out.Below = len(children)
	weights, _ := Weights(fixedOf(parts))
	for i, g := range contributing {
		switch {
		case weights[i] == 0: // others take all of the weight
		case g.IsOpen():
			if parts[i].Progress != nil && g.isUnstarted() {
				out.Unstarted++
			}
		case g.Closed.State == StatusClosed:
			out.Closed++
		default:
			out.Postponed++
		}
	}
	return out
}

func fixedOf(parts []Contribution) []*float64 {
	fixed := make([]*float64, len(parts))
	for i, c := range parts {
		fixed[i] = c.Weight
	}
	return fixed
}

func (r WeightsRule) contribution(g Goal) Contribution {
	c := Contribution{Weight: g.Weight}
	if r.Equal {
		c.Weight = nil
	}
	if raw := g.LeafProgress(); raw != nil && (g.IsOpen() || g.Closed.State == StatusClosed) {
		shown := clamp(*raw)
		c.Progress = &shown
	}
	return c
}

// contributors leaves out what has no say: baselines always, projects by the
// rule.
func (r WeightsRule) contributors(children []Goal) []*Goal {
	var outcome, work []*Goal
	for i := range children {
		switch g := &children[i]; {
		case g.Kind == Project:
			work = append(work, g)
		case g.Metric == nil || g.Metric.Type != Baseline:
			outcome = append(outcome, g)
		}
	}
	switch {
	case r.Projects == ProjectsAlways:
		return append(outcome, work...)
	case len(outcome) == 0 && r.Projects == ProjectsAlone:
		return work
	}
	return outcome
}

// Share is what a child has in its objective, in percent.
type Share struct {
	Weight float64 // of all that contribute
	Taken  float64 // of those that have a say now; 0: it has none, for want of data or as it was postponed
}

// Shares gives each child that contributes its share, scaled so that they sum to 100.
func (r WeightsRule) Shares(children []Goal) map[GoalID]Share {
	contributing := r.contributors(children)
	fixed, says := make([]*float64, len(contributing)), make([]bool, len(contributing))
	for i, g := range contributing {
		c := r.contribution(*g)
		fixed[i], says[i] = c.Weight, c.Progress != nil
	}
	weights, sum := Weights(fixed)
	used := 0.0
	for i, w := range weights {
		if says[i] {
			used += w
		}
	}
	out := map[GoalID]Share{}
	for i, g := range contributing {
		if sum > 0 {
			out[g.ID] = Share{Weight: weights[i] * 100 / sum}
		}
		if says[i] && used > 0 {
			out[g.ID] = Share{Weight: weights[i] * 100 / sum, Taken: weights[i] * 100 / used}
		}
	}
	return out
}

// Same says whether both say the same, whenever they were computed.
func (r Rolled) Same(other Rolled) bool {
	a, b := r, other
	a.Progress, b.Progress, a.At, b.At = nil, nil, time.Time{}, time.Time{}
	return a == b && same(r.Progress, other.Progress)
}
