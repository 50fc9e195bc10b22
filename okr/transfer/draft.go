package transfer

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"okrbot/okr"
)

// draft is what becomes of the files of an import: the goals and where they stand. It
// follows from the files, the answers and the settings alone, so that every step of an
// import makes the same one.
type draft struct {
	tree
	source   Source
	settings okr.Settings
	now      time.Time
	people   people
	periods  map[string]okr.Period // of the source, by name in lower case
	said     said
}

// tree is what items are and where they stand.
type tree struct {
	imported okr.Import
	nodes    map[string]*node   // by id in the source
	order    []*node            // parents first
	titles   map[string][]*node // objectives by title in lower case
	words    []okr.ImportWord
	findings findings
}

// node is an item and what becomes of it.
type node struct {
	item     *Item
	id       string // in the source; of an objective that is made for another item its id and a suffix
	kind     okr.GoalKind
	parent   *node
	children []*node
	level    int      // of objectives, from 1
	left     bool     // it cannot come along
	cut      bool     // it was cut out of a circle
	goal     okr.Goal // without its id and that of the one above
}

// madeFor ends the ids of objectives that are made for what has none above.
const madeFor = "/objective"

// newDraft works out what becomes of files.
func newDraft(source Source, i okr.Import, t okr.Settings, said said, now time.Time) *draft {
	d := &draft{tree: tree{imported: i, nodes: map[string]*node{}}, source: source, settings: t, now: now, said: said}
	b := source.Bundle()
	d.people = newPeople(b, i, said)
	d.periods = map[string]okr.Period{}
	for _, p := range b.Periods {
		d.periods[fold(p.Name)] = p
	}
	d.findings.remarks(b.Remarks)
	d.take(b.Items)
	d.decideKinds()
	d.hang()
	d.sort()
	for _, n := range d.order {
		d.build(n)
	}
	if !d.isOwn() { // an export of okrbot has no weight that nobody set
		d.weigh()
	}
	d.addUp()
	d.tell()
	return d
}

func fold(text string) string { return strings.ToLower(okr.CleanLine(text)) }

// take makes nodes of items. Of an id that comes twice the first one is taken.
func (d *tree) take(items []Item) {
	for i := range items {
		item := &items[i]
		if _, twice := d.nodes[item.ID]; twice || item.ID == "" {
			d.findings.add(okr.FindingLeft, titleLeft, item.Row, "The id %q is in another row too. The first one is imported.", item.ID)
			continue
		}
		n := &node{item: item, id: item.ID}
		d.nodes[item.ID] = n
		d.order = append(d.order, n)
	}
}

// decideKinds says what each item is: by the usual words, by what was answered of renamed
// ones, else by what it holds.
func (d *tree) decideKinds() {
	var renamed []*node
	for _, n := range d.order {
		if n.kind = n.item.Kind; n.kind == "" {
			renamed = append(renamed, n)
		}
	}
	looks := map[string]map[okr.GoalKind]int{}
	for _, n := range renamed {
		word := okr.CleanLine(n.item.Word)
		if looks[word] == nil {
			looks[word] = map[okr.GoalKind]int{}
			d.words = append(d.words, okr.ImportWord{Word: word})
		}
		looks[word][n.item.Looks]++
	}
	for i := range d.words {
		w := &d.words[i]
		for _, count := range looks[w.Word] {
			w.Count += count
		}
		if w.Kind = d.imported.Kinds[w.Word]; w.Kind == "" {
			w.Kind = mostly(looks[w.Word])
			w.Guessed = w.Kind != ""
		}
	}
	for _, n := range renamed {
		d.decideKind(n)
	}
}

// mostly is the kind that most items of a word look like; empty: none says.
func mostly(looks map[okr.GoalKind]int) okr.GoalKind {
	var most okr.GoalKind
	for _, kind := range []okr.GoalKind{okr.Objective, okr.KeyResult, okr.Project} {
		if looks[kind] > 0 && (most == "" || looks[kind] > looks[most]) {
			most = kind
		}
	}
	return most
}

func (d *tree) decideKind(n *node) {
	word := okr.CleanLine(n.item.Word)
	w := d.words[slices.IndexFunc(d.words, func(w okr.ImportWord) bool { return w.Word == word })]
	if n.kind = d.imported.Kinds[word]; n.kind != "" {
		return
	}
	n.kind = cmp.Or(n.item.Looks, w.Kind)
	switch n.kind {
	case "":
		n.kind = okr.Objective // until it is answered; nothing begins before
	default:
		d.findings.add(okr.FindingGuessed, titleGuessed, n.item.Row, "%q is imported as %s.", cmp.Or(word, "No type"), aKind(n.kind))
	}
}

func aKind(k okr.GoalKind) string {
	if k == okr.Objective {
		return "an objective"
	}
	return "a " + string(k)
}

// hang puts every node where it stands.
func (d *tree) hang() {
	above := d.above()
	d.titles = map[string][]*node{}
	for _, n := range d.order {
		if title := fold(n.item.Title); n.kind == okr.Objective {
			d.titles[title] = append(d.titles[title], n)
		}
	}
	for _, n := range d.order {
		d.choose(n, above)
	}
	d.cutCircles()
	for _, n := range slices.Clone(d.order) {
		d.underObjective(n)
	}
}

// above are the items that name others as their children, by the id of the child.
func (d *tree) above() map[string][]*node {
	above := map[string][]*node{}
	for _, n := range d.order {
		for _, child := range n.item.Children {
			above[child] = append(above[child], n)
		}
	}
	return above
}

// choose takes the first parent that comes along, and names the others.
func (d *tree) choose(n *node, above map[string][]*node) {
	var others []string
	for _, p := range n.item.Parents {
		switch candidate := d.find(p); {
		case candidate == nil || candidate == n:
		case n.parent == nil:
			n.parent = candidate
		case candidate != n.parent:
			others = append(others, candidate.item.Title)
		}
	}
	for _, candidate := range above[n.id] {
		switch {
		case candidate == n || candidate == n.parent:
		case n.parent == nil && len(n.item.Parents) == 0:
			n.parent = candidate
		}
	}
	if len(others) > 0 {
		d.findings.add(okr.FindingMoved, titleSecond, n.item.Row, "It's now below %q only, not below %s.", n.parent.item.Title, quoted(others))
	}
}

func quoted(titles []string) string {
	for i, t := range titles {
		titles[i] = `"` + okr.Shorten(okr.CleanLine(t), okr.MaxName) + `"`
	}
	return okr.JoinSome(titles)
}

// find gives the item that a parent means: by its id, else the only objective of its title.
func (d *tree) find(p Parent) *node {
	if p.ID != "" {
		return d.nodes[p.ID]
	}
	if of := d.titles[fold(p.Title)]; len(of) == 1 {
		return of[0]
	}
	return nil
}

// cutCircles takes the youngest of each circle out of it.
func (d *tree) cutCircles() {
	walkOf := make(map[*node]int, len(d.order))
	for i, n := range d.order {
		at := n
		for at != nil && walkOf[at] == 0 {
			walkOf[at] = i + 1
			at = at.parent
		}
		if at == nil || walkOf[at] != i+1 {
			continue
		}
		youngest := at
		for o := at.parent; o != at; o = o.parent {
			if younger(o.id, youngest.id) {
				youngest = o
			}
		}
		d.findings.add(okr.FindingMoved, titleCircle, youngest.item.Row, "The items form a circle, so it isn't below %q here.", youngest.parent.item.Title)
		youngest.parent, youngest.cut = nil, true
	}
}

// younger says whether an id was given after another one: ids are numbers, mostly.
func younger(a, b string) bool {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) > 0
}

// underObjective puts a node below an objective: the nearest one above, or one that is
// made for it.
func (d *tree) underObjective(n *node) {
	named := n.parent
	for n.parent != nil && n.parent.kind != okr.Objective {
		n.parent = n.parent.parent
	}
	switch {
	case n.parent != nil && n.parent != named:
		d.findings.add(okr.FindingMoved, titleRehung, n.item.Row, "It was below %s %q, and is now below its objective %q.", withArticle(named.kind), named.item.Title, n.parent.item.Title)
	case n.parent != nil:
	case n.kind == okr.Objective && !n.cut && (named != nil || len(n.item.Parents) > 0):
		d.findings.add(okr.FindingMoved, titleTop, n.item.Row, "Its parent isn't imported, so it's at the top level.")
	case n.kind != okr.Objective:
		d.makeObjective(n)
	}
}

func withArticle(k okr.GoalKind) string { return "the " + string(k) }

// makeObjective makes the objective that a key result or project needs.
func (d *tree) makeObjective(n *node) {
	from := n.item
	o := Item{
		Row: from.Row, ID: from.ID + madeFor, Kind: okr.Objective, Title: from.Title, Owners: from.Owners, Editors: from.Editors, Viewers: from.Viewers,
		Delegate: from.Delegate, CreatedBy: from.CreatedBy, Private: from.Private, OnlyEditors: from.OnlyEditors, Teams: from.Teams, Level: from.Level,
		GoalType: from.GoalType, Period: from.Period, CreatedAt: from.CreatedAt,
	}
	if from.Status == okr.StatusClosed || from.Status == okr.StatusPostponed {
		o.Status, o.CheckedIn = from.Status, from.CheckedIn
	}
	n.parent = &node{item: &o, id: o.ID, kind: okr.Objective}
	d.nodes[o.ID] = n.parent
	d.order = append(d.order, n.parent)
	d.findings.add(okr.FindingMoved, titleMade, from.Row, "It has no objective above, so one with the same title is created.")
}

// sort puts parents before children, and those that stand too deep higher up.
func (d *tree) sort() {
	for _, n := range d.order {
		d.levelOf(n)
	}
	slices.SortStableFunc(d.order, func(a, b *node) int { return cmp.Compare(a.rank(), b.rank()) })
	for _, n := range d.order {
		d.raise(n)
		if n.parent != nil {
			n.parent.children = append(n.parent.children, n)
		}
	}
}

// raise puts an objective that would stand too deep at the deepest level there is. Those
// above it have been raised.
func (d *tree) raise(n *node) {
	if n.kind != okr.Objective || n.parent == nil {
		return
	}
	if n.level = n.parent.level + 1; n.level <= okr.MaxDepth {
		return
	}
	for n.level > okr.MaxDepth {
		n.parent, n.level = n.parent.parent, n.level-1
	}
	d.findings.add(okr.FindingMoved, titleDeep, n.item.Row, "Objectives can be up to %d levels deep, so it's now below %q.", okr.MaxDepth, n.parent.item.Title)
}

// rank orders nodes: objectives by level, then the others.
func (n *node) rank() int {
	if n.kind == okr.Objective {
		return n.level
	}
	return MaxItems * 2 // behind objectives of any level
}

// levelOf counts the objectives down to a node, itself included.
func (d *tree) levelOf(n *node) int {
	var way []*node
	at := n
	for ; at != nil && at.level == 0; at = at.parent {
		way = append(way, at)
	}
	level := 0
	if at != nil {
		level = at.level
	}
	for _, o := range slices.Backward(way) {
		level++
		o.level = level
	}
	return level
}
