-- Releases a delivered claim and takes the next one, or reads on in the claim that is held: at most
-- one claim is in flight for a list.
-- KEYS: list, in-flight list, claim id, rejected list, name of the connector that drains it
-- ARGV: the caller's claim id or '', '1' to release it, how many of its elements the caller has, a
--       unique suffix for the next id, most elements (0: the caller goes away), most bytes, length of
--       the rejected list, the caller's connector, for how many milliseconds the list is its own, or
--       0 when that was told lately, then the entries to put on the rejected list
-- Returns {id, elements of the claim, the next ones, oldest first}; id is '' when there is nothing,
-- with 1 for the number when there may be more at once, and with 2 when another connector drains the
-- list, and its name.
-- An id that is not the caller's begins with its first element.
local FIRST_REJECTED = 10
local want, room = tonumber(ARGV[5]), tonumber(ARGV[6])

-- A second connector would send again what the first one has claimed.
local owner = redis.call('GET', KEYS[5])
if owner and owner ~= ARGV[8] then
  return {'', 2, {owner}}
end
if want == 0 then
  redis.call('DEL', KEYS[5])
elseif ARGV[9] ~= '0' then
  -- The DEL is for its own sake: see below, a write that needs no memory.
  redis.call('DEL', KEYS[5])
  redis.call('SET', KEYS[5], ARGV[8], 'PX', ARGV[9])
end

-- What is in flight, from the element `from` on: up to `want` elements, until `room` bytes are full.
local function inflight(from)
  -- Few at a time: how large the next ones are is known only when they are there.
  local taken, left, chunk = {}, room, 1
  while #taken < want and left > 0 do
    local first = from + #taken
    local part = redis.call('LRANGE', KEYS[2], first, first + math.min(chunk, want - #taken) - 1)
    if #part == 0 then
      return taken
    end
    for i = 1, #part do
      if #taken > 0 and #part[i] > left then
        return taken
      end
      taken[#taken + 1] = part[i]
      left = left - #part[i]
    end
    chunk = 4
  end
  return taken
end

-- Moves as much into flight. One by one: none is read in vain, and none copied through the script.
local function take()
  local taken, left = {}, room
  while #taken < want and left > 0 do
    -- Producers push on the left: the oldest is on the right.
    local element = redis.call('LMOVE', KEYS[1], KEYS[2], 'RIGHT', 'RIGHT')
    if not element then
      return taken
    end
    taken[#taken + 1] = element
    left = left - #element
  end
  return taken
end

local held = redis.call('GET', KEYS[3])
if held == '' then
  -- Not ours, and no id: what is in flight gets one.
  held = false
end
local mine = held and held == ARGV[1]
local rejected = 0
if mine and #ARGV >= FIRST_REJECTED then
  -- Changes nothing, but is a write that needs no memory: after it Redis lets the others pass at
  -- maxmemory. Else a list that has filled Redis could not be drained.
  redis.call('LTRIM', KEYS[2], 0, -1)
  for i = FIRST_REJECTED, #ARGV do
    redis.call('LPUSH', KEYS[4], ARGV[i])
    rejected = rejected + #ARGV[i]
  end
  redis.call('LTRIM', KEYS[4], 0, tonumber(ARGV[7]) - 1)
end
-- After the rejected ones are written: where that fails the claim stays.
if mine and ARGV[2] == '1' then
  redis.call('UNLINK', KEYS[2], KEYS[3])
  held = false
  if rejected > room / 4 then
    -- Enough for one call: the next claim would take as long again.
    return {'', 1, {}}
  end
end
if held then
  local from = mine and tonumber(ARGV[3]) or 0
  return {held, redis.call('LLEN', KEYS[2]), inflight(from)}
end

-- As above, a write that needs no memory comes first. There is no such key here: see held.
redis.call('DEL', KEYS[3])
local time = redis.call('TIME')
local id = string.format('%d%03d-%s', time[1], math.floor(time[2] / 1000), ARGV[4])
local waiting = redis.call('LLEN', KEYS[2])
if waiting > 0 then
  -- In flight without an id: nobody can have delivered it under ours.
  redis.call('SET', KEYS[3], id)
  return {id, waiting, inflight(0)}
end

local taken = take()
if #taken == 0 then
  return {'', 0, {}}
end
redis.call('SET', KEYS[3], id)
return {id, #taken, taken}
