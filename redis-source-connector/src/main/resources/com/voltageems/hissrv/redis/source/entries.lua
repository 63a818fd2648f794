-- The entries of a stream behind an id, one by one: how large the next one is is known only when it
-- is there.
-- KEYS: stream. ARGV: id, most entries, then how many fields and how many bytes end the page.
-- Returns {entries as XRANGE gives them, 1 if there may be more}.
local LARGEST_ID = '18446744073709551615-18446744073709551615'
local entries, last, fields, bytes = {}, ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4])
for n = 1, tonumber(ARGV[2]) do
  -- Behind the largest id there is nothing, and to ask for it is an error.
  local entry = last ~= LARGEST_ID
    and redis.call('XRANGE', KEYS[1], '(' .. last, '+', 'COUNT', 1)[1]
  if not entry then
    return {entries, 0}
  end
  entries[n], last = entry, entry[1]
  local pairs = entry[2]
  fields = fields - #pairs / 2
  for i = 1, #pairs do
    bytes = bytes - #pairs[i]
  end
  if fields <= 0 or bytes <= 0 then
    break
  end
end
return {entries, 1}
