package redisstore

// familyWords are what the scripts share.
const familyWords = `
local ask = cjson.decode(ARGV[1])
local function escape(id)
  return (string.gsub(id, "[^%w%-_.~]", function(c)
    if c == " " then return "+" end
    return string.format("%%%02X", string.byte(c))
  end))
end
local function none(text) return text == nil or text == "" end
local function read(key) return redis.call("GET", key) end
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
` + statusWords + `
local function page(q)
  local keys, first, last = with(q.keys, q.public), q.first, q.last
  local ids, total
  if q.status then
    ids = ofStatus(q.status, members(keys))
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
