package files

import (
	"encoding/json"
	"html"
	"strconv"
	"strings"
	"time"

	"okrbot/okr"
	"okrbot/okr/transfer"
)

// The records of an organization export as they are written. Keys and their order are those
// of real exports; what only okrbot knows stands under the keys "Object ID" and "okrbot".
// An empty list is null.

type outPerson struct {
	ID      json.Number `json:"ID"`
	Name    string      `json:"Name"`
	Email   string      `json:"Email"`
	Account okr.UserID  `json:"Object ID,omitempty"` // Entra object id
}

type outNamed struct {
	ID   json.Number `json:"ID"`
	Name string      `json:"Name"`
}

type outItem struct {
	ID            json.Number   `json:"ID"`
	Title         string        `json:"Title"`
	Type          string        `json:"Type"`
	CreatedBy     *outPerson    `json:"Created By"`
	Owner         []outPerson   `json:"Owner"`
	Teams         []outNamed    `json:"Teams"`
	Period        *outNamed     `json:"Time Period"`
	Start         okr.Date      `json:"Start Date"`
	End           okr.Date      `json:"End Date"`
	Alignment     []outAlign    `json:"Alignment"`
	Delegate      *outPerson    `json:"Delegated To"`
	Permissions   outRights     `json:"Permissions"`
	Description   *string       `json:"Description"`
	Tags          []outNamed    `json:"Tags"`
	Config        outConfig     `json:"Progress and Status Configuration"`
	Progress      *float64      `json:"Progress"`
	Status        *string       `json:"Status"`
	Outcome       outOutcome    `json:"Outcome"`
	Phases        any           `json:"Phased Targets"` // outPhases, or the word Disabled
	CheckInOwners []outPerson   `json:"Check-in Owners"`
	Parents       []json.Number `json:"Parent IDs"`
	Children      []any         `json:"Children"` // outChild or outTask
	Score         float64       `json:"Score"`
	GoalType      string        `json:"Goal Type"`
	CreatedAt     *string       `json:"Created At"`
	CheckedIn     *okr.Date     `json:"Last Check-in"`
	Own           outOwn        `json:"okrbot"`
}

type outAlign struct {
	ID     json.Number `json:"ID"`
	Title  string      `json:"Title"`
	Weight string      `json:"Weight"`
}

type outRights struct {
	View  any    `json:"View"` // the word Everybody, or outSome
	Edit  any    `json:"Edit"` // outSome, or {}
	Align string `json:"Align"`
}

type outSome struct {
	People []outPerson `json:"Individuals,omitempty"`
}

type outConfig struct {
	Progress string  `json:"Progress"`
	Status   string  `json:"Status"`
	Source   *string `json:"Data Source"`
}

type outOutcome struct {
	Type       string   `json:"Outcome Type"`
	Metric     string   `json:"Metric Name,omitempty"`
	Unit       string   `json:"Metric Unit,omitempty"`
	Start      *float64 `json:"Start,omitempty"`
	Target     *float64 `json:"Target,omitempty"`
	TargetType string   `json:"Target Type,omitempty"`
}

type outPhases struct {
	Interval string     `json:"Interval"`
	Points   []outPoint `json:"Phased Targets"`
}

type outPoint struct {
	Value float64  `json:"Target Value"`
	Date  okr.Date `json:"Target Date"`
}

type outChild struct {
	ID    json.Number `json:"ID"`
	Title string      `json:"Title"`
	Type  string      `json:"Type"`
}

type outTask struct {
	ID     json.Number `json:"ID"`
	Name   string      `json:"Task Name"`
	Date   okr.Date    `json:"Task Date,omitempty"`
	Status string      `json:"Task Status"`
	Owner  *outPerson  `json:"Task Owner,omitempty"`
}

// outOwn is what the form of the organization export has no place for.
type outOwn struct {
	Level       okr.Level      `json:"Level,omitempty"`
	Private     bool           `json:"Private,omitempty"`
	OnlyEditors bool           `json:"Only Editors,omitempty"`
	MetricType  okr.MetricType `json:"Metric Type,omitempty"`
	Unit        string         `json:"Unit,omitempty"`
	UnitKind    okr.UnitKind   `json:"Unit Kind,omitempty"`
	Threshold   *float64       `json:"Threshold,omitempty"`
	Lasting     bool           `json:"Lasting,omitempty"` // the value that was set by hand
	Score       *float64       `json:"Score,omitempty"`   // real exports have 0.0 beside it, whatever it is
	Note        string         `json:"Note,omitempty"`    // of the end
	CreatedAt   time.Time      `json:"Created At,omitzero"`
	Query       *outQuery      `json:"Query,omitempty"`
}

type outQuery struct {
	ID   string `json:"ID"`
	Name string `json:"Name"`
	URL  string `json:"URL"`
}

type outCheckIn struct {
	ID       json.Number `json:"ID"`
	Item     json.Number `json:"OKR ID"`
	Date     string      `json:"CheckIn Date"`
	Owner    *outPerson  `json:"Check In Owner"`
	Note     outNote     `json:"Check In Note"`
	Metric   string      `json:"Metric Name"`
	Status   *string     `json:"Status"`
	Value    *float64    `json:"Current Value"`
	Activity okr.Date    `json:"Activity Date"`
	Own      outMoments  `json:"okrbot"`
}

type outMoments struct {
	At     time.Time `json:"At,omitzero"`
	MadeAt time.Time `json:"Made At,omitzero"`
}

type outNote struct {
	Text string `json:"Check In Note,omitempty"`
	HTML string `json:"Check In Note HTML,omitempty"`
}

type outComment struct {
	ID   json.Number `json:"ID"`
	Item json.Number `json:"OKR ID"`
	Text string      `json:"Comment"`
	By   *outPerson  `json:"Created By"`
	At   string      `json:"Created At"`
	Own  outMoments  `json:"okrbot"`
}

type outTeam struct {
	ID     json.Number `json:"ID"`
	Name   string      `json:"Team Name"`
	Parent *string     `json:"Parent Team"`
	Owners []outPerson `json:"Team Owners"`
	Type   string      `json:"Team Type"`
	Status string      `json:"Status"`
	About  *string     `json:"Description"`
}

type outTag struct {
	ID   json.Number `json:"ID"`
	Name string      `json:"Tag Name"`
}

type outPeriod struct {
	ID    json.Number `json:"ID"`
	Name  string      `json:"Time Period Name"`
	Start okr.Date    `json:"Start Date"`
	End   okr.Date    `json:"End Date"`
}

type outUser struct {
	outPerson

	Manager    *outPerson `json:"Manager"`
	Teams      []outNamed `json:"Teams"`
	LastActive *string    `json:"Last Active"`
	Role       string     `json:"Role"`
	Source     string     `json:"Source"`
	MemberType string     `json:"Member Type"`
	Status     string     `json:"Status"`
	Own        outTenant  `json:"okrbot"`
}

type outTenant struct {
	ID okr.TenantID `json:"Tenant,omitempty"` // whose okrbot it was
}

// outMoment is how the files write a moment, in UTC.
const outMoment = "2006-01-02 15:04:05"

func personOut(p transfer.Person) outPerson {
	return outPerson{ID: json.Number(p.ID), Name: p.Name, Email: p.Email, Account: p.Account}
}

// personOrNull is nil for nobody.
func personOrNull(p transfer.Person) *outPerson {
	if p == (transfer.Person{}) {
		return nil
	}
	out := personOut(p)
	return &out
}

func peopleOut(all []transfer.Person) []outPerson {
	var out []outPerson
	for _, p := range all {
		out = append(out, personOut(p))
	}
	return out
}

func namedOut(kind string, names ...string) []outNamed {
	var out []outNamed
	for _, name := range names {
		out = append(out, outNamed{numberOut(kind, name), name})
	}
	return out
}

func numberOut(kind, name string) json.Number { return json.Number(transfer.NameNumber(kind, name)) }

// nullable is nil for an empty text.
func nullable[T ~string](text T) *T {
	if text == "" {
		return nil
	}
	return &text
}

func percentText(p float64) string { return strconv.FormatFloat(p, 'f', -1, 64) + "%" }

func checkInOut(c transfer.CheckIn, metric string) outCheckIn {
	out := outCheckIn{
		ID: json.Number(c.ID), Item: json.Number(c.Item), Date: c.At.Format(outMoment), Owner: personOrNull(c.By), Metric: metric,
		Status: nullable(statusWord(c.Status)), Value: c.Value, Activity: okr.DateOf(c.MadeAt), Own: outMoments{c.At, c.MadeAt},
	}
	if c.Note != "" {
		out.Note = outNote{c.Note, "<div>" + strings.ReplaceAll(html.EscapeString(c.Note), "\n", "<br>") + "</div>"}
	}
	return out
}

func commentOut(c transfer.Comment) outComment {
	return outComment{
		ID: json.Number(c.ID), Item: json.Number(c.Item), Text: c.Text, By: personOrNull(c.By), At: c.At.Format(outMoment), Own: outMoments{At: c.At},
	}
}
