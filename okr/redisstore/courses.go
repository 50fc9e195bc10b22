package redisstore

import (
	"context"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// A status changes with the days and with the tenant's bands, so no list can hold those of
// one. What is kept of each goal is its course (see [okr.Course]), of some tens of bytes, and
// statusWords tells of each course whether it comes to a status on a day.

// statusAsk is an [okr.StatusAt] for a script.
type statusAsk struct {
	Status  okr.Status        `json:"status"`
	Day     int               `json:"day"`
	AtRisk  float64           `json:"atRisk"`
	Behind  float64           `json:"behind"`
	Courses string            `json:"courses"`         // their key
	Known   map[string]string `json:"known,omitempty"` // courses that are not there
}

func statusOf(tenant okr.TenantID, at *okr.StatusAt) *statusAsk {
	if at == nil {
		return nil
	}
	return &statusAsk{Status: at.Status, Day: at.Day, AtRisk: at.Bands.AtRisk, Behind: at.Bands.Behind, Courses: coursesKey(tenant)}
}

// statusWords give those of some goals that have a status, as [okr.Goal.Standing] says it.
// Most goals share their course with others, so it is worked out once. What has no course yet
// is noted as absent.
const statusWords = `
local absent = {}
local function statusOn(course, q)
  local status, before, progress, line = string.match(course, "^(.-)|(.-)|(.-)|(.*)$")
  if before ~= "" and q.day < tonumber(before) then return "` + string(okr.NotStarted) + `" end
  if status ~= "" then return status end
  local expected, at
  for day, percent in string.gmatch(line, "([^:,]+):([^:,]+)") do
    day, percent = tonumber(day), tonumber(percent)
    if at and q.day < day then
      expected = expected + (percent - expected) * math.max(0, (q.day - at) / (day - at))
      break
    end
    expected, at = percent, day
  end
  local behind = math.floor((math.max(0, math.min(100, expected)) - tonumber(progress)) * 1e9 + 0.5) / 1e9
  if behind > q.atRisk then return "` + string(okr.AtRisk) + `" end
  if behind > q.behind then return "` + string(okr.Behind) + `" end
  return "` + string(okr.OnTrack) + `"
end
local function ofStatus(q, ids)
  local out, isOf, known = {}, {}, q.known or {}
  for from = 1, #ids, ` + courseChunk + ` do
    local last = math.min(from + ` + courseChunk + ` - 1, #ids)
    local courses = redis.call("HMGET", q.courses, unpack(ids, from, last))
    for i = from, last do
      local id = ids[i]
      local course = courses[i - from + 1] or known[id]
      if not course then
        absent[#absent + 1] = id
      else
        local is = isOf[course]
        if is == nil then
          is = statusOn(course, q) == q.status
          isOf[course] = is
        end
        if is then out[#out + 1] = id end
      end
    end
  end
  return out
end
`

// courseChunk is of how many goals one command reads the courses: as many as fit the stack
// of Redis' Lua, so that a list of any size takes few.
const courseChunk = "4000"

// courseText is the stored form of a course: what statusOn of statusWords reads.
func courseText(c okr.Course) string {
	b := append([]byte(c.Status), '|')
	if c.Before != 0 {
		b = strconv.AppendInt(b, int64(c.Before), 10)
	}
	b = append(b, '|')
	if c.Status == "" {
		b = strconv.AppendFloat(b, c.Progress, 'g', -1, 64)
	}
	for i, m := range c.Line {
		b = strconv.AppendInt(append(b, "|,"[min(i, 1)]), int64(m.Day), 10)
		b = strconv.AppendFloat(append(b, ':'), m.Progress, 'g', -1, 64)
	}
	if len(c.Line) == 0 {
		b = append(b, '|')
	}
	return string(b)
}

// changedCourse adds the course of a record that stood elsewhere to those that are to be
// kept: a goal's, where it is another or was written by a program that kept none.
func changedCourse[T okr.Record](list []any, stored value, after T, was stands) []any {
	if now := standsOf(after).course; now != "" && (now != was.course || stored.Indexed < indexVersion) {
		list = append(list, after.Key(), now)
	}
	return list
}

// keepCourses queues the writing of courses: ids, each with its course.
func keepCourses(ctx context.Context, p redis.Pipeliner, tenant okr.TenantID, courses []any) {
	if len(courses) > 0 {
		p.HSet(ctx, coursesKey(tenant), courses...)
	}
}

// courses works out those of goals that an older program wrote, and keeps them so that they
// need not be worked out again. Best effort: a store that takes no writes has them not.
func (s *Store) courses(ctx context.Context, tenant okr.TenantID, ids []string) (map[string]string, error) {
	goals, err := goalsIn(s).many(ctx, tenant, ids)
	if err != nil {
		return nil, err
	}
	known := make(map[string]string, len(goals))
	for _, g := range goals {
		known[g.Key()] = courseText(okr.CourseOf(g))
	}
	_, err = s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for id, course := range known {
			p.HSetNX(ctx, coursesKey(tenant), id, course)
		}
		return nil
	})
	if err != nil {
		s.log.DebugContext(ctx, "courses of goals not kept", "err", strings.TrimSpace(err.Error()))
	}
	return known, nil
}

// absentOf are the goals whose courses a script did not find.
func absentOf(a familyAnswer) (ids []string) {
	if len(a.parts) == 1 {
		for _, id := range list(a.parts, 0) {
			text, _ := id.(string)
			ids = append(ids, text)
		}
	}
	return ids
}

// knows tells a query of courses that are not stored.
func (a *findAsk) knows(courses map[string]string) {
	if a.Status != nil {
		a.Status.Known = courses
	}
}
