package redisstore

import (
	"context"
	"maps"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// A status changes with the days and with the tenant's bands. What is kept of each goal is its course (see [okr.Course]), of some tens of bytes, and
// statusWords tells of each course whether it comes to a status on a day.

// statusAsk is an [okr.StatusAt] for a script.
type statusAsk struct {
	placedAsk
	Status  okr.Status        `json:"status"`
	Day     int               `json:"day"`
	AtRisk  float64           `json:"atRisk"`
	Behind  float64           `json:"behind"`
	Courses string            `json:"courses"`         // their key
	Older   string            `json:"older"`           // the key of those of a program of before
	Known   map[string]string `json:"known,omitempty"` // courses that are not there
}

func statusOf(tenant okr.TenantID, at *okr.StatusAt) *statusAsk {
	if at == nil {
		return nil
	}
	return &statusAsk{placedAsk: placedOf(tenant, *at), Status: at.Status, Day: at.Day, AtRisk: at.Bands.AtRisk, Behind: at.Bands.Behind, Courses: coursesKey(tenant), Older: olderCoursesKey(tenant)}
}

// statusWords give those of some goals that have a status, as [okr.Goal.Standing] says it.
// Most goals share their course with others, so it is worked out once. What has no course yet
// is noted as absent, and what another program may have changed is unsure.
const statusWords = `
local absent, unsure = {}, {}
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
      local course = (not unsure[id] and courses[i - from + 1]) or known[id]
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

// noCourse is the course of a goal that is deleted meanwhile: it comes to no status.
const noCourse = "none|||"

// courseAttempts is how often what others write meanwhile is worked out for one question.
const courseAttempts = 5

// readCourses works out those of goals that an older program wrote, and keeps them so that they
// need not be worked out again. Best effort: a store that takes no writes has them not.
func readCourses(ctx context.Context, s *Store, tenant okr.TenantID, ids []string) (map[string]string, error) {
	goals, err := goalsIn(s).many(ctx, tenant, ids)
	if err != nil {
		return nil, err
	}
	known := make(map[string]string, len(ids))
	for _, id := range ids {
		known[id] = noCourse
	}
	_, err = s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, g := range goals {
			known[g.Key()] = courseText(okr.CourseOf(g))
			p.HSetNX(ctx, coursesKey(tenant), g.Key(), known[g.Key()])
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
	if a.Status == nil {
		return
	}
	if a.Status.Known == nil {
		a.Status.Known = make(map[string]string, len(courses))
	}
	maps.Copy(a.Status.Known, courses)
}

// escapeWords escape an id in a key, as keys.go does.
const escapeWords = `
local function escape(id)
  return (string.gsub(id, "[^%w%-_.~]", function(c)
    if c == " " then return "+" end
    return string.format("%%%02X", string.byte(c))
  end))
end
`

// familyWords are what the scripts share. Redis gives an intersection in the order of the
// scores and the embedded one does not, so members looks at each score; for a list of many
// that takes twice as long as the intersection itself, so that many looks at 500.
const familyWords = escapeWords + `
local ask = cjson.decode(ARGV[1])
local function none(text) return text == nil or text == "" end
local function read(key) return not none(key) and redis.call("GET", key) end
local function readAll(prefix, ids)
  local out = {}
  for from = 1, #ids, 500 do
    local call = {"MGET"}
    for i = from, math.min(from + 499, #ids) do call[#call + 1] = prefix .. escape(ids[i]) end
    for _, raw in ipairs(redis.call(unpack(call))) do out[#out + 1] = raw or "" end
  end
  return out
end
local function sorted(found)
  local ids, isSorted, last = {}, true, nil
  for i = 1, #found, 2 do
    local score = tonumber(found[i + 1])
    isSorted = isSorted and not (last and score < last)
    last = score
    ids[#ids + 1] = found[i]
  end
  if isSorted then return ids end
  local scores = {}
  for i = 1, #found, 2 do scores[found[i]] = tonumber(found[i + 1]) end
  table.sort(ids, function(a, b) return scores[a] < scores[b] end)
  return ids
end
local function together(command, keys, ...)
  local call = {command, #keys}
  for _, key in ipairs(keys) do call[#call + 1] = key end
  for _, word in ipairs({...}) do call[#call + 1] = word end
  return call
end
local function members(keys)
  return sorted(redis.call(unpack(together("ZINTER", keys, "AGGREGATE", "MAX", "WITHSCORES"))))
end
local function many(keys)
  local ids = redis.call(unpack(together("ZINTER", keys)))
  local call, last = {"ZMSCORE", keys[1]}, nil
  for i = 1, #ids, math.max(1, math.floor(#ids / 500)) do call[#call + 1] = ids[i] end
  if #ids == 0 then return ids end
  for _, score in ipairs(redis.call(unpack(call))) do
    if last and tonumber(score) < last then return members(keys) end
    last = tonumber(score)
  end
  return ids
end
local function count(keys)
  local n = redis.pcall(unpack(together("ZINTERCARD", keys)))
  if type(n) == "number" then return n end
  return #redis.call(unpack(together("ZINTER", keys)))
end
local function walk(keys, last)
  local some, out = redis.call("ZRANGE", keys[1], 0, last + 200), {}
  if #some == 0 then return out end
  local call, scores = {"ZMSCORE", ""}, {}
  for _, id in ipairs(some) do call[#call + 1] = id end
  for k = 2, #keys do
    call[2] = keys[k]
    scores[k] = redis.call(unpack(call))
  end
  for i, id in ipairs(some) do
    local isIn = true
    for k = 2, #keys do isIn = isIn and tonumber(scores[k][i] or "") end
    if isIn then out[#out + 1] = id end
    if #out == last + 1 then return out end
  end
  return nil
end
local function with(keys, key)
  local out = {}
  for _, k in ipairs(keys) do out[#out + 1] = k end
  out[#out + 1] = key
  return out
end
` + statusWords + placedWords + `
local function page(q)
  if q.own then
    local ids, some = members(q.keys), {}
    for i = q.first, q.last < 0 and #ids - 1 or math.min(q.last, #ids - 1) do some[#some + 1] = ids[i + 1] end
    return some, #ids
  end
  if q.status then adopt(q.status) end
  local isLong = q.status and redis.call("ZCARD", q.keys[1]) > q.large
  if isLong and isPlaced(q.status) then
    local narrow = {q.status.list}
    for _, key in ipairs(q.keys) do narrow[#narrow + 1] = key end
    q.keys, q.status = narrow, nil
  end
  local keys, first, last = with(q.keys, q.public), q.first, q.last
  local ids, total
  if q.status then
    local all = isLong and many or members
    ids = ofStatus(q.status, all(keys))
    if not none(q.seen) then
      for _, id in ipairs(ofStatus(q.status, members(with(q.keys, q.seen)))) do ids[#ids + 1] = id end
    end
    total = #ids
  elseif last >= 0 and last <= 1000 and redis.call("ZCARD", keys[1]) > q.large then
    ids = walk(keys, last)
    if ids and q.uncounted then
      total = #ids
    elseif ids then
      total = count(keys)
    end
  end
  if not ids then
    ids = members(keys)
    total = #ids
  end
  if not none(q.seen) and not q.status and not (q.uncounted and last >= 0 and #ids > last) then
    local hidden = members(with(q.keys, q.seen))
    if #ids == total then
      for _, id in ipairs(hidden) do ids[#ids + 1] = id end
    end
    total = total + #hidden
  end
  local out = {}
  if last < 0 or last >= #ids then last = #ids - 1 end
  for i = first, last do out[#out + 1] = ids[i + 1] end
  return out, total
end
local function below(q, id)
  local key, out = q.child .. escape(id), {}
  local ids = redis.call("ZRANGE", key, 0, q.limit)
  if #ids <= q.limit then return {1, #ids, ids} end
  local some, total = page({keys = {key}, public = q.public, seen = q.seen, first = 0, last = q.limit - 1, large = q.large})
  return {0, total, some}
end
local function noteAbove(raws, above)
  for _, raw in ipairs(raws) do
    local id = string.match(raw, '"parent":"([^"\\\\]+)"')
    if id and not above[id] then
      above[id] = true
      above[#above + 1] = id
    end
  end
end
local function filled(prefix, answers)
  local ids = {}
  for _, answer in ipairs(answers) do
    for _, id in ipairs(answer[3]) do ids[#ids + 1] = id end
  end
  local raws, n = readAll(prefix, ids), 0
  for _, answer in ipairs(answers) do
    for i = 1, #answer[3] do
      n = n + 1
      answer[3][i] = raws[n]
    end
  end
  return answers
end
`
