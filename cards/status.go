package cards

import (
	"math"
	"strings"

	"okrbot/okr"
)

// statusText is a status with a sign of its own, so that colour is never alone.
func statusText(s okr.Status) string {
	switch s {
	case okr.OnTrack:
		return "● On track"
	case okr.Behind:
		return "◐ Behind"
	case okr.AtRisk:
		return "▲ At risk"
	case okr.NotStarted:
		return "○ Not started"
	case okr.StatusInProgress:
		return "◔ In progress"
	case okr.StatusClosed:
		return "■ Closed"
	case okr.StatusPostponed:
		return "□ Postponed"
	default:
		return "– No data"
	}
}

func statusColor(s okr.Status) string {
	switch s {
	case okr.OnTrack:
		return good
	case okr.Behind:
		return warning
	case okr.AtRisk:
		return attention
	default:
		return ""
	}
}

func statusBlock(s okr.Status) textBlock { return text(md(statusText(s))).with(bolder, statusColor(s)) }

func statusBadge(s okr.Status) badge {
	style := statusColor(s)
	if style == "" {
		style = "Default"
	}
	return badge{Type: "Badge", Text: statusText(s), Style: style, Size: "Large", Fallback: statusBlock(s)}
}

// bar shows progress with its number beside it: a ProgressBar where the client
// has one, else ten signs.
func bar(progress *float64, status okr.Status) element {
	number := text(md(progressText(progress))).with(bolder, "")
	if progress == nil {
		return number.near()
	}
	color := statusColor(status)
	signs := text(md(barSigns(*progress))).with("", color)
	signs.Size = large
	if color == "" {
		color = accent
	}
	b := progressBar{Type: "ProgressBar", Value: math.Round(*progress*10) / 10, Max: 100, Color: color, Fallback: signs}
	return columns(col("52px", number).middle(), col(stretch, b).middle()).near()
}

// barSigns draws ten steps. The last one is full only when all is done, and the
// first one as soon as something is.
func barSigns(progress float64) string {
	full := int(math.Max(0, math.Min(10, progress/10)))
	if full == 0 && progress > 0 {
		full = 1
	}
	return strings.Repeat("▰", full) + strings.Repeat("▱", 10-full)
}
