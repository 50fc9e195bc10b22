package adosource

import (
	"context"
	"errors"
	"time"

	"okrbot/ado"
	"okrbot/okr"
)

const (
	// feedOff is how long the feed is left alone where it costs more than it saves
	// or cannot be read.
	feedOff = 24 * time.Hour
	// feedStart is how far before the run a new position in the feed begins: clocks
	// and the feed itself may lag.
	feedStart = 5 * time.Minute
	// feedFirst is how many pages may be read to find a first position.
	feedFirst = 2
)

// follow brings the items of the last runs up to date by the feed of changes,
// and takes a position in the feed for the next run. Where that is not worth its
// requests, or the feed does not serve, no item is known afterwards.
func (c *contents) follow(ctx context.Context) error {
	c.cursor.Off = c.off()
	all := requests(len(c.ids))
	if all < 2 || c.at.Before(c.cursor.Off) {
		c.forget()
		return nil // one request reads everything, which is no more than the feed's
	}
	saves := all - requests(len(c.ids)-len(c.old))
	start, pages := c.start(), saves-1
	first := start.Token == "" || pages < 1
	if first {
		start, pages = okr.Cursor{At: c.asOf().Add(-feedStart)}, feedFirst
	}
	next, err := c.changes(ctx, start, pages)
	if err != nil {
		return err
	}
	c.cursor = okr.Cursor{Token: next, At: c.at}
	if next == "" {
		c.cursor = okr.Cursor{Off: c.at.Add(feedOff)}
	}
	if first || next == "" {
		c.forget()
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
		if s := a.ask.Before; a.err == nil && c.usable(s, a.ask.Fields) && (oldest.Token == "" || s.Cursor.At.Before(oldest.At)) {
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
		page, err := c.session.Revisions(ctx, c.in.Place.Organization, token, start.At, c.wireFields())
		if refused(err) || errors.Is(err, ado.ErrInvalidQuery) {
			return "", nil
		}
		if err != nil {
			return "", translate(err, "what changed in the organization "+c.in.Place.Organization)
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
	for _, a := range c.asked {
		a.fullAt = c.at
	}
}
