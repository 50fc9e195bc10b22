package redisstore

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/redis/go-redis/v9"

	"okrbot/okr"
)

// Each script here answers one use case in one trip, so that what a list costs does not
// grow with what it shows. They write nothing: a Redis that is full or a replica answers
// them. Their argument is JSON with keys made by keys.go; where an id is found on the
// way, its key is a prefix that keys.go made and the id, escaped as there. All keys are
// of one tenant and so on one slot.

// headWords read where a stored goal stands: its kind and the objective above. A goal of this
// program is looked at up to its period, before which all of that stands; any other is decoded.
// Of what is no goal that this program can read there is no kind.
const headWords = `
local function headOf(raw)
  local kind, at = string.match(raw, '^{"v":` + plainVersion + `,[^{]*"d":{"id":"[^"\\]+","kind":"([^"\\]+)","title":"()')
  local period = kind and string.find(raw, '"period":{', at, true)
  if period then
    local key = string.find(raw, '"parent":', at, true)
    if not key or key > period then return kind, "" end
    local above = string.match(raw, '^"parent":"([^"\\]*)"', key)
    if above then return kind, above end
  end
  local isJSON, v = pcall(cjson.decode, raw)
  if not isJSON or type(v) ~= "table" or v.v ~= ` + plainVersion + ` or type(v.d) ~= "table" then return nil end
  return tostring(v.d.kind or ""), type(v.d.parent) == "string" and v.d.parent or ""
end
`

// pagesScript gives the settings, and pages of goals as [okr.GoalQuery] asks for them. Of goals
// that are put into a tree it gives the page of the roots alone: those that stand below none of
// the others, or have some of the others below them. One that cannot be read comes alone, so that
// whoever reads it says what is wrong.
var pagesScript = redis.NewScript(familyWords + headWords + `
local function rootsOf(raws, ids)
  local isOwn, isAbove, parents, roots = {}, {}, {}, {}
  for i, raw in ipairs(raws) do
    if raw ~= "" then
      local kind, above = headOf(raw)
      if not kind then return {raw} end
      isOwn[ids[i]], parents[i] = kind == ask.objective, above
      isAbove[parents[i]] = true
    end
  end
  for i, raw in ipairs(raws) do
    if raw ~= "" and (not isOwn[parents[i]] or isAbove[ids[i]]) then roots[#roots + 1] = raw end
  end
  return roots
end
local function part(all, first, count)
  local some = {}
  for i = first + 1, math.min(first + count, #all) do some[#some + 1] = all[i] end
  return some
end
local answers, trees = {}, {}
for i, q in ipairs(ask.queries) do
  local first, last = q.first, q.last
  if q.tree then
    q.first = 0
    if last >= 0 then q.last = math.max(last, q.tree - 1) end
  end
  local ids, total = page(q)
  if q.tree and total <= q.tree then
    local roots = rootsOf(readAll(ask.record, ids), ids)
    ids, total, trees[i] = {}, #roots, part(roots, first, q.roots)
  elseif q.tree then
    ids = part(ids, first, last < 0 and #ids or last - first + 1)
  end
  answers[i] = {1, total, ids}
end
local member = not none(ask.member) and read(ask.member)
if #absent > 0 then return {absent} end
filled(ask.record, answers)
for i, raws in pairs(trees) do answers[i][3] = raws end
local above = {}
for i, q in ipairs(ask.queries) do
  if q.parents then noteAbove(answers[i][3], above) end
end
return {read(ask.settings), answers, member, readAll(ask.record, above)}`)

// aroundScript gives the records of some ids, and what stands below others.
var aroundScript = redis.NewScript(familyWords + `
local answers = {{1, #ask.parents, ask.parents}}
if ask.small then
  local keys = {}
  for i, id in ipairs(ask.of) do keys[i] = ask.below.child .. escape(id) end
  local ids = sorted(redis.call(unpack(together("ZUNION", keys, "AGGREGATE", "MAX", "WITHSCORES"))))
  answers[2] = {1, #ids, ids}
else
  for _, id in ipairs(ask.of) do answers[#answers + 1] = below(ask.below, id) end
end
filled(ask.record, answers)
if ask.above then
  local above = {}
  noteAbove(answers[1][3], above)
  answers[#answers + 1] = {1, #above, readAll(ask.record, above)}
end
return answers`)

// openScript gives the settings, a goal, the objective above, its connection, and what
// stands below it and beside it.
var openScript = redis.NewScript(familyWords + `
local settings, goal = read(ask.settings), read(ask.record .. escape(ask.id))
if not goal then return {settings, false} end
local at = cjson.decode(goal).d
local parent, connection = not none(at.parent) and at.parent, false
if not ask.bare and type(at.binding) == "table" and not none(at.binding.connection) then
  connection = read(ask.connection .. escape(at.binding.connection))
end
local answers = {{0, 0, {}}, {0, 0, {}}}
if not ask.bare and at.kind == ask.objective then
  if ask.page.first == 0 then
    answers[1] = below(ask.below, ask.id)
  else
    local ids, total = page(ask.page)
    answers[1] = {0, total, ids}
  end
end
if ask.beside > 0 and parent then
  ask.below.limit = ask.beside
  answers[2] = below(ask.below, at.parent)
end
for i, q in ipairs(ask.queries) do
  local ids, total = page(q)
  answers[2 + i] = {0, total, ids}
end
local histories, notes = {}, {}
if not none(ask.history) then
  local ids, said = {ask.id}, {}
  for _, id in ipairs(answers[1][3]) do ids[#ids + 1] = id end
  for i, id in ipairs(ids) do
    histories[i] = {id, redis.call("ZRANGE", ask.history .. escape(id), -ask.points, -1)}
    said[i] = ask.said .. escape(id)
  end
  local found = redis.call(unpack(together("ZUNION", said, "AGGREGATE", "MAX", "WITHSCORES")))
  notes = readAll(ask.checkin, sorted(found))
end
local above = parent and {0, 1, {parent}}
answers[#answers + 1] = above or nil
filled(ask.record, answers)
if above then answers[#answers] = nil end
return {settings, goal, above and above[3][1], connection, answers, histories, notes}`)

// findAsk is the argument of pagesScript for a query.
type findAsk struct {
	Keys      []string `json:"keys,omitempty"`
	Public    string   `json:"public"`
	Seen      string   `json:"seen,omitempty"`
	First     int      `json:"first"`
	Last      int      `json:"last"` // -1: to the end
	Large     int      `json:"large"`
	Tree      int      `json:"tree,omitempty"`
	Roots     int      `json:"roots,omitempty"`
	Uncounted bool     `json:"uncounted,omitempty"`
	Own       bool     `json:"own,omitempty"`

	Status  *statusAsk `json:"status,omitempty"`
	Parents bool       `json:"parents,omitempty"`
}

// belowAsk says how scripts read what stands below a goal.
type belowAsk struct {
	Child  string `json:"child"`
	Public string `json:"public"`
	Seen   string `json:"seen,omitempty"`
	Limit  int    `json:"limit"`
	Large  int    `json:"large"`
}

const (
	// largeList is from how many members on a list is walked for its first page, and
	// only counted beyond: intersecting it takes Redis milliseconds.
	largeList = 7000
	// noLimit is as many as a list can have.
	noLimit = 1 << 30
)

// seenKey is the list of what a person sees that others do not; empty: nobody's.
func seenKey(tenant okr.TenantID, viewer okr.UserID) string {
	if viewer == "" {
		return ""
	}
	return indexKey(tenant, "goal", okr.SeenByIndex(viewer))
}

func findOf(large int, tenant okr.TenantID, q okr.GoalQuery) findAsk {
	a := findAsk{
		Public: indexKey(tenant, "goal", okr.PublicIndex), Seen: seenKey(tenant, q.Viewer), First: max(0, q.Page.Offset), Last: -1, Large: large,
		Tree: q.Tree, Roots: q.Roots, Uncounted: q.Uncounted, Own: q.Own, Status: statusOf(tenant, q.Status), Parents: q.Parents && q.Tree == 0,
	}
	if q.Page.Limit > 0 {
		a.Last = a.First + q.Page.Limit - 1
	}
	for _, index := range narrowFirst(q.Indexes) {
		if key := indexKey(tenant, "goal", index); !slices.Contains(a.Keys, key) {
			a.Keys = append(a.Keys, key)
		}
	}
	if len(a.Keys) == 0 {
		a.Keys = []string{indexKey(tenant, "goal", "")}
	}
	return a
}

// narrowFirst puts the lists in which few stand before those of many: it is the first
// that is walked, and filters name the narrow ones last. Most goals are open.
func narrowFirst(indexes []string) []string {
	out := slices.Clone(indexes)
	slices.Reverse(out)
	slices.SortStableFunc(out, func(a, b string) int {
		return cmp.Compare(breadth(a), breadth(b))
	})
	return out
}

func breadth(index string) int {
	if index == okr.StateIndex(true) {
		return 1
	}
	return 0
}

func findsOf(large int, tenant okr.TenantID, queries []okr.GoalQuery) []findAsk {
	asks := make([]findAsk, len(queries))
	for i, q := range queries {
		asks[i] = findOf(large, tenant, q)
	}
	return asks
}

func belowOf(large int, tenant okr.TenantID, viewer okr.UserID, limit int) belowAsk {
	if limit <= 0 {
		limit = noLimit
	}
	return belowAsk{
		Child: indexKey(tenant, "goal", okr.ChildIndex("")), Public: indexKey(tenant, "goal", okr.PublicIndex),
		Seen: seenKey(tenant, viewer), Limit: limit, Large: large,
	}
}

// settingsAsk is the key of the settings; empty where a turn goes by some that it has.
func settingsAsk(ctx context.Context, tenant okr.TenantID) string {
	if _, isKnown := okr.SettingsFrom(ctx, tenant); isKnown {
		return ""
	}
	return settingsKey(tenant)
}

// readSettings are the settings that an answer begins with, or those that a turn goes by.
func readSettings(ctx context.Context, a familyAnswer, tenant okr.TenantID) okr.Settings {
	if t, isKnown := okr.SettingsFrom(ctx, tenant); isKnown {
		return t
	}
	return readOne[okr.Settings](a, 0)
}

func settingsKey(tenant okr.TenantID) string {
	return recordKey(tenant, "tenant", okr.Settings{}.Key())
}

// FindGoals reads the tenant's settings, what a member chose, where one is named, and pages
// of goals, in one trip. What is not there is empty.
func (s *Store) FindGoals(ctx context.Context, tenant okr.TenantID, member okr.UserID, queries ...okr.GoalQuery) (out okr.Found, err error) {
	finds := findsOf(s.large, tenant, queries)
	ask := map[string]any{"settings": settingsAsk(ctx, tenant), "record": recordKey(tenant, "goal", ""), "objective": okr.Objective, "queries": finds}
	if member != "" {
		ask["member"] = recordKey(tenant, "member", string(member))
	}
	answer, err := askFamily(ctx, s, "find goals", pagesScript, tenant, ask)
	for attempt := 0; err == nil && len(absentOf(answer)) > 0; attempt++ {
		if attempt == courseAttempts {
			return out, okr.Errorf(okr.Conflict, "Too many others are changing this at the same moment. Try again.")
		}
		known, err := readCourses(ctx, s, tenant, absentOf(answer))
		if err != nil {
			return out, err
		}
		for i := range finds {
			finds[i].knows(known)
		}
		if answer, err = askFamily(ctx, s, "find goals", pagesScript, tenant, ask); err != nil {
			return out, err
		}
	}
	if err != nil {
		return out, err
	}
	out.Settings, out.Pages, out.Member = readSettings(ctx, answer, tenant), readPages(answer, 1), readOne[okr.Member](answer, 2)
	out.Parents = byID(readEach[okr.Goal](answer, list(answer.parts, 3)))
	return out, answer.failed(ctx, "find goals")
}

func byID(goals []okr.Goal) map[okr.GoalID]okr.Goal {
	out := make(map[okr.GoalID]okr.Goal, len(goals))
	for _, g := range goals {
		out[g.ID] = g
	}
	return out
}

// GoalsAround reads what stands around the goals of a list in one trip.
func (s *Store) GoalsAround(ctx context.Context, tenant okr.TenantID, q okr.Surroundings) (okr.Around, error) {
	out := okr.Around{Parents: map[okr.GoalID]okr.Goal{}, Below: map[okr.GoalID]okr.GoalPage{}}
	if len(q.Parents)+len(q.Below) == 0 {
		return out, nil
	}
	isSmall := q.Small && len(q.Below) > 1
	answer, err := askFamily(ctx, s, "read goals", aroundScript, tenant, map[string]any{
		"above": q.Above, "small": isSmall, "record": recordKey(tenant, "goal", ""), "parents": append([]okr.GoalID{}, q.Parents...), "of": append([]okr.GoalID{}, q.Below...), "below": belowOf(s.large, tenant, q.Viewer, q.Limit),
	})
	if err != nil {
		return out, err
	}
	pages := readPages(familyAnswer{[]any{answer.parts}, answer.fault, answer.reading}, 0)
	if err := answer.failed(ctx, "read goals"); err != nil {
		return out, err
	}
	out.Parents = byID(pages[0].Goals)
	if q.Above {
		maps.Copy(out.Parents, byID(pages[len(pages)-1].Goals))
	}
	for i, id := range q.Below {
		if isSmall {
			out.Below[id] = okr.GoalPage{Goals: []okr.Goal{}, Whole: true}
		} else {
			out.Below[id] = pages[i+1]
		}
	}
	if isSmall {
		part(pages[1].Goals, out.Below)
	}
	return out, nil
}

// part puts goals to the pages of the goals above them.
func part(goals []okr.Goal, pages map[okr.GoalID]okr.GoalPage) {
	slices.SortStableFunc(goals, func(a, b okr.Goal) int { return cmp.Compare(a.Parent, b.Parent) })
	for len(goals) > 0 {
		of := goals[0].Parent
		n := slices.IndexFunc(goals, func(g okr.Goal) bool { return g.Parent != of })
		if n < 0 {
			n = len(goals)
		}
		if p, isAsked := pages[of]; isAsked {
			p.Goals, p.Total = goals[:n:n], n
			pages[of] = p
		}
		goals = goals[n:]
	}
}

// OpenGoal reads a goal and what stands around it, in one trip. NotFound: there is none.
func (s *Store) OpenGoal(ctx context.Context, tenant okr.TenantID, q okr.OpenQuery) (okr.Opened, error) {
	ask := map[string]any{
		"settings": settingsAsk(ctx, tenant), "record": recordKey(tenant, "goal", ""), "connection": recordKey(tenant, "connection", ""), "id": q.Goal,
		"objective": okr.Objective, "bare": q.Bare, "queries": findsOf(s.large, tenant, q.Also), "below": belowOf(s.large, tenant, q.Viewer, q.Page.Limit), "beside": q.Beside,
		"page": findOf(s.large, tenant, okr.GoalQuery{Indexes: []string{okr.ChildIndex(q.Goal)}, Viewer: q.Viewer, Page: q.Page}),
	}
	if q.History > 0 {
		ask["history"], ask["points"] = historyKey(tenant, ""), q.History
		ask["checkin"], ask["said"] = recordKey(tenant, "checkin", ""), indexKey(tenant, "checkin", okr.CheckInIndex(""))
	}
	answer, err := askFamily(ctx, s, "open goal", openScript, tenant, ask)
	if err != nil {
		return okr.Opened{}, err
	}
	out := okr.Opened{Settings: readSettings(ctx, answer, tenant)}
	if len(answer.parts) < 2 || answer.parts[1] == nil {
		return out, errors.Join(answer.failed(ctx, "open goal"), okr.Errorf(okr.NotFound, "There is no goal %s.", q.Goal))
	}
	out.Goal, out.Parent, out.Connection = readOne[okr.Goal](answer, 1), readOne[okr.Goal](answer, 2), readOne[okr.Connection](answer, 3)
	if out.Connection.ID != "" {
		answer.reading.remember(recordKey(tenant, "connection", out.Connection.Key()), answer.parts[3])
	}
	pages := readPages(answer, 4)
	out.Below, out.Beside, out.Also = pages[0], pages[1], pages[2:]
	for _, part := range list(answer.parts, 5) {
		of, _ := part.([]any)
		id, _ := of[0].(string)
		out.History = append(out.History, okr.GoalMeasurements{Goal: okr.GoalID(id), Measured: readEach[okr.Measurement](answer, of[1])})
	}
	out.CheckIns = readEach[okr.CheckIn](answer, list(answer.parts, 6))
	return out, answer.failed(ctx, "open goal")
}
