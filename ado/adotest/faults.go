package adotest

import (
	"path"
	"strings"
)

// Rule says which requests meet a fault.
type Rule struct {
	Op    string // glob over the Op constants, such as "wiql.*"; empty means any
	Path  string // glob over the decoded path, * also matches slashes; empty means any
	User  string // object id of the token's user; empty means any
	Skip  int    // this many matching requests pass first
	Count int    // this many are hit; 0 means until the rule is cancelled
	Fault Fault
}

type activeRule struct {
	Rule
	seen, hit int
}

// Fail adds a rule; of several that match the oldest wins. The returned
// function withdraws it.
func (c *Cloud) Fail(r Rule) (cancel func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	active := &activeRule{Rule: r}
	c.faults = append(c.faults, active)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.drop(active)
	}
}

// ClearFaults withdraws every rule.
func (c *Cloud) ClearFaults() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = nil
}

func (c *Cloud) drop(gone *activeRule) {
	var keep []*activeRule
	for _, r := range c.faults {
		if r != gone {
			keep = append(keep, r)
		}
	}
	c.faults = keep
}

// takeFault finds the rule for a request and uses it up.
func (c *Cloud) takeFault(x *exchange) (Fault, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.faults {
		if !r.matches(x) {
			continue
		}
		r.seen++
		if r.seen <= r.Skip {
			continue
		}
		r.hit++
		if r.Count > 0 && r.hit >= r.Count {
			c.drop(r)
		}
		return r.Fault, true
	}
	return Fault{}, false
}

func (r *activeRule) matches(x *exchange) bool {
	if r.Op != "" && !glob(r.Op, x.op) {
		return false
	}
	if r.Path != "" && !glob(r.Path, x.r.URL.Path) {
		return false
	}
	return r.User == "" || x.session != nil && strings.EqualFold(r.User, x.session.oid)
}

// glob is path.Match without regard to case in which * also spans slashes.
func glob(pattern, name string) bool {
	flat := func(s string) string { return strings.ReplaceAll(strings.ToLower(s), "/", "\x00") }
	ok, err := path.Match(flat(pattern), flat(name))
	return ok && err == nil
}
