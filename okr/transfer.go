package okr

import "time"

// ImportID is the short id of an import, unique in its tenant: IM3.
type ImportID string

// ImportPrefix is what ids of imports begin with.
const ImportPrefix = "IM"

// What an import may hold, all files together.
const (
	MaxImportBytes    = 100 << 20
	MaxImportItems    = 50_000
	MaxImportCheckIns = 500_000
)

// ImportPhase is how far an import has come.
type ImportPhase string

// The phases of an import.
const (
	ImportCollecting ImportPhase = "collecting" // files and answers are taken, nothing is written
	ImportRunning    ImportPhase = "running"
	ImportDone       ImportPhase = "done"
	ImportUndoing    ImportPhase = "undoing"
	ImportUndone     ImportPhase = "undone"
)

// Import is what a person brings along from another tool, from the first file on.
type Import struct {
	ID    ImportID     `json:"id"`
	By    Person       `json:"by"`
	At    time.Time    `json:"at"` // of the first file
	Files []ImportFile `json:"files"`
	Phase ImportPhase  `json:"phase"`
	ImportAnswers
	// Found says who people of the files were found to be, by [ImportPerson.Key]; what
	// was chosen goes before it.
	Found    map[string]ImportMatched `json:"found,omitempty"`
	Done     int                      `json:"done,omitempty"`  // what is written or taken back by now: goals, check-ins and notes
	Total    int                      `json:"total,omitempty"` // of so many
	Counts   ImportTally              `json:"counts,omitzero"` // what was written
	Problem  string                   `json:"problem,omitempty"`
	Reply    Reply                    `json:"reply,omitzero"` // the card that shows how far it is
	BegunAt  time.Time                `json:"begunAt,omitzero"`
	EndedAt  time.Time                `json:"endedAt,omitzero"`
	Unbound  []GoalID                 `json:"unbound,omitempty"`  // goals that an integration fed before, those not bound yet
	Conflict []GoalID                 `json:"conflict,omitempty"` // goals that were changed on both sides and left as they are here
	Periods  []string                 `json:"periods,omitempty"`  // ids of the custom periods that it made
}

// ImportFile is a file of an import.
type ImportFile struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	Format string `json:"format"` // what was recognized, in words: "organization export (ZIP)"
	Holds  string `json:"holds"`  // "132 items, 1,204 check-ins"
	// Ref is what the store keeps the content under; Pieces is in how many.
	Ref    string `json:"ref,omitempty"`
	Pieces int    `json:"pieces,omitempty"`
}

// ImportMatched is somebody who was found for a person of the files.
type ImportMatched struct {
	Person
	How ImportMatch `json:"how"`
}

// ImportAnswers is what a person decided about an import.
type ImportAnswers struct {
	// People says who the people of the files are here, by [ImportPerson.Key]. An entry
	// without id: nobody, so that what they own has no owner.
	People map[string]Person `json:"people,omitempty"`
	// Kinds says what the renamed words of the files mean, by the word as it is written.
	Kinds map[string]GoalKind `json:"kinds,omitempty"`
}

// Key is the record's id.
func (i Import) Key() string { return string(i.ID) }

// Unique is the same for all that are under way, so that a tenant has one at a time.
func (i Import) Unique() string {
	if i.Phase == ImportRunning || i.Phase == ImportUndoing {
		return "under way"
	}
	return ""
}

// Indexes names the list of the imports of who began them.
func (i Import) Indexes() []string { return []string{ImportsOf(i.By.ID)} }

// ImportsOf lists the imports that a person began.
func ImportsOf(user UserID) string { return "by:" + string(user) }

// WhoIs gives who a person of the files is here; no id: nobody.
func (i Import) WhoIs(key string) (Person, ImportMatch) {
	if p, chosen := i.People[key]; chosen {
		if p.ID == "" {
			return p, MatchNobody
		}
		return p, MatchChosen
	}
	found := i.Found[key]
	return found.Person, found.How
}

// ImportTally counts what an import writes.
type ImportTally struct {
	Made      int `json:"made,omitempty"`    // goals
	Changed   int `json:"changed,omitempty"` // goals that came before and differ now
	Same      int `json:"same,omitempty"`    // goals that came before and do not
	Kept      int `json:"kept,omitempty"`    // goals that were changed on both sides and stay as they are here
	Left      int `json:"left,omitempty"`    // rows that cannot come along
	CheckIns  int `json:"checkIns,omitempty"`
	Notes     int `json:"notes,omitempty"` // comments
	TakenBack int `json:"takenBack,omitempty"`
}

// ImportPreview is what an import would do, before anything is written.
type ImportPreview struct {
	Import      Import
	Tally       ImportTally
	Groups      []ImportGroup
	Findings    []ImportFinding
	People      []ImportPerson
	Words       []ImportWord
	Differences []ImportDifference
	// Waits says why it cannot begin yet, in a sentence; empty: it can.
	Waits string
}

// ImportGroup counts the goals of a kind, period and status.
type ImportGroup struct {
	Kind   GoalKind
	Period string
	Status Status
	Count  int
}

// ImportFinding is one sort of thing that a person should know of an import, with the
// rows that it is about.
type ImportFinding struct {
	Kind  FindingKind
	Title string // "Moved below the objective above"
	Rows  []ImportRow
	More  int `json:",omitempty"` // rows that are not listed
}

// FindingKind is how much a finding weighs.
type FindingKind string

// The kinds of findings.
const (
	FindingLeft    FindingKind = "left"    // does not come along
	FindingMoved   FindingKind = "moved"   // comes to another place
	FindingGuessed FindingKind = "guessed" // was decided from what is likely
	FindingKnown   FindingKind = "known"   // good to know
)

// ImportRow is a row of a file.
type ImportRow struct {
	File  string
	Row   int    // from 1, the header counted; of JSON the number of the record
	ID    string // in the source; empty: it has none
	Title string
	Why   string // a sentence
}

// ImportPerson is somebody named in the files.
type ImportPerson struct {
	Key   string // the e-mail address in lower case; without one the name
	Name  string
	Email string
	// Account is the Entra object id, of people of okrbot's own exports.
	Account UserID
	Items   int    // goals that name them
	Match   Person // who it is here; no id: nobody was found or chosen
	How     ImportMatch
}

// Colleague is somebody of the tenant whom people of an import are matched with.
type Colleague struct {
	Person
	Email string // empty: not known
}

// ImportMatch is how a person was matched.
type ImportMatch string

// How people are matched.
const (
	MatchNone     ImportMatch = ""
	MatchEmail    ImportMatch = "email"
	MatchName     ImportMatch = "name"
	MatchAccount  ImportMatch = "account" // of an export of okrbot
	MatchSeveral  ImportMatch = "several" // more than one person has the name: nobody is taken
	MatchChosen   ImportMatch = "chosen"
	MatchNobody   ImportMatch = "nobody"  // chosen too
	MatchEarlier  ImportMatch = "earlier" // as in the import before
	MatchNotAsked ImportMatch = "unasked" // only in check-ins and comments, which keep the name
)

// ImportWord is a word of the files for a kind of goal.
type ImportWord struct {
	Word    string
	Kind    GoalKind // empty: it has to be chosen
	Guessed bool     // from what such items have
	Count   int
}

// ImportDifference is a goal whose progress is computed otherwise here.
type ImportDifference struct {
	ID       string // in the source
	Title    string
	Shown    *float64 // percent, as the source shows it
	Computed *float64 // percent, not clamped; nil: no data
	Why      string   // a sentence
}

// ExportScope is what an export holds.
type ExportScope string

// The scopes of exports.
const (
	ExportVisible ExportScope = "visible" // what the actor may see
	ExportAll     ExportScope = "all"     // the whole tenant; admins only
)

// ExportFormat is the form of an exported file.
type ExportFormat string

// The formats of exports.
const (
	ExportCSV  ExportFormat = "csv"
	ExportXLSX ExportFormat = "xlsx"
	ExportZIP  ExportFormat = "zip" // of the organization export; the only one that holds everything
)

// ImportCursor is how far the writing of an import has come.
type ImportCursor struct {
	Part     ImportPart  `json:"part,omitempty"`
	At       int         `json:"at,omitempty"`   // what of the part is done
	Done     int         `json:"done,omitempty"` // of all
	Counts   ImportTally `json:"counts,omitzero"`
	Conflict []GoalID    `json:"conflict,omitempty"`
	// Passed are objectives that were here before and got another period or privacy,
	// which those below them take.
	Passed []GoalID `json:"passed,omitempty"`
}

// ImportPart is a part of the writing of an import.
type ImportPart string

// The parts, in their order. An empty one is the first.
const (
	ImportGoals    ImportPart = "goals"
	ImportCheckIns ImportPart = "check-ins"
	ImportNotes    ImportPart = "notes"
	ImportSums     ImportPart = "sums" // objectives add up what is below them
)

// ImportedGoal is what the store remembers of an item that became a goal.
type ImportedGoal struct {
	Goal   GoalID            `json:"g"`
	Import ImportID          `json:"i"` // that wrote it last
	Made   ImportID          `json:"m"` // that made it
	Fields map[string]string `json:"f"` // a hash of each field as it was imported, see [FieldHashes]; empty ones are left out
	// Was is the goal as it was before an import that changed it, and Before what was
	// remembered of it then; nil where that import made it.
	Was    *Goal         `json:"w,omitempty"`
	Before *ImportedGoal `json:"b,omitempty"`
}

// ImportBatch is what one step of an import keeps.
type ImportBatch struct {
	Cursor   ImportCursor
	Made     []Goal
	Changed  []Goal // of those that were read
	CheckIns []CheckIn
	Added    []CheckInID              // of CheckIns those that come to goals of imports before
	Unsaid   []CheckIn                // added ones that go; ID and Goal say which
	Imported map[string]*ImportedGoal // by id in the source; nil: forgotten
	Gone     []GoneGoal               // of those that were read
}

// GoneGoal is a goal that an import takes back, with its check-ins.
type GoneGoal struct {
	Goal     GoalID
	CheckIns []CheckInID
}

// Beneath is what hangs on a goal.
type Beneath struct {
	Goals    []GoalID
	CheckIns []CheckInID
}

// ShowsNow is the goal with what it shows as what an import made of it.
func (t Settings) ShowsNow(g Goal, at time.Time) Goal {
	shown := GoalView{Goal: g, Standing: g.Standing(g.Period, t.Bands, t.Today(at))}.Reported()
	shown.At = at
	g.Came = &shown
	return g
}

// saidValue is the value that a person or the source gave; nil: none.
func saidValue(g Goal) *exactNumber {
	var v *float64
	switch {
	case g.Kind == KeyResult && g.Metric != nil:
		v = g.Metric.Current
	case g.Manual != nil:
		v = g.Manual.Value
	}
	return (*exactNumber)(v)
}

// saidStatus is what was said of how the goal stands; nil: nothing.
func saidStatus(g Goal) any {
	said := struct {
		State, Status Status
		Score         *float64
	}{}
	if g.Closed != nil {
		said.State, said.Score = g.Closed.State, g.Closed.Score
	}
	if g.Manual != nil {
		said.Status = g.Manual.Status
	}
	if said.State == "" && said.Status == "" {
		return nil
	}
	return said
}

// takeManual takes over another goal's value, or else its status.
func takeManual(g *Goal, from Goal, value bool) {
	if value && g.Kind == KeyResult && g.Metric != nil && from.Metric != nil {
		metric := *g.Metric
		metric.Current, metric.At = from.Metric.Current, from.Metric.At
		g.Metric, g.MovedAt = &metric, from.MovedAt
		return
	}
	var o, theirs Override
	if from.Manual != nil {
		o, theirs = *from.Manual, *from.Manual
	}
	if o.Value, o.Status = nil, ""; g.Manual != nil {
		o = *g.Manual
	}
	if value {
		o.Value, g.MovedAt = theirs.Value, from.MovedAt
	} else {
		o.Status, g.Closed = theirs.Status, from.Closed
	}
	if g.Manual = &o; o.Value == nil && o.Status == "" {
		g.Manual = nil
	}
}
