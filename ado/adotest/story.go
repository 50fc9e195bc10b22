package adotest

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// StoryTag marks the items that the story moves; the seed puts it on the work
// behind its launch queries.
const StoryTag = "story"

// maxCast bounds the items that the story makes of an organization, since a
// demo may run for days; from there on it reopens instead of adding.
const maxCast = 200

type storyState struct{ step int }

// Event is what one step of the story did.
type Event struct {
	Kind         string // "moved", "completed", "added", "reopened" or "removed"
	Organization string
	Item         Item   // afterwards
	From         string // state before, empty for an added item
}

// Advance takes n steps of the story and tells what happened. Each step moves
// one item with StoryTag to the next state of its workflow; every 5th also adds
// a bug, every 7th reopens an item and every 11th removes one. The same world
// takes the same steps.
func (c *Cloud) Advance(n int) []Event {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []Event
	for range n {
		c.story.step++
		for _, o := range c.orgs {
			out = append(out, c.advance(o)...)
		}
	}
	return out
}

// StartStory takes a step now and again until ctx ends. The returned function
// waits for the story to have stopped.
func (c *Cloud) StartStory(ctx context.Context, every time.Duration) (wait func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				for _, e := range c.Advance(1) {
					c.log.InfoContext(ctx, "story", "what", e.Kind, "organization", e.Organization, "item", e.Item.ID, "state", e.Item.State)
				}
			}
		}
	}()
	return func() { <-done }
}

func (c *Cloud) advance(o *organization) []Event {
	var out []Event
	keep := func(e Event, ok bool) {
		if ok {
			out = append(out, e)
		}
	}
	step := c.story.step
	keep(c.stepForward(o))
	if step%5 == 0 {
		keep(c.stepAdd(o))
	}
	if step%7 == 0 {
		keep(c.stepTo(o, "reopened", "", func(cat string) bool { return cat == "Completed" }))
	}
	if step%11 == 0 {
		keep(c.stepTo(o, "removed", "Removed", func(cat string) bool { return cat == "Proposed" }))
	}
	return out
}

// cast are the story's items whose state category passes.
func (o *organization) cast(pass func(category string) bool) []*Item {
	var out []*Item
	for _, it := range o.items {
		if it.HasTag(StoryTag) && !it.Deleted && pass(o.project(it.Project).category(it.Type, it.State)) {
			out = append(out, it)
		}
	}
	return out
}

// pick is a fixed but scattered choice for the step.
func (c *Cloud) pick(items []*Item) *Item { return items[c.story.step*7%len(items)] }

func open(category string) bool { return category != "Completed" && category != "Removed" }

func (c *Cloud) stepForward(o *organization) (Event, bool) {
	items := o.cast(open)
	if len(items) == 0 {
		return c.stepAdd(o)
	}
	it := c.pick(items)
	from := it.State
	next := o.project(it.Project).next(it.Type, it.State)
	c.touch(o, it, func(it *Item) { it.State = next })
	kind := "moved"
	if o.project(it.Project).category(it.Type, next) == "Completed" {
		kind = "completed"
	}
	return Event{kind, o.Name, it.clone(), from}, true
}

func (c *Cloud) stepTo(o *organization, kind, category string, pass func(string) bool) (Event, bool) {
	items := o.cast(pass)
	if len(items) == 0 {
		return Event{}, false
	}
	it := c.pick(items)
	to, from := o.project(it.Project).stateOf(it.Type, category), it.State
	if to == "" {
		return Event{}, false
	}
	c.touch(o, it, func(it *Item) { it.State = to })
	return Event{kind, o.Name, it.clone(), from}, true
}

// stepAdd adds a sibling of some item of the story.
func (c *Cloud) stepAdd(o *organization) (Event, bool) {
	items := o.cast(func(string) bool { return true })
	if len(items) == 0 {
		return Event{}, false
	}
	if len(items) >= maxCast {
		return c.stepTo(o, "reopened", "", func(cat string) bool { return cat == "Completed" })
	}
	like := c.pick(items)
	title := fmt.Sprintf("Found while testing: %s no. %d", strings.ToLower(like.Type), c.story.step)
	it := c.addItem(o, o.project(like.Project), Item{Type: like.Type, Title: title, Parent: like.Parent, Tags: like.Tags, AssignedTo: like.AssignedTo})
	return Event{"added", o.Name, it.clone(), ""}, true
}

// next is the state after the present one in the workflow, the present one when
// there is none; Removed is never reached by going on.
func (p *Project) next(kind, state string) string {
	t := p.kindOf(kind)
	if t == nil {
		return state
	}
	for i, s := range t.States {
		if strings.EqualFold(s.Name, state) && i+1 < len(t.States) && t.States[i+1].Category != "Removed" {
			return t.States[i+1].Name
		}
	}
	return state
}
