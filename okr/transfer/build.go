package transfer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"okrbot/okr"
)

// build makes the goal of a node. What is above it is built already.
func (d *draft) build(n *node) {
	item := n.item
	n.goal = okr.Goal{Kind: n.kind, Version: 1, CreatedBy: d.people.is(item.CreatedBy), CreatedAt: item.CreatedAt.UTC()}
	if item.CreatedAt.IsZero() {
		n.goal.CreatedAt = d.imported.At
	}
	d.name(n)
	d.date(n)
	d.giveTo(n)
	d.label(n)
	if n.kind == okr.KeyResult {
		d.measure(n)
	}
	if n.kind == okr.Project {
		d.list(n)
	}
	d.state(n)
	d.check(n)
}

// check leaves out what cannot be kept, with what is below it.
func (d *draft) check(n *node) {
	if n.parent != nil && n.parent.left {
		n.left = true
		d.findings.add(okr.FindingLeft, titleLeft, n.item.Row, "The item above it can't be imported.")
		return
	}
	g := n.goal
	if n.parent != nil {
		g.Parent = okr.ObjectivePrefix // any one
	}
	if err := g.Validate(); err != nil {
		n.left = true
		msg, _ := okr.MessageOf(err)
		d.findings.add(okr.FindingLeft, titleLeft, n.item.Row, "%s", msg)
	}
}

// name gives a goal its texts, within their limits.
func (d *draft) name(n *node) {
	g, row := &n.goal, n.item.Row
	if g.Title = okr.CleanLine(n.item.Title); g.Title == "" {
		g.Title = "Untitled"
		d.findings.add(okr.FindingGuessed, titleCut, row, "It has no title, so it is called %q.", g.Title)
	}
	g.Title = d.cut(g.Title, okr.MaxTitle, row, "title")
	g.Description = d.cut(okr.CleanText(n.item.Description), okr.MaxDescription, row, "description")
}

// cut cuts a text to its limit, and says so.
func (d *draft) cut(text string, limit int, row okr.ImportRow, what string) string {
	short := okr.Shorten(text, limit)
	if short != text {
		d.findings.add(okr.FindingKnown, titleCut, row, "Its %s is longer than %d characters, so the end is left out.", what, limit)
	}
	return short
}

// date gives a goal its period: its own, where it has one.
func (d *draft) date(n *node) {
	g := &n.goal
	period, ok := d.periodOf(n.item.Period)
	if !ok {
		d.dateLike(n)
		return
	}
	g.PeriodID, g.Period = d.filed(period)
	if above := n.parent; n.kind != okr.Objective {
		g.OwnPeriod = above == nil || g.Period != above.goal.Period || g.PeriodID != above.goal.PeriodID
	}
}

// dateLike gives a goal the period of the objective above, else the current one.
func (d *draft) dateLike(n *node) {
	g := &n.goal
	switch {
	case n.parent != nil:
		g.PeriodID, g.Period = n.parent.goal.PeriodID, n.parent.goal.Period
		if n.kind != okr.Objective {
			return
		}
		d.findings.add(okr.FindingGuessed, titlePeriod, n.item.Row, "Its period can't be read, so it gets that of the objective above: %s.", g.Period)
	default:
		g.PeriodID, g.Period = d.filed(d.settings.CurrentPeriod(d.settings.Today(d.now)).Period)
		d.findings.add(okr.FindingGuessed, titlePeriod, n.item.Row, "Its period can't be read, so it gets the current one: %s.", g.Period)
	}
}

// periodOf is a period with days: its own, else those that the source has for its name.
func (d *draft) periodOf(p okr.Period) (okr.Period, bool) {
	if !spans(p) {
		named := d.periods[fold(p.Name)]
		named.Name = p.Name
		p = named
	}
	return p, spans(p)
}

func spans(p okr.Period) bool {
	return p.Start.Valid() && p.End.Valid() && p.Start.Days() < p.End.Days()
}

// filed says what a goal is filed under: the period of the name where the source has one
// of other days than the goal's own, else its own days.
func (d *draft) filed(p okr.Period) (string, okr.Period) {
	under := p
	if named, known := d.periods[fold(p.Name)]; known && spans(named) {
		under = named
	}
	id, name := under.SpanID(), p.Name
	if custom, found := d.custom(under); found {
		id, name = custom.ID, custom.Name
	} else if calendar, ok := d.settings.PeriodByID(id); ok && calendar.Name != "" {
		name = calendar.Name
	}
	p.Name = okr.Shorten(okr.CleanLine(name), okr.MaxName)
	if id == p.SpanID() {
		id = ""
	}
	return id, p
}

// custom is the tenant's own period of the days, or else of the name.
func (d *draft) custom(p okr.Period) (okr.TimePeriod, bool) {
	is := func(o okr.TimePeriod) bool { return o.Start == p.Start && o.End == p.End }
	if i := slices.IndexFunc(d.settings.Periods, is); i >= 0 {
		return d.settings.Periods[i], true
	}
	return okr.TimePeriod{}, false
}

// giveTo gives a goal its people.
func (d *draft) giveTo(n *node) {
	g, item := &n.goal, n.item
	owners := d.people.known(item.Owners)
	switch {
	case len(owners) > 0:
		g.Owner, g.CoOwners = owners[0], owners[1:]
	case len(item.Owners) > 0:
		g.Owner = d.people.is(item.Owners[0])
	}
	if asked := d.people.known(item.CheckInOwners); len(asked) > 0 && asked[0].ID != g.Owner.ID {
		g.CheckInOwner = asked[0]
		if len(asked) > 1 {
			d.findings.add(okr.FindingKnown, titleRights, item.Row, "It has several check-in owners. The first one is used: %s.", asked[0].Name)
		}
	}
	if delegate := d.people.is(item.Delegate); delegate.ID != "" {
		g.Delegate = delegate
	}
	g.Editors = d.people.known(item.Editors)
	d.protect(n)
}

// protect makes sure that a goal that only some may see or edit has such people.
func (d *draft) protect(n *node) {
	g, item := &n.goal, n.item
	g.Private, g.OnlyEditors = item.Private, item.OnlyEditors
	if g.Private {
		g.Viewers = d.people.known(item.Viewers)
	}
	has := func(list []okr.Person) bool {
		return slices.ContainsFunc(list, func(p okr.Person) bool { return p.ID != "" })
	}
	mayEdit := has(g.Owners()) || has(g.Editors) || g.Delegate.ID != ""
	if g.Private && !mayEdit && !has(g.Viewers) && g.CreatedBy.ID == "" {
		g.Viewers = []okr.Person{d.imported.By}
		d.findings.add(okr.FindingKnown, titleRights, item.Row, "It's private and none of its people were found, so only %s sees it.", d.imported.By.Name)
	}
	if g.OnlyEditors && !mayEdit {
		g.OnlyEditors = false
		d.findings.add(okr.FindingKnown, titleRights, item.Row, "Only some people could edit it and none were found, so admins can.")
	}
}

// label gives a goal its team, tags, level and type.
func (d *draft) label(n *node) {
	g, item := &n.goal, n.item
	if len(item.Teams) > 0 {
		g.Team = d.cut(okr.CleanLine(item.Teams[0]), okr.MaxName, item.Row, "team")
	}
	if len(item.Teams) > 1 {
		d.findings.add(okr.FindingKnown, titleTeams, item.Row, "It belongs to %q. Other teams are left out: %s.", g.Team, quoted(slices.Clone(item.Teams[1:])))
	}
	for _, tag := range item.Tags {
		tag = d.cut(okr.CleanLine(tag), okr.MaxTag, item.Row, "tag")
		if tag != "" && !slices.Contains(g.Tags, tag) {
			g.Tags = append(g.Tags, tag)
		}
	}
	if len(g.Tags) > okr.MaxTags {
		d.findings.add(okr.FindingKnown, titleFewer, item.Row, "It has %d tags. Only the first %d are imported.", len(g.Tags), okr.MaxTags)
		g.Tags = g.Tags[:okr.MaxTags]
	}
	if g.Level = item.Level; g.Level == okr.LevelTeam {
		g.Level = ""
	}
	if n.kind == okr.Objective && item.GoalType != okr.Aspirational {
		g.GoalType = item.GoalType
	}
	if len(item.Parents) > 0 && n.parent != nil {
		g.Weight = d.weightIn(n)
	}
}

// weightIn is the weight that a node has in what it stands below; nil: an equal share.
func (d *draft) weightIn(n *node) *float64 {
	for _, p := range n.item.Parents {
		if d.find(p) == n.parent && p.Weight != nil && *p.Weight >= 0 && *p.Weight <= 100 {
			return p.Weight
		}
	}
	return nil
}

// list gives a project its tasks.
func (d *draft) list(n *node) {
	for i, t := range n.item.Tasks {
		task := okr.Task{ID: cmp.Or(t.ID, fmt.Sprint(i+1)), Title: okr.Shorten(okr.CleanLine(t.Title), okr.MaxTitle), Done: t.Done, Owner: d.people.is(t.Owner)}
		if t.Due.Valid() {
			task.Due = t.Due
		}
		if task.Title == "" {
			task.Title = "Untitled"
		}
		if slices.ContainsFunc(n.goal.Tasks, func(o okr.Task) bool { return o.ID == task.ID }) {
			task.ID = fmt.Sprintf("%s-%d", task.ID, i+1)
		}
		n.goal.Tasks = append(n.goal.Tasks, task)
	}
	if len(n.goal.Tasks) > okr.MaxTasks {
		d.findings.add(okr.FindingKnown, titleFewer, n.item.Row, "It has %d tasks. Only the first %d are imported.", len(n.goal.Tasks), okr.MaxTasks)
		n.goal.Tasks = n.goal.Tasks[:okr.MaxTasks]
	}
}

// state says how a goal stands by what people said: its value, its status, its end.
func (d *draft) state(n *node) {
	g, item := &n.goal, n.item
	last, wasSaid := d.said.last[n.id]
	at := d.saidAt(n)
	by := g.Owner
	if wasSaid {
		c, _ := d.checkIn(n, "", last)
		by = c.By
		g.LastCheckIn = &okr.CheckInMark{ID: okr.CheckInID(last.key()), At: c.At, MadeAt: c.MadeAt, By: c.By, Note: okr.Shorten(okr.CleanLine(c.Note), 200), Status: c.Status}
		if c.Value != nil {
			g.MovedAt = c.At
		}
	}
	if g.Kind == okr.KeyResult {
		d.value(n, at, wasSaid)
	}
	if item.ByHand && isByHand(*g, item.Status) {
		g.Manual = &okr.Override{Status: item.Status, LastsUntilResumed: item.Lasting, By: by, At: at}
	}
	if item.Status == okr.StatusClosed || item.Status == okr.StatusPostponed {
		g.Closed = &okr.Closing{State: item.Status, By: by, At: at, Note: d.cut(okr.CleanText(item.EndNote), okr.MaxNote, item.Row, "closing note")}
		if s := item.Score; s != nil && item.Status == okr.StatusClosed && *s >= 0 && *s <= 1 {
			g.Closed.Score = s
		}
	}
}

// saidAt is when something was last said of a node, as far as the files tell.
func (d *draft) saidAt(n *node) time.Time {
	if last, ok := d.said.last[n.id]; ok && !last.At.IsZero() {
		return last.At.UTC()
	}
	if day := n.item.CheckedIn; day.Valid() {
		return time.Unix(int64(day.Days())*86400, 0).UTC().Add(12 * time.Hour)
	}
	return n.goal.CreatedAt
}

func isByHand(g okr.Goal, s okr.Status) bool { return slices.Contains(g.ManualStatuses(), s) }

// said is a value of the source as the goal keeps it: of an objective or project with a
// number of its own in percent of that.
func (n *node) said(v *float64) *float64 {
	m := n.item.Metric
	if v == nil || n.kind == okr.KeyResult || m == nil {
		return v
	}
	metric := *m
	metric.Current = v
	if p, ok := metric.Progress(); ok {
		return &p
	}
	return nil
}

// value gives a key result its value. One of which nobody ever said anything, and that
// stands at its start, has none.
func (d *draft) value(n *node, at time.Time, wasSaid bool) {
	m, v := n.goal.Metric, n.item.Value
	untouched := !wasSaid && !n.item.CheckedIn.Valid() && v != nil && okr.SameNumber(*v, m.Start)
	if v == nil || untouched && m.IsScaled() && n.item.Feed != FeedIntegration {
		return
	}
	value := *v
	m.Current, m.At = &value, &at
	if n.goal.MovedAt.IsZero() {
		n.goal.MovedAt = at
	}
}

// measure gives a key result its number, put right where none could be measured.
func (d *draft) measure(n *node) {
	m := &okr.Metric{Name: "Progress", Unit: "%", UnitKind: okr.UnitPercent, Target: 100}
	if from := n.item.Metric; from != nil {
		copied := *from
		m = &copied
	}
	n.goal.Metric = m
	row := n.item.Row
	if m.Name = d.cut(okr.CleanLine(m.Name), okr.MaxName, row, "metric's name"); m.Name == "" {
		m.Name = "Progress"
	}
	m.Unit = d.cut(okr.CleanLine(m.Unit), okr.MaxUnit, row, "unit")
	m.Current, m.At = nil, nil
	d.direct(n)
	d.phase(n)
}

// direct makes the type of a number fit its start and target.
func (d *draft) direct(n *node) {
	m, row := n.goal.Metric, n.item.Row
	guessed := func(kind okr.MetricType, why string) {
		m.Type = kind
		d.findings.add(okr.FindingGuessed, titleNumber, row, "%s", why)
	}
	switch from, to := okr.FormatNumber(m.Start), okr.FormatNumber(m.Target); {
	case m.IsScaled() && m.Start == m.Target:
		guessed(okr.Baseline, fmt.Sprintf("Start and target are both %s, so it's imported as a baseline.", to))
	case m.Type == okr.Increase && m.Start > m.Target:
		guessed(okr.Decrease, fmt.Sprintf("It goes from %s to %s, so it decreases.", from, to))
	case m.Type == okr.Decrease && m.Start < m.Target:
		guessed(okr.Increase, fmt.Sprintf("It goes from %s to %s, so it increases.", from, to))
	}
	if m.Threshold != nil && (!m.IsControl() || m.Type == okr.StayBelow && *m.Threshold <= m.Target || m.Type == okr.StayAbove && *m.Threshold >= m.Target) {
		m.Threshold = nil
	}
}

// phase takes the phased targets that lead from the start towards the target.
func (d *draft) phase(n *node) {
	m, p := n.goal.Metric, n.goal.Period
	phases := slices.SortedStableFunc(slices.Values(m.Phases), func(a, b okr.Phase) int { return cmp.Compare(a.Date, b.Date) })
	m.Phases = nil
	before, left := okr.Phase{Date: p.Start, Value: m.Start}, []string(nil)
	for i, phase := range phases {
		if i == 0 && phase.Date == p.Start && phase.Value == m.Start {
			continue // the start, as the source writes it
		}
		inside := phase.Date.Valid() && p.Contains(phase.Date) && phase.Date.Days() > before.Date.Days()
		leads := before.Value <= phase.Value && phase.Value <= m.Target || before.Value >= phase.Value && phase.Value >= m.Target
		if !m.IsScaled() || !inside || !leads || len(m.Phases) == okr.MaxPhases {
			left = append(left, fmt.Sprintf("%s on %s", okr.FormatNumber(phase.Value), phase.Date.Text()))
			continue
		}
		m.Phases = append(m.Phases, phase)
		before = phase
	}
	if len(left) > 0 {
		d.findings.add(okr.FindingKnown, titlePhases, n.item.Row, "Phases go from start to target, each on a later date of the period. These don't: %s.", strings.Join(left[:min(len(left), 5)], ", "))
	}
}
