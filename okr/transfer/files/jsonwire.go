package files

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"unicode/utf8"
)

// The records of an organization export. What a field holds differs between exports, so
// the types below take what comes: a field of another kind is empty and fails nothing.

// jsonWord is a text; numbers are taken as their digits.
type jsonWord string

// UnmarshalJSON implements json.Unmarshaler.
func (w *jsonWord) UnmarshalJSON(b []byte) error {
	switch {
	case b[0] == '"' && bytes.IndexByte(b, '\\') < 0 && utf8.Valid(b): // as most are: nothing to decode
		*w = jsonWord(b[1 : len(b)-1])
	case b[0] == '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*w = jsonWord(s)
	case b[0] == '-' || b[0] >= '0' && b[0] <= '9':
		*w = jsonWord(wholeNumber(string(b)))
	}
	return nil
}

// wholeNumber is an id that was written as 5100002.0 without its decimals.
func wholeNumber(s string) string {
	if _, err := strconv.ParseInt(s, 10, 64); err == nil {
		return s
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil && f == float64(int64(f)) {
		return strconv.FormatInt(int64(f), 10)
	}
	return s
}

// jsonNumber is a number, also one in quotation marks.
type jsonNumber struct{ numeral }

// UnmarshalJSON implements json.Unmarshaler.
func (n *jsonNumber) UnmarshalJSON(b []byte) error {
	var w jsonWord
	if b[0] == '"' {
		if err := w.UnmarshalJSON(b); err != nil {
			return err
		}
		n.numeral = dialect{}.number(string(w))
	} else if f, err := strconv.ParseFloat(string(b), 64); err == nil && math.Abs(f) < mostNumber {
		n.numeral = numeral{v: &f}
	}
	return nil
}

// many is a list; a single record stands for a list of one, and null for none.
type many[T any] []T

// UnmarshalJSON implements json.Unmarshaler.
func (m *many[T]) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case '[':
		var list []T
		err := json.Unmarshal(b, &list)
		*m = list
		return err
	case 'n':
		return nil
	}
	var one T
	err := json.Unmarshal(b, &one)
	*m = many[T]{one}
	return err
}

// jsonPerson is somebody; a text is a name.
type jsonPerson struct {
	ID, Name, Email jsonWord
	Account         jsonWord `json:"Object ID"`
	Own             jsonOwn  `json:"okrbot"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *jsonPerson) UnmarshalJSON(b []byte) error {
	if b[0] != '{' {
		return p.Name.UnmarshalJSON(b)
	}
	type plain jsonPerson
	return json.Unmarshal(b, (*plain)(p))
}

// jsonNamed is a team, a tag or a period that an item names; a text is its name.
type jsonNamed struct {
	ID, Name jsonWord
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *jsonNamed) UnmarshalJSON(b []byte) error {
	if b[0] != '{' {
		return n.Name.UnmarshalJSON(b)
	}
	type plain jsonNamed
	return json.Unmarshal(b, (*plain)(n))
}

// jsonAudience is who may see or edit: a word, or people.
type jsonAudience struct {
	Word        jsonWord `json:"-"`
	Given       bool     `json:"-"`
	Individuals many[jsonPerson]
}

// UnmarshalJSON implements json.Unmarshaler.
func (a *jsonAudience) UnmarshalJSON(b []byte) error {
	a.Given = b[0] != 'n'
	if b[0] != '{' {
		return a.Word.UnmarshalJSON(b)
	}
	type plain jsonAudience
	return json.Unmarshal(b, (*plain)(a))
}

// jsonPhases are phased targets: the text "Disabled", or their points.
type jsonPhases struct {
	Points many[jsonPhase] `json:"Phased Targets"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *jsonPhases) UnmarshalJSON(b []byte) error {
	if b[0] != '{' {
		return nil
	}
	type plain jsonPhases
	return json.Unmarshal(b, (*plain)(p))
}

type jsonPhase struct {
	Value jsonNumber `json:"Target Value"`
	Date  jsonWord   `json:"Target Date"`
}

// jsonNote is the note of a check-in; a text is one, too.
type jsonNote struct {
	Text jsonWord `json:"Check In Note"`
	HTML jsonWord `json:"Check In Note HTML"`
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *jsonNote) UnmarshalJSON(b []byte) error {
	if b = bytes.TrimSpace(b); b[0] != '{' {
		return n.Text.UnmarshalJSON(b)
	}
	type plain jsonNote
	return json.Unmarshal(b, (*plain)(n))
}

type jsonAlignment struct {
	ID     jsonWord
	Title  jsonWord
	Weight jsonWord
}

// jsonChild is an item below, or the task of a project.
type jsonChild struct {
	ID     jsonWord
	Task   jsonWord   `json:"Task Name"`
	Date   jsonWord   `json:"Task Date"`
	Status jsonWord   `json:"Task Status"`
	Owner  jsonPerson `json:"Task Owner"`
}

type jsonOutcome struct {
	Type   jsonWord   `json:"Outcome Type"`
	Name   jsonWord   `json:"Metric Name"`
	Unit   jsonWord   `json:"Metric Unit"`
	Start  jsonNumber `json:"Start"`
	Target jsonNumber `json:"Target"`
	Kind   jsonWord   `json:"Target Type"`
}

type jsonItem struct {
	ID            jsonWord
	Title         jsonWord
	Type          jsonWord
	CreatedBy     jsonPerson          `json:"Created By"`
	Owner         many[jsonPerson]    `json:"Owner"`
	Teams         many[jsonNamed]     `json:"Teams"`
	Period        jsonNamed           `json:"Time Period"`
	Start         jsonWord            `json:"Start Date"`
	End           jsonWord            `json:"End Date"`
	Alignment     many[jsonAlignment] `json:"Alignment"`
	Delegated     many[jsonPerson]    `json:"Delegated To"`
	Permissions   jsonPermissions     `json:"Permissions"`
	Description   jsonWord            `json:"Description"`
	Tags          many[jsonNamed]     `json:"Tags"`
	Config        jsonConfig          `json:"Progress and Status Configuration"`
	Progress      jsonNumber          `json:"Progress"`
	Status        jsonWord            `json:"Status"`
	Outcome       jsonOutcome         `json:"Outcome"`
	Phases        jsonPhases          `json:"Phased Targets"`
	CheckInOwners many[jsonPerson]    `json:"Check-in Owners"`
	Parents       many[jsonWord]      `json:"Parent IDs"`
	Children      many[jsonChild]     `json:"Children"`
	Score         jsonNumber          `json:"Score"`
	GoalType      jsonWord            `json:"Goal Type"`
	CreatedAt     jsonWord            `json:"Created At"`
	LastCheckIn   jsonWord            `json:"Last Check-in"`
	Own           jsonOwn             `json:"okrbot"`
}

// jsonOwn is what okrbot's own exports have besides.
type jsonOwn struct {
	Level       jsonWord
	Private     bool
	OnlyEditors bool     `json:"Only Editors"`
	MetricType  jsonWord `json:"Metric Type"`
	Unit        jsonWord
	UnitKind    jsonWord `json:"Unit Kind"`
	Threshold   jsonNumber
	Lasting     bool
	Score       jsonNumber
	Note        jsonWord
	CreatedAt   jsonWord `json:"Created At"`
	Query       struct{ ID, Name, URL jsonWord }
	At          jsonWord // of check-ins and comments
	MadeAt      jsonWord `json:"Made At"`
	Tenant      jsonWord // of people
}

type jsonPermissions struct {
	View, Edit jsonAudience
}

type jsonConfig struct {
	Progress   jsonWord
	Status     jsonWord
	DataSource jsonWord `json:"Data Source"`
}

type jsonCheckIn struct {
	ID       jsonWord
	Item     jsonWord   `json:"OKR ID"`
	Date     jsonWord   `json:"CheckIn Date"`
	By       jsonPerson `json:"Check In Owner"`
	Note     jsonNote   `json:"Check In Note"`
	Status   jsonWord
	Value    jsonNumber `json:"Current Value"`
	Activity jsonWord   `json:"Activity Date"`
	Own      jsonOwn    `json:"okrbot"`
}

type jsonComment struct {
	ID   jsonWord
	Item jsonWord   `json:"OKR ID"`
	Text jsonWord   `json:"Comment"`
	By   jsonPerson `json:"Created By"`
	At   jsonWord   `json:"Created At"`
	Own  jsonOwn    `json:"okrbot"`
}

type jsonTeam struct {
	ID     jsonWord
	Name   jsonWord `json:"Team Name"`
	Parent jsonWord `json:"Parent Team"`
	Status jsonWord
}

type jsonTag struct {
	ID   jsonWord
	Name jsonWord `json:"Tag Name"`
}

type jsonPeriod struct {
	ID    jsonWord
	Name  jsonWord `json:"Time Period Name"`
	Start jsonWord `json:"Start Date"`
	End   jsonWord `json:"End Date"`
}
