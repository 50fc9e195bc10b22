package files

import (
	"encoding/json"

	"okrbot/okr"
	"okrbot/okr/transfer"
)

// itemOut is an item as the organization export has it. Titles are those of other items,
// by id.
func itemOut(item transfer.Item, others map[string]*transfer.Item) outItem {
	out := outItem{
		ID: json.Number(item.ID), Title: item.Title, Type: item.Word, CreatedBy: personOrNull(item.CreatedBy), Owner: peopleOut(item.Owners),
		Teams: namedOut("team", item.Teams...), Start: item.Period.Start, End: item.Period.End, Delegate: personOrNull(item.Delegate),
		Permissions: rightsOut(item), Description: nullable(item.Description), Tags: namedOut("tag", item.Tags...), Config: configOut(item),
		Progress: item.Value, Status: nullable(statusWord(item.Status)), Outcome: outcomeOut(item), Phases: phasesOut(item),
		CheckInOwners: peopleOut(item.CheckInOwners), Children: childrenOut(item, others), GoalType: "Aspirational",
		CreatedAt: nullable(string(dayOf(item))), CheckedIn: nullable(item.CheckedIn), Own: ownOut(item),
	}
	if item.GoalType == okr.Committed {
		out.GoalType = "Committed"
	}
	if item.Period.Name != "" {
		out.Period = &namedOut("period", item.Period.Name)[0]
	}
	for _, p := range item.Parents {
		out.Parents = append(out.Parents, json.Number(p.ID))
		if p.Weight != nil {
			out.Alignment = append(out.Alignment, outAlign{json.Number(p.ID), p.Title, percentText(*p.Weight)})
		}
	}
	return out
}

func dayOf(item transfer.Item) okr.Date {
	if item.CreatedAt.IsZero() {
		return ""
	}
	return okr.DateOf(item.CreatedAt)
}

func rightsOut(item transfer.Item) outRights {
	out := outRights{View: "Everybody", Edit: outSome{peopleOut(item.Editors)}, Align: "Everybody"}
	if item.Private {
		out.View = outSome{peopleOut(item.Viewers)}
	}
	return out
}

func configOut(item transfer.Item) outConfig {
	out := outConfig{
		Progress: map[transfer.Feed]string{
			transfer.FeedManual: "Update Manually", transfer.FeedChildren: "Update from Children", transfer.FeedIntegration: "Update from Integration",
		}[item.Feed],
		Status: "Update based on Progress", Source: nullable(item.DataSource),
	}
	if item.ByHand {
		out.Status = "Update Manually"
	}
	return out
}

func outcomeOut(item transfer.Item) outOutcome {
	m := item.Metric
	if m == nil {
		return outOutcome{Type: "Percentage"}
	}
	return outOutcome{Type: "Metric", Metric: m.Name, Unit: unitWord(*m), Start: &m.Start, Target: &m.Target, TargetType: targetWord(m.Kind())}
}

// unitWord is the sort of a unit as the organization export knows them.
func unitWord(m okr.Metric) string {
	switch {
	case inPercent(m):
		return "Percentage"
	case m.UnitKind == okr.UnitCurrency:
		return "Dollar"
	}
	return "Number"
}

func inPercent(m okr.Metric) bool {
	return m.UnitKind == okr.UnitPercent || m.UnitKind == "" && m.Unit == "%"
}

// phasesOut are the phased targets; the first one is the start.
func phasesOut(item transfer.Item) any {
	m := item.Metric
	if m == nil || len(m.Phases) == 0 {
		return "Disabled"
	}
	out := outPhases{Interval: "custom", Points: []outPoint{{m.Start, item.Period.Start}}}
	for _, p := range m.Phases {
		out.Points = append(out.Points, outPoint{p.Value, p.Date})
	}
	return out
}

// childrenOut are the items below, and of a project its tasks.
func childrenOut(item transfer.Item, others map[string]*transfer.Item) []any {
	var out []any
	for _, id := range item.Children {
		if child := others[id]; child != nil {
			out = append(out, outChild{json.Number(id), child.Title, child.Word})
		}
	}
	for _, t := range item.Tasks {
		task := outTask{ID: numberOut("task", item.ID+"/"+t.ID), Name: t.Title, Date: t.Due, Status: "Incomplete", Owner: personOrNull(t.Owner)}
		if t.Done {
			task.Status = "Complete"
		}
		out = append(out, task)
	}
	return out
}

func ownOut(item transfer.Item) outOwn {
	out := outOwn{
		Level: item.Level, Private: item.Private, OnlyEditors: item.OnlyEditors, Lasting: item.Lasting, Score: item.Score, Note: item.EndNote, CreatedAt: item.CreatedAt,
	}
	if m := item.Metric; m != nil {
		out.MetricType, out.Unit, out.UnitKind, out.Threshold = m.Kind(), m.Unit, m.UnitKind, m.Threshold
	}
	if item.Query.Name != "" {
		out.Query = &outQuery{item.Query.ID, item.Query.Name, item.Query.URL}
	}
	return out
}
