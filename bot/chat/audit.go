package chat

import (
	"context"
	"strings"

	"okrbot/bot/teams"
	"okrbot/okr"
)

// Deed is what an operator can look up later: who changed a right, deleted, moved or
// handed over something.
type Deed struct {
	Did string // in a word or two
	Of  string // the id of what it was done to; empty: the organization's settings
	To  string // the id of whom or what it went to; empty: nobody
}

// Audit writes a deed of the person of the turn into the log, in a line of its own: ids
// only, no titles and no names. It is then the last thing that the person did, which
// nothing undoes unless [DidLast] says more of it.
func (c *Chat) Audit(ctx context.Context, t *Turn, d Deed) {
	AuditOnly(ctx, c, t, d)
	DidLast(ctx, c, t, Done{What: strings.TrimSpace(d.Did + " " + d.Of)}, nil)
}

// AuditOnly is [Chat.Audit] of what changes nothing, so that there is nothing to undo: what the
// person did before stays the last thing.
func AuditOnly(ctx context.Context, c *Chat, t *Turn, d Deed) {
	attrs := []any{"ref", teams.RefFrom(ctx), "did", d.Did, "tenant", string(t.Actor.Tenant), "user", string(t.Actor.ID)}
	for _, id := range []struct{ key, value string }{{"of", d.Of}, {"to", d.To}} {
		if id.value != "" {
			attrs = append(attrs, id.key, id.value)
		}
	}
	c.Logger.InfoContext(ctx, "audit", attrs...)
}

// AuditRights writes that an edit changed who may do what with a goal, if it did.
func (c *Chat) AuditRights(ctx context.Context, t *Turn, before, after okr.Goal) {
	if before.ID == "" || okr.SameRights(before, after) {
		return
	}
	d := Deed{Did: "goal rights changed", Of: string(after.ID)}
	if before.Owner.ID != after.Owner.ID {
		d.Did, d.To = "goal handed over", string(after.Owner.ID)
	}
	c.Audit(ctx, t, d)
}
