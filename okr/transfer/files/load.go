package files

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"okrbot/okr"
	"okrbot/okr/transfer"
)

// load reads the parts in the order in which one needs the other: whose people, teams
// and periods there are, exact items, tables, then check-ins and comments.
func (o *opening) load(ctx context.Context) error {
	slices.SortStableFunc(o.parts, func(a, b *part) int { return cmp.Compare(b.exportedAt(), a.exportedAt()) })
	for _, kind := range []jsonKind{jsonUsers, jsonTeams, jsonTags, jsonPeriods, jsonItems, ""} {
		for _, p := range o.parts {
			if p.kind != kind {
				continue
			}
			if err := o.loadPart(ctx, p); err != nil {
				return err
			}
		}
	}
	o.finish()
	if err := o.loadStreams(ctx); err != nil {
		return err
	}
	o.set.bundle.Remarks = o.list
	if len(o.parts) > 0 {
		o.set.bundle.At = timeIn(o.parts[0].exportedAt())
	}
	return nil
}

func (o *opening) loadPart(ctx context.Context, p *part) error {
	switch p.kind {
	case jsonUsers:
		return eachRecord(ctx, p.text, func(_ int, rec jsonPerson, _ string) error {
			if o.people.add(rec.person()).Name != "" {
				o.set.users++
			}
			o.set.bundle.Tenant = cmp.Or(o.set.bundle.Tenant, okr.TenantID(line(string(rec.Own.Tenant), okr.MaxName)))
			return o.room(len(rec.Name) + len(rec.Email))
		})
	case jsonTeams:
		return eachRecord(ctx, p.text, o.loadTeam)
	case jsonTags:
		return eachRecord(ctx, p.text, func(_ int, rec jsonTag, _ string) error {
			if name := line(string(rec.Name), okr.MaxTag); name != "" && !slices.Contains(o.set.bundle.Tags, name) && len(o.set.bundle.Tags) < maxChildrenRead {
				o.set.bundle.Tags = append(o.set.bundle.Tags, name)
			}
			return nil
		})
	case jsonPeriods:
		return eachRecord(ctx, p.text, o.loadPeriod)
	case jsonItems:
		return eachRecord(ctx, p.text, func(n int, rec jsonItem, bad string) error { return o.loadItem(p, n, rec, bad) })
	}
	return o.loadTable(ctx, p)
}

func (o *opening) loadTeam(_ int, rec jsonTeam, _ string) error {
	id := string(rec.ID)
	team := transfer.Team{ID: line(id, okr.MaxName), Name: line(string(rec.Name), okr.MaxName), Parent: line(string(rec.Parent), okr.MaxName), Archived: letters(string(rec.Status)) == "archived"}
	if team.Name != "" && !o.teams[id] {
		o.set.bundle.Teams = append(o.set.bundle.Teams, team)
		o.teams[id] = true
	}
	return o.room(len(team.Name) + len(team.Parent))
}

func (o *opening) loadPeriod(_ int, rec jsonPeriod, _ string) error {
	p := okr.Period{Name: line(string(rec.Name), okr.MaxName), Start: dialect{}.date(string(rec.Start)), End: dialect{}.date(string(rec.End))}
	same := func(k okr.Period) bool { return k.Name == p.Name }
	if periods := o.set.bundle.Periods; p.Name != "" && p.Start != "" && p.End != "" && len(periods) < maxChildrenRead && !slices.ContainsFunc(periods, same) {
		o.set.bundle.Periods = append(periods, p)
	}
	return nil
}

// loadItem takes an item of an organization export.
func (o *opening) loadItem(p *part, n int, rec jsonItem, bad string) error {
	row := okr.ImportRow{File: p.file, Row: n, ID: line(string(rec.ID), okr.MaxName), Title: line(string(rec.Title), okr.MaxTitle)}
	switch {
	case row.ID == "":
		o.add(okr.FindingLeft, findLeft, row, "It has no id.")
		return nil
	case row.Title == "":
		o.add(okr.FindingLeft, findLeft, row, "It has no title.")
		return nil
	case bad != "":
		o.add(okr.FindingKnown, findValues, row, "I can't read "+bad+".")
	}
	if o.exact[row.ID] {
		o.add(okr.FindingKnown, findTwice, row, "It's in another file too, or twice in this one. The first or newer one is imported.")
		return nil
	}
	o.exact[row.ID] = true
	return o.keep(o.item(rec, row))
}

// keep adds an item, while there is room.
func (o *opening) keep(it transfer.Item) error {
	items := o.set.bundle.Items
	if len(items) == o.items {
		return okr.Errorf(okr.Invalid, "The files have more than %s. Export fewer at a time, for example one period.", counted(o.items, "item", "items"))
	}
	o.at[it.ID] = len(items)
	o.set.bundle.Items = append(items, it)
	return o.room(textOf(it))
}

// room counts the bytes of texts that are kept.
func (o *opening) room(n int) error {
	if o.kept += n + 64; o.kept > maxKept {
		return okr.Errorf(okr.Invalid, "The files have too much text. Export fewer items at a time, for example one period.")
	}
	return nil
}

func textOf(it transfer.Item) int {
	n := len(it.Title) + len(it.Description)
	for _, list := range [][]string{it.Children, it.Tags, it.Teams} {
		n += len(strings.Join(list, "  "))
	}
	for _, task := range it.Tasks {
		n += len(task.Title) + 128
	}
	people := len(it.Owners) + len(it.CheckInOwners) + len(it.Editors) + len(it.Viewers)
	return n + 64*(people+len(it.Parents))
}

// finish does what needs all items.
func (o *opening) finish() {
	o.namePeople()
	o.setPeriods()
	o.linkByTitle()
	b := &o.set.bundle
	lookAll(b.Items)
	for i := range b.Items {
		it := &b.Items[i]
		o.dropMetric(it)
		if cmp.Or(it.Kind, it.Looks) == okr.KeyResult && it.Metric == nil {
			it.Metric = &okr.Metric{Name: "Progress", Unit: "%", UnitKind: okr.UnitPercent, Type: okr.Reach, Target: 100}
		}
	}
	b.People = o.people.list()
}

// setPeriods gives items without days of their own those of their period, and makes the
// list of all periods.
func (o *opening) setPeriods() {
	b := &o.set.bundle
	known := map[string]okr.Period{}
	for i := range b.Items {
		it := &b.Items[i]
		p, ok := known[it.Period.Name]
		if !ok {
			p = o.period(it.Period.Name)
			known[it.Period.Name] = p
		}
		it.Period.Start, it.Period.End = cmp.Or(it.Period.Start, p.Start), cmp.Or(it.Period.End, p.End)
		if it.Metric != nil {
			it.Metric.Phases = withoutStart(it.Metric.Phases, it.Period.Start)
		}
	}
}

// period is the period of a name, which joins the list where it is not there yet.
func (o *opening) period(name string) okr.Period {
	b := &o.set.bundle
	p, guessed := periodNamed(name, b.Periods)
	if p.Start == "" || slices.Contains(b.Periods, p) {
		return p
	}
	if guessed {
		o.add(okr.FindingGuessed, findPeriods, okr.ImportRow{Title: name}, "Its dates aren't in the files, so they're guessed: "+string(p.Start)+" to "+string(p.End)+".")
	}
	b.Periods = append(b.Periods, p)
	return p
}

// lookAll says what items of renamed types look like: tasks make a project, a metric below
// another item a key result, and key results below it an objective.
func lookAll(items []transfer.Item) {
	kinds := map[string]okr.GoalKind{}
	for i := range items {
		it := &items[i]
		if it.Kind == "" && len(it.Tasks) > 0 {
			it.Looks = okr.Project
		} else if it.Kind == "" && it.Metric != nil && len(it.Parents) > 0 {
			it.Looks = okr.KeyResult
		}
		kinds[it.ID] = cmp.Or(it.Kind, it.Looks)
	}
	above := map[string]bool{}
	for _, it := range items {
		if kinds[it.ID] == okr.KeyResult {
			for _, p := range it.Parents {
				above[p.ID] = true
			}
		}
	}
	for i := range items {
		it := &items[i]
		hasKeyResult := above[it.ID] || slices.ContainsFunc(it.Children, func(id string) bool { return kinds[id] == okr.KeyResult })
		if it.Kind == "" && it.Looks == "" && hasKeyResult {
			it.Looks = okr.Objective
		}
	}
}

// dropMetric takes the metric off objectives and projects, which have none here: what
// they show is its progress in percent.
func (o *opening) dropMetric(it *transfer.Item) {
	if it.Metric == nil || it.Kind != okr.Objective && it.Kind != okr.Project {
		return
	}
	m := *it.Metric
	it.Metric = nil
	m.Current, it.Value = it.Value, nil
	if progress, ok := m.Progress(); ok {
		it.Value = &progress
	}
	o.add(okr.FindingKnown, findMetrics, it.Row, "Only key results have a metric. Its progress is imported, “"+m.Name+"” isn't.")
}

// linkByTitle finds the parents of which a table gives a reference or the title only. A
// title that several items have finds none of them.
func (o *opening) linkByTitle() {
	items := o.set.bundle.Items
	titled := map[string][]int{}
	for i, it := range items {
		key := strings.ToLower(it.Title)
		titled[key] = append(titled[key], i)
	}
	for i := range items {
		for n := range items[i].Parents {
			if p := &items[i].Parents[n]; p.ID == "" {
				o.linkParent(&items[i], p, titled)
			}
		}
	}
}

func (o *opening) linkParent(it *transfer.Item, p *transfer.Parent, titled map[string][]int) {
	items := o.set.bundle.Items
	if n, ok := o.at[idOf(p.Title)]; ok && items[n].ID != it.ID {
		p.ID, p.Title = items[n].ID, items[n].Title
		return
	}
	switch found := titled[strings.ToLower(p.Title)]; len(found) {
	case 0: // as a parent that is missing in the files
	case 1:
		p.ID = items[found[0]].ID
		o.add(okr.FindingGuessed, findParents, it.Row, "Its parent is the only item with the title “"+p.Title+"”.")
	default:
		o.add(okr.FindingGuessed, findParents, it.Row, counted(len(found), "item has", "items have")+" the title of its parent, “"+p.Title+"”, so it has no parent. Send the export with the column Id.")
	}
}
