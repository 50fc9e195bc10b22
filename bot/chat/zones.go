package chat

import "context"

// noteZone notes the time zone that the client names, for reminders in the
// person's own time. Best effort: the zone before, or the tenant's, does as well.
func (c *Chat) noteZone(ctx context.Context, t *Turn) {
	name := t.zoneName()
	if t.Actor.Guest || name == "" || t.begun.Member.IsKnown(t.Actor.Person, name, c.Now()) {
		return
	}
	if err := c.Access.SeenIn(ctx, t.Actor, name); err != nil {
		c.notNoted(ctx, "time zone", err)
	}
}

// zoneName is the time zone that the client names; empty: none.
func (t *Turn) zoneName() string {
	name := t.Activity.LocalTimezone
	for _, e := range t.Activity.Entities {
		if name == "" && e.Type == "clientInfo" {
			name = e.Timezone
		}
	}
	return name
}
