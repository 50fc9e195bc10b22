package cards

import (
	"fmt"
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

// statusBadge is the status at the head of a card about one goal.
func statusBadge(s okr.Status) badge {
	style := statusColor(s)
	if style == "" {
		style = "Default"
	}
	return &badgeBody{Type: "Badge", Text: statusName(s), Icon: statusIcon(s), Style: style, Size: "Large", Fallback: statusBlock(s)}
}

// statusName is a status without its sign.
func statusName(s okr.Status) string {
	_, word, _ := strings.Cut(statusText(s), " ")
	return word
}

// statusIcon is the icon of a status in Fluent's catalog, as npm @microsoft/teams.cards
// lists it (IconName).
func statusIcon(s okr.Status) string {
	switch s {
	case okr.OnTrack:
		return "CheckmarkCircle"
	case okr.Behind:
		return "Clock"
	case okr.AtRisk:
		return "Warning"
	case okr.StatusInProgress:
		return "CircleHalfFill"
	case okr.StatusClosed:
		return "LockClosed"
	case okr.StatusPostponed:
		return "PauseCircle"
	}
	return "Circle"
}

// goalBar is how far a goal is, with a mark under the bar where it is expected to be by
// now; nothing where it has no progress, as its status says so.
func goalBar(p Place, v GoalView) []element {
	s := v.Standing
	switch {
	case s.Progress == nil:
		return nil
	case !isExpected(v):
		return []element{bar(p, s.Progress, s.Status)}
	}
	return []element{numbered(p.percent(*s.Progress), append([]element{barOver(*s.Progress, s.Status)}, expectedMark(s.Expected)...)...)}
}

// isExpected says whether a goal is expected to be somewhere by now.
func isExpected(v GoalView) bool {
	return v.Goal.IsOpen() && (v.Goal.Metric == nil || v.Goal.Metric.IsScaled())
}

// bar shows progress with its number beside it; without progress the status says why.
func bar(p Place, progress *float64, status okr.Status) element {
	if progress == nil {
		return text(md(statusText(status))).with(bolder, statusColor(status)).near()
	}
	return numbered(p.percent(*progress), barOver(*progress, status))
}

// numbered puts a number beside its bar.
func numbered(number string, items ...element) element {
	return columns(col("50px", text(md(number)).with(bolder, "")).middle(), col(stretch, items...).middle()).near()
}

// barOver is a ProgressBar. A client without one shows the number beside it alone.
func barOver(progress float64, status okr.Status) progressBar {
	color := statusColor(status)
	if color == "" {
		color = accent
	}
	value := math.Max(0, math.Min(100, math.Round(progress*10)/10))
	return progressBar{Type: "ProgressBar", Value: value, Max: 100, Color: color}
}

// expectedMark points from below to where on a bar a goal is expected to be, in percent.
// It is an icon alone, so that clients without the bar show nothing of it.
func expectedMark(expected float64) []element {
	const half = 2 // of the icon, in percent of a bar as wide as a chat is
	at := int(math.Round(expected)) - half
	if at < 1 || at >= 100-half {
		return nil
	}
	tip := icon{Type: "Icon", Name: "CaretUp", Size: "xxSmall"}
	mark := columns(col(fmt.Sprint(at)), col(fmt.Sprint(100-at), tip).beside())
	mark.Spacing = "None"
	return []element{mark}
}

// statusDonut says how many of some goals have each status, the worst first: as words,
// and as a donut where there is more than one status.
func statusDonut(views []GoalView) (words md, chart []element) {
	n := map[okr.Status]int{}
	for _, v := range views {
		n[v.Standing.Status]++
	}
	donut := donutChart{Type: "Chart.Donut"}
	var parts []md
	for _, s := range []okr.Status{okr.AtRisk, okr.Behind, okr.OnTrack, okr.StatusInProgress, okr.NotStarted, okr.NoData, okr.StatusPostponed, okr.StatusClosed} {
		if n[s] == 0 {
			continue
		}
		parts = append(parts, mdf("%d %s", n[s], strings.ToLower(statusName(s))))
		donut.Data = append(donut.Data, chartPart{Legend: statusName(s), Value: float64(n[s]), Color: chartColor(s)})
	}
	words = joinMD(" · ", parts...)
	donut.Title = Plain(string(words), maxRow)
	if len(donut.Data) > 1 {
		chart = []element{donut}
	}
	return words, chart
}

func chartColor(s okr.Status) string {
	switch s {
	case okr.OnTrack:
		return "good"
	case okr.Behind:
		return "warning"
	case okr.AtRisk:
		return "attention"
	case okr.StatusInProgress:
		return chartMain
	case okr.StatusClosed:
		return "categoricalLavender"
	}
	return chartNeutral
}
