package cards

import "okrbot/okr"

// healthText is a health in words with a sign of its own.
func healthText(h okr.Health) string {
	switch h.State {
	case okr.HealthNew:
		if !h.LastOK.IsZero() {
			return "○ Waiting for the next sync"
		}
		return "○ No sync yet"
	case okr.HealthOK:
		return "● Works"
	case okr.HealthThrottled:
		return "◐ Slowed down by Azure DevOps"
	case okr.HealthNeedsSignIn:
		return "▲ Needs a sign-in"
	case okr.HealthNoAccess:
		return "▲ No access"
	case okr.HealthQueryGone:
		return "▲ Query deleted"
	case okr.HealthQueryBroken:
		return "▲ Query can't be run"
	case okr.HealthProjectGone:
		return "▲ Azure DevOps project deleted"
	case okr.HealthPolicy:
		return "▲ Blocked by a policy"
	case okr.HealthUnavailable:
		return "◐ Azure DevOps isn't responding"
	case okr.HealthUnbound:
		return "▲ Connection can't be used"
	}
	return "▲ " + capital(string(h.State))
}

func healthColor(h okr.Health) string {
	switch h.State {
	case okr.HealthNew:
		return ""
	case okr.HealthOK:
		return good
	case okr.HealthThrottled, okr.HealthUnavailable:
		return warning
	}
	return attention
}

// healthOf is the health of a connection. An application does not sign in, it is renewed.
func healthOf(c okr.Connection) textBlock {
	if c.Application != nil && c.Application.Removed {
		return text("▲ Application removed").with(bolder, attention)
	}
	if c.Application != nil && c.Health.State == okr.HealthNeedsSignIn {
		return text("▲ Application must be renewed").with(bolder, attention)
	}
	return healthBlock(c.Health)
}

func healthBlock(h okr.Health) textBlock {
	return text(md(Escape(healthText(h), maxRow))).with(bolder, healthColor(h))
}
