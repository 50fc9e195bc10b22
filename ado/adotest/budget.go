package adotest

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Budget models the limits of Microsoft Learn, "Rate and usage limits": an
// identity may use Units in any sliding Window. Beyond that its answers are held
// and carry Retry-After; once twice that is used they are 429 TF400733. The page says
// neither what a call costs nor how long it is held, so both are a model here.
type Budget struct {
	Units  float64                 // 0 means 200, the published limit
	Window time.Duration           // 0 means 5 min, the published window
	CostOf func(op string) float64 // of an operation; nil means [CostOf]
	// Hold is the longest that an answer is really held, reached at twice Units.
	// 0 holds nothing: the headers come at once. The service holds up to 30 s.
	Hold time.Duration
}

// CostOf is the default cost of an operation in units. It is a model, not a fact:
// running a query costs most, reading a page of items less, the rest little.
// Only the proportions may teach anything.
func CostOf(op string) float64 {
	switch op {
	case OpQueryRun, OpQueryCount, OpWIQL:
		return 0.5
	case OpItemBatch, OpTypeList, OpRevisions:
		return 0.25
	}
	return 0.1
}

func (b Budget) orDefaults() Budget {
	if b.Units <= 0 {
		b.Units = 200
	}
	if b.Window <= 0 {
		b.Window = 5 * time.Minute
	}
	if b.CostOf == nil {
		b.CostOf = CostOf
	}
	return b
}

// spending is one call of an identity.
type spending struct {
	at   time.Time
	cost float64
}

// verdict is what the budget says about one call.
type verdict struct {
	cost, remaining float64
	over            float64 // use above the budget, as a part of it
	blocked         bool
	opens, reset    time.Duration
}

// SetBudget replaces Options.Budget; nil lifts it. What was used is forgotten.
func (c *Cloud) SetBudget(b *Budget) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.budget, c.spent = nil, map[string][]spending{}
	if b != nil {
		c.budget = new(b.orDefaults())
	}
}

// Used is what the user has spent in the present window, 0 without a budget.
func (c *Cloud) Used(oid string) float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.budget == nil {
		return 0
	}
	return total(c.window(strings.ToLower(oid)))
}

// window drops what is older and gives the rest. It wants the lock.
func (c *Cloud) window(who string) []spending {
	all, oldest := c.spent[who], c.now().Add(-c.budget.Window)
	for len(all) > 0 && !all[0].at.After(oldest) {
		all = all[1:]
	}
	c.spent[who] = all
	return all
}

func total(all []spending) float64 {
	sum := 0.0
	for _, s := range all {
		sum += s.cost
	}
	return sum
}

// charge books a call; one that is blocked costs nothing.
func (c *Cloud) charge(x *exchange) (Budget, verdict, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.budget == nil || x.session == nil || x.org == "" {
		return Budget{}, verdict{}, false
	}
	b, who := *c.budget, strings.ToLower(x.session.oid)
	all := c.window(who)
	v := verdict{cost: b.CostOf(x.op)}
	used := total(all)
	if v.blocked = used >= 2*b.Units; !v.blocked {
		all = append(all, spending{c.now(), v.cost})
		used += v.cost
		c.spent[who] = all
	}
	v.remaining, v.over = max(0, b.Units-used), max(0, used-b.Units)/b.Units
	for _, s := range all { // in the order in which they leave the window
		leaves := s.at.Add(b.Window).Sub(c.now())
		if used > b.Units {
			v.opens = leaves
		}
		used -= s.cost
		v.reset = leaves
	}
	return b, v, true
}

// metered answers under the budget.
func (c *Cloud) metered(x *exchange, next func() answer) answer {
	b, v, on := c.charge(x)
	switch {
	case !on:
		return next()
	case v.blocked:
		return c.budgetHeaders(c.blocked(), b, v)
	case v.over > 0 && !x.wait(c.delay(b, v)):
		return answer{}
	}
	return c.budgetHeaders(next(), b, v)
}

func (c *Cloud) delay(b Budget, v verdict) time.Duration {
	return time.Duration(float64(b.Hold) * min(1, v.over)).Round(time.Millisecond)
}

func (c *Cloud) blocked() answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.modes[ModeTextThrottle] {
		return answer{status: http.StatusTooManyRequests, body: []byte(blocked)}.with("Content-Type", "text/plain")
	}
	return c.coded(http.StatusTooManyRequests, "RequestBlockedException", blocked)
}

// budgetHeaders writes the headers of the page. X-RateLimit-Delay and
// Retry-After come only once answers are held.
func (c *Cloud) budgetHeaders(a answer, b Budget, v verdict) answer {
	a = a.with("X-RateLimit-Resource", "WorkItemTrackingResource").
		with("X-RateLimit-Limit", decimal(b.Units)).with("X-RateLimit-Remaining", decimal(v.remaining)).
		with("X-RateLimit-Reset", strconv.FormatInt(c.now().Add(v.reset).Unix(), 10))
	if c.on(ModeSendCost) {
		a = a.with("X-RateLimit-Cost", decimal(v.cost))
	}
	if v.over > 0 {
		a = a.with("X-RateLimit-Delay", fmt.Sprintf("%.3f", c.delay(b, v).Seconds())).
			with("Retry-After", strconv.Itoa(int(math.Ceil(v.opens.Seconds()))))
	}
	return a
}

func decimal(f float64) string { return strconv.FormatFloat(math.Round(f*1000)/1000, 'f', -1, 64) }

// on is for callers without the lock.
func (c *Cloud) on(m Mode) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.modes[m]
}

// wait passes time until d is over or the caller is gone, which it reports as
// false.
func (x *exchange) wait(d time.Duration) bool {
	if d <= 0 {
		return x.r.Context().Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-x.r.Context().Done():
		return false
	}
}
