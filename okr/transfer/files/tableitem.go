package files

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"okrbot/okr"
	"okrbot/okr/transfer"
)

// rowPeople are the people of a row as its cells name them, which are told apart when all
// names are known.
type rowPeople struct {
	owners, checkInOwners, delegate, editors, viewers, creator string
	accounts                                                   string // of okrbot's own exports
}

// rowIDs gives each row its id: that of the file, or one made of the row's title, type and period, and its place
// among those that are the same, so that the rows may stand in another order the next time.
type rowIDs struct {
	p    *part
	same map[string]int
}

func (p *part) newIDs() rowIDs { return rowIDs{p, map[string]int{}} }

func (ids rowIDs) of(r row) string {
	id := idOf(cmp.Or(r.get(colID), r.get(colReference)))
	if link := ids.p.table.links[r.n]; link != "" && (id == "" || id == "0") {
		return link
	}
	if id != "" {
		return id
	}
	what := strings.Join([]string{r.get(colTitle), r.get(colType), r.get(colPeriod)}, "\x00")
	sum := sha256.Sum256([]byte(what))
	key := hex.EncodeToString(sum[:8])
	ids.same[key]++
	return fmt.Sprintf("row-%s-%d", key, ids.same[key])
}

// loadTable takes the items of a table.
func (o *opening) loadTable(ctx context.Context, p *part) error {
	if err := p.findLinks(ctx); err != nil {
		return err
	}
	ids := p.newIDs()
	here := map[string]bool{}
	return p.rows(ctx, func(r row) error {
		at := p.rowOf(r.n, ids.of(r), line(r.get(colTitle), okr.MaxTitle))
		switch {
		case at.Title == "":
			o.add(okr.FindingLeft, findLeft, at, "It has no title.")
			return nil
		case here[at.ID]:
			o.add(okr.FindingLeft, findTwice, at, "Its id is also in a row above.")
			return nil
		}
		here[at.ID] = true
		return o.loadRow(p, r, at)
	})
}

// findLinks looks for ids in formulas where a workbook's rows have a title and no id.
func (p *part) findLinks(ctx context.Context) error {
	if p.table.sheet == "" || !has(p.table.cols.at, colID) {
		return nil
	}
	missing := false
	err := p.rows(ctx, func(r row) error {
		if id := idOf(r.get(colID)); r.get(colTitle) != "" && (id == "" || id == "0") {
			missing = true
		}
		return errEnough
	})
	if err == nil && missing {
		p.table.links, err = p.linkedIDs(ctx)
	}
	return err
}

// loadRow takes the item of a row, or adds what it knows to the one that is there.
func (o *opening) loadRow(p *part, r row, at okr.ImportRow) error {
	n, ok := o.at[at.ID]
	o.quiet = ok
	it := o.rowItem(p, r, at)
	o.quiet = false
	who := rowPeople{r.get(colOwner), r.get(colCheckInOwner), r.get(colDelegate), r.get(colEditors), r.get(colViewers), r.get(colCreator), r.get(colAccounts)}
	o.people.learn(who.creator)
	if !ok {
		n = len(o.set.bundle.Items)
		if err := o.keep(it); err != nil {
			return err
		}
	} else {
		o.fill(&o.set.bundle.Items[n], it)
	}
	if _, known := o.raw[n]; !known {
		o.raw[n] = who.clipped()
	}
	return o.room(len(who.owners))
}

func (w rowPeople) clipped() rowPeople {
	c := func(s string) string { return clip(s, maxPeopleRead*20) }
	return rowPeople{c(w.owners), c(w.checkInOwners), c(w.delegate), c(w.editors), c(w.viewers), c(w.creator), c(w.accounts)}
}

// rowItem is what a row holds, but for its people.
func (o *opening) rowItem(p *part, r row, at okr.ImportRow) transfer.Item {
	d := p.table.dialect
	it := transfer.Item{
		Row: at, ID: at.ID, Title: at.Title,
		Description: lines(r.get(colDescription)),
		Parents:     rowParents(r),
		GoalType:    goalTypeOf(r.get(colGoalType)),
		Private:     isYes(r.get(colPrivate)),
		OnlyEditors: isYes(r.get(colOnlyEditors)),
		EndNote:     lines(r.get(colEndNote)),
		Tasks:       rowTasks(r.get(colTasks)),
		DataSource:  line(r.get(colDataSource), okr.MaxName),
		Period:      okr.Period{Name: line(r.get(colPeriod), okr.MaxName), Start: d.date(r.get(colStart)), End: d.date(r.get(colEnd))},
		Shown:       d.number(r.get(colProgress)).v,
		Score:       d.number(r.get(colScore)).v,
		Status:      o.status(r.get(colStatus), at),
		CreatedAt:   d.moment(r.get(colCreatedAt)),
		CheckedIn:   d.date(r.get(colLastCheckIn)),
		Tags:        names(r.get(colTags), tagSeparator(r.get(colTags)), okr.MaxTag),
		Teams:       names(r.get(colTeam), ";", okr.MaxName),
	}
	it.Word = line(r.get(colType), okr.MaxName)
	if level := levelOf(r.get(colLevel)); level != "" {
		it.Level = level
	} else if it.Word == "" {
		it.Word = line(r.get(colLevel), okr.MaxName)
	}
	it.Kind = kindOf(it.Word)
	if it.DataSource != "" {
		it.Feed = transfer.FeedIntegration
	}
	o.sayUnread(it, r, at)
	o.rowMetric(&it, d, r)
	o.rowValue(&it, d, r)
	o.rowLimit(&it)
	return it
}

// sayUnread names days and numbers of a row that are none.
func (o *opening) sayUnread(it transfer.Item, r row, at okr.ImportRow) {
	for _, c := range []struct {
		name string
		col  column
		ok   bool
	}{
		{"start date", colStart, it.Period.Start != ""},
		{"end date", colEnd, it.Period.End != ""},
		{"score", colScore, it.Score != nil},
		{"progress", colProgress, it.Shown != nil},
	} {
		if cell := line(r.get(c.col), okr.MaxName); cell != "" && !c.ok {
			o.add(okr.FindingKnown, findValues, at, "I can't read its "+c.name+", “"+cell+"”.")
		}
	}
}

// tagSeparator is what stands between tags: a semicolon, so that tags may hold a comma, or
// else a comma.
func tagSeparator(cell string) string {
	if strings.Contains(cell, ";") {
		return ";"
	}
	return ","
}

// names divides a cell that lists several.
func names(cell, separators string, limit int) []string {
	var all []string
	for _, name := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(separators, r) || r == '\n' }) {
		if name = line(name, limit); name != "" && len(all) < maxNamesRead && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return all
}

// rowParents are the parents of a row; the template for bulk imports has one, by its
// reference or title. A column of weights has the one that was chosen; that beside a parent's
// title is then what the item has after sharing.
func rowParents(r row) []transfer.Parent {
	parents := alignedTo(r.get(colAligned))
	if title := line(r.get(colParent), okr.MaxTitle); title != "" && len(parents) == 0 {
		parents = alignedTo(title)
	}
	if len(parents) > 0 && has(r.cols.at, colWeight) {
		parents[0].Share, parents[0].Weight = parents[0].Weight, weightOf(r.get(colWeight))
	}
	return parents
}

// rowMetric takes the metric. Every row of an Explorer export has one; those without a
// metric of their own say Progress, in percent from 0 to 100.
func (o *opening) rowMetric(it *transfer.Item, d dialect, r row) {
	from, target := d.number(r.get(colFrom)), d.number(r.get(colTarget))
	m := &okr.Metric{Name: line(cmp.Or(r.get(colMetric), "Progress"), okr.MaxName), Type: metricTypeOf(r.get(colTargetType))}
	m.Unit, m.UnitKind = unitOf(r.get(colUnit))
	if r.get(colMetric) == "" && from.v == nil && target.v == nil {
		return
	}
	setScale(m, from.v, target.v)
	percent := m.UnitKind == okr.UnitPercent || !has(r.cols.at, colUnit)
	m.Threshold, m.Phases = d.number(r.get(colThreshold)).v, d.phases(r.get(colPhases))
	if letters(m.Name) == "progress" && percent && m.Start == 0 && m.Target == 100 && (m.Type == "" || m.Type == okr.Reach) && len(m.Phases) == 0 {
		return
	}
	it.Metric, it.Rounded = m, from.rounded || target.rounded
}

// rowValue takes the current value: Actual Progress, else that of the newest check-in,
// else what the percentage stands for.
func (o *opening) rowValue(it *transfer.Item, d dialect, r row) {
	tells := checkInsOf(r)
	others := 0
	for _, t := range tells {
		value := (dialect{}).number(t.value)
		if value.inOtherUnit(r.get(colUnit)) {
			others++
		} else if value.v != nil {
			it.Value, it.Rounded = value.v, it.Rounded || value.rounded
		}
	}
	if others > 0 {
		o.add(okr.FindingKnown, findUnits, it.Row, counted(others, "check-in has", "check-ins have")+" a percentage, but the metric has another unit. Their notes are imported, their values aren't.")
	}
	if actual := d.number(r.get(colActual)); actual.v != nil {
		it.Value, it.Rounded = actual.v, it.Rounded || actual.rounded
		return
	}
	switch {
	case it.Value != nil || it.Shown == nil:
	case it.Metric == nil:
		it.Value = it.Shown
	case it.Metric.IsScaled():
		value := it.Metric.ValueAt(*it.Shown)
		it.Value, it.Rounded = &value, true
	}
}

// rowLimit makes a limit of a metric whose start is its target. Which one, its value and
// its progress, 0 or 100, say together.
func (o *opening) rowLimit(it *transfer.Item) {
	m := it.Metric
	if m == nil || m.Start != m.Target || m.Type != "" {
		return
	}
	m.Type = okr.StayBelow
	if it.Value != nil && it.Shown != nil && (*it.Shown >= 100) == (*it.Value > m.Target) {
		m.Type = okr.StayAbove
	}
	o.add(okr.FindingGuessed, findLimits, it.Row, "Start and target are the same, so it's imported as "+string(m.Type)+" "+okr.FormatNumber(m.Target)+".")
}

// fill adds to an item what another file knows besides: weights, score and the progress
// that was shown are in tables only. An exact item without a value has none.
func (o *opening) fill(it *transfer.Item, from transfer.Item) {
	for _, p := range from.Parents {
		i := slices.IndexFunc(it.Parents, func(k transfer.Parent) bool { return k.ID == p.ID })
		if i >= 0 {
			it.Parents[i].Title = cmp.Or(it.Parents[i].Title, p.Title)
			if it.Parents[i].Weight == nil {
				it.Parents[i].Weight = p.Weight
			}
		}
	}
	if len(it.Parents) == 0 {
		it.Parents = from.Parents
	}
	it.Description = cmp.Or(it.Description, from.Description)
	it.GoalType, it.Level = cmp.Or(it.GoalType, from.GoalType), cmp.Or(it.Level, from.Level)
	it.Status, it.DataSource = cmp.Or(it.Status, from.Status), cmp.Or(it.DataSource, from.DataSource)
	it.CheckedIn = cmp.Or(it.CheckedIn, from.CheckedIn)
	it.Period.Name = cmp.Or(it.Period.Name, from.Period.Name)
	it.Period.Start, it.Period.End = cmp.Or(it.Period.Start, from.Period.Start), cmp.Or(it.Period.End, from.Period.End)
	it.Private, it.OnlyEditors = it.Private || from.Private, it.OnlyEditors || from.OnlyEditors
	it.EndNote = cmp.Or(it.EndNote, from.EndNote)
	if len(it.Tasks) == 0 {
		it.Tasks = from.Tasks
	}
	if it.CreatedAt.IsZero() || okr.DateOf(from.CreatedAt) == okr.DateOf(it.CreatedAt) {
		it.CreatedAt = from.CreatedAt // a table has the time, too
	}
	if len(it.Tags) == 0 {
		it.Tags = from.Tags
	}
	if len(it.Teams) == 0 && it.Level != okr.LevelOrganization {
		it.Teams = from.Teams
	}
	if from.Shown != nil {
		it.Shown = from.Shown
	}
	it.Score = cmp.Or(it.Score, from.Score)
	if !o.exact[it.ID] {
		it.Value, it.Metric = cmp.Or(it.Value, from.Value), cmp.Or(it.Metric, from.Metric)
	}
}
