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
	Done     int         `json:"done,omitempty"`  // what is written or taken back by now: goals, check-ins and notes
	Total    int         `json:"total,omitempty"` // of so many
	Counts   ImportTally `json:"counts,omitzero"` // what was written
	Problem  string      `json:"problem,omitempty"`
	Reply    Reply       `json:"reply,omitzero"` // the card that shows how far it is
	BegunAt  time.Time   `json:"begunAt,omitzero"`
	EndedAt  time.Time   `json:"endedAt,omitzero"`
	Unbound  []GoalID    `json:"unbound,omitempty"`  // goals that an integration fed before, those not bound yet
	Conflict []GoalID    `json:"conflict,omitempty"` // goals that were changed on both sides and left as they are here
}

// ImportFile is a file of an import.
type ImportFile struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	Format string `json:"format"` // what was recognized, in words: "organization export (ZIP)"
	Holds  string `json:"holds"`  // "132 items, 1,204 check-ins"
}

// ImportAnswers is what a person decided about an import.
type ImportAnswers struct {
	// People says who the people of the files are here, by [ImportPerson.Key]. An entry
	// without id: nobody, so that what they own has no owner.
	People map[string]Person `json:"people,omitempty"`
	// Kinds says what the renamed words of the files mean, by the word as it is written.
	Kinds map[string]GoalKind `json:"kinds,omitempty"`
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
	Items int    // goals that name them
	Match Person // who it is here; no id: nobody was found or chosen
	How   ImportMatch
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
