package redisstore

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"okrbot/okr"
)

// scan reads JSON as this program writes it, without spaces, in one pass and without copying:
// texts are parts of what is read. Whatever it does not know how to read makes it fail, and
// encoding/json reads it then.
type scan struct {
	text   string
	at     int
	failed bool
}

// scanValue reads the data of a stored value into what field fills in. False: the value is
// not as this program writes it, and some fields may be set.
func scanValue[T any](raw string, into *T, field func(s *scan, into *T, key string) bool) bool {
	s, version := scan{text: raw}, 0
	object(&s, &version, func(s *scan, version *int, key string) bool {
		switch key {
		case "v":
			*version = int(s.number())
		case "d":
			object(s, into, field)
		default:
			s.value()
		}
		return true
	})
	return !s.failed && s.at == len(raw) && version >= 1 && version <= dataVersion
}

// object reads an object field by field. A field that is not read by field (it says so and
// leaves it alone) is read by encoding/json, so that nothing is lost of what field does not
// know.
func object[T any](s *scan, into *T, field func(s *scan, into *T, key string) bool) {
	var rest []byte
	s.expect('{')
	for first := true; !s.failed && !s.take('}'); first = false {
		if !first {
			s.expect(',')
		}
		key := s.string()
		s.expect(':')
		if s.failed || s.null() || field(s, into, key) {
			continue
		}
		rest = append(strconv.AppendQuote(append(rest, ','), key), ':')
		rest = append(rest, s.value()...)
	}
	if len(rest) > 0 && !s.failed {
		rest[0] = '{'
		s.failed = json.Unmarshal(append(rest, '}'), into) != nil
	}
}

func (s *scan) take(c byte) bool {
	if s.at < len(s.text) && s.text[s.at] == c {
		s.at++
		return true
	}
	return false
}

func (s *scan) expect(c byte) {
	if !s.take(c) {
		s.failed = true
	}
}

// null passes over null, which sets nothing.
func (s *scan) null() bool {
	is := strings.HasPrefix(s.text[s.at:], "null")
	if is {
		s.at += len("null")
	}
	return is
}

// quoted passes over a text and gives it with its quotes.
func (s *scan) quoted() string {
	from := s.at
	s.expect('"')
	for ; !s.failed && s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '"':
			s.at++
			return s.text[from:s.at]
		case '\\':
			s.at++
		}
	}
	s.failed = true
	return `""`
}

func (s *scan) string() string {
	raw := s.quoted()
	for i := 1; i < len(raw)-1; i++ {
		switch c := raw[i]; {
		case c == '\\', c < ' ', c >= utf8.RuneSelf && !utf8.ValidString(raw):
			var text string
			s.failed = s.failed || json.Unmarshal([]byte(raw), &text) != nil
			return text
		}
	}
	return raw[1 : len(raw)-1]
}

func (s *scan) number() float64 {
	n, err := strconv.ParseFloat(s.value(), 64)
	s.failed = s.failed || err != nil
	return n
}

func (s *scan) time(t *time.Time) { s.failed = s.failed || t.UnmarshalJSON([]byte(s.quoted())) != nil }

// value passes over any value and gives its text.
func (s *scan) value() string {
	from, depth := s.at, 0
	for !s.failed && s.at < len(s.text) {
		switch c := s.text[s.at]; c {
		case '"':
			s.quoted()
		case '{', '[':
			depth++
			s.at++
		case '}', ']', ',':
			if depth == 0 {
				return s.text[from:s.at]
			}
			if c != ',' {
				depth--
			}
			s.at++
		default:
			s.at++
		}
	}
	s.failed = true
	return s.text[from:from]
}

// goalField reads those fields that most goals of a list have.
func (s *scan) goalField(g *okr.Goal, key string) bool {
	switch key {
	case "title":
		g.Title = s.string()
	case "owner":
		object(s, &g.Owner, (*scan).personField)
	case "createdBy":
		object(s, &g.CreatedBy, (*scan).personField)
	case "period":
		object(s, &g.Period, (*scan).periodField)
	case "periodId":
		g.PeriodID = s.string()
	case "description":
		g.Description = s.string()
	case "team":
		g.Team = s.string()
	case "metric":
		g.Metric = &okr.Metric{}
		object(s, g.Metric, (*scan).metricField)
	case "rolled":
		g.Rolled = &okr.Rolled{}
		object(s, g.Rolled, (*scan).rolledField)
	case "movedAt":
		s.time(&g.MovedAt)
	case "createdAt":
		s.time(&g.CreatedAt)
	case "form":
		g.Form = s.string()
	case "version":
		g.Version = int(s.number())
	default:
		return s.placeField(g, key)
	}
	return true
}

// placeField reads what says where a goal stands.
func (s *scan) placeField(g *okr.Goal, key string) bool {
	switch key {
	case "id":
		g.ID = okr.GoalID(s.string())
	case "kind":
		g.Kind = okr.GoalKind(s.string())
	case "parent":
		g.Parent = okr.GoalID(s.string())
	default:
		return false
	}
	return true
}

func (s *scan) personField(p *okr.Person, key string) bool {
	switch key {
	case "id":
		p.ID = okr.UserID(s.string())
	case "name":
		p.Name = s.string()
	default:
		return false
	}
	return true
}

func (s *scan) periodField(p *okr.Period, key string) bool {
	switch key {
	case "name":
		p.Name = s.string()
	case "start":
		p.Start = okr.Date(s.string())
	case "end":
		p.End = okr.Date(s.string())
	default:
		return false
	}
	return true
}

func (s *scan) metricField(m *okr.Metric, key string) bool {
	switch key {
	case "name":
		m.Name = s.string()
	case "unit":
		m.Unit = s.string()
	case "unitKind":
		m.UnitKind = okr.UnitKind(s.string())
	case "type":
		m.Type = okr.MetricType(s.string())
	case "start":
		m.Start = s.number()
	case "target":
		m.Target = s.number()
	case "current":
		m.Current = new(s.number())
	case "at":
		m.At = &time.Time{}
		s.time(m.At)
	default:
		return false
	}
	return true
}

func (s *scan) rolledField(r *okr.Rolled, key string) bool {
	switch key {
	case "progress":
		r.Progress = new(s.number())
	case "counted":
		r.Counted = int(s.number())
	case "children":
		r.Children = int(s.number())
	case "below":
		r.Below = int(s.number())
	case "unstarted":
		r.Unstarted = int(s.number())
	case "weights":
		r.Weights = s.number()
	case "at":
		s.time(&r.At)
	default:
		return false
	}
	return true
}
