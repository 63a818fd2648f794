-- Reads the next members of an archive's index, with their scores.
-- KEYS: index. ARGV: score and member of the last one read (an empty member for none), how many.
-- If that member is gone or has another score now, members of its score come again. Members with an
-- infinite score are left out: such a score is no position in an order.
local page
local score = redis.call('ZSCORE', KEYS[1], ARGV[2])
if score and tonumber(score) == tonumber(ARGV[1]) then
  local next = redis.call('ZRANK', KEYS[1], ARGV[2]) + 1
  page = redis.call('ZRANGE', KEYS[1], next, next + ARGV[3] - 1, 'WITHSCORES')
else
  page = redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[1], '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[3])
end
while #page > 0 and page[#page] == 'inf' do
  table.remove(page)
  table.remove(page)
end
return page
