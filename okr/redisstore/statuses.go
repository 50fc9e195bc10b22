package redisstore

import (
	"context"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// Working out the status of each goal takes too long where there are many. A tenant of that size has a list of goals
// for each status, valid for its bands and from a day on, and a list of the day on which each goal's status may change
// next. Who writes a goal makes it due at once, where there are such lists; who asks for a status puts those that are due
// into their lists, a few thousand at a time, and works out all of them until none is left. Where Redis takes no writes, all
// are worked out.
//
// A program of before knows none of this, and may run beside this one while it is replaced. It has a list of courses of
// its own, which thus says what it has written: those goals are worked out anew, and due.

// placedAsk is what a script needs for the lists by status.
type placedAsk struct {
	View  string            `json:"view"`  // its key
	Turns string            `json:"turns"` // its key
	All   string            `json:"all"`   // the key of all goals
	List  string            `json:"list"`  // of the status that is asked for
	Lists map[string]string `json:"lists"`
	For   string            `json:"for"` // the bands
}

func placedOf(tenant okr.TenantID, at okr.StatusAt) placedAsk {
	a := placedAsk{
		View: placedKey(tenant), Turns: turnsKey(tenant), All: indexKey(tenant, goalKind, ""), List: placedInKey(tenant, at.Status),
		Lists: map[string]string{},
		For:   strconv.FormatFloat(at.Bands.AtRisk, 'g', -1, 64) + "|" + strconv.FormatFloat(at.Bands.Behind, 'g', -1, 64),
	}
	for _, s := range []okr.Status{okr.NoData, okr.NotStarted, okr.OnTrack, okr.Behind, okr.AtRisk, okr.StatusInProgress, okr.StatusClosed, okr.StatusPostponed} {
		a.Lists[string(s)] = placedInKey(tenant, s)
	}
	return a
}

// placedWords keep the lists by status. turnOf gives the first day on which a status may differ from that of today: it may be
// too early, and is never too late.
const placedWords = `
local function turnOf(course, q)
  local status, before, progress, line = string.match(course, "^(.-)|(.-)|(.-)|(.*)$")
  if before ~= "" and q.day < tonumber(before) then return tonumber(before) end
  if status ~= "" then return nil end
  local expected, at
  for day, percent in string.gmatch(line, "([^:,]+):([^:,]+)") do
    day, percent = tonumber(day), tonumber(percent)
    if at and q.day < day then
      if q.day < at then return at end
      local slope, turn = (percent - expected) / (day - at), day
      local behind = expected + slope * (q.day - at) - tonumber(progress)
      for _, band in ipairs({q.atRisk, q.behind}) do
        local days = (band - behind) / slope
        if days >= 0 then turn = math.min(turn, q.day + math.max(1, math.floor(days) - 1)) end
      end
      return turn
    end
    expected, at = percent, day
  end
  return nil
end
local function write(...)
  local answer = redis.pcall(...)
  return not (type(answer) == "table" and answer.err)
end
local function writeAll(command, key, words)
  for from = 1, #words, 1000 do
    if not write(command, key, unpack(words, from, math.min(from + 999, #words))) then return false end
  end
  return true
end
local function noteView(q, day, built)
  return write("SET", q.view, q["for"] .. "/" .. string.format("%d/%d", day, built))
end
local function place(q, due, built)
  local courses = redis.call("HMGET", q.courses, unpack(due))
  local scores = redis.call("ZMSCORE", q.all, unpack(due))
  local into, turns, never, isOf, turnsOf, isWhole = {}, {}, {}, {}, {}, true
  for status in pairs(q.lists) do into[status] = {} end
  for i, id in ipairs(due) do
    local course, turn = courses[i] or (q.known or {})[id], nil
    if scores[i] and not course then
      absent[#absent + 1], isWhole = id, false
    elseif scores[i] then
      if isOf[course] == nil then isOf[course], turnsOf[course] = statusOn(course, q), turnOf(course, q) or false end
      local list = into[isOf[course]]
      if list then
        list[#list + 1], list[#list + 2] = scores[i], id
      elseif course ~= "` + noCourse + `" then
        return false
      end
      turn = turnsOf[course]
    end
    if turn then
      turns[#turns + 1], turns[#turns + 2] = turn, id
    else
      never[#never + 1] = id
    end
  end
  if not isWhole then return false end
  for status, list in pairs(q.lists) do
    if not writeAll("ZREM", list, due) then return false end
  end
  for status, list in pairs(q.lists) do
    if not writeAll("ZADD", list, into[status]) then return false end
  end
  return noteView(q, q.day, built) and writeAll("ZADD", q.turns, turns) and writeAll("ZREM", q.turns, never)
end
local function beginLists(q)
  if not write("ZUNIONSTORE", q.turns, 1, q.all, "WEIGHTS", 0) then return false end
  for _, list in pairs(q.lists) do
    if not write("DEL", list) then return false end
  end
  return noteView(q, q.day, q.day)
end
local function adopt(q)
  if next(unsure) or redis.call("EXISTS", q.older) == 0 then return end
  local all, ids, put, drop, due = redis.call("HGETALL", q.older), {}, {}, {}, {}
  for i = 1, #all, 2 do ids[#ids + 1] = all[i] end
  for from = 1, #ids, ` + courseChunk + ` do
    local courses = redis.call("HMGET", q.courses, unpack(ids, from, math.min(from + ` + courseChunk + ` - 1, #ids)))
    for k, course in ipairs(courses) do
      local id = ids[from + k - 1]
      if course then
        drop[#drop + 1] = id
      else
        put[#put + 1], put[#put + 2] = id, all[2 * (from + k - 1)]
      end
      due[#due + 1], due[#due + 2] = 0, id
    end
  end
  if redis.call("EXISTS", q.view) == 0 then due = {} end
  if writeAll("ZADD", q.turns, due) and writeAll("HDEL", q.courses, drop) and writeAll("HSET", q.courses, put) and write("DEL", q.older) then return end
  for _, id in ipairs(ids) do unsure[id] = true end
end
local function isPlaced(q)
  if next(unsure) then return false end
  local bands, day, built = string.match(redis.call("GET", q.view) or "", "^(.*)/(%-?%d+)/(%-?%d+)$")
  if bands == q["for"] and q.day < tonumber(day) then return false end
  if bands ~= q["for"] or q.day >= tonumber(built) + ` + placedDays + ` then
    if not beginLists(q) then return false end
    built = q.day
  end
  local due = redis.call("ZRANGEBYSCORE", q.turns, "-inf", q.day, "LIMIT", 0, ` + courseChunk + `)
  if #due == 0 then return true end
  return place(q, due, tonumber(built)) and #due < ` + courseChunk + `
end
`

// placedDays is after how many days the lists begin anew, so that nothing in them is wrong for long.
const placedDays = "7"

// coursesWords write courses of goals, or delete the empty ones, and make the goals due where there are lists by status:
// words are ids of goals, each with its course.
const coursesWords = `
local function keepCourses(courses, view, turns, words)
  local isListed = redis.call("EXISTS", view) == 1
  for from = 1, #words, 1000 do
    local put, drop, due = {"HSET", courses}, {"HDEL", courses}, {"ZADD", turns}
    for i = from, math.min(from + 999, #words), 2 do
      local id, course = words[i], words[i + 1]
      if course == "" then
        drop[#drop + 1] = id
      else
        put[#put + 1] = id
        put[#put + 1] = course
      end
      due[#due + 1] = 0
      due[#due + 1] = id
    end
    if #put > 2 then redis.call(unpack(put)) end
    if #drop > 2 then redis.call(unpack(drop)) end
    if isListed then redis.call(unpack(due)) end
  end
  return 1
end
`

// coursesScript is for a transaction, in which a script cannot be named by its hash.
const coursesScript = coursesWords + `return keepCourses(KEYS[1], KEYS[2], KEYS[3], ARGV)`

// keepCourses queues the writing of courses: ids, each with its course. An empty one is deleted.
func keepCourses(ctx context.Context, p redis.Pipeliner, tenant okr.TenantID, courses ...any) {
	if len(courses) > 0 {
		p.Eval(ctx, coursesScript, []string{coursesKey(tenant), placedKey(tenant), turnsKey(tenant)}, courses...)
	}
}

// withoutScript gives the words of a command for commitScript, which runs coursesScript itself: a script runs none.
func withoutScript(cmd redis.Cmder) []any {
	words := cmd.Args()
	if cmd.Name() == "eval" {
		words = slices.Clone(words)
		words[1] = ""
	}
	return words
}
