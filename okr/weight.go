package okr

import "time"

// Rolled is what the children of an objective make of it.
type Rolled struct {
	Progress  *float64  `json:"progress,omitempty"` // percent; nil: no child has data
	Counted   int       `json:"counted"`            // children that have data and weight
	Children  int       `json:"children"`           // children that contribute
	Closed    int       `json:"closed,omitempty"`   // of them
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
	fixed := make([]*float64, len(children))
	for i, c := range children {
		fixed[i] = c.Weight
	}
	weights, sum := Weights(fixed)
	out := Rolled{Children: len(children), Weights: sum}
	total, used := 0.0, 0.0
	for i, c := range children {
		if c.Progress == nil || weights[i] == 0 {
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
