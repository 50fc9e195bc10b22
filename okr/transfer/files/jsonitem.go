package files

import (
	"cmp"
	"html"
	"regexp"
	"slices"
	"strings"

	"okrbot/okr"
	"okrbot/okr/transfer"
)

// Limits of the lists of an item, beyond any that a person makes.
const (
	maxPeopleRead   = 4 * okr.MaxPeople
	maxParentsRead  = 100
	maxChildrenRead = 5_000
	maxTasksRead    = 1_000
	maxPhasesRead   = 200
	maxNamesRead    = 50 // teams and tags, each
)

// item is what a record of the objectives' file holds.
func (o *opening) item(rec jsonItem, row okr.ImportRow) transfer.Item {
	it := transfer.Item{
		Row: row, ID: row.ID, Title: row.Title, Word: line(string(rec.Type), okr.MaxName), Kind: kindOf(string(rec.Type)),
		Description:   lines(string(rec.Description)),
		Parents:       parentsOf(rec),
		Owners:        o.persons(rec.Owner),
		CheckInOwners: o.persons(rec.CheckInOwners),
		Editors:       o.persons(rec.Permissions.Edit.Individuals),
		CreatedBy:     o.people.add(rec.CreatedBy.person()),
		GoalType:      goalTypeOf(string(rec.GoalType)),
		Period:        periodOf(rec),
		Value:         rec.Progress.v,
		Feed:          feedOf(rec.Config.Progress),
		DataSource:    line(string(rec.Config.DataSource), okr.MaxName),
		ByHand:        letters(string(rec.Config.Status)) == "updatemanually",
		CreatedAt:     dialect{}.moment(string(rec.CreatedAt)),
		CheckedIn:     dialect{}.date(string(rec.LastCheckIn)),
	}
	if len(rec.Delegated) > 0 {
		it.Delegate = o.people.add(rec.Delegated[0].person())
	}
	if score := rec.Score.v; score != nil && *score > 0 { // the product wrote 0 for every item
		it.Score = score
	}
	it.Status = o.status(string(rec.Status), row)
	o.teamsOf(&it, rec.Teams)
	for _, tag := range rec.Tags[:min(len(rec.Tags), maxNamesRead)] {
		it.Tags = append(it.Tags, line(string(tag.Name), okr.MaxTag))
	}
	o.privacyOf(&it, rec.Permissions.View, rec.Own.Private)
	o.childrenOf(&it, rec.Children)
	o.outcomeOf(&it, rec)
	ownOf(&it, rec.Own)
	return it
}

// ownOf takes what okrbot's own exports have besides.
func ownOf(it *transfer.Item, own jsonOwn) {
	it.Level = cmp.Or(levelOf(string(own.Level)), it.Level)
	it.Private, it.OnlyEditors, it.Lasting = it.Private || own.Private, own.OnlyEditors, own.Lasting
	it.EndNote = lines(string(own.Note))
	it.Score = cmp.Or(own.Score.v, it.Score)
	if at := (dialect{}).moment(string(own.CreatedAt)); !at.IsZero() {
		it.CreatedAt = at
	}
	it.Query = okr.Query{ID: line(string(own.Query.ID), okr.MaxName), Name: line(string(own.Query.Name), okr.MaxTitle), URL: line(string(own.Query.URL), okr.MaxAddress)}
	if kind := okr.MetricType(own.MetricType); it.Metric != nil && slices.Contains(okr.MetricTypes(), kind) {
		it.Metric.Type, it.Metric.Threshold = kind, own.Threshold.v
		it.Metric.Unit, it.Metric.UnitKind = line(string(own.Unit), okr.MaxUnit), okr.UnitKind(line(string(own.UnitKind), okr.MaxName))
	}
}

func (p jsonPerson) person() transfer.Person {
	return transfer.Person{ID: string(p.ID), Name: string(p.Name), Email: string(p.Email), Account: okr.UserID(p.Account)}
}

func (o *opening) persons(list many[jsonPerson]) []transfer.Person {
	var all []transfer.Person
	for _, p := range list[:min(len(list), maxPeopleRead)] {
		if who := o.people.add(p.person()); who.Name != "" {
			all = append(all, who)
		}
	}
	return all
}

// parentsOf takes the parents from Parent IDs: Alignment has only those that an item was
// aligned with later, with their weight.
func parentsOf(rec jsonItem) []transfer.Parent {
	var all []transfer.Parent
	at := map[string]int{}
	add := func(id, title string) int {
		if n, ok := at[id]; ok {
			return n
		}
		at[id] = len(all)
		all = append(all, transfer.Parent{ID: id, Title: title})
		return at[id]
	}
	for _, id := range rec.Parents[:min(len(rec.Parents), maxParentsRead)] {
		if id != "" {
			add(line(string(id), okr.MaxName), "")
		}
	}
	for _, a := range rec.Alignment[:min(len(rec.Alignment), maxParentsRead)] {
		if a.ID != "" {
			p := &all[add(line(string(a.ID), okr.MaxName), "")]
			p.Title, p.Weight = line(string(a.Title), okr.MaxTitle), weightOf(string(a.Weight))
		}
	}
	return all
}

// weightOf reads a weight, which is a percentage, so that a comma in it stands before
// decimals.
func weightOf(s string) *float64 {
	return dialect{comma: true}.number(strings.Replace(s, ".", ",", 1)).v
}

func feedOf(progress jsonWord) transfer.Feed {
	switch letters(string(progress)) {
	case "":
		return ""
	case "updatefromchildren":
		return transfer.FeedChildren
	case "updatefromintegration":
		return transfer.FeedIntegration
	}
	return transfer.FeedManual
}

func (o *opening) status(word string, row okr.ImportRow) okr.Status {
	status, ok := statusOf(word)
	if !ok {
		o.add(okr.FindingKnown, findValues, row, "Its status, “"+line(word, okr.MaxName)+"”, is unknown. It's calculated from progress.")
	}
	return status
}

// periodOf is an item's own days and the name of its period.
func periodOf(rec jsonItem) okr.Period {
	return okr.Period{
		Name:  line(string(rec.Period.Name), okr.MaxName),
		Start: dialect{}.date(string(rec.Start)), End: dialect{}.date(string(rec.End)),
	}
}

// teamsOf takes the teams. The organization's own id among them is the organization.
func (o *opening) teamsOf(it *transfer.Item, teams many[jsonNamed]) {
	for _, team := range teams[:min(len(teams), maxNamesRead)] {
		if id := string(team.ID); o.isOrganization(id) {
			it.Level = okr.LevelOrganization
			continue
		}
		if name := line(string(team.Name), okr.MaxName); name != "" {
			it.Teams = append(it.Teams, name)
		}
	}
}

// isOrganization says whether a team's id is the organization's own. Where no file's name
// has that, it is the one that no team has.
func (o *opening) isOrganization(id string) bool {
	if o.organization != "" {
		return id == o.organization
	}
	return id != "" && len(o.teams) > 0 && !o.teams[id]
}

// privacyOf takes who may see the item. What is not said to be for everybody is private:
// the other way round something would be shown to too many.
func (o *opening) privacyOf(it *transfer.Item, view jsonAudience, isOwn bool) {
	word := letters(string(view.Word))
	if !view.Given || word == "everybody" || word == "everyone" {
		return
	}
	it.Private, it.Viewers = true, o.persons(view.Individuals)
	if len(it.Viewers) == 0 && !isOwn {
		o.add(okr.FindingGuessed, findPrivate, it.Row, "Who may see it isn't “Everybody”, and nobody is named.")
	}
}

// childrenOf takes the items below, or the tasks of a project.
func (o *opening) childrenOf(it *transfer.Item, children many[jsonChild]) {
	for _, c := range children[:min(len(children), maxChildrenRead)] {
		id := line(string(c.ID), okr.MaxName)
		if c.Task == "" {
			if id != "" {
				it.Children = append(it.Children, id)
			}
			continue
		}
		if len(it.Tasks) == maxTasksRead {
			o.add(okr.FindingLeft, findLeft, it.Row, "It has more than 1,000 tasks. The others are left out.")
			return
		}
		it.Tasks = append(it.Tasks, transfer.Task{
			ID: id, Title: line(string(c.Task), okr.MaxTitle), Done: letters(string(c.Status)) == "complete",
			Due: dialect{}.date(string(c.Date)), Owner: o.people.add(c.Owner.person()),
		})
	}
}

// outcomeOf takes the metric. Progress is the raw value of a metric, and the percentage
// of an item without.
func (o *opening) outcomeOf(it *transfer.Item, rec jsonItem) {
	if letters(string(rec.Outcome.Type)) != "metric" {
		it.Shown = it.Value
		return
	}
	c := rec.Outcome
	m := &okr.Metric{Name: line(cmp.Or(string(c.Name), "Progress"), okr.MaxName), Type: metricTypeOf(string(c.Kind))}
	m.Unit, m.UnitKind = unitOf(string(c.Unit))
	setScale(m, c.Start.v, c.Target.v)
	for _, p := range rec.Phases.Points[:min(len(rec.Phases.Points), maxPhasesRead)] {
		day := dialect{}.date(string(p.Date))
		if p.Value.v != nil && day != "" {
			m.Phases = append(m.Phases, okr.Phase{Date: day, Value: *p.Value.v})
		}
	}
	it.Metric = m
}

// setScale gives a metric its start and target, and its type where what the file says
// does not fit to them.
func setScale(m *okr.Metric, start, target *float64) {
	m.Target = 100
	if target != nil {
		m.Target = *target
	}
	switch {
	case start != nil:
		m.Start = *start
	case m.IsControl():
		m.Start = m.Target
	}
	if m.Type == okr.Reach && m.Start != 0 || m.Type == okr.Increase && m.Start > m.Target || m.Type == okr.Decrease && m.Start < m.Target {
		m.Type = ""
	}
}

// withoutStart leaves out the points of phased targets that are the start itself.
func withoutStart(phases []okr.Phase, start okr.Date) []okr.Phase {
	for len(phases) > 0 && start != "" && phases[0].Date.Days() <= start.Days() {
		phases = phases[1:]
	}
	return phases
}

// plainNote is a note's text; one that has HTML only loses its markup.
func plainNote(n jsonNote) string {
	if s := lines(string(n.Text)); s != "" {
		return s
	}
	markup := firstRunes(string(n.HTML), 8*okr.MaxNote)
	markup = breaks.ReplaceAllString(markup, "\n")
	return lines(html.UnescapeString(tags.ReplaceAllString(markup, "")))
}

// What HTML notes are made plain by.
var (
	breaks = regexp.MustCompile(`(?i)<br\s*/?>|</(?:div|p|li)>`)
	tags   = regexp.MustCompile(`<[^<>]*>`)
)
