package adosource

import (
	"context"
	"errors"
	"maps"
	"time"

	"okrbot/ado"
	"okrbot/okr"
)

const (
	// feedOff is how long the feed is left alone where it costs more than it saves
	// or cannot be read.
	feedOff = 24 * time.Hour
	// feedPause is how long it is left alone after trouble that may pass.
	feedPause = 4 * time.Hour
	// feedStart is how far before the run a new position in the feed begins: clocks
	// and the feed itself may lag.
	feedStart = 5 * time.Minute
	// feedPages is how many pages may be read at least: to find a first position,
	// or where little is saved.
	feedPages = 2
)

// follow brings the items of the last runs up to date by the feed of changes,
// and takes a position in the feed for the next run. Where that is not worth its
// requests, or the feed does not serve, no item is known afterwards.
func (c *contents) follow(ctx context.Context) error {
	c.cursor.Off = c.off()
	all := requests(c.listed)
	if all < 2 || c.at.Before(c.cursor.Off) {
		c.forget()
		return nil // one request reads everything, which is no more than the feed's
	}
	start := c.start()
	first := start.Token == ""
	if first {
		start.At = c.asOf().Add(-feedStart)
	}
	saves := all - requests(c.listed-len(c.old))
	next, err := c.changes(ctx, start, max(saves-1, feedPages))
	if err != nil {
		return err
	}
	c.cursor = okr.Cursor{Token: next, At: c.at}
	if next == "" {
		c.cursor = okr.Cursor{Off: c.at.Add(c.feedRest)}
	}
	if first || next == "" {
		c.forget()
	}
	for id := range c.expected {
		if item, changed := c.items[id]; changed {
			c.expected[id] = item
			delete(c.items, id) // it is to be read
		}
	}
	return nil
}

// requests is how many it takes to read n items.
func requests(n int) int { return (n + ado.MaxWorkItemsBatch - 1) / ado.MaxWorkItemsBatch }

// off is until when the feed is not to be used.
func (c *contents) off() time.Time {
	var until time.Time
	for _, a := range c.asked {
		if s := a.ask.Before; s != nil && s.Cursor.Off.After(until) {
			until = s.Cursor.Off
		}
	}
	return until
}

// start is the oldest position from which all known items can be brought up to
// date.
func (c *contents) start() okr.Cursor {
	var oldest okr.Cursor
	for _, a := range c.asked {
		if s := a.ask.Before; c.followable(a) && (oldest.Token == "" || s.Cursor.At.Before(oldest.At)) {
			oldest = s.Cursor
		}
	}
	return oldest
}

// asOf is when the first result was taken, by the service's clock where it tells.
func (c *contents) asOf() time.Time {
	first := c.at
	for _, a := range c.asked {
		if !a.asOf.IsZero() && a.asOf.Before(first) {
			first = a.asOf
		}
	}
	return first
}

// changes applies the feed from start on and gives the position after it; empty
// when it has more than so many pages or cannot be read with this access.
func (c *contents) changes(ctx context.Context, start okr.Cursor, pages int) (string, error) {
	token := start.Token
	for range pages {
		page, err := c.feedPage(ctx, token, start.At)
		if err != nil {
			return "", c.withoutFeed(err)
		}
		for _, w := range page.Items {
			c.change(w)
		}
		token = page.Next
		if page.Last {
			return token, nil
		}
	}
	return "", nil
}

// feedPage reads a page of the feed, without the fields that are gone.
func (c *contents) feedPage(ctx context.Context, token string, from time.Time) (ado.RevisionPage, error) {
	for {
		page, err := c.session.Revisions(ctx, c.in.Project.Organization, token, from, c.wireFields())
		if err == nil || !c.dropFields(err) {
			return page, err
		}
	}
}

// withoutFeed says whether a failure of the feed ends the run: reading in full may
// work where the feed does not.
func (c *contents) withoutFeed(err error) error {
	translated := translate(err, "what changed in the organization "+c.in.Project.Organization)
	if ends(translated) {
		return translated
	}
	c.feedRest = feedOff
	if errors.Is(err, ado.ErrUnavailable) {
		c.feedRest = feedPause
	}
	return nil
}

// change replaces an item by its latest revision, or, where the feed does not
// tell all of it, has it read. What is in no result is nobody's business here.
func (c *contents) change(w ado.WorkItem) {
	if !c.member[w.ID] {
		return
	}
	c.take(w)
	if !whole(c.items[w.ID]) {
		delete(c.items, w.ID)
	}
}

// forget makes nothing known.
func (c *contents) forget() {
	clear(c.items)
	clear(c.old)
	clear(c.expected)
	for _, a := range c.asked {
		a.fullAt = c.at
	}
}

// verify compares what the feed made of the items with what they are. A feed that
// did not tell of a change is left alone: this access may not see all of it.
func (c *contents) verify(ctx context.Context) {
	wrong := map[int]bool{}
	for id, want := range c.expected {
		if got, readable := c.items[id]; readable && !sameContent(got, want) {
			wrong[id] = true
		}
	}
	if len(wrong) == 0 {
		return
	}
	// What changed while the items were read is in the feed by now.
	page, err := c.session.Revisions(ctx, c.in.Project.Organization, c.cursor.Token, c.at, c.wireFields())
	for _, w := range page.Items {
		delete(wrong, w.ID)
	}
	if err == nil && len(wrong) == 0 {
		return
	}
	c.cursor = okr.Cursor{Off: c.at.Add(feedOff)}
	c.Logger.WarnContext(ctx, "the feed of changes missed some; each item is read for a day", "op", "revisions",
		"tenant", c.in.Access.Tenant, "items", len(wrong), "err", err)
}

func sameContent(a, b okr.WorkItem) bool {
	return a.Type == b.Type && a.Title == b.Title && a.State == b.State && a.Project == b.Project && maps.Equal(a.Values, b.Values)
}
