package cards

import "okrbot/okr"

// healthText is a health in words with a sign of its own.
func healthText(h okr.Health) string {
	switch h.State {
	case okr.HealthNew:
		return "○ Not used yet"
	case okr.HealthOK:
		return "● Works"
	case okr.HealthThrottled:
		return "◐ Azure DevOps asked to slow down"
	case okr.HealthNeedsSignIn:
		return "▲ Needs a sign-in"
	case okr.HealthNoAccess:
		return "▲ No access"
	case okr.HealthQueryGone:
		return "▲ Query gone"
	case okr.HealthQueryBroken:
		return "▲ Query cannot be run"
	case okr.HealthProjectGone:
		return "▲ Project gone"
	case okr.HealthPolicy:
		return "▲ Refused by a policy"
	case okr.HealthUnavailable:
		return "◐ Azure DevOps does not answer"
	case okr.HealthUnbound:
		return "▲ Its connection cannot be used"
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

func healthBlock(h okr.Health) textBlock {
	return text(md(Escape(healthText(h), maxRow))).with(bolder, healthColor(h))
}
