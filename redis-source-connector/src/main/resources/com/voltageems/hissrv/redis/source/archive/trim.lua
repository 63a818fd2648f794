-- Drops index members whose hash is gone, unless the window was written again meanwhile.
-- KEYS: index. ARGV: member, score, member, score, ... Returns how many were dropped.
local dropped = 0
for i = 1, #ARGV, 2 do
  local score = redis.call('ZSCORE', KEYS[1], ARGV[i])
  if score and tonumber(score) == tonumber(ARGV[i + 1]) then
    dropped = dropped + redis.call('ZREM', KEYS[1], ARGV[i])
  end
end
return dropped
